#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prunes LeNet on Fashion-MNIST, on a fresh Debian 12 and with nothing installed before.
# All arguments go to the program: examples/run.sh --quick, --full, --seed 2, --help.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."

packages=(g++ cmake ninja-build libboost-dev libeigen3-dev libtorch-dev libcli11-dev zlib1g-dev
    nlohmann-json3-dev dataset-fashion-mnist)
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

echo "building (LibTorch's headers take a minute)"
cmake --preset examples >/dev/null
cmake --build --preset examples --target fashion_mnist >/dev/null
root=$PWD
cd "$here"
exec "$root/build/examples/examples/fashion_mnist/fashion_mnist" "$@"
