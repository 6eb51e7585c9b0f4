# SPDX-License-Identifier: Apache-2.0
# Compiles every C++ block of Markdown pages on its own, so that the pages stay true.
# Variables: PAGES, WORK, COMPILER, COMPILER_ID, INCLUDE_DIR.
cmake_minimum_required(VERSION 3.23)

# Declarations only: what stands behind them is compiled by all other tests.
set(options -std=c++20 -DESPALIER_COMPILED -I ${WORK} -I ${INCLUDE_DIR})
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/espalier)
if(COMPILER_ID STREQUAL "GNU") # for blocks that begin with it, which are nearly all
    execute_process(COMMAND ${COMPILER} ${options} -w -x c++-header ${INCLUDE_DIR}/espalier/espalier.hpp
        -o ${WORK}/espalier/espalier.hpp.gch COMMAND_ERROR_IS_FATAL ANY)
endif()

set(complaints "")
foreach(path IN LISTS PAGES)
    get_filename_component(name ${path} NAME_WE)
    file(READ ${path} page)
    string(REPLACE ";" "<semicolon>" page "${page}")
    string(REGEX MATCHALL "\n```cpp\n([^`]|`[^`])*\n```\n" blocks "${page}")
    set(number 0)
    foreach(block IN LISTS blocks)
        math(EXPR number "${number} + 1")
        string(REGEX REPLACE "^\n```cpp\n" "" block "${block}")
        string(REGEX REPLACE "\n```\n$" "\n" block "${block}")
        string(REPLACE "<semicolon>" ";" block "${block}")
        file(WRITE ${WORK}/${name}_${number}.cpp "${block}")
        execute_process(COMMAND ${COMPILER} ${options} -fsyntax-only ${WORK}/${name}_${number}.cpp
            RESULT_VARIABLE result ERROR_VARIABLE output)
        if(NOT result EQUAL 0)
            string(APPEND complaints "\nblock ${number} of ${path} does not compile:\n${output}")
        endif()
    endforeach()
    if(number EQUAL 0)
        string(APPEND complaints "\n${path} has no C++ blocks")
    endif()
    message(STATUS "${name}: ${number} blocks compile")
endforeach()
if(NOT complaints STREQUAL "")
    message(FATAL_ERROR "${complaints}")
endif()
