#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a browser makes of the pages of examples/report: the test 'report.rendered', with Chromium, which
# is 116 MB to fetch and 370 MB installed and therefore not among the packages of tests/run.sh. Leaves
# pictures of a telephone, a screen and paper.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(g++ cmake ninja-build libboost-dev libcli11-dev nlohmann-json3-dev chromium)
. tests/install.sh
install_packages "${packages[@]}"

cmake --preset examples >/dev/null
cmake --build --preset examples --target report >/dev/null
cmake -D PROGRAM="$PWD/build/examples/examples/report" -D CHROMIUM="$(command -v chromium)" \
    -D WORK="$PWD/build/examples/rendered" -P tests/report/rendered.cmake
