#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What each stage of `exact` earns: bench/stages.cpp with one stage switched off at a time.

    bench/stages.py [stage ...]      all of them take some minutes
    bench/stages.py --check          only whether all places are found

The headers are copied to a temporary folder, and a condition on the environment is written where
each stage begins; so the library itself has no switches. A place that is not found, or found
twice, ends the program. Printed are, for every set of problems in which the stage matters, proofs,
steps and gaps with it and without.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

# Name, header below knapsack/detail, where the stage begins, and the same with OFF for "switched
# off".
STAGES = [
    ("labels", "core/label_search.hpp", "if (rows > most_rows_) {", "if (OFF || rows > most_rows_) {"),
    ("changes still needed", "core/label_search.hpp", "if (!(changes * next < most))",
     "if (!OFF && !(changes * next < most))"),
    ("dominance of labels", "core/label_search.hpp", "if (!(worth < best_worth))",
     "if (!OFF && !(worth < best_worth))"),
    ("both searches briefly first", "core/core_search.hpp", "efforts{tuning::brief,",
     "efforts{OFF ? tuning::effort{budget::no_limit, budget::no_limit} : tuning::brief,"),
    ("exchanges of items", "core/item_core.hpp", "if (items_.size() > tuning::most_exchanged)",
     "if (OFF || items_.size() > tuning::most_exchanged)"),
    ("equal components as one place", "core/repeated_places.hpp", "if (at > 0 && !is_less(",
     "if (!OFF && at > 0 && !is_less("),
    ("few of equal places", "core/repeated_places.hpp", "        if (most < count)", "        if (!OFF && most < count)"),
    ("brief searches on the way", "core/core_search.hpp", "search(covers ? how : tuning::on_the_way)",
     "search(covers || OFF ? how : tuning::on_the_way)"),
    ("nested trees", "core/branch_and_bound.hpp", "if (columns_.size() > tuning::least_to_nest)",
     "if (!OFF && columns_.size() > tuning::least_to_nest)"),
    ("reduced cost fixing", "core/branch_and_bound.hpp", "        fix(lp_.bound", "        if (!OFF) fix(lp_.bound"),
    ("filling up of trials", "core/branch_and_bound.hpp",
     "for (const std::uint32_t j : fill_order_) {", "for (const std::uint32_t j : fill_order_) { if (OFF) break;"),
    ("rounding of the room", "core/core_columns.hpp", "            room[r] -= rest;",
     "            if (OFF) continue;\n            room[r] -= rest;"),
    ("lattice", "core/lattice.hpp", "if (cases_ <= 1", "if (OFF || cases_ <= 1"),
    ("common divisor", "core/common_divisor.hpp", "return divisor_ > 0 ?", "return !OFF && divisor_ > 0 ?"),
    ("settling of ties", "prices/tie_settling.hpp", "has_settled = tied.size() >=",
     "has_settled = !OFF && tied.size() >="),
    ("choice first in its list", "core/component_core.hpp", "            begin_with_choice(c, place.choices);",
     "            if (!OFF) begin_with_choice(c, place.choices);"),
    ("memory of what was too long", "core/component_core.hpp", "unlisted_[c] = limit;",
     "if (!OFF) unlisted_[c] = limit;"),
    ("limit to equal components", "core/component_core.hpp", "equal -= margin == limit;",
     "equal -= !OFF && margin == limit;"),
    ("recognition of blocks", "entry/components.hpp", "if (m.end - m.begin != count)",
     "if (OFF || m.end - m.begin != count)"),
    ("samples of items", "prices/item_prices.hpp", "items_.size() <= 2 * tuning::first_sample",
     "OFF || items_.size() <= 2 * tuning::first_sample"),
    ("samples of components", "prices/component_prices.hpp", "if (at_.parts.items() <= 2 * tuning::first_sample) {",
     "if (OFF || at_.parts.items() <= 2 * tuning::first_sample) {"),
    ("larger samples", "prices/component_prices.hpp", "while (at_.parts.items() > 64 * sampled",
     "while (!OFF && at_.parts.items() > 64 * sampled"),
    ("a fence around prices", "prices/component_prices.hpp", "if (fence > 0)", "if (!OFF && fence > 0)"),
    ("lowering of prices", "prices/component_prices.hpp", "        if (has_floors)\n            lower_prices",
     "        if (!OFF && has_floors)\n            lower_prices"),
    ("cut-off of relaxations", "prices/relaxation.hpp", "        if (bound <= cut_off)\n",
     "        if (!OFF && bound <= cut_off)\n"),
    ("exact choices for floors", "prices/floor_choices.hpp", "return floor.missing <= 64 &&",
     "return !OFF && floor.missing <= 64 &&"),
    ("all floors at once", "choose.hpp", "ceiling, terms.limits, terms.crew, with_others);",
     "ceiling, terms.limits, terms.crew, with_others && !OFF);"),
    ("a ceiling for values", "choose.hpp", "const bool again = !floored", "const bool again = !OFF && !floored"),
    ("a second try without other floors", "choose.hpp", "if (!unproven && core == nullptr",
     "if (!OFF && !unproven && core == nullptr"),
]

