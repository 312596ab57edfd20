#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Turn what the guest printed into the table, the JSON file and the verdict.

usage: report.py [--json FILE] [--erms RUN] RUN [SECOND_RUN]

Exit status: 0 all bounds met, 1 a bound missed, an error in the guest or (with
a second run) a value that differs by more than 0.5 %, 2 usage.
"""

import argparse
import json
import re
import sys

from rows import METRICS, ROWS, SYSTEMS, UNSTEADY

SPREAD = 0.005


class Run:
    """What one boot measured."""

    def __init__(self, path):
        self.values = {}    # (row, system) -> {metric: value}
        self.info = []
        self.errors = []
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self.take(line.rstrip("\n").split(" "))

    def take(self, words):
        if words[0] == "R" and len(words) == 5 and words[4]:
            cell = self.values.setdefault((words[1], words[2]), {})
            cell[words[3]] = float(words[4])
        elif words[0] == "I":
            self.info.append(" ".join(words[1:]))
        elif words[0] == "E":
            self.errors.append(" ".join(words[1:]))

    def value(self, row, system, metric):
        return self.values.get((row, system), {}).get(metric)

    def fact(self, key):
        for line in self.info:
            if line.startswith(key + " "):
                return line[len(key) + 1:]
        return ""

    def finished(self):
        return bool(self.fact("failures"))


def best_ipvs(run, row, metric):
    found = [run.value(row.id, s, metric) for s in ("ipvs", "ipvs_tuned")]
    found = [v for v in found if v]
    return min(found) if found else None


def judge(run, row):
    """(ratio, ratio above the floor, met) of the row's main metric."""
    ours = run.value(row.id, "ours", row.main)
    ipvs = best_ipvs(run, row, row.main)
    if not ours or not ipvs:
        return None, None, None
    ratio = ours / ipvs
    above = None
    floor = run.value("dr_in", "floor_pre", "cost")
    if row.main == "cost" and floor:
        above = (ours - floor) / (ipvs - floor)
    met = None if row.bound is None else ratio <= row.bound
    return ratio, above, met


def number(value, metric):
    if value is None:
        return "-"
    return f"{value:.1f}" if metric in ("bytes", "Minstr", "Mips") else f"{value:.0f}"


def ratio_text(value):
    return "-" if value is None else f"{value:.3f}"


def metrics_of(run, row):
    """The main metric first, then whatever else was measured."""
    seen = [m for m in METRICS
            if any(run.value(row.id, s, m) for s, _ in SYSTEMS)]
    return sorted(seen, key=lambda m: m != row.main)


def table_lines(run):
    head = ["row", "instrument"] + [name for _, name in SYSTEMS[:3]]
    head += ["ratio", "above floor", "bound", "met"]
    head += [name for _, name in SYSTEMS[3:]]
    lines = [head]
    for row in ROWS:
        for metric in metrics_of(run, row):
            first = metric == row.main
            ratio, above, met = judge(run, row) if first else (None,) * 3
            cells = [number(run.value(row.id, s, metric), metric)
                     for s, _ in SYSTEMS]
            verdict = {None: "-", True: "yes", False: "NO"}[met]
            bound = f"{row.bound}" if row.bound and first else "-"
            middle = [ratio_text(ratio), ratio_text(above), bound, verdict]
            if not first:
                middle = [""] * 4
            lines.append([row.label if first else "", metric] + cells[:3] +
                         middle + cells[3:])
    return lines


