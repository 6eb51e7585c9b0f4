# SPDX-License-Identifier: Apache-2.0
# Installs the library into a temporary prefix and builds programs that find it there: one that has
# Boost only, one with the compiled library and, with that, one for each adapter that was installed
# (LibTorch and dlib are left to their own programs: each takes a minute to compile).
cmake_minimum_required(VERSION 3.24)

include(${CMAKE_CURRENT_LIST_DIR}/../run_command.cmake)
set(work ${BINARY_DIR}/consumer)
file(REMOVE_RECURSE ${work})

run(${CMAKE_COMMAND} --install ${BINARY_DIR} --prefix ${work}/prefix)
list(REMOVE_ITEM ADAPTERS torch dlib)
foreach(component IN ITEMS "" compiled LISTS ADAPTERS)
    set(build ${work}/build-${component})
    set(components ${component})
    set(options "")
    if(component IN_LIST ADAPTERS)
        list(PREPEND components compiled) # header-only solvers take ten seconds in each
        list(APPEND options -D ONLY_WHAT_IS_CALLED=ON) # and so do all headers
    endif()
    run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE_DIR} -B ${build} -D CMAKE_PREFIX_PATH=${work}/prefix
        -D CMAKE_CXX_COMPILER=${COMPILER} -D "CMAKE_CXX_FLAGS=${FLAGS}" -D "COMPONENTS=${components}" ${options})
    run(${CMAKE_COMMAND} --build ${build})
    run(${build}/consumer)
endforeach()

# A component that does not exist is refused by its name.
execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE_DIR} -B ${work}/build-missing
    -D CMAKE_PREFIX_PATH=${work}/prefix -D CMAKE_CXX_COMPILER=${COMPILER} -D COMPONENTS=nonsense
    RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE output)
if(result EQUAL 0 OR NOT output MATCHES "component 'nonsense' was not installed")
    message(FATAL_ERROR "a missing component was not refused:\n${output}")
endif()
