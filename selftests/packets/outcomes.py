#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What explain says and what traffic meets, in a few situations.

Prints one JSON object: situation -> [what explain said, what happened], each
"reason" or "reason > where". With the name of a file that was printed so by
another module: fails unless both halves differ from it somewhere, and wherever
one does, the other does.
"""

import json
import sys

from scapy.all import TCP, UDP, Ether, Raw

import wire as w
from wire import CLIENT, VIP, WEB1, WEB2


def ask(wire, proto, dport, flags):
    """explain's verdict on a packet of CLIENT's port 40000."""
    told = wire.explain(proto, CLIENT, 40000, VIP, dport, flags)
    server = ""
    if told["verdict"] == "forward":
        server = " > " + w.chosen(told).rsplit(":", 1)[0]
    return told["reason"] + server


def send(wire, proto, dport, flags):
    """The packet itself: the reason that moved, and whose MAC it got."""
    before = wire.reasons()
    if proto == "tcp":
        pay = TCP(sport=40000, dport=dport, flags=flags, seq=1, ack=1)
    else:
        pay = UDP(sport=40000, dport=dport) / Raw(b"x")
    wire.send("c0", wire.client(pay))
    server = ""
    for frame in wire.drain()["s0"]:
        server = " > " + {w.MAC[a]: a for a in (WEB1, WEB2)}[frame[Ether].dst]
    after = wire.reasons()
    moved = sorted(k for k in after if after[k] != before.get(k, 0) and
                   k not in ("not_ours", "icmp_other"))
    return "+".join(moved) + server


def both(wire, *packet):
    """One question, one packet."""
    told = ask(wire, *packet)
    return [told, send(wire, *packet)]


def situations(wire):
    """All of them, one after the other."""
    out = {}
    for svc, server in (("tcp %s:80", WEB1), ("udp %s:53", WEB1)):
        svc = (svc % VIP).split()
        wire.lbctl("service", "add", *svc, "method", "dr", "scheduler", "rr")
        wire.lbctl("server", "add", *svc, server)
    out["ack without connection"] = both(wire, "tcp", 80, "A")
    out["syn"] = both(wire, "tcp", 80, "S")
    out["ack"] = both(wire, "tcp", 80, "A")
    out["rst"] = both(wire, "tcp", 80, "R")
    out["syn again"] = both(wire, "tcp", 80, "S")
    out["udp"] = both(wire, "udp", 53, "")
    wire.lbctl("server", "add", "udp", VIP + ":53", WEB2)
    out["udp again"] = both(wire, "udp", 53, "")
    wire.lbctl("server", "disable", "udp", VIP + ":53", WEB1)
    out["udp, server disabled"] = both(wire, "udp", 53, "")
    out["unknown port"] = both(wire, "udp", 99, "")
    wire.lbctl("vip", "set", VIP, "unknown-port", "drop")
    out["unknown port, drop"] = both(wire, "udp", 99, "")
    svc = ["tcp", VIP + ":81"]
    wire.lbctl("service", "add", *svc, "midstream", "adopt")
    wire.lbctl("server", "add", *svc, WEB1)
    out["ack of another director"] = both(wire, "tcp", 81, "A")
    return out


def differ(old, new):
    """Complaints about what another module's outcomes differ in."""
    bad = []
    changed = [0, 0]
    for name, pair in new.items():
        halves = [pair[i] != old[name][i] for i in (0, 1)]
        changed = [changed[i] + halves[i] for i in (0, 1)]
        if halves[0] != halves[1]:
            bad.append("%s: %s became %s" % (name, old[name], pair))
    if not changed[0]:
        bad.append("explain says the same of everything")
    if not changed[1]:
        bad.append("everything happens as before")
    return bad


def main():
    """See above."""
    wire = w.Wire("outcomes")
    try:
        wire.up()
        out = situations(wire)
    finally:
        wire.down()
    for name, (told, met) in out.items():
        if told != met:
            sys.exit("%s: explain said %s, but %s" % (name, told, met))
    print(json.dumps(out, indent=1))
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="ascii") as file:
            bad = differ(json.load(file), out)
        if bad:
            sys.exit("\n".join(bad))


if __name__ == "__main__":
    main()
