# SPDX-License-Identifier: GPL-2.0
"""Reads Documentation/netlink/specs/l4lb.yaml: numbers, names, shapes."""
import pathlib

import yaml

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
SPEC = TREE / "Documentation/netlink/specs/l4lb.yaml"
HEADER = TREE / "include/uapi/linux/l4lb.h"


def c_name(*parts):
    """C's name of a thing of the spec."""
    return "".join(parts).upper().replace("-", "_")


class Spec:
    """The spec, its sets resolved: a subset has its parent's properties where
    it says nothing itself."""

    def __init__(self, path=SPEC):
        # The loader in C: in the emulator the other one takes seconds.
        self.yaml = yaml.load(pathlib.Path(path).read_text("utf-8"),
                              Loader=getattr(yaml, "CSafeLoader",
                                             yaml.SafeLoader))
        self.consts = {d["name"]: d["value"] for d in self.yaml["definitions"]
                       if d["type"] == "const"}
        self.enums = {d["name"]: self._enum(d)
                      for d in self.yaml["definitions"] if d["type"] == "enum"}
        self.sets = {}
        self.parent = {}
        for raw in self.yaml["attribute-sets"]:
            self._set(raw)
        self.ops = self._ops()

    @staticmethod
    def _enum(raw):
        value = raw.get("value-start", 0)
        entries = {}
        for entry in raw["entries"]:
            if isinstance(entry, str):
                entry = {"name": entry}
            value = entry.get("value", value)
            entries[entry["name"]] = value
            value += 1
        return entries

    def _set(self, raw):
        attrs = {}
        parent = raw.get("subset-of")
        value = 1
        for attr in raw["attributes"]:
            if parent:
                attr = {**self.sets[parent][attr["name"]], **attr}
            else:
                value = attr.get("value", value)
                attr = {**attr, "value": value}
                value += 1
            attrs[attr["name"]] = attr
        self.sets[raw["name"]] = attrs
        if parent:
            self.parent[raw["name"]] = parent

    def _ops(self):
        ops = {}
        value = 1
        for raw in self.yaml["operations"]["list"]:
            value = raw.get("value", value)
            ops[raw["name"]] = {**raw, "value": value}
            value += 1
        return ops

    def number(self, limit):
        """A bound: a number, a constant, or "constant - 1"."""
        if isinstance(limit, int):
            return limit
        name, _, minus = limit.partition(" - ")
        return self.consts[name] - int(minus or 0)

    def shapes(self, name):
        """A set and its subsets: what a nest of it may be on the wire."""
        return [name] + [s for s, p in self.parent.items() if p == name]

    def request(self, op):
        """Attributes that a command takes, by do or by dump."""
        return {a for mode in ("do", "dump")
                for a in op.get(mode, {}).get("request", {})
                .get("attributes", [])}
