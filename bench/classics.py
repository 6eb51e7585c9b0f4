#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Solves what bench_classics wrote with HiGHS, on one thread and under the same time limit, and
prints one Markdown table of all solvers.

    build/bench/bench/bench_classics build/classics 10
    python3 bench/classics.py build/classics

HiGHS comes from PyPI into an environment of its own, in the folder. Its answers are kept in
highs.json there and not computed again. Seconds are wall time without reading the file.
"""
import contextlib
import json
import math
import os
import pathlib
import subprocess
import sys
import time

STATUS = {"kOptimal": "optimal", "kTimeLimit": "time limit", "kInfeasible": "infeasible"}


def with_highspy(folder):
    """Starts again in an environment that has highspy."""
    environment = folder / "environment"
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "highspy"], check=True)
    os.execv(python, [str(python), *sys.argv])


@contextlib.contextmanager
def silence():
    """Keeps what a library prints out of the table."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def solve(highspy, path, limit):
    """What HiGHS makes of a linear program in a file."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("time_limit", float(limit))
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", 0.0)
    if highs.readModel(str(path)) == highspy.HighsStatus.kError:
        raise SystemExit(f"HiGHS cannot read {path}")
    begin = time.perf_counter()
    highs.run()
    seconds = time.perf_counter() - begin
    info = highs.getInfo()
    status = highs.getModelStatus().name
    value = info.objective_function_value
    bound = info.mip_dual_bound
    return {"status": STATUS.get(status, status), "value": value if math.isfinite(value) else 0.0,
            "bound": bound if math.isfinite(bound) else sys.float_info.max, "seconds": seconds}


def gap(run):
    """Relative distance between bound and value."""
    return max(0.0, run["bound"] - run["value"]) / run["bound"] if run["bound"] > 0 else 0.0


def cell(run):
    """Seconds, in brackets the gap where it is not closed; a star where nothing is proven."""
    if run is None:
        return "–"
    text = f"{run['seconds']:.3g}"
    if run["value"] <= 0:
        return f"{text} no answer"
    if gap(run) > 1e-9:
        text += f" ({gap(run):.0e})"
    return text + {"optimal": "", "time limit": " *", "feasible": " *"}.get(run["status"], f" {run['status']}")


def ratio(a, b):
    return f"{a / b:.6f}" if b else "–"


def table(title, rows, peers):
    print(f"\n### {title}\n")
    print("| problem | items | rows | units | value | exact | " + " | ".join(peers) + " | "
          + " | ".join(f"value, exact / {peer}" for peer in peers) + " | "
          + " | ".join(f"time, {peer} / exact" for peer in peers) + " |")
    print("|:--" + "|--:" * (5 + 3 * len(peers)) + "|")
    for one in rows:
        ours = one["exact"]
        cells = [cell(ours)] + [cell(one.get(peer)) for peer in peers]
        cells += [ratio(ours["value"], one[peer]["value"]) for peer in peers]
        cells += [f"{one[peer]['seconds'] / ours['seconds']:.3g}" if ours["seconds"] else "–" for peer in peers]
        print(f"| {one['name']} | {one['items']} | {one['resources']} | {one['units']} | "
              f"{ours['value']:.10g} | " + " | ".join(cells) + " |")


def remarks(rows, peers):
    """What contradicts: two proofs, a proof and a better value, a published optimum."""
    for one in rows:
        runs = {name: one[name] for name in ("exact", *peers)}
        for name, run in runs.items():
            for other, theirs in runs.items():
                # HiGHS and CBC work with tolerances of 1e-6 on rows and integers.
                if theirs["value"] > run["bound"] * (1 + 1e-6):
                    print(f"\n{one['name']}: the value of {other}, {theirs['value']:.12g}, "
                          f"is above the bound of {name}, {run['bound']:.12g}")
            if one["published"] is not None and run["status"] == "optimal" \
                    and abs(run["value"] - one["published"]) > 1e-6 * one["published"]:
                print(f"\n{one['name']}: {name} says {run['value']:.12g}, "
                      f"published is {one['published']:.12g}")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "classics")
    with open(folder / "classics.json", encoding="utf-8") as file:
        results = json.load(file)
    try:
        import highspy
    except ImportError:
        with_highspy(folder)
    limit = results["time_limit"]
    store = folder / "highs.json"
    known = json.loads(store.read_text(encoding="utf-8")) if store.exists() else {}
    for one in results["instances"]:
        key = f"{one['name']} {limit}"
        if key not in known:
            with silence():
                known[key] = solve(highspy, folder / (one["name"] + ".lp"), limit)
            store.write_text(json.dumps(known, indent=1), encoding="utf-8")
        one["highs"] = known[key]
    rows = results["instances"]
    peers = ["highs"] + (["cbc"] if all("cbc" in one for one in rows) else [])
    print(f"Seconds on one thread, at most {limit:g}; in brackets the gap, a star where nothing is proven.")
    for kind in dict.fromkeys(one["kind"] for one in rows):
        table(kind.capitalize(), [one for one in rows if one["kind"] == kind], peers)
    remarks(rows, peers)


main()
