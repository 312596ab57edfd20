#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Draw the bench's JSON file as SVG: chart.py FILE.json FILE.svg"""

import json
import sys
from html import escape

WIDTH = 960
LEFT = 260
RIGHT = 90
BAR = 11
GAP = 12

SERIES = [
    ("ours", "l4lb", "#2f81d8"),
    ("ipvs", "ip_vs", "#d8752f"),
    ("ipvs_tuned", "ip_vs tuned", "#c9a227"),
    ("flowtable", "flowtable", "#6f9e5b"),
    ("nft_dsr", "nft DSR", "#9b6fb5"),
    ("routing", "plain routing", "#8a8f98"),
]

PANELS = [
    ("established", "Established connections: instructions a packet"),
    ("new", "New connections: instructions a packet"),
    ("tax", "Packets that are only forwarded: instructions a packet"),
    ("memory", "Memory: bytes a connection"),
    ("control", "Applying a configuration: million instructions"),
]

STYLE = """
text { font: 12px sans-serif; fill: #57606a; }
.title { font-size: 15px; font-weight: bold; }
.value { font-size: 10px; }
.axis { stroke: #8a8f98; stroke-width: 1; }
.floor { stroke: #c33; stroke-width: 1.5; stroke-dasharray: 4 3; }
@media (prefers-color-scheme: dark) { text { fill: #b6bec8; } }
"""


class Chart:
    """Collects SVG elements from top to bottom."""

    def __init__(self):
        self.out = []
        self.y = 16

    def text(self, x, y, text, **attributes):
        extra = "".join(f' {k.rstrip("_")}="{v}"'
                        for k, v in attributes.items())
        self.out.append(f'<text x="{x:.0f}" y="{y:.0f}"{extra}>'
                        f'{escape(text)}</text>')

    def bar(self, y, length, color):
        self.out.append(f'<rect x="{LEFT}" y="{y:.0f}" width="{length:.1f}" '
                        f'height="{BAR - 1}" fill="{color}"/>')

    def line(self, x, y0, y1, kind):
        self.out.append(f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" '
                        f'y1="{y0:.0f}" y2="{y1:.0f}"/>')

    def legend(self, floor):
        x = 10
        for _, name, color in SERIES:
            self.out.append(f'<rect x="{x}" y="{self.y}" width="12" '
                            f'height="12" fill="{color}"/>')
            self.text(x + 17, self.y + 11, name)
            x += 40 + 7 * len(name)
        if floor:
            self.line(x + 4, self.y - 2, self.y + 14, "floor")
            self.text(x + 12, self.y + 11,
                      f"do-nothing forwarder at PRE_ROUTING ({floor:.0f})")
        self.y += 42

    def panel(self, title, rows, floor):
        cells = [row_cells(row) for row in rows]
        largest = max(v for bars in cells for _, v in bars)
        scale = (WIDTH - LEFT - RIGHT) / largest
        self.text(10, self.y, title, class_="title")
        self.y += 14
        top = self.y
        for row, bars in zip(rows, cells):
            height = BAR * len(bars)
            self.text(LEFT - 8, self.y + height / 2 + 4, row_label(row),
                      text_anchor="end")
            for i, (color, value) in enumerate(bars):
                y = self.y + i * BAR
                self.bar(y, value * scale, color)
                self.text(LEFT + value * scale + 4, y + BAR - 1,
                          f"{value:,.0f}", class_="value")
            self.y += height + GAP
        self.line(LEFT, top - 4, self.y - GAP + 4, "axis")
        if floor:
            self.line(LEFT + floor * scale, top - 4, self.y - GAP + 4, "floor")
        self.y += 18

    def svg(self, title):
        body = "\n".join(self.out).replace("text_anchor", "text-anchor")
        return (f'<svg xmlns="http://www.w3.org/2000/svg" '
                f'viewBox="0 0 {WIDTH} {self.y:.0f}" role="img">\n'
                f'<title>{escape(title)}</title>\n'
                f'<style>{STYLE}</style>\n{body}\n</svg>\n')


def row_cells(row):
    found = []
    for system, _, color in SERIES:
        value = row["values"].get(system, {}).get(row["metric"])
        if value:
            found.append((color, value))
    return found


def row_label(row):
    if row["ratio"] is None:
        return row["label"]
    return f'{row["label"]} ({row["ratio"]:.2f})'


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as source:
        data = json.load(source)
    rows = {r["row"]: r for r in data["rows"]}
    floor = rows["dr_in"]["values"].get("floor_pre", {}).get("cost")
    chart = Chart()
    title = (f'l4lb and others on Linux {data["kernel"]}; in brackets: l4lb '
             'to the better ip_vs')
    chart.text(10, chart.y + 4, title, class_="title")
    chart.y += 22
    chart.legend(floor)
    for group, name in PANELS:
        picked = [r for r in data["rows"]
                  if r["group"] == group and row_cells(r)]
        if picked:
            packets = picked[0]["metric"] == "cost"
            chart.panel(name, picked, floor if packets else None)
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write(chart.svg(title))
    return 0


if __name__ == "__main__":
    sys.exit(main())
