#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What including a header costs: for every public header the lines after preprocessing, the seconds
# to compile a file that includes only it, and those of the standard headers (and Boost's) that it
# reads, alone. User time, the least of several runs, so that other work on the machine counts little.
#
#   bench/compile_time/measure_includes.sh [compiler…]     g++ and clang++ if none is given
#
# RUNS=7 repeats more often, OPTIONS=-DESPALIER_COMPILED measures what users of espalier::compiled
# include, HEADERS="prune/pruner.hpp …" measures these only.
set -euo pipefail
export LC_ALL=C
include=$(cd "$(dirname "$0")/../../include" && pwd)
runs=${RUNS:-5}
read -ra options <<<"${OPTIONS:-}"
(($#)) || set -- g++ clang++
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [[ -n ${HEADERS:-} ]]; then
    read -ra headers <<<"$HEADERS"
else
    cd "$include/espalier"
    mapfile -t headers < <(find . -name '*.hpp' -not -path '*/detail/*' -not -path './with/*' \
        -printf '%P\n' | sort)
fi

# seconds <compiler> <source>: user time of the fastest run
seconds() {
    local TIMEFORMAT=%U run
    for ((run = 0; run < runs; ++run)); do
        { time "$1" -std=c++20 "${options[@]}" -I "$include" -c -o "$work/object.o" "$2"; } 2>&1
    done | sort -n | head -n 1
}

printf '%-36s' header
for compiler; do printf ' %26s' "$compiler"; done
printf '\n%-36s' ''
for compiler; do printf ' %8s %8s %8s' lines seconds above; done
printf '\n'
for header in "${headers[@]}"; do
    printf '#include <espalier/%s>\n' "$header" >"$work/header.cpp"
    printf '%-36s' "$header"
    for compiler; do
        command=("$compiler" -std=c++20 "${options[@]}" -I "$include")
        lines=$("${command[@]}" -E -P "$work/header.cpp" | wc -l)
        # The headers of others that ours include, in one file.
        "${command[@]}" -M "$work/header.cpp" | tr ' ' '\n' | grep "^$include/" | sort -u |
            xargs grep -hoE '^ *#include <[^>]+>' | grep -v '<espalier/' | sort -u \
            >"$work/others.cpp" || true
        of_header=$(seconds "$compiler" "$work/header.cpp")
        of_others=$(seconds "$compiler" "$work/others.cpp")
        printf ' %8d %8.2f %8.2f' "$lines" "$of_header" \
            "$(awk "BEGIN { print $of_header - $of_others }")"
    done
    printf '\n'
done
