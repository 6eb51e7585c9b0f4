# SPDX-License-Identifier: Apache-2.0
# The house numbers from the outside: bad input is refused with a sentence, and a rehearsal on digits that
# are made up keeps within every budget and leaves a log that examples/report reads, and the page that it
# makes of it. The program itself stops if the network is not what the pruner measured. Variables: PROGRAM,
# REPORT, WORK.
cmake_minimum_required(VERSION 3.23)
include(${CMAKE_CURRENT_LIST_DIR}/run_command.cmake)

# The log of a run, in `json`, has so many outcomes and runs.
function(read_log file outcomes runs)
    file(READ ${WORK}/${file} json)
    string(JSON has_outcomes LENGTH "${json}" outcomes)
    string(JSON has_runs LENGTH "${json}" runs)
    if(NOT has_outcomes EQUAL outcomes OR NOT has_runs EQUAL runs)
        message(FATAL_ERROR "${file} has ${has_outcomes} outcomes and ${has_runs} runs, "
            "expected were ${outcomes} and ${runs}")
    endif()
    set(json "${json}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
refuses("/nonexistent holds neither train-images-idx4-ubyte.gz nor train_32x32.mat" --data /nonexistent)
refuses("output file /nonexistent/x.json cannot be written" --output /nonexistent/x.json)
refuses("output file /nonexistent/x.html cannot be written" --page /nonexistent/x.html)
refuses("not in" --structures rows)
refuses("not in" --bits 17)
refuses("weights cannot be read from /nonexistent" --load-weights /nonexistent --made-up 300)

execute_process(COMMAND ${PROGRAM} --made-up 300 --dense-epochs 2 --first-rounds 1 --rounds 1
        --finish-epochs 1 --reuse-factors 27 --structures paper,n:4 --factors 4,2 --output run.json
    WORKING_DIRECTORY ${WORK}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 300)
if(NOT result EQUAL 0 OR NOT output MATCHES "written to\nrun.html\nrun.json\n$")
    message(FATAL_ERROR "exit ${result}:\n${output}")
endif()
if(NOT output MATCHES "reuse factor 27 .conv2 24, conv3 24, fc1 24, fc2 21, out 32., 16 bits")
    message(FATAL_ERROR "the reuse factors are not those next to 27:\n${output}")
endif()
read_log(run.json 4 2)
foreach(i RANGE 3)
    string(JSON factor GET "${json}" outcomes ${i} factor)
    string(JSON dense GET "${json}" outcomes ${i} dense paper dsp)
    string(JSON pruned GET "${json}" outcomes ${i} pruned paper dsp)
    string(REGEX REPLACE "\\.0$" "" factor "${factor}")
    math(EXPR most "${dense} / ${factor}")
    if(pruned GREATER most OR pruned EQUAL 0)
        message(FATAL_ERROR "outcome ${i}: ${pruned} of ${dense} DSP at ${factor}x")
    endif()
endforeach()
# What the layers' maps keep is what was counted.
foreach(run RANGE 1)
    string(JSON all GET "${json}" runs ${run} pruned dsp)
    set(kept "")
    foreach(layer RANGE 5)
        string(JSON map GET "${json}" runs ${run} layers ${layer} multipliers)
        string(APPEND kept "${map}")
    endforeach()
    string(REPLACE "0" "" kept "${kept}")
    string(LENGTH "${kept}" kept)
    if(NOT kept EQUAL all)
        message(FATAL_ERROR "run ${run}: the maps keep ${kept} multipliers, counted were ${all} DSP")
    endif()
endforeach()
file(READ ${WORK}/run.html page)
execute_process(COMMAND ${REPORT} run.json --output again.html --title "House numbers, pruned"
    WORKING_DIRECTORY ${WORK} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
file(READ ${WORK}/again.html again)
if(NOT result EQUAL 0 OR NOT page STREQUAL again)
    message(FATAL_ERROR "the report makes another page of the log than the program\n${output}")
endif()

# A ladder ends where half of the accuracy is lost, and says so; what came before stays.
execute_process(COMMAND ${PROGRAM} --made-up 600 --dense-epochs 12 --first-rounds 1 --rounds 1
        --finish-epochs 1 --reuse-factors 27 --structures n:4 --factors 1.5,95 --output steep.json
    WORKING_DIRECTORY ${WORK}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 300)
if(NOT result EQUAL 0 OR NOT output MATCHES "\nn:4 ends before 95x: [^\n]+\n")
    message(FATAL_ERROR "a ladder that loses all: exit ${result}:\n${output}")
endif()
read_log(steep.json 1 1)
