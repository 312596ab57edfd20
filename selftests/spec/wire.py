# SPDX-License-Identifier: GPL-2.0
"""Objects to attributes and back, by the spec alone."""
import genl
from spec import Spec

SPEC = Spec()


class Wire(genl.Genl):
    """A socket that speaks the spec's names."""

    def __init__(self, **options):
        super().__init__(**options)
        self.id, self.groups, _ = self.family(SPEC.yaml["name"])

    def call(self, cmd, flags=0, **attrs):
        """Do a command: its answers, by name."""
        answers = self.do(self.id, SPEC.ops[cmd]["value"],
                          encode("l4lb", attrs), flags=flags)
        return [decode("l4lb", body) for _, body in answers]

    def one(self, cmd, **attrs):
        """The only answer."""
        return self.call(cmd, **attrs)[0]

    def list(self, cmd, **attrs):
        """All objects of a dump."""
        key = cmd.split("-", maxsplit=1)[0]
        answers = self.dump(self.id, SPEC.ops[cmd]["value"],
                            encode("l4lb", attrs))
        return [o for _, body in answers for o in decode("l4lb", body)[key]]

    def begin(self, mode="edit", **attrs):
        return self.one("txn-begin", txn_mode=mode, **attrs)["txn"]


def encode_one(attr, value):
    kind, number = attr["type"], attr["value"]
    if kind == "nest":
        return genl.nest(number, encode(attr["nested-attributes"], value))
    if kind == "flag":
        return genl.attr(number) if value else b""
    if kind == "string":
        return genl.text(number, value)
    if kind == "binary":
        return genl.addr(number, value)
    if "enum" in attr and isinstance(value, str):
        value = SPEC.enums[attr["enum"]][value]
    if attr.get("byte-order") == "big-endian":
        return genl.be16(number, value)
    size = int(kind[1:]) // 8
    return genl.attr(number, (value % (1 << 8 * size)).to_bytes(size, "little"))


def encode(name, values):
    """Attributes of a set; _ stands for - in names, lists for repetition."""
    out = b""
    for key, value in values.items():
        attr = SPEC.sets[name][key.replace("_", "-")]
        for item in value if isinstance(value, list) else [value]:
            out += encode_one(attr, item)
    return out


def decode_one(attr, payload):
    kind = attr["type"]
    if kind == "nest":
        return decode(attr["nested-attributes"], payload)
    if kind == "flag":
        return True
    if kind == "string":
        return payload.rstrip(b"\0").decode()
    if kind == "binary":
        return payload
    order = "big" if attr.get("byte-order") == "big-endian" else "little"
    return int.from_bytes(payload, order, signed=kind.startswith("s"))


def decode(name, data):
    """{name: value}; what may be repeated, and every object, is a list."""
    numbers = {a["value"]: a for a in SPEC.sets[name].values()}
    out = {}
    for number, payload in genl.parse(data):
        attr = numbers[number]
        if attr["type"] == "pad":
            continue
        value = decode_one(attr, payload)
        if attr.get("multi-attr"):
            out.setdefault(attr["name"], []).append(value)
        elif name == "l4lb" and attr["name"] in ("conn", "limits", "explain"):
            out[attr["name"]] = [value]
        else:
            out[attr["name"]] = value
    return out
