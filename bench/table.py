#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the JSON output of bench_knapsack into Markdown tables.

    bench_knapsack --benchmark_out=knapsack.json --benchmark_out_format=json
    python3 bench/table.py knapsack.json
"""
import json
import sys

COLUMNS = ["sort", "nth_element", "greedy", "exact", "exact_2_threads", "glpk_on_core", "glpk", "cbc"]


def cell(run, best):
    """Milliseconds of processor time, with threads of wall time; in brackets the gap that the solver reports and the value that it falls short."""
    if run is None:
        return "–"
    time = run["real_time" if "threads" in run["run_name"] else "cpu_time"]
    text = f"{time:.3g}" if time < 1000 else f"{time:.0f}"
    remarks = []
    if "gap" in run and run["gap"] > 1e-9:
        remarks.append(f"{run['gap']:.0e}")
        if (short := 1 - run["value"] / best["value"]) > 1e-9:
            remarks.append(f"−{short:.0e}")
    if remarks:
        text += f" ({', '.join(remarks)})"
    if run.get("proven") == 0 and run["name"].split("/")[0] != "greedy":
        text += " *"
    return text


def main():
    runs = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            runs += json.load(file)["benchmarks"]
    table = {}
    for run in runs:
        name, items, resources, classes, linked = run["name"].split("/")[:5]
        table.setdefault((int(linked), int(items), int(resources), int(classes)), {})[name] = run
    for kind, title in ((0, "Independent items"), (1, "Items that share memory columns")):
        print(f"\n### {title}\n")
        print("| items | R | K | " + " | ".join(COLUMNS) + " | exact / sort |")
        print("|" + "--:|" * (4 + len(COLUMNS)))
        for key in sorted(k for k in table if k[0] == kind):
            row = table[key]
            if "exact" not in row or "sort" not in row:
                continue
            ratio = row["exact"]["cpu_time"] / row["sort"]["cpu_time"]
            print(f"| {key[1]:,} | {key[2]} | {key[3]} | "
                  + " | ".join(cell(row.get(c), row["exact"]) for c in COLUMNS) + f" | {ratio:.2f} |")


main()
