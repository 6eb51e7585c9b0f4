# SPDX-License-Identifier: Apache-2.0
# In front of the compiled library the headers only declare: they read no definition
# and neither <future> nor <chrono>, which cost the compiler most of what the standard library does.
# Variables: COMPILER, INCLUDES (separated by |), WORK.
cmake_minimum_required(VERSION 3.23)

string(REPLACE "|" ";" INCLUDES "${INCLUDES}")
list(TRANSFORM INCLUDES PREPEND -I)
file(WRITE ${WORK}/umbrella.cpp "#include <espalier/espalier.hpp>\n")

function(files_read out)
    execute_process(COMMAND ${COMPILER} -std=c++20 -M ${ARGN} ${INCLUDES} ${WORK}/umbrella.cpp
        OUTPUT_VARIABLE files COMMAND_ERROR_IS_FATAL ANY)
    set(${out} "${files}" PARENT_SCOPE)
endfunction()

files_read(files)
if(NOT files MATCHES "/espalier/knapsack/detail/" OR NOT files MATCHES "/[0-9]+/chrono[ \n]")
    message(FATAL_ERROR "control: the headers are said not to define the solvers")
endif()
files_read(files -DESPALIER_COMPILED)
# <chrono> itself: <filesystem>, which is read by what writes files, has a part of it.
if(files MATCHES "([^ ]*(/espalier/knapsack/detail/|_definition.hpp|/future|/[0-9]+/chrono[ \n])[^ ]*)")
    message(FATAL_ERROR "in front of the compiled library the headers read ${CMAKE_MATCH_1}")
endif()
