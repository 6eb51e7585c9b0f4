# SPDX-License-Identifier: Apache-2.0
# The include rules: who may include whom, and who may include which third-party library. Fails with
# a line for each offence, such as "model/cost.hpp: model/ must not include network/layer.hpp". And
# the umbrella includes every public header.

cmake_minimum_required(VERSION 3.23)

set(may_include_model "model")
set(may_include_knapsack "knapsack")
set(may_include_network "network" "model")
set(may_include_prune "prune" "model" "knapsack")
set(may_include_hls "hls" "model" "prune")
set(may_include_with "with" "model" "knapsack" "network" "prune" "hls")
set(third_party_network "boost/hana/")

file(GLOB_RECURSE headers RELATIVE ${INCLUDE_DIR} ${INCLUDE_DIR}/*.hpp)
set(offences "")
foreach(header IN LISTS headers)
    file(STRINGS ${INCLUDE_DIR}/${header} includes REGEX "^ *#include ")
    string(REGEX MATCH "^[a-z]+/" room ${header})
    string(REPLACE "/" "" room "${room}")
    foreach(line IN LISTS includes)
        string(REGEX REPLACE "^ *#include [<\"]([^>\"]+)[>\"].*" "\\1" included "${line}")
        if(room STREQUAL "")
            # The umbrella and ensure.hpp live above the rooms; only the umbrella looks into them.
            if(included MATCHES "^espalier/with/")
                list(APPEND offences "${header}: only users include ${included}")
            endif()
        elseif(included MATCHES "^espalier/([a-z]+)/")
            if(NOT CMAKE_MATCH_1 IN_LIST may_include_${room})
                string(REGEX REPLACE "^espalier/" "" what ${included})
                list(APPEND offences "${header}: ${room}/ must not include ${what}")
            endif()
            # What is private to a room is nobody else's: whoever needs it needs a public header.
            if(included MATCHES "^espalier/([a-z]+)/detail/" AND NOT CMAKE_MATCH_1 STREQUAL room)
                string(REGEX REPLACE "^espalier/" "" what ${included})
                list(APPEND offences "${header}: ${what} is private to its room")
            endif()
        elseif(included STREQUAL "espalier/espalier.hpp")
            list(APPEND offences "${header}: no header includes the umbrella")
        elseif(included MATCHES "/|\\.h" AND NOT included MATCHES "^espalier/" AND NOT room STREQUAL "with")
            # Standard headers have neither a slash nor an extension.
            if(NOT DEFINED third_party_${room} OR NOT included MATCHES "^${third_party_${room}}")
                list(APPEND offences "${header}: ${room}/ must not include <${included}>")
            endif()
        endif()
    endforeach()
    file(READ ${INCLUDE_DIR}/${header} text)
    if(NOT text MATCHES "SPDX-License-Identifier: Apache-2.0")
        list(APPEND offences "${header}: no licence line")
    endif()
    if(NOT text MATCHES "#pragma once")
        list(APPEND offences "${header}: no include guard")
    endif()
endforeach()

# The umbrella is complete: everything but the adapters, what is private to a room, what says where
# and how definitions are compiled, and the tools of those who write a solver.
file(STRINGS ${INCLUDE_DIR}/espalier.hpp umbrella REGEX "^#include ")
foreach(header IN LISTS headers)
    if(NOT header MATCHES "^with/|/detail/|^(espalier|arithmetic|definitions|linkage|stopwatch|knapsack/solving)\\.hpp$"
            AND NOT "#include <espalier/${header}>" IN_LIST umbrella)
        list(APPEND offences "espalier.hpp: does not include ${header}")
    endif()
endforeach()

# Benchmarks and examples are users.
file(GLOB_RECURSE programs RELATIVE ${INCLUDE_DIR}/../.. ${INCLUDE_DIR}/../../bench/*.[hc]pp
    ${INCLUDE_DIR}/../../examples/*.[hc]pp)
foreach(program IN LISTS programs)
    file(STRINGS ${INCLUDE_DIR}/../../${program} includes REGEX "^ *#include <espalier/.*/detail/")
    foreach(line IN LISTS includes)
        list(APPEND offences "${program}: what is private to a room is not for users: ${line}")
    endforeach()
endforeach()

if(offences)
    list(JOIN offences "\n  " offences)
    message(FATAL_ERROR "the include rules are broken:\n  ${offences}")
endif()
list(LENGTH headers count)
message(STATUS "${count} headers keep the include rules")
