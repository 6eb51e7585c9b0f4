# SPDX-License-Identifier: Apache-2.0
# Runs two programs, which must print the same. Variables: FIRST, SECOND.
cmake_minimum_required(VERSION 3.23)

foreach(which FIRST SECOND)
    execute_process(COMMAND ${${which}} OUTPUT_VARIABLE output_${which} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
string(LENGTH "${output_FIRST}" length)
if(length LESS 10000)
    message(FATAL_ERROR "${FIRST} prints only ${length} characters")
endif()
if(NOT output_FIRST STREQUAL output_SECOND)
    message(FATAL_ERROR "${FIRST} and ${SECOND} print different results")
endif()
message(STATUS "the same ${length} characters")
