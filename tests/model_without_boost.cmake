# SPDX-License-Identifier: Apache-2.0
# The headers of model/ cost no Boost: asks the compiler for every file that including all of them
# reads. Variables: COMPILER, INCLUDE_DIR, WORK.
cmake_minimum_required(VERSION 3.23)

file(GLOB headers RELATIVE ${INCLUDE_DIR} ${INCLUDE_DIR}/espalier/model/*.hpp)
list(LENGTH headers count)
if(count LESS 10)
    message(FATAL_ERROR "only ${count} headers found in ${INCLUDE_DIR}/espalier/model")
endif()
list(TRANSFORM headers REPLACE "(.+)" "#include <\\1>\n")
list(JOIN headers "" text)
file(WRITE ${WORK}/all_of_model.cpp "${text}")
file(WRITE ${WORK}/network.cpp "#include <espalier/network/network.hpp>\n")

function(files_read source out)
    execute_process(COMMAND ${COMPILER} -std=c++20 -M -I${INCLUDE_DIR} ${WORK}/${source}
        OUTPUT_VARIABLE files COMMAND_ERROR_IS_FATAL ANY)
    set(${out} "${files}" PARENT_SCOPE)
endfunction()

files_read(network.cpp files)
if(NOT files MATCHES "/boost/hana/")
    message(FATAL_ERROR "control: the network is said to read no Boost.Hana")
endif()
files_read(all_of_model.cpp files)
if(files MATCHES "([^ ]*boost[^ ]*)")
    message(FATAL_ERROR "model/ reads ${CMAKE_MATCH_1}")
endif()
