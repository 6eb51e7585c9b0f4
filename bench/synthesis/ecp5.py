#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Synthesises, places and routes the circuits of bench_ecp5 and prints them beside the model.

ecp5.py FOLDER NEXTPNR [row …]; Yosys is found by the path. Of what was placed, the harness is
taken away, whose cells are those of the module `chip` itself.
"""

import json
import pathlib
import re
import subprocess
import sys

HEAD = ("shape", "RF", "W", "circuit", "MULT18", "nextpnr", "DP16KD", "nextpnr", "LUT4", "nextpnr",
        "FF", "nextpnr", "Fmax (MHz)")


def run(command, log):
    with open(log, "w", encoding="utf-8") as out:
        subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=True)


def own_cells(stat, module):
    """Cells of one module without those below it."""
    block = stat.split(f"=== {module} ===")[1].split("\n===")[0]
    return {kind: int(count) for kind, count in re.findall(r"\n {5}(\w+) +(\d+)", block)}


def placed(folder, number, nextpnr):
    base = folder / number
    run(["yosys", "-q", "-p", f"read_verilog {base}.v; synth_ecp5 -top chip -noflatten "
         f"-json {base}.json; tee -q -o {base}.stat stat"], f"{base}.yosys.log")
    run([nextpnr, "--45k", "--package", "CABGA381", "--speed", "6", "--seed", "1", "--freq", "100",
         "--timing-allow-fail", "--lpf-allow-unconstrained", "--json", f"{base}.json",
         "--report", f"{base}.report"], f"{base}.nextpnr.log")
    harness = own_cells(pathlib.Path(f"{base}.stat").read_text(encoding="utf-8"), "chip")
    report = json.loads(pathlib.Path(f"{base}.report").read_text(encoding="utf-8"))
    used = {kind: of["used"] for kind, of in report["utilization"].items()}
    clock = next(iter(report["fmax"].values()))
    return (used["MULT18X18D"], used["DP16KD"], used["TRELLIS_COMB"] - harness.get("LUT4", 0),
            used["TRELLIS_FF"] - harness.get("TRELLIS_FF", 0), clock["achieved"])


def main():
    folder, nextpnr, *rows = pathlib.Path(sys.argv[1]), *sys.argv[2:]
    print("| " + " | ".join(HEAD) + " |")
    print("|---|--:|--:|---|" + "--:|" * 9, flush=True)
    for number, line in enumerate((folder / "layers.tsv").read_text(encoding="utf-8").splitlines()):
        if rows and str(number) not in rows:
            continue
        *names, dsp, ram, lut, ff = line.split("\t")
        dsp_is, ram_is, lut_is, ff_is, clock = placed(folder, str(number), nextpnr)
        print("| " + " | ".join(map(str, (*names, dsp, dsp_is, ram, ram_is, lut, lut_is, ff, ff_is,
                                          f"{clock:.0f}"))) + " |", flush=True)


if __name__ == "__main__":
    main()
