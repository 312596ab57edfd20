#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What explain says is what the next packet meets.

Random configurations, random packets: explain is asked, then the packet is
sent. The reason's counter must move and no other, the frame must come out where
explain said, at the server and the MAC address that it named, and never
otherwise. Entries that the packets leave behind make the later questions harder.
Both families; all methods, schedulers and kinds of service; packets of clients,
of servers, of the director itself; whole ones and fragments.

L4LB_SEED repeats a run; L4LB_OPS says how many packets (300; 6,000 in tier
full).
"""

import contextlib
import os
import random
import socket
import sys

import build
import pieces
import rig as r
from rig import FAMILIES, MAC, TCP, UDP, V4, Failed, same, trim

SEED = int(os.environ.get("L4LB_SEED") or random.randrange(1 << 30))
ROUNDS = int(os.environ.get("L4LB_OPS") or (6000 if r.FULL else 300))
PER_CONFIGURATION = 50
SCHEDULERS = ("rr", "wrr", "lc", "wlc", "sed", "nq", "sh", "dh", "mh", "fo",
              "ovf", "twos")
FLAGS = ("S", "S", "S", "S", "A", "A", "PA", "FA", "R", "SA")
SPORTS = (40000, 40001, 40002)
# clients whose packets nft marks, and the net that is a prefix service's
MARK, MARKED = 7, {4: "10.10.31.202", 6: "2001:db8:31::ca"}
PREFIX = {4: ("10.10.32.0", 24, "10.10.32.9"),
          6: ("2001:db8:32::", 48, "2001:db8:32::9")}
# what explain may not say of a packet, since it is a word about a candidate
ENUMS = r.genl_wire.SPEC.enums
NAMES = {kind: {v: k for k, v in ENUMS[kind].items()}
         for kind in ("reason", "verdict", "step", "method")}


def marks(rig):
    """The mark of MARKED's packets, set where mangle sets it."""
    rules = "".join("%s saddr %s meta mark set %d\n" % (
        "ip" if num == 4 else "ip6", addr, MARK)
        for num, addr in MARKED.items())
    rig.nft("table inet marks {\nchain in {\ntype filter hook prerouting "
            "priority mangle;\n" + rules + "}\n}")


