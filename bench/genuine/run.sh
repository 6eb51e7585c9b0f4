#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares with the genuine ap_fixed and ac_fixed, whose headers are in hls4ml's wheel on PyPI (3 MB):
# number formats, hls4ml's kernels, and random networks as kernels of our own. Downloads into the
# folder given (default: build/genuine); the ordinary tests need none of it.
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

# Emitted kernels. ap_fixed stops at an assignment that drops all bits of a number and more, so it is
# given networks without such.
g++ -std=c++20 -O1 -Iinclude -Itests tests/hls/kernels/emit.cpp -o "$work/emit"
ac_types="$work/hls4ml/templates/catapult/ac_types/include"
ap=(-isystem "$vivado/ap_types" -isystem "$vivado")
ac=(-DESPALIER_AC_TYPES -isystem "$ac_types")
compare() # TYPES SEED [mild], and the options for the compiler
{
    local kind=$1 seed=$2 mild=$3 folder=$work/emitted_$1_$2
    shift 3
    echo "== emitted kernels, $kind, seed $seed"
    "$work/emit" "$folder" 24 "$seed" $mild
    g++ -std=c++14 -O0 -w "$@" "$folder/all.cpp" -o "$folder/all"
    "$folder/all" "$folder" | tail -n 1
}
compare ap_fixed 1 mild "${ap[@]}"
compare ac_fixed 2 "" "${ac[@]}"
