# SPDX-License-Identifier: Apache-2.0
# The Debian package, unpacked into a directory of its own: what is in it, and programs that find it
# there with CMake and with pkg-config.
cmake_minimum_required(VERSION 3.24)
include(${CMAKE_CURRENT_LIST_DIR}/../run_command.cmake)
file(REMOVE_RECURSE ${WORK})

run(cpack -G DEB --config ${BINARY_DIR}/CPackConfig.cmake -B ${WORK})
file(GLOB package ${WORK}/libespalier-dev_${VERSION}_*.deb)
run(dpkg-deb -f ${package} Depends)
if(NOT output STREQUAL "libboost-dev (>= 1.74)\n")
    message(FATAL_ERROR "the package depends on ${output}")
endif()
run(dpkg-deb -x ${package} ${WORK}/unpacked)
set(prefix ${WORK}/unpacked/usr)

# Every header but those of adapters whose libraries were not found, and all that goes with them.
file(GLOB_RECURSE expected RELATIVE ${SOURCE_DIR} ${SOURCE_DIR}/include/*.hpp)
list(FILTER expected EXCLUDE REGEX "/with/")
foreach(adapter IN LISTS ADAPTERS)
    file(GLOB headers RELATIVE ${SOURCE_DIR} ${SOURCE_DIR}/include/espalier/with/${adapter}*.hpp)
    list(APPEND expected ${headers} share/cmake/espalier/espalier-${adapter}.cmake)
endforeach()
foreach(file IN ITEMS config config-version core compiled compiled-${CONFIG})
    list(APPEND expected share/cmake/espalier/espalier-${file}.cmake)
endforeach()
list(APPEND expected share/pkgconfig/espalier.pc share/doc/libespalier-dev/copyright
    ${LIBDIR}/libespalier.a ${LIBDIR}/pkgconfig/espalier-compiled.pc)
file(GLOB_RECURSE found RELATIVE ${prefix} ${prefix}/*)
set(missing ${expected})
list(REMOVE_ITEM missing ${found})
list(REMOVE_ITEM found ${expected})
if(missing OR found)
    message(FATAL_ERROR "missing in the package: ${missing}\nnot expected: ${found}")
endif()

run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE_DIR}/tests/consumer -B ${WORK}/build
    -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_CXX_COMPILER=${COMPILER} -D "CMAKE_CXX_FLAGS=${FLAGS} -O0"
    -D COMPONENTS=compiled)
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/consumer)

set(ENV{PKG_CONFIG_PATH} ${prefix}/share/pkgconfig:${prefix}/${LIBDIR}/pkgconfig)
foreach(module IN ITEMS espalier espalier-compiled)
    run(pkg-config --modversion ${module})
    if(NOT output STREQUAL "${VERSION}\n")
        message(FATAL_ERROR "${module}.pc is of version ${output}")
    endif()
    set(flags)
    foreach(part IN ITEMS --cflags --libs)
        run(pkg-config ${part} ${module})
        if(NOT output MATCHES "-pthread") # the solvers have threads
            message(FATAL_ERROR "pkg-config ${part} ${module} gives ${output}")
        endif()
        separate_arguments(output UNIX_COMMAND "${output}")
        list(APPEND flags ${output})
    endforeach()
    if(module STREQUAL "espalier-compiled" AND NOT "-DESPALIER_COMPILED" IN_LIST flags)
        message(FATAL_ERROR "nobody hears from ${module}.pc that the library is compiled: ${flags}")
    endif()
    separate_arguments(own UNIX_COMMAND "${FLAGS} -O0 -std=c++20")
    run(${COMPILER} ${own} ${CMAKE_CURRENT_LIST_DIR}/main.cpp ${flags} -o ${WORK}/${module})
    run(${WORK}/${module})
endforeach()
