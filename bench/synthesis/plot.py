#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws predicted against synthesised: plot.py docs/synthesis.md > docs/synthesis.svg

The numbers are those of the page's own tables: a column "Yosys", or one that ends so, is what was
synthesised of the column before it. A dot is one circuit; both axes are logarithmic, and figures
below one are drawn at a half, so that 0 has a place.
"""

import math
import sys

SIDE, LEFT, TOP, PITCH = 300, 62, 34, 390
GROUPS = {"fixed map, RF to 64": "#0072b2", "fixed map, RF 128 to 2048": "#d55e00",
          "N:M and free rows": "#009e73", "layers of LeNet and of the jet tagger": "#cc79a7"}


def cells_of(line):
    return [cell.strip() for cell in line.strip("|\n").split("|")]


def circuits_in(page):
    """A dictionary for each row of the tables that compare with Yosys, sums left out."""
    head = None
    for line in page:
        if not line.startswith("|"):
            head = None
        elif head is None:
            head = cells_of(line)
            for i, name in enumerate(head):
                head[i] = head[i - 1] + " Yosys" if name == "Yosys" else name
            layer = ""
        elif any(name.endswith(" Yosys") for name in head) and not line.startswith("|--"):
            row = dict(zip(head, cells_of(line)))
            layer = row.get("layer") or layer
            if not layer.startswith("all"):
                yield row


def group_of(row):
    if "shape" not in row:
        return "layers of LeNet and of the jet tagger"
    if "structure" in row:
        return "N:M and free rows"
    return "fixed map, RF 128 to 2048" if int(row["RF"]) >= 128 else "fixed map, RF to 64"


def place(value, decades):
    return SIDE * (math.log10(value if value >= 1 else 0.5) + 0.5) / (decades + 0.5)


def text(x, y, anchor, words, more=""):
    return f"<text x='{x:.0f}' y='{y:.0f}' text-anchor='{anchor}' {more}>{words}</text>"


def line(x1, y1, x2, y2, colour):
    return f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{colour}'/>"


def panel(rows, quantity, x0, decades):
    def x(value):
        return x0 + place(value, decades)

    def y(value):
        return TOP + SIDE - place(value, decades)

    out = []
    for decade in range(decades + 1):
        value = 10 ** decade
        label = value if value < 10000 else f"{value // 1000}k" if value < 10 ** 6 else "1M"
        out += [line(x(value), TOP, x(value), TOP + SIDE, "#ddd"),
                line(x0, y(value), x0 + SIDE, y(value), "#ddd"),
                text(x(value), TOP + SIDE + 16, "middle", label),
                text(x0 - 6, y(value) + 4, "end", label)]
    out.append(line(x(1), y(1), x0 + SIDE, TOP, "#555"))
    dots = {}
    for row in rows:
        if quantity + " Yosys" in row:
            predicted, found = (int(row[quantity + of].replace(",", "")) for of in ("", " Yosys"))
            dots.setdefault((predicted, found, group_of(row)), []).append(row)
    off = sum(len(found) for (a, b, _), found in dots.items() if a != b)
    count = sum(len(found) for found in dots.values())
    for a, b, group in sorted(dots):
        out.append(f"<circle cx='{x(b):.1f}' cy='{y(a):.1f}' r='3' fill='{GROUPS[group]}' "
                   "fill-opacity='0.5'/>")
    out += [text(x0 + SIDE / 2, 20, "middle", f"{quantity}: {count} circuits, {off} differ",
                 "font-size='14'"),
            text(x0 + SIDE / 2, TOP + SIDE + 34, "middle", "synthesised by Yosys")]
    return out


def main():
    with open(sys.argv[1], encoding="utf-8") as page:
        rows = list(circuits_in(page))
    out = ["<svg xmlns='http://www.w3.org/2000/svg' width='1200' height='420' "
           "font-family='sans-serif' font-size='11'>",
           "<rect width='1200' height='420' fill='white'/>"]
    for number, (quantity, decades) in enumerate((("DSP", 4), ("RAMB18", 4), ("LUT", 6))):
        out += panel(rows, quantity, LEFT + number * PITCH, decades)
    out.append(text(16, TOP + SIDE / 2, "middle", "predicted", "transform='rotate(-90 16 184)'"))
    for number, (group, colour) in enumerate(GROUPS.items()):
        out += [f"<circle cx='{LEFT + number * 200}' cy='400' r='4' fill='{colour}'/>",
                text(LEFT + 9 + number * 200, 404, "start", group)]
    print("\n".join(out + ["</svg>"]))


if __name__ == "__main__":
    main()
