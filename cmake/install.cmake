# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` and `cpack` write: headers, CMake and pkg-config files, the licence.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/espalier)

# espalier_install_pc(<name> <directory>): the .pc file finds its prefix from where it lies, so that
# an installed tree can be moved. An absolute CMAKE_INSTALL_…DIR stays as it is.
function(espalier_install_pc name directory)
    cmake_path(APPEND includedir "\${prefix}" ${CMAKE_INSTALL_INCLUDEDIR})
    cmake_path(APPEND libdir "\${prefix}" ${CMAKE_INSTALL_LIBDIR})
    cmake_path(ABSOLUTE_PATH directory BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX} OUTPUT_VARIABLE from)
    cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${from} OUTPUT_VARIABLE to_prefix)
    configure_file(cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${directory})
endfunction()

# One export set for the core and one for each adapter, so that find_package(espalier) asks for
# Boost and threads only and COMPONENTS asks for exactly the libraries of its adapters.
install(TARGETS espalier EXPORT espalier FILE_SET HEADERS)
install(EXPORT espalier NAMESPACE espalier:: DESTINATION ${package_dir} FILE espalier-core.cmake)
espalier_install_pc(espalier ${CMAKE_INSTALL_DATADIR}/pkgconfig)
if(ESPALIER_INSTALL_COMPILED)
    set_target_properties(espalier_compiled PROPERTIES EXCLUDE_FROM_ALL OFF)
    install(TARGETS espalier_compiled EXPORT espalier-compiled)
    install(EXPORT espalier-compiled NAMESPACE espalier:: DESTINATION ${package_dir}
        FILE espalier-compiled.cmake)
    espalier_install_pc(espalier-compiled ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
    set(headers_only)
else()
    set(headers_only ARCH_INDEPENDENT)
endif()
foreach(adapter IN LISTS espalier_adapters)
    install(TARGETS espalier_${adapter} EXPORT espalier-${adapter} FILE_SET HEADERS)
    install(EXPORT espalier-${adapter} NAMESPACE espalier:: DESTINATION ${package_dir}
        FILE espalier-${adapter}.cmake)
endforeach()
write_basic_package_version_file(${PROJECT_BINARY_DIR}/espalier-config-version.cmake
    COMPATIBILITY SameMinorVersion ${headers_only})
install(FILES cmake/espalier-config.cmake ${PROJECT_BINARY_DIR}/espalier-config-version.cmake
    DESTINATION ${package_dir})
# Where Debian looks for the licence of the package below.
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libespalier-dev RENAME copyright)

# cpack -G DEB; not for a subproject, whose packages are its owner's.
if(PROJECT_IS_TOP_LEVEL)
    set(CPACK_PACKAGE_NAME libespalier-dev)
    set(CPACK_PACKAGE_VENDOR "the Espalier project")
    set(CPACK_PACKAGE_CONTACT ${CPACK_PACKAGE_VENDOR})
    set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
    set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
    set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
    set(CPACK_DEBIAN_PACKAGE_DEPENDS "libboost-dev (>= 1.74)")
    set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libglpk-dev, libeigen3-dev, libarmadillo-dev, \
nlohmann-json3-dev, libtorch-dev, libdlib-dev") # for the adapters
    if(headers_only)
        set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
    endif()
    include(CPack)
endif()
