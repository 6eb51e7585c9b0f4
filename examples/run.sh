#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prunes LeNet on Fashion-MNIST, on a fresh Debian 12 and with nothing installed before.
# All arguments go to the program: examples/run.sh --quick, --full, --seed 2, --help.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."

packages=(g++ cmake ninja-build libboost-dev libeigen3-dev libtorch-dev libcli11-dev zlib1g-dev
    nlohmann-json3-dev dataset-fashion-mnist)
. tests/install.sh
install_packages "${packages[@]}"

echo "building (LibTorch's headers take a minute)"
cmake --preset examples >/dev/null
cmake --build --preset examples --target fashion_mnist >/dev/null
root=$PWD
cd "$here"
exec "$root/build/examples/examples/fashion_mnist/fashion_mnist" "$@"
