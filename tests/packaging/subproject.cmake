# SPDX-License-Identifier: Apache-2.0
# Espalier inside another project's build, with every component that was found: `HOW` is the option of
# that project for where Espalier comes from.
cmake_minimum_required(VERSION 3.24)
include(${CMAKE_CURRENT_LIST_DIR}/../run_command.cmake)
file(REMOVE_RECURSE ${WORK})

run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK}/build ${HOW}
    -D CMAKE_CXX_COMPILER=${COMPILER} -D "CMAKE_CXX_FLAGS=${FLAGS} -O0" -D "FLAGS=${FLAGS} -O0"
    -D CMAKE_EXPORT_COMPILE_COMMANDS=ON -D "COMPONENTS=compiled;${ADAPTERS}")
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/trigger)

# The program is told where the headers are and no more; no library was built for it, and the packages
# of the project are its own affair.
file(STRINGS ${WORK}/build/compile_commands.json options REGEX "/trigger\\.dir/")
string(REPLACE "${FLAGS} -O0" "" options "${options}")
file(GLOB_RECURSE unasked ${WORK}/build/*.a ${WORK}/build/CPackConfig.cmake)
if(NOT options OR options MATCHES " -[WOfmg]" OR unasked)
    message(FATAL_ERROR "nobody asked for these options or files: ${options} ${unasked}")
endif()

run(${CMAKE_COMMAND} --install ${WORK}/build --prefix ${WORK}/prefix)
file(GLOB_RECURSE installed RELATIVE ${WORK}/prefix ${WORK}/prefix/*)
if(HOW MATCHES "ESPALIER_INSTALL=ON")
    if(NOT "include/espalier/espalier.hpp" IN_LIST installed
        OR NOT "share/cmake/filter/filter.cmake" IN_LIST installed)
        message(FATAL_ERROR "the headers were not installed with what needs them: ${installed}")
    endif()
elseif(installed)
    message(FATAL_ERROR "nobody asked to install ${installed}")
endif()
