#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Additions of constant matrices beside those of da4ml, which comes from PyPI (with numpy and
# quantizers) into an environment of its own in the folder given (default: build/da4ml).
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${1:-build/da4ml}
. tests/install.sh
install_packages g++ libboost-dev python3-venv
mkdir -p "$work"
if [[ ! -d "$work/venv" ]]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet da4ml==0.6.0
fi
g++ -std=c++20 -O2 -Iinclude bench/synthesis/additions.cpp -o "$work/bench_additions"
"$work/bench_additions" > "$work/matrices.txt"
"$work/venv/bin/python" bench/synthesis/additions.py "$work/matrices.txt"
