#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How much of each header of the knapsack its own tests run, and the lines that they do not. Needs
# g++ and gcov only. Takes minutes: the tests are hardly optimised.
#
#     bench/coverage.sh [build folder] [arguments of the tests, such as -tc="exact*"]
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath -m "${1:-$source/build/coverage}")
[ $# -gt 0 ] && shift
mkdir -p "$build"
cd "$build"

# One object per test file, made again where it or a header is newer.
objects=
for file in "$source"/tests/main.cpp $(find "$source/tests/knapsack" -name '*.cpp' | sort); do
    object=$(echo "${file#"$source/tests/"}" | tr / _ | sed 's/cpp$/o/')
    objects="$objects $object"
    newest=$(find "$source/include/espalier" "$source/tests" -name '*.hpp' -newer "$object" \
        2>/dev/null | head -n 1 || true)
    if [ ! -e "$object" ] || [ "$file" -nt "$object" ] || [ -n "$newest" ]; then
        g++ -std=c++20 -O1 --coverage -fprofile-update=atomic \
            -I"$source/include" -I"$source/tests" -c "$file" -o "$object"
    fi
done
# shellcheck disable=SC2086
g++ --coverage $objects -lglpk -lpthread -o test_knapsack

find . -name '*.gcda' -delete
./test_knapsack "$@" > tests.txt || echo "some tests fail, see $build/tests.txt"

# gcov writes a report for each header and each object; a line is run if any object runs it.
rm -rf reports
mkdir reports
for object in $objects; do
    data=${object%.o}
    mkdir "reports/$data"
    (cd "reports/$data" && gcov -p -r -s "$source/include" -o "$build" "$build/$data.gcda" \
        > /dev/null 2>&1) || true
done

printf '| header | lines | run | lines that are not run |\n|:--|--:|--:|:--|\n'
(cd "$source/include" && find espalier/knapsack -name '*.hpp' | sort) | while read -r header; do
    # In a report, "count:line:text"; "#####" and "=====" were never run, "-" is no code.
    find reports -name "$(printf %s "$header" | tr '/' '#').gcov" -exec cat {} + |
        awk -F: -v header="$header" '
            { count = $1; line = $2; gsub(/[ *]/, "", count); gsub(/ /, "", line) }
            line ~ /^[0-9]+$/ && line > 0 && count != "-" && count != "" {
                code[line] = 1
                if (count !~ /^[#=]/) run[line] = 1
                if (line + 0 > last) last = line + 0
            }
            END {
                for (line = 1; line <= last; ++line) {
                    if (!code[line]) continue
                    ++lines
                    if (run[line]) { ++hit; close_range(); continue }
                    if (!begin) begin = line
                    end = line
                }
                close_range()
                if (lines == 0) printf "| %s | 0 | – | |\n", header
                else printf "| %s | %d | %.1f %% | %s |\n", header, lines, 100 * hit / lines, missed
            }
            function close_range() {
                if (!begin) return
                missed = missed (missed == "" ? "" : ", ") begin (end > begin ? "–" end : "")
                begin = 0
            }'
done
