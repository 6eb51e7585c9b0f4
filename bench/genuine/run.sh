#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares with the genuine ap_fixed, whose headers are in hls4ml's wheel on PyPI (3 MB). Downloads
# into the folder given (default: build/genuine); the ordinary tests need none of it.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${1:-build/genuine}
. tests/install.sh
install_packages g++ libboost-dev python3-venv
mkdir -p "$work"
if [[ ! -d "$work/hls4ml" ]]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" download --quiet --no-deps --dest "$work" hls4ml==1.3.0
    python3 -m zipfile -e "$work"/hls4ml-*.whl "$work"
fi
vivado="$work/hls4ml/templates/vivado"
for program in bench/genuine/*.cpp; do
    name=$(basename "$program" .cpp)
    echo "== $name"
    g++ -std=c++20 -O1 -Iinclude -isystem "$vivado/ap_types" -isystem "$vivado" -w \
        "$program" -o "$work/$name"
    "$work/$name"
done