class Configuration:
    """A random one."""

    def __init__(self, rig, rnd):
        self.rig, self.rnd = rig, rnd
        self.txn = None

    def apply(self):
        """In place of whatever there was."""
        gl, rnd = self.rig.gl, self.rnd
        # what is in both lives on
        if rnd.random() < 0.3:
            gl.call("flush")
        self.txn = gl.begin("replace")
        for fam in FAMILIES:
            for num, key in enumerate(self.keys(fam)):
                if rnd.random() < 0.75:
                    self.service(fam, key, num)
            for vip in (fam.vip, fam.vip2):
                gl.call("vip-set", txn=self.txn, vip={
                    "addr": vip, "unknown-port": rnd.choice((
                        "pass", "reject", "drop"))})
        gl.call("txn-commit", txn=self.txn)
        self.states()

    @staticmethod
    def keys(fam):
        """Identities that do not overlap."""
        net, bits, _ = PREFIX[fam.num]
        for vip in (fam.vip, fam.vip2):
            for proto in (TCP, UDP):
                for port in (80, 81):
                    yield {"proto": proto, "addr": vip, "port": port}
        yield {"proto": TCP, "addr": fam.vip, "port": 82, "port_last": 89}
        yield {"proto": UDP, "addr": fam.vip2, "port": 0}
        for proto in (TCP, UDP):
            yield {"proto": proto, "addr": net, "prefix": bits, "port": 80}
        yield {"fwmark": MARK, "family": fam.num}

    def service(self, fam, key, num):
        """A service and up to four servers."""
        rnd = self.rnd
        proto = key.get("proto")
        method = rnd.choice(("dr", "nat", "tunnel"))
        sched = rnd.choice(SCHEDULERS)
        more = {"midstream": rnd.choice(("reset", "drop", "pass", "adopt")),
                "on-down": rnd.choice(("keep", "reset", "hold")),
                "on-server-gone": rnd.choice(("reset", "drop", "reschedule")),
                "tie": rnd.choice(("rotate", "first"))}
        if sched in ("sh", "dh", "mh"):
            more["hash-port"] = rnd.randrange(2)
        if proto == UDP and method != "nat" and rnd.random() < 0.3:
            more["one-packet"] = 1
        elif rnd.random() < 0.3:
            more["persist"] = 600
            more["persist-prefix"] = rnd.choice((24, fam.bits))
        if proto == TCP and rnd.random() < 0.3:
            more["half-open-max"] = rnd.choice((1, 2, 5))
        if key.get("addr") == fam.vip2 and rnd.random() < 0.4:
            more["hook"] = "local-in"
        self.rig.gl.call("service-new", txn=self.txn, service={
            **key, "scheduler": sched, "method": method, **more})
        many = proto is None or "port_last" in key or not key["port"]
        # now and then two services claim what replies are known by
        rport = None if many else 80 if method != "nat" else \
            8000 + num * (rnd.random() < 0.8)
        if method != "nat" and not many:
            rport = key["port"]
        for host in rnd.sample((1, 2, 3), rnd.randrange(4)):
            self.server(fam, key, method, host, rport)
        if rnd.random() < 0.15 and method == "nat":
            self.server(fam, key, method, 0, rport)

    def server(self, fam, key, method, host, rport):
        """One server; 0: the director itself."""
        rnd = self.rnd
        if method == "tunnel":
            fam = rnd.choice(FAMILIES)
        addr = getattr(fam, "web%d" % host) if host else fam.lb_in
        more = {"weight": rnd.choice((0, 1, 1, 1, 3, 60))}
        if rport is not None:
            more["port"] = rport
        if rnd.random() < 0.15:
            more["max-conns"] = rnd.choice((1, 3))
        self.rig.gl.call("server-new", txn=self.txn, server={
            "service": key, "addr": addr, **more})

    def states(self):
        """Words of the operator and the checker."""
        for srv in self.rig.gl.list("server-get"):
            if srv.get("linger") or self.rnd.random() < 0.75:
                continue
            word = self.rnd.choice(({"admin": "drain"}, {"admin": "disabled"},
                                    {"health": "down"}, {"oper-weight": 0},
                                    {"oper-weight": 9}))
            key = {k: r.text(v) if k == "addr" else v
                   for k, v in srv["service"].items()}
            # what is disabled stays so until it is enabled
            if srv["admin"] == ENUMS["admin"]["disabled"]:
                word = {"admin": "enabled"}
            self.rig.gl.call("server-state-set", server={
                "service": key, "addr": r.text(srv["addr"]),
                "port": srv["port"], **word})


