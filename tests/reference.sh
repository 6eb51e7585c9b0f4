#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the reference (docs/Doxyfile) in build/reference. Fails if Doxygen has anything to say, or if
# something public has no comment: a class, an enumeration, a macro, a function that takes an
# argument. What a field, a type, an operator, a query without arguments or `to_string` is may be said
# by its name.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p build
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{ cat docs/Doxyfile; echo "WARN_IF_UNDOCUMENTED = YES"; echo "WARN_AS_ERROR = NO"; } |
    doxygen - 2>"$log" || { cat "$log"; exit 1; }
said_by_name='\((variable|typedef|friend)\)|Member (operator|to_string\()|\(\)( const)? \(function\)'
remarks=$(sed -E "/($said_by_name).* is not documented/d" "$log" | sort -u)
[[ -z $remarks ]] || { echo "$remarks"; exit 1; }