def print_table(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for n, line in enumerate(lines):
        left = [line[i].ljust(widths[i]) for i in range(2)]
        right = [line[i].rjust(widths[i]) for i in range(2, len(line))]
        print("  ".join(left + right).rstrip())
        if n == 0:
            print("-" * (sum(widths) + 2 * len(widths) - 2))


def print_tax(run):
    base = run.value("tax_idle", "routing", "cost")
    ct_base = run.value("tax_ct", "routing", "cost")
    if not base:
        return
    print("\nTax on a forwarded packet that is nobody's business, instructions:")
    for ident, zero in (("tax_idle", base), ("tax_service", base),
                        ("tax_ct", ct_base)):
        label = next(r.label for r in ROWS if r.id == ident)
        taxes = []
        for system, name in SYSTEMS[:3]:
            value = run.value(ident, system, "cost")
            if value and zero:
                taxes.append(f"{name} {value - zero:+.0f}")
        print(f"  {label}: {', '.join(taxes) or '-'}")


def print_erms(run, erms):
    """A line for each row of a boot on a CPU with fast string instructions."""
    print("\nOn a CPU with erms (repeated string instructions count each time), "
          "cost and change:")
    for row in ROWS:
        cells = []
        for system, name in SYSTEMS:
            with_erms = erms.value(row.id, system, "cost")
            without = run.value(row.id, system, "cost")
            if with_erms and without:
                cells.append(f"{name} {with_erms:.0f} "
                             f"({with_erms - without:+.0f})")
        if cells:
            print(f"  {row.label}: {', '.join(cells)}")


def print_notes(run):
    print("\nInstruments:")
    for metric, text in METRICS.items():
        print(f"  {metric:8} {text}")
    print("\nRows:")
    for row in ROWS:
        print(f"  {row.label}: {row.config}")
    print(f"""
Kernel {run.fact('kernel')}, {run.fact('cmdline')}
One boot in QEMU with icount: counts are instructions, not time; caches and
locks do not show. Ratio: ours to the better of both ip_vs columns. Above floor:
the same after subtracting the do-nothing forwarder at PRE_ROUTING. ip_vs tuned:
conn_tab_bits=20, run_estimation=0. Each system is loaded afresh for each row;
ours hooks PRE_ROUTING at -250, as the PRE floor does.""")
    for line in run.info:
        if line.startswith("frames "):
            print(f"Frames compared byte by byte, {line[7:]}")


def as_json(run, spread):
    rows = []
    for row in ROWS:
        ratio, above, met = judge(run, row)
        values = {s: run.values[(row.id, s)] for s, _ in SYSTEMS
                  if (row.id, s) in run.values}
        rows.append({
            "row": row.id, "group": row.group, "label": row.label,
            "config": row.config, "metric": row.main, "values": values,
            "ratio": ratio and round(ratio, 4),
            "ratio_above_floor": above and round(above, 4),
            "bound": row.bound, "met": met,
        })
    return {
        "kernel": run.fact("kernel"), "cmdline": run.fact("cmdline"),
        "instruments": METRICS, "rows": rows,
        "frames": [i[7:] for i in run.info if i.startswith("frames ")],
        "spread_of_two_runs": spread and round(spread, 6),
    }


def compare(a, b):
    """The largest relative difference and where, and what exceeds SPREAD."""
    worst, lines, unsteady = ("", 0.0), [], {}
    for key, cell in sorted(a.values.items()):
        for metric, value in cell.items():
            other = b.values.get(key, {}).get(metric)
            if metric not in METRICS:
                continue
            if other is None:
                lines.append(f"{key[0]} {key[1]} {metric}: only in one run")
                continue
            spread = abs(value - other) / max(value, other, 1)
            if key in UNSTEADY:
                unsteady[key] = max(unsteady.get(key, 0), spread)
                continue
            if spread > worst[1]:
                worst = (" ".join(key) + " " + metric, spread)
            if spread > SPREAD:
                lines.append(f"{key[0]} {key[1]} {metric}: {value} and "
                             f"{other}, {spread:.2%}")
    for key, spread in unsteady.items():
        print(f"{key[0]} {key[1]} differs by {spread:.2%}: {UNSTEADY[key]}")
    return worst, lines


def verdict(run, other):
    """Print what is wrong; return how much."""
    bad = 0
    for which in (run, other) if other else (run,):
        if not which.finished():
            print("the guest did not finish")
            bad += 1
        for text in which.errors:
            print(f"error in the guest: {text}")
            bad += 1
    for row in ROWS:
        ratio, _, met = judge(run, row)
        if met is False:
            print(f"missed: {row.label}: {ratio:.3f}, bound {row.bound}")
            bad += 1
    return bad


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json")
    parser.add_argument("--erms")
    parser.add_argument("run")
    parser.add_argument("second", nargs="?")
    args = parser.parse_args()
    run = Run(args.run)
    other = Run(args.second) if args.second else None

    print_table(table_lines(run))
    print_tax(run)
    if args.erms:
        print_erms(run, Run(args.erms))
    print_notes(run)
    print()
    bad, spread = 0, None
    if other:
        (where, spread), lines = compare(run, other)
        print(f"Two runs differ by at most {spread:.3%} (allowed {SPREAD:.1%}): "
              f"{where}")
        for line in lines:
            print(f"spread: {line}")
        bad += len(lines)
    bad += verdict(run, other)
    if args.json:
        text = json.dumps(as_json(run, spread), indent=1)
        # one line for each innermost object: readable, and diffs stay small
        text = re.sub(r"\{\s+([^{}]*?)\s+\}",
                      lambda m: "{ " + re.sub(r"\s*\n\s*", " ", m[1]) + " }",
                      text)
        with open(args.json, "w", encoding="utf-8") as out:
            out.write(text + "\n")
    print("all bounds met" if not bad else f"{bad} not as they should be")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