class Packet:
    """A random one, and what explain says of it."""

    def __init__(self, rig, rnd):
        self.rig, self.rnd = rig, rnd
        fam = self.fam = rnd.choice(FAMILIES)
        self.proto = rnd.choice((TCP, TCP, UDP))
        self.src = rnd.choice((fam.client, fam.client, fam.client2,
                               MARKED[fam.num]))
        self.sport = rnd.choice(SPORTS)
        self.dst = rnd.choice((fam.vip, fam.vip, fam.vip2, fam.vip2,
                               PREFIX[fam.num][2], fam.web4))
        self.dport = rnd.choice((80, 80, 81, 85, 99))
        self.flags = rnd.choice(FLAGS) if self.proto == TCP else ""
        self.hook, self.back = "prerouting", False
        what = rnd.random()
        if what < 0.12:
            self.reply()
        elif what < 0.2 and self.dst in (fam.vip, fam.vip2):
            self.hook, self.src = "local-out", fam.lb_out
        elif what < 0.23 and self.dst != fam.vip2:
            self.src = "127.0.0.1" if fam is V4 else "fe80::5"
        self.pieces = self.hook == "prerouting" and not self.flags and \
            rnd.random() < 0.2

    def reply(self):
        """A packet of a NAT server's instead."""
        known = [c for c in self.rig.conns() if c["state"] != ENUMS[
            "state"]["persist"] and c["method"] == ENUMS["method"]["nat"] and
            len(c["server"]) == len(self.fam.pack(self.fam.vip))]
        if not known:
            return
        conn = self.rnd.choice(known)
        if r.text(conn["server"]) == self.fam.lb_in or \
                r.text(conn["client"]) not in MAC:
            return
        self.back, self.proto = True, conn["proto"]
        self.src, self.sport = r.text(conn["server"]), conn["server-port"]
        self.dst, self.dport = r.text(conn["client"]), conn["client-port"]
        self.flags = self.rnd.choice(("SA", "A", "FA", "RA")) \
            if self.proto == TCP else ""

    def __str__(self):
        return "%s %s:%d > %s:%d %s at %s%s" % (
            {TCP: "tcp", UDP: "udp"}[self.proto], self.src, self.sport,
            self.dst, self.dport, self.flags, self.hook,
            ", in fragments" if self.pieces else "")

    def ask(self, hook=None):
        """(verdict, reason, steps) by explain."""
        about = {"proto": self.proto, "client": self.src,
                 "client-port": self.sport, "vip": self.dst,
                 "vip-port": self.dport, "hook": hook or self.hook}
        if self.flags:
            about["tcp-flags"] = sum(build.FLAG[f] for f in self.flags)
        if self.src == MARKED[self.fam.num]:
            about["mark"] = MARK
        answers = [a["explain"][0] for a in self.rig.gl.call(
            "explain", explain=about)]
        steps = [s for a in answers for s in a.get("step", [])]
        return (NAMES["verdict"][answers[0]["verdict"]],
                NAMES["reason"].get(answers[0]["reason"], "none"), steps)

    def send(self):
        """The packet itself."""
        ends = (self.fam, self.src, self.dst, self.sport, self.dport)
        packet = build.segment(*ends, self.flags) if self.flags else \
            build.datagram(*ends, b"word" * 5)
        if self.hook == "local-out":
            # who sends what is dropped on its way out is told so
            with contextlib.suppress(PermissionError), socket.socket(
                    self.fam.af, socket.SOCK_RAW, socket.IPPROTO_RAW) as sk:
                sk.sendto(packet, (self.dst, 0))
            return
        put = self.rig.back if self.back else self.rig.client
        for part in pieces.split(self.fam, packet, 16,
                                 self.rnd.randrange(1 << 16)) \
                if self.pieces else [packet]:
            put(part, self.src if self.src in MAC else None)


def step_of(steps, kind):
    """The last step of a kind, or {}."""
    found = [s for s in steps if s["kind"] == ENUMS["step"][kind]]
    return found[-1] if found else {}


def is_here(steps):
    """Is the server the director itself?"""
    return "local" in step_of(steps, "route")


def none(frames):
    """Nothing has come out to servers."""
    if frames:
        raise Failed("a server got " + r.shown(frames[0]))


def forwarded(rig, packet, steps, frames):
    """The one frame that explain has promised."""
    server = step_of(steps, "method")["server"]
    addr = r.text(server["addr"])
    if is_here(steps):
        none(frames)
        return
    whole = [trim(f) for f in frames]
    if len(whole) > 1:
        whole = [whole[0][:14] + pieces.join([f[14:] for f in whole])]
    same("frames to servers", len(whole), 1)
    frame = whole[0]
    same("MAC address", frame[:6].hex(":"), MAC[addr])
    same("neighbour", step_of(steps, "neighbour").get("lladdr"), frame[:6])
    same("next hop", step_of(steps, "neighbour")["nexthop"], server["addr"])
    r.check_sums(frame[14:])
    _, dst, proto, ports, _ = build.read(frame[14:])
    if proto in (4, 41) and proto != packet.proto:
        same("to, by tunnel", dst, server["addr"])
        outer = 20 if frame[14] >> 4 == 4 else 40
        _, dst, proto, ports, _ = build.read(frame[14 + outer:])
        same("to, inside", r.text(dst), packet.dst)
    elif r.text(dst) != packet.dst:
        same("to", (r.text(dst), ports[1]),
             (addr, server["port"] or packet.dport))
    same("from", (ports[0], proto), (packet.sport, packet.proto))


