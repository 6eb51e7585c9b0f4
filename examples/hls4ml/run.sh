#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Keras → hls4ml → Espalier → hls4ml's own C simulation, on a fresh Debian 12. Two networks; or:
#   examples/hls4ml/run.sh cnn|mlp [Vitis|Vivado] [io_parallel|io_stream]
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=(g++ cmake ninja-build libboost-dev libeigen3-dev nlohmann-json3-dev python3-venv
    dataset-fashion-mnist)
. tests/install.sh
install_packages "${packages[@]}"

work=$PWD/build/hls4ml
if [[ ! -x $work/venv/bin/python ]]; then
    python3 -m venv "$work/venv"
fi
"$work/venv/bin/pip" install --quiet 'hls4ml==1.3.0' keras jax # Keras needs one of its backends

echo "building"
cmake --preset examples >/dev/null
cmake --build --preset examples --target hls4ml_prune >/dev/null

run() {
    local folder
    folder=$work/$(IFS=_; echo "$*")
    rm -rf "$folder"
    echo "== $*"
    "$work/venv/bin/python" examples/hls4ml/round_trip.py \
        build/examples/examples/hls4ml_prune "$folder" "$@" 2>"$work/log" || {
        tail -5 "$work/log"
        return 1
    }
}
if (($#)); then
    run "$@"
else
    run mlp
    run cnn
fi
