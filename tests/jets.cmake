# SPDX-License-Identifier: Apache-2.0
# The jet tagger from the outside: bad input is refused with a sentence, and a rehearsal on rows that
# are made up keeps within every budget, is the same when it is repeated, and takes networks back that
# lose too much. The program itself stops if what it is handed back is not what it measured, in accuracy
# or in hardware.
cmake_minimum_required(VERSION 3.23)

function(refuses sentence)
    execute_process(COMMAND ${PROGRAM} ${ARGN}
        WORKING_DIRECTORY ${WORK}
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 120)
    if(result EQUAL 0 OR NOT output MATCHES "${sentence}")
        list(JOIN ARGN " " arguments)
        message(FATAL_ERROR "${arguments}: exit ${result}, expected '${sentence}':\n${output}")
    endif()
endfunction()

file(MAKE_DIRECTORY ${WORK}/data)
file(REMOVE ${WORK}/data/jets_features.f32)
file(WRITE ${WORK}/data/jets_labels.u8 "abc")
refuses("nonexistent/jets_labels.u8 cannot be read" --data /nonexistent)
refuses("jets_features.f32 cannot be read" --data ${WORK}/data)
file(WRITE ${WORK}/data/jets_features.f32 "12345")
refuses("ends within a number" --data ${WORK}/data)
file(WRITE ${WORK}/data/jets_features.f32 "1234")
refuses("16 features for each label, not 1 for 3" --data ${WORK}/data)
refuses("output file /nonexistent/x.json cannot be written" --output /nonexistent/x.json)
refuses("every fold has at least 10 rows" --rows 100 --folds 20)
refuses("not in" --bits 17)
refuses("not in" --groups n_of)

refuses("reductions excludes --factors" --factors 2 --reductions 50)

set(rehearsal --rows 400 --folds 2 --dense-epochs 40 --epochs 4 --reuse-factors 4,8)
function(rehearse name)
    execute_process(COMMAND ${PROGRAM} ${rehearsal} --output ${WORK}/${name}.json ${ARGN}
        RESULT_VARIABLE result OUTPUT_VARIABLE out ERROR_VARIABLE error TIMEOUT 300)
    if(NOT result EQUAL 0 OR NOT out MATCHES "^400 rows, made up; ")
        message(FATAL_ERROR "exit ${result}:\n${out}${error}")
    endif()
    file(READ ${WORK}/${name}.json json)
    string(JSON outcomes GET "${json}" outcomes)
    # Times are no two runs' same; they are there, and pruning is a part of a round.
    string(JSON seconds GET "${outcomes}" 0 seconds)
    string(JSON pruner_seconds GET "${outcomes}" 0 pruner_seconds)
    if(NOT seconds GREATER 0 OR NOT pruner_seconds GREATER 0 OR NOT pruner_seconds LESS seconds)
        message(FATAL_ERROR "${pruner_seconds} s of pruning in a round of ${seconds} s")
    endif()
    string(REGEX REPLACE "(seconds\" : )[-+0-9.e]+" "\\10" outcomes "${outcomes}")
    set(outcomes "${outcomes}" PARENT_SCOPE)
endfunction()

rehearse(first --reductions 50,80,90)
set(first "${outcomes}")
rehearse(second --factors 2,5,10)
if(NOT first STREQUAL outcomes)
    message(FATAL_ERROR "two runs differ:\n${first}\n${outcomes}")
endif()
string(JSON count LENGTH "${first}")
if(NOT count EQUAL 96) # 8 kinds of groups × 2 formats × 2 reuse factors × 3 reductions
    message(FATAL_ERROR "there are ${count} outcomes")
endif()
math(EXPR last "${count} - 1")
foreach(i RANGE ${last})
    string(JSON reduction GET "${first}" ${i} reduction)
    string(REGEX REPLACE "\\.0$" "" reduction "${reduction}")
    string(JSON rows GET "${first}" ${i} rows)
    string(JSON structure GET "${first}" ${i} structure)
    string(JSON bits GET "${first}" ${i} bits)
    set(limited dsp bram)
    if(structure STREQUAL "hls4ml" AND bits EQUAL 16)
        set(limited dsp) # all that this rule knows to save there
    endif()
    foreach(resource IN LISTS limited)
        string(JSON dense GET "${first}" ${i} dense paper ${resource})
        string(JSON pruned GET "${first}" ${i} pruned paper ${resource})
        # In quarters, as BRAM counts halves and there are two folds.
        foreach(amount IN ITEMS dense pruned)
            string(REGEX MATCH "^([0-9]+)\\.?([0-9]?[0-9]?)" found "${${amount}}")
            string(SUBSTRING "${CMAKE_MATCH_2}00" 0 2 fraction)
            math(EXPR ${amount} "${CMAKE_MATCH_1} * 4 + 1${fraction} * 4 / 100 - 4")
        endforeach()
        math(EXPR most "${dense} * (100 - ${reduction}) / 100")
        if(pruned GREATER most OR pruned EQUAL 0 OR NOT rows EQUAL 400)
            message(FATAL_ERROR "${i}: ${pruned} of ${dense} quarters of ${resource}, ${rows} rows")
        endif()
    endforeach()
endforeach()

# Some reductions lose more, and are taken back.
rehearse(strict --reductions 50,80,90 --most-lost 5)
string(JSON left LENGTH "${outcomes}")
if(left EQUAL 0 OR NOT left LESS count)
    message(FATAL_ERROR "${left} of ${count} outcomes lose at most 5 points")
endif()
