#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the additions that da4ml needs for the matrices of bench_additions beside ours.

additions.py MATRICES. Once with its defaults, under which it also cuts a matrix into a product of two
where that saves additions, and once without that, so that both share pairs of terms alone.
"""

import sys

import numpy
from da4ml.cmvm import solve


def additions(pipeline):
    return sum(op.opcode in (0, 1) for stage in pipeline.solutions for op in stage.ops)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = file.read().splitlines()
    print("| matrix | bits | not zero | additions | shared | da4ml, pairs | da4ml | beside pairs "
          "| beside da4ml |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for head, body in zip(lines[::2], lines[1::2]):
        inputs, outputs, percent, bits, written_out, shared = map(int, head.split())
        kernel = numpy.array(body.split(), numpy.float32).reshape(outputs, inputs).T.copy()
        counts = []
        for options in ({"search_all_decompose_dc": False, "decompose_dc": -1}, {}):
            solution = solve(kernel, **options)
            if not numpy.array_equal(solution.kernel, kernel):
                sys.exit(f"da4ml has another matrix than {inputs}x{outputs}")
            counts.append(additions(solution))
        print(f"| {inputs}×{outputs} | {bits} | {percent} % | {written_out:,} | {shared:,} | "
              + " | ".join(f"{count:,}" for count in counts) + " | "
              + " | ".join(f"{100 * shared / count - 100:+.1f} %" for count in counts) + " |",
              flush=True)


if __name__ == "__main__":
    main()
