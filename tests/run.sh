#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds everything and runs all tests, on a fresh Debian 12 and with nothing installed before:
# tests/run.sh            everything (g++, both clangs, sanitizers, tidy, format, reference)
# tests/run.sh quick      g++ only
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
    g++ clang clang-tidy clang-format libclang-rt-14-dev cmake ninja-build git ca-certificates
    libboost-dev                          # the library: Boost.Hana
    libglpk-dev libeigen3-dev libarmadillo-dev nlohmann-json3-dev libtorch-dev libdlib-dev libpugixml-dev # the adapters
    doctest-dev libsystemc-dev pkg-config python3 # the tests
    libxtensor-dev                        # of the array files
    yosys iverilog                        # circuits: what was emitted, simulated and synthesised
    libbenchmark-dev coinor-libcbc-dev    # the benchmarks
    libcli11-dev zlib1g-dev libmatio-dev dataset-fashion-mnist # the examples
)
[[ "${1:-all}" == all ]] && packages+=(clang-19 doxygen) # the newest clang in Debian 12, beside 14
. tests/install.sh
install_packages "${packages[@]}"

step() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }
jobs=$(nproc)

if [[ "${1:-all}" == all ]]; then
    step "format"
    git ls-files '*.hpp' '*.cpp' | xargs clang-format --dry-run --Werror
    step "reference"
    tests/reference.sh
    step "the newest clang: two programs that include every header"
    cmake --preset clang-newest >/dev/null
    cmake --build --preset clang-newest -j "$jobs" --target test_odr test_with
fi

step "g++: build everything"
cmake --preset gcc-release -D ESPALIER_QUICK_TESTS=ON >/dev/null
cmake --build --preset gcc-release -j "$jobs"
step "g++: every header compiles alone"
cmake --build --preset gcc-release -j "$jobs" --target all_verify_interface_header_sets
step "g++: test"
ctest --preset gcc-release -j "$jobs"

if [[ "${1:-all}" == all ]]; then
    step "clang with address and undefined-behaviour sanitizers: build and test"
    cmake --preset asan -D ESPALIER_QUICK_TESTS=ON >/dev/null
    cmake --build --preset asan -j "$jobs"
    ctest --preset asan -j "$jobs"

    step "clang-tidy"
    cmake --preset tidy >/dev/null
    # A program that includes every header; the tests themselves would take half an hour.
    cmake --build --preset tidy -j "$jobs" --target test_with
fi
step "everything passed"
