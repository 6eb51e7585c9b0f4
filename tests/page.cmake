# SPDX-License-Identifier: Apache-2.0
# Compiles every C++ block of a Markdown page on its own, so that the page stays true.
cmake_minimum_required(VERSION 3.23)

file(READ ${PAGE} page)
string(REPLACE ";" "<semicolon>" page "${page}")
string(REGEX MATCHALL "\n```cpp\n([^`]|`[^`])*\n```\n" blocks "${page}")
set(number 0)
foreach(block IN LISTS blocks)
    math(EXPR number "${number} + 1")
    string(REGEX REPLACE "^\n```cpp\n" "" block "${block}")
    string(REGEX REPLACE "\n```\n$" "\n" block "${block}")
    string(REPLACE "<semicolon>" ";" block "${block}")
    file(WRITE ${WORK}/block_${number}.cpp "${block}")
    # Declarations only: what stands behind them is compiled by all other tests.
    execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -DESPALIER_COMPILED -I ${INCLUDE_DIR}
        ${WORK}/block_${number}.cpp RESULT_VARIABLE result ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "block ${number} of ${PAGE} does not compile:\n${output}")
    endif()
endforeach()
if(number EQUAL 0)
    message(FATAL_ERROR "${PAGE} has no C++ blocks")
endif()
message(STATUS "${number} blocks compile")
