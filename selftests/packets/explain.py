#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What explain says is what the next packet meets.

Random configurations, random packets: explain is asked, then the packet is
sent. The reason's counter must move, the frame must come out where explain
said, at the server that it named, and never otherwise. Entries that the
packets leave behind make the later questions harder.
"""

import os
import random

from scapy.all import IP, TCP, UDP, Ether, Raw

import wire as w
from wire import CLIENT, CLIENT2, VIP, WEB1, WEB2, Failed, same

VIP2 = "10.10.31.101"
ROUNDS = 400 if os.environ.get("L4LB_TIER") == "full" else 60
SEED = int(os.environ.get("L4LB_SEED", random.randrange(1 << 30)))

FLAGS = ("S", "S", "S", "A", "A", "PA", "FA", "R", "SA")


def configure(wire, rnd):
    """A random configuration of two VIPs."""
    lines = []
    for vip in (VIP, VIP2):
        for proto in ("tcp", "udp"):
            for port in (80, 81):
                if rnd.random() < 0.3:
                    continue
                svc = "%s %s:%d" % (proto, vip, port)
                method = rnd.choice(("dr", "nat"))
                lines.append(
                    "service add %s scheduler %s method %s midstream %s" % (
                        svc, rnd.choice(("rr", "wlc")), method,
                        rnd.choice(("reset", "drop", "pass"))))
                for web in (WEB1, WEB2):
                    if rnd.random() < 0.2:
                        continue
                    end = web if method == "dr" else "%s:%d" % (
                        web, rnd.choice((80, 8080)))
                    lines.append("server add %s %s weight %d" % (
                        svc, end, rnd.choice((0, 1, 1, 3))))
                    if rnd.random() < 0.2:
                        lines.append("server %s %s %s" % (
                            rnd.choice(("drain", "disable")), svc, end))
        if rnd.random() < 0.5:
            lines.append("vip set %s unknown-port %s" % (
                vip, rnd.choice(("reject", "drop"))))
    path = "/tmp/l4lb-explain-%d" % os.getpid()
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    try:
        wire.lbctl("apply", path)
    finally:
        os.unlink(path)


def one(wire, rnd):
    """One question, one packet."""
    proto = rnd.choice(("tcp", "udp"))
    src = rnd.choice((CLIENT, CLIENT2))
    sport = rnd.randrange(40000, 40003)
    dst = rnd.choice((VIP, VIP, VIP, VIP2, VIP2, "10.10.31.102"))
    dport = rnd.choice((80, 80, 81, 82))
    flags = rnd.choice(FLAGS) if proto == "tcp" else ""
    told = wire.explain(proto, src, sport, dst, dport, flags)
    what = "%s %s:%d > %s:%d %s: %s" % (proto, src, sport, dst, dport,
                                        flags, told["reason"])
    before = wire.reasons()
    if proto == "tcp":
        wire.send("c0", wire.client(TCP(sport=sport, dport=dport, flags=flags,
                                        seq=1, ack=1), src=src, dst=dst))
    else:
        wire.send("c0", wire.client(UDP(sport=sport, dport=dport) / Raw(b"x"),
                                    src=src, dst=dst))
    out = wire.drain()
    after = wire.reasons()
    moved = {k for k in after if after[k] != before.get(k, 0)}
    # the echoes that end a round are not ours, too
    moved -= {"not_ours"} if told["reason"] != "not_ours" else set()
    same("counters of " + what, moved - {"icmp_other"}, {told["reason"]})
    if told["verdict"] != "forward":
        same("frames to servers, " + what, len(out["s0"]), 0)
        return told["reason"]
    same("frames to servers, " + what, len(out["s0"]), 1)
    frame = out["s0"][0]
    addr, port = w.chosen(told).rsplit(":", 1)
    same("MAC, " + what, frame[Ether].dst, w.MAC[addr])
    layer = TCP if proto == "tcp" else UDP
    if frame[IP].dst != dst:
        same("server, " + what, (frame[IP].dst, frame[layer].dport),
             (addr, int(port)))
    return told["reason"]


def told_is_met(wire):
    """explain and traffic agree on verdict, reason and server"""
    rnd = random.Random(SEED)
    print("# seed %d, %d packets" % (SEED, ROUNDS))
    met = {}
    for num in range(ROUNDS):
        if num % 30 == 0:
            configure(wire, rnd)
        reason = one(wire, rnd)
        met[reason] = met.get(reason, 0) + 1
    print("# " + " ".join("%s=%d" % kv for kv in sorted(met.items())))
    if len(met) < 6:
        raise Failed("only %d reasons were met" % len(met))


def no_effect(wire):
    """explain makes no entry, no neighbour, and moves no cursor"""
    wire.lbctl("service", "add", "tcp", VIP + ":80", "scheduler", "rr")
    for web in (WEB1, WEB2):
        wire.lbctl("server", "add", "tcp", VIP + ":80", web)
    wire.ip("neigh", "del", WEB1, "dev", "s0l")
    wire.ip("neigh", "del", WEB2, "dev", "s0l")
    before = wire.reasons()
    first = None
    for _ in range(5):
        told = wire.explain("tcp", CLIENT, 40000, VIP, 80)
        first = first or w.chosen(told)
        same("choice", w.chosen(told), first)
    same("counters", wire.reasons(), before)
    same("connections", wire.lbctl("conn", "show").count(CLIENT), 0)
    same("neighbours", wire.ip("neigh", "show", "dev", "s0l"), "")


if __name__ == "__main__":
    w.main("explain", [told_is_met, no_effect])
