#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the reference (docs/Doxyfile) in build/reference. Fails if Doxygen has anything to say, if a
# public header has no page, or if one of these has no comment: a class, an enumeration, a macro, a
# function that takes an argument. What a field, a type, an operator, a query without arguments or
# `to_string` is may be said by its name.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

rm -rf build/reference
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{ cat docs/Doxyfile; echo "WARN_IF_UNDOCUMENTED = YES"; echo "WARN_AS_ERROR = NO"; } |
    doxygen - 2>"$log" || { cat "$log"; exit 1; }
said_by_name='\((variable|typedef|friend)\)|Member (operator|to_string\()|\(\)( const)? \(function\)'
remarks=$(
    sed -E "/($said_by_name).* is not documented/d" "$log" | sort -u
    find include -name '*.hpp' -not -path '*/detail/*' | while read -r header; do
        grep -q ">${header##*/}</a>" build/reference/files.html || echo "$header has no page"
    done
    # Doxygen is silent about links to pages that it does not make, as those of a concept without a
    # comment and of a Markdown page to a file that is none of its own.
    cd build/reference
    grep -oE 'href="[^"#:]+["#]' ./*.html | sed 's/:href="/ /; s/["#]$//' | sort -u |
        while read -r page file; do [[ -e $file ]] || echo "$page: there is no $file"; done
)
[[ -z $remarks ]] || { echo "$remarks"; exit 1; }