SWITCH = """#pragma once
#include <cstdlib>
inline const int stage_off = std::getenv("STAGE_OFF") ? std::atoi(std::getenv("STAGE_OFF")) : 0;
"""


def write_switches(source, work):
    headers = work / "include"
    shutil.copytree(source / "include", headers)
    for number, (name, header, begin, switched) in enumerate(STAGES, 1):
        path = headers / "espalier/knapsack/detail" / header
        text = path.read_text()
        if text.count(begin) != 1:
            sys.exit(f"stages.py: {name}: '{begin}' is {text.count(begin)} times in {header}")
        path.write_text(text.replace(begin, switched.replace("OFF", f"(stage_off == {number})")))
    (work / "switch.hpp").write_text(SWITCH)
    return headers


def build(source, work):
    headers = write_switches(source, work)
    subprocess.run([os.environ.get("CXX", "g++"), "-std=c++20", "-O2", "-include", work / "switch.hpp",
                    f"-I{headers}", f"-I{source / 'tests'}", f"-I{source / 'bench'}",
                    source / "bench/stages.cpp", "-o", work / "stages", "-pthread"], check=True)


def measure(work, number):
    """Set → (problems, proven, millions of steps, gaps, values, seconds)."""
    run = subprocess.run([work / "stages"], env={**os.environ, "STAGE_OFF": str(number)}, check=True,
                         capture_output=True, text=True)
    rows = [line.split("\t") for line in run.stdout.splitlines()]
    return {row[0]: row[1:] for row in rows}


def main():
    source = pathlib.Path(__file__).resolve().parent.parent
    wanted = sys.argv[1:]
    if wanted == ["--check"]:
        with tempfile.TemporaryDirectory() as folder:
            write_switches(source, pathlib.Path(folder))
        print(f"{len(STAGES)} stages can be switched off")
        return
    unknown = set(wanted) - {stage[0] for stage in STAGES}
    if unknown:
        sys.exit(f"stages.py: there is no stage {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        build(source, work)
        base = measure(work, 0)
        print("| stage | set | proven | without | million steps | without | Σ gap | without |")
        print("|:--|:--|--:|--:|--:|--:|--:|--:|")
        for number, (name, *_) in enumerate(STAGES, 1):
            if wanted and name not in wanted:
                continue
            off = measure(work, number)
            same = True
            for key, (_, proven, steps, gaps, *_) in base.items():
                _, proven_off, steps_off, gaps_off, *_ = off[key]
                moved = abs(float(steps_off) - float(steps)) > 0.01 * float(steps)
                if proven != proven_off or gaps != gaps_off or moved:
                    same = False
                    print(f"| {name} | {key} | {proven} | {proven_off} | {steps} | {steps_off} "
                          f"| {gaps} | {gaps_off} |", flush=True)
            if same:
                print(f"| {name} | – | | | | | | |", flush=True)


if __name__ == "__main__":
    main()
