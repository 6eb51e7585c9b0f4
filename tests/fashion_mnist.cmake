# SPDX-License-Identifier: Apache-2.0
# The main example as a user meets it: bad input is refused with a sentence and a non-zero exit, and
# a rehearsal on few images runs to the end and writes what the README promises.
cmake_minimum_required(VERSION 3.23)
include(${CMAKE_CURRENT_LIST_DIR}/run_command.cmake)

if(NOT EXISTS /usr/share/datasets/fashion-mnist)
    message(STATUS "skipped: the data set is not installed (package dataset-fashion-mnist)")
    return()
endif()

file(MAKE_DIRECTORY ${WORK})
refuses("package dataset-fashion-mnist installs" --data /nonexistent)
refuses("output file /nonexistent/x.json cannot be written" --output /nonexistent/x.json)
refuses("0.5 to 1; a loss that is allowed is tolerance::points .tolerance = 1.5." --tolerance 1.5)
refuses("0.5 to 1; a loss that is allowed is tolerance::points .tolerance = 0." --tolerance 0)
refuses("strength of the regulariser is finite and not negative" --regularization -1)
refuses("not convert: --seed = one" --seed one)
refuses("not expected: --bogus" --bogus)
refuses("--quick excludes --full|--full excludes --quick" --quick --full)
refuses("weights cannot be read from /nonexistent" --load-weights /nonexistent)
file(WRITE ${WORK}/short.f32 "1234")
refuses("holds fewer numbers than the network has parameters" --load-weights ${WORK}/short.f32)
# A float of which every bit is set is not a number.
execute_process(COMMAND head -c 246824 /dev/zero COMMAND tr "\\0" "\\377"
    OUTPUT_FILE ${WORK}/nan.f32)
refuses("every weight is finite .layer = 'conv1', index = 0" --load-weights ${WORK}/nan.f32)
# A wrong data set.
file(MAKE_DIRECTORY ${WORK}/data)
file(WRITE ${WORK}/data/train-images-idx3-ubyte.gz "not gzip, not IDX")
refuses("is not an IDX file" --data ${WORK}/data)

refuses("File does not exist: /nonexistent" --teachers /nonexistent)
refuses("--temperature: Value 0 not in range" --temperature 0)
refuses("--shift: Value 9 not in range" --shift 9)
refuses("--normalization: l1 not in" --normalization l1)
refuses("--round-epochs: Value 0.6 not in range" --round-epochs 0.6)

execute_process(COMMAND ${PROGRAM} --quick --training-images 1000 --tolerance 0.5 --seed 3
        --output ${WORK}/rehearsal.json --save-weights ${WORK}/dense.f32
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "the rehearsal failed with exit ${result}:\n${output}")
endif()
if(NOT output MATCHES "rehearsal.json\n$")
    message(FATAL_ERROR "the path of the JSON is not printed last:\n${output}")
endif()
file(READ ${WORK}/rehearsal.json json)
foreach(part IN ITEMS baseline pruned)
    foreach(key IN ITEMS dsp bram weights validation_accuracy test_accuracy quantized_test_accuracy)
        string(JSON ${part}_${key} GET "${json}" ${part} ${key})
    endforeach()
endforeach()
string(JSON rounds LENGTH "${json}" rounds)
string(JSON seconds GET "${json}" seconds total)
string(JSON seed GET "${json}" seed)
if(NOT baseline_dsp EQUAL 6150 OR NOT baseline_bram EQUAL 1380 OR NOT baseline_weights EQUAL 61470)
    message(FATAL_ERROR "the unpruned totals are wrong:\n${json}")
endif()
if(pruned_dsp GREATER 1308 OR pruned_bram GREATER 657 OR rounds LESS 4 OR NOT seed EQUAL 3)
    message(FATAL_ERROR "the pruned network is not within its budget:\n${json}")
endif()

# Structures beyond the paper's, with weights and data of 12 bits, images that move and a second
# teacher. The program itself stops if the weights need more than the pruner says, or the network
# does not score what was accepted.
execute_process(COMMAND ${PROGRAM} --quick --training-images 1000 --seed 3 --only-structures
        --structures "n:4,permuted n:4,free" --two-digits yes --factors 10 --bits 12 --averaging 0.9
        --shift 1 --temperature 3 --weight-decay 0.01 --teachers ${WORK}/dense.f32
        --save-pruned ${WORK}/pruned.f32 --output ${WORK}/structures.json
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "the rehearsal of structures failed with exit ${result}:\n${output}")
endif()
if(NOT output MATCHES "teacher [^\n]*dense.f32: validation accuracy")
    message(FATAL_ERROR "no second teacher was heard:\n${output}")
endif()
file(SIZE ${WORK}/pruned.f32 bytes)
if(NOT bytes EQUAL 246824)
    message(FATAL_ERROR "the pruned network is written as ${bytes} bytes")
endif()
file(READ ${WORK}/structures.json json)
string(JSON count LENGTH "${json}" structures)
if(NOT count EQUAL 3)
    message(FATAL_ERROR "there are ${count} outcomes:\n${json}")
endif()
foreach(i RANGE 2)
    string(JSON dense GET "${json}" structures ${i} dense paper dsp)
    string(JSON dsp GET "${json}" structures ${i} pruned paper dsp)
    string(JSON bram GET "${json}" structures ${i} pruned paper bram)
    string(JSON by_hls GET "${json}" structures ${i} pruned hls dsp)
    string(JSON test GET "${json}" structures ${i} test)
    # Under hls constants of one magnitude share a block, so there are no more of them.
    if(NOT dense EQUAL 6150 OR dsp GREATER 615 OR bram GREATER 276 OR by_hls GREATER dsp OR
            test LESS 0.6)
        message(FATAL_ERROR "outcome ${i} is not within its budget, or has learnt nothing:\n${json}")
    endif()
endforeach()

# By another normalisation other weights stay. Of 16 cubic steps to 2x the last has nothing more to remove, so
# the one before it is the one that is finished.
foreach(by none lamp)
    execute_process(COMMAND ${PROGRAM} --training-images 1000 --only-structures --structures free
            --two-digits no --factors 2 --first-rounds 16 --round-epochs 0 --finish-epochs 1
            --load-weights ${WORK}/dense.f32 --normalization ${by} --output ${WORK}/${by}.json
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "normalised by ${by}: exit ${result}:\n${output}")
    endif()
    file(READ ${WORK}/${by}.json json)
    string(JSON weights_by_${by} GET "${json}" structures 0 pruned weights)
endforeach()
if(weights_by_none EQUAL weights_by_lamp)
    message(FATAL_ERROR "normalised or not, ${weights_by_lamp} weights stay")
endif()

refuses("foo not in" --structures foo)
refuses("17 not in" --bits 17)
