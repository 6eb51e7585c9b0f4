#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a browser makes of the pages of examples/report: the test 'report.rendered', with Chromium, which
# is 116 MB to fetch and 370 MB installed and therefore not among the packages of tests/run.sh. Leaves
# pictures of a telephone, a screen and paper.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(g++ cmake ninja-build libboost-dev libcli11-dev nlohmann-json3-dev chromium)
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
    echo "installing: ${missing[*]}"
    as_root=()
    ((EUID == 0)) || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

cmake --preset examples >/dev/null
cmake --build --preset examples --target report >/dev/null
cmake -D PROGRAM="$PWD/build/examples/examples/report" -D CHROMIUM="$(command -v chromium)" \
    -D WORK="$PWD/build/examples/rendered" -P tests/report/rendered.cmake