def compare(rig, packet):
    """One question, one packet: the reason."""
    verdict, reason, steps = packet.ask()
    want = {reason}
    if reason == "input":
        verdict, inner, steps = packet.ask("local-in")
        if verdict != "pass":
            want.add(inner)
            reason = inner
    before = rig.reasons()
    packet.send()
    out = rig.drain(sums=False)
    now = rig.reasons()
    moved = {k for k in now if now[k] != before.get(k, 0)}
    # of the echoes that end a round, and of what the host answers
    moved -= {"not_ours", "icmp_other"} - want
    want = {w.replace("-", "_") for w in want}
    want.discard("not_ours")
    moved.discard("not_ours")
    if packet.pieces:
        moved.discard("frag_queued")
    if is_here(steps) and verdict == "forward":
        # nobody listens, and the host's answer comes by
        moved -= {"reply", "local_reply", "icmp_error"} - want
    if moved != want:
        raise Failed("%s moved, not %s" % (sorted(moved), sorted(want)))
    if verdict == "forward":
        forwarded(rig, packet, steps, out["s0"])
    elif verdict == "reply":
        none(out["s0"])
        if packet.dst in MAC:
            same("frames to clients", {f[:6].hex(":") for f in out["c0"]},
                 {MAC[packet.dst]})
    elif not packet.back:
        none(out["s0"])
    return reason


def told_is_met(rig):
    """explain and traffic agree on verdict, reason, server and neighbour"""
    rnd = random.Random(SEED)
    print("# L4LB_SEED=%d, %d packets" % (SEED, ROUNDS), flush=True)
    rig.ip(*["addr add %s/%d dev lo" % (fam.vip2, fam.bits)
             for fam in FAMILIES])
    marks(rig)
    # who is not there would be reported to the server, later on
    rig.ip(*["neigh add %s lladdr %s nud permanent dev c0l" % (
        MARKED[fam.num], MAC[fam.client]) for fam in FAMILIES])
    met = {}
    for num in range(ROUNDS):
        if num % PER_CONFIGURATION == 0:
            Configuration(rig, rnd).apply()
        packet = Packet(rig, rnd)
        try:
            reason = compare(rig, packet)
        except Failed as err:
            told = packet.ask()
            raise Failed("packet %d, %s: %s; now explain says %s, %s" % (
                num, packet, err, told[0], told[1])) from err
        met[reason] = met.get(reason, 0) + 1
    print("# " + " ".join("%s=%d" % kv for kv in sorted(met.items())))
    sys.stdout.flush()
    if len(met) < 10:
        raise Failed("only %d reasons were met" % len(met))


def ours(reasons):
    """Without what the hosts say to each other at any time."""
    return {k: v for k, v in reasons.items()
            if k not in ("not_ours", "icmp_other")}


def no_effect(rig):
    """explain makes no entry, no template, no neighbour, and moves no cursor"""
    for fam in FAMILIES:
        for method in ("dr", "nat", "tunnel"):
            key = rig.serve(fam, TCP, method, 80, (fam.web1, fam.web2),
                            persist=60)
            for web in (fam.web1, fam.web2):
                rig.ip("neigh del %s dev s0l" % web)
            before, first = rig.reasons(), None
            try:
                for _ in range(5):
                    answer = rig.gl.call("explain", explain={
                        "proto": TCP, "client": fam.client,
                        "client-port": 40000, "vip": fam.vip,
                        "vip-port": 80})[0]["explain"][0]
                    chosen = step_of(answer["step"], "method")["server"]
                    first = first or chosen["addr"]
                    same("choice", chosen["addr"], first)
                same("counters", ours(rig.reasons()), ours(before))
                same("entries", rig.conns(), [])
                same("neighbours", [n for n in rig.ip(
                    "neigh show dev s0l").splitlines()
                    if n.split()[0] in (fam.web1, fam.web2)], [])
            finally:
                rig.ip(*["neigh add %s lladdr %s nud permanent dev s0l" % (
                    web, MAC[web]) for web in (fam.web1, fam.web2)])
            rig.gl.call("service-del", service=key)


if __name__ == "__main__":
    r.main("explain", [no_effect, told_is_met])
