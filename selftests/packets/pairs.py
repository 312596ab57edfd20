#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Combinations of values such that each pair of two values occurs.

usage: pairs.py pairwise|all NAME=VALUE,VALUE... [NAME=...]...

Prints a combination on each line, its values in the order of the names, and
fails if a pair is missing. "pairwise" takes, again and again, the combination
with the most pairs that have not occurred, the first of equals: a dozen lines
instead of hundreds, and the same ones each time.
"""

import itertools
import sys


def pairs(row):
    """Pairs of values of a combination, each with its columns."""
    return set(itertools.combinations(enumerate(row), 2))


def pairwise(rows):
    """A selection of all combinations."""
    missing = set().union(*map(pairs, rows))
    chosen = []
    while missing:
        best = max(rows, key=lambda row: len(pairs(row) & missing))
        missing -= pairs(best)
        chosen.append(best)
    return chosen


def main(how, *columns):
    """See above."""
    values = [column.split("=", 1)[1].split(",") for column in columns]
    rows = list(itertools.product(*values))
    chosen = pairwise(rows) if how == "pairwise" else rows
    for (i, one), (j, other) in itertools.combinations(enumerate(values), 2):
        for pair in itertools.product(one, other):
            if not any((row[i], row[j]) == pair for row in chosen):
                sys.exit("no combination has %s and %s" % pair)
    for row in chosen:
        print(*row)


if __name__ == "__main__":
    main(*sys.argv[1:])
