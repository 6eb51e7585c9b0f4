# SPDX-License-Identifier: Apache-2.0
# With -ffast-math and its parts, every header that solves is refused with a sentence; the headers
# that only compute, and all headers in front of the compiled library, are not.
# Variables: COMPILER, COMPILER_ID, INCLUDES (separated by |), INCLUDE_DIR, WORK.
cmake_minimum_required(VERSION 3.23)

string(REPLACE "|" ";" INCLUDES "${INCLUDES}")
list(TRANSFORM INCLUDES PREPEND -I)
set(ENV{LC_ALL} C)

# Options that belong together are separated by spaces.
set(refused "-ffast-math" "-ffinite-math-only")
set(allowed "-O3")
if(COMPILER_ID STREQUAL "GNU") # clang does not tell of the parts, and warns of the combinations
    list(APPEND refused "-Ofast" "-funsafe-math-optimizations" "-ffast-math -fno-finite-math-only")
    list(APPEND allowed "-Ofast -fno-fast-math")
endif()

function(compile header options out)
    file(WRITE ${WORK}/program.cpp "#include <espalier/${header}>\n")
    separate_arguments(options UNIX_COMMAND "${options}")
    execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -Wall -Wextra -Werror
            -Wno-error=deprecated-declarations -Wfatal-errors ${options} ${INCLUDES} ${WORK}/program.cpp
        RESULT_VARIABLE result ERROR_VARIABLE said OUTPUT_QUIET)
    if(result EQUAL 0)
        set(${out} "" PARENT_SCOPE)
    else()
        set(${out} "failed: ${said}" PARENT_SCOPE)
    endif()
endfunction()

set(complaints "")
function(check header options refusal)
    compile(${header} "${options}" said)
    if(refusal AND NOT said MATCHES "error: [^\n]*the solvers do not work with -ffast-math")
        string(APPEND complaints "\n  ${header} is not refused with ${options}")
    elseif(NOT refusal AND NOT said STREQUAL "")
        string(APPEND complaints "\n  ${header} does not compile with ${options}: ${said}")
    endif()
    set(complaints "${complaints}" PARENT_SCOPE)
endfunction()

file(GLOB solving RELATIVE ${INCLUDE_DIR}/espalier ${INCLUDE_DIR}/espalier/knapsack/*.hpp)
list(FILTER solving EXCLUDE REGEX "/(problem|solution|verify|decided)\\.hpp$")
list(APPEND solving prune/pruner.hpp espalier.hpp)
foreach(header IN LISTS solving)
    check(${header} "-ffast-math" TRUE)
endforeach()
foreach(options IN LISTS refused)
    check(knapsack/exact.hpp "${options}" TRUE)
endforeach()
foreach(options IN LISTS allowed)
    check(knapsack/exact.hpp "${options}" FALSE)
endforeach()
check(espalier.hpp "-O3 -ffast-math -DESPALIER_COMPILED" FALSE)

file(GLOB computing RELATIVE ${INCLUDE_DIR}/espalier ${INCLUDE_DIR}/espalier/model/*.hpp
    ${INCLUDE_DIR}/espalier/network/*.hpp)
list(APPEND computing prune/ranking.hpp prune/recount.hpp prune/regularizer.hpp prune/schedule.hpp
    prune/selection.hpp prune/sensitivity.hpp)
list(TRANSFORM computing REPLACE "(.+)" "#include <espalier/\\1>\n" OUTPUT_VARIABLE text)
list(JOIN text "" text)
list(APPEND INCLUDES -I${WORK}/in)
file(WRITE ${WORK}/in/espalier/computing.hpp "${text}")
check(computing.hpp "-O3 -ffast-math" FALSE)

if(complaints)
    message(FATAL_ERROR "-ffast-math:${complaints}")
endif()
