#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What explain says and what traffic meets, in a few situations.

Prints one JSON object: situation -> [what explain said, what happened], each
"reason", "reason > where" or "reason > where, tunnel". With the name of a file
that was printed so by another module: fails unless both halves differ from it
somewhere, and wherever one does, the other does.
"""

import json
import sys

import build
import rig as r
from rig import FAMILIES, MAC, TCP, UDP, trim

SPEC = r.genl_wire.SPEC
REASONS = {v: k.replace("-", "_") for k, v in SPEC.enums["reason"].items()}
FORWARD = SPEC.enums["verdict"]["forward"]
STEPS = SPEC.enums["step"]
MTU = 1500


class Situations:
    """They are met one after the other, by one director."""

    def __init__(self, rig, fam):
        self.rig, self.fam = rig, fam
        self.out = {}

    def ask(self, proto, dst, port, flags, sport):
        """explain's verdict."""
        about = {"proto": proto, "client": self.fam.client,
                 "client-port": sport, "vip": dst, "vip-port": port}
        if flags:
            about["tcp-flags"] = sum(build.FLAG[f] for f in flags)
        answer = self.rig.gl.call("explain", explain=about)[0]["explain"][0]
        told = REASONS[answer["reason"]]
        if answer["verdict"] != FORWARD:
            return told
        steps = {s["kind"]: s for s in answer["step"]}
        told += " > " + r.text(steps[STEPS["method"]]["server"]["addr"])
        if steps[STEPS["route"]]["mtu"] != MTU:
            told += ", tunnel"
        return told

    def send(self, proto, dst, port, flags, sport):
        """The packet itself: the reason that moved, and who got it."""
        before = self.rig.reasons()
        ends = (self.fam, self.fam.client, dst, sport, port)
        self.rig.client(build.segment(*ends, flags) if proto == TCP else
                        build.datagram(*ends))
        met = ""
        for frame in self.rig.drain()["s0"]:
            mac = frame[:6].hex(":")
            met = " > " + next(a for a, m in MAC.items() if m == mac and
                               r.family(a) is self.fam)
            if build.read(trim(frame)[14:])[2] in (4, 41):
                met += ", tunnel"
        after = self.rig.reasons()
        return "+".join(sorted(
            k for k in after if after[k] != before.get(k, 0) and
            k not in ("not_ours", "icmp_other"))) + met

    def both(self, name, proto, port, flags="", dst=None, sport=40000):
        """One question, one packet."""
        packet = (proto, dst or self.fam.vip, port, flags, sport)
        self.out["%s: %s" % (self.fam, name)] = [
            self.ask(*packet), self.send(*packet)]

    def connections(self):
        """New, established, closed and unknown ones."""
        fam = self.fam
        self.rig.serve(fam)
        self.rig.serve(fam, UDP, port=53)
        self.both("ack without connection", TCP, 80, "A")
        self.both("syn", TCP, 80, "S")
        self.both("ack", TCP, 80, "A")
        self.both("rst", TCP, 80, "R")
        self.both("syn again", TCP, 80, "S")
        self.both("udp", UDP, 53)
        self.rig.server(self.rig.key(fam, UDP, 53), fam.web2)
        self.both("udp again", UDP, 53)
        self.rig.gl.call("server-state-set", server={
            "service": self.rig.key(fam, UDP, 53), "addr": fam.web1,
            "port": 53, "admin": "disabled"})
        self.both("udp, server disabled", UDP, 53)
        self.both("unknown port", UDP, 99)
        self.rig.gl.call("vip-set", vip={"addr": fam.vip,
                                         "unknown-port": "drop"})
        self.both("unknown port, drop", UDP, 99)
        self.rig.serve(fam, port=81, midstream="adopt")
        self.both("ack of another director", TCP, 81, "A")

    def half_open(self):
        """A service that has its fill of them."""
        self.rig.serve(self.fam, port=82, half_open_max=2)
        for num in range(3):
            self.both("syn %d of two" % (num + 1), TCP, 82, "S",
                      sport=40010 + num)

    def templates(self):
        """A client that stays, until its server is drained."""
        fam = self.fam
        key = self.rig.serve(fam, port=83, servers=(fam.web1, fam.web2),
                             persist=600)
        for num in range(3):
            self.both("syn %d of one client" % num, TCP, 83, "S",
                      sport=40020 + num)
        stays = self.out["%s: syn 0 of one client" % fam][1]
        self.rig.gl.call("server-state-set", server={
            "service": key, "addr": stays.rsplit(" > ", 1)[-1], "port": 83,
            "admin": "drain"})
        self.both("its server is drained", TCP, 83, "S", sport=40024)

    def wide(self):
        """A service of many ports: each is another connection."""
        key = {"proto": TCP, "addr": self.fam.vip, "port": 90,
               "port_last": 99}
        self.rig.gl.call("service-new", service={
            **key, "method": "dr", "scheduler": "rr"})
        self.rig.server(key, self.fam.web1)
        self.both("syn to a range", TCP, 91, "S")
        self.both("ack to the same port", TCP, 91, "A")
        self.both("ack to another port", TCP, 92, "A")

    def tunnel(self):
        """A connection keeps the method that it began with."""
        key = self.rig.serve(self.fam, method="tunnel", port=84)
        self.both("syn by tunnel", TCP, 84, "S")
        self.rig.gl.call("service-set", service={**key, "method": "dr"})
        self.both("ack, and the service is by DR", TCP, 84, "A")
        self.both("syn by DR", TCP, 84, "S", sport=40001)


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
    rig = r.Rig("outcomes")
    out = {}
    try:
        rig.up()
        for fam in FAMILIES:
            met = Situations(rig, fam)
            met.connections()
            met.half_open()
            met.templates()
            met.wide()
            met.tunnel()
            out.update(met.out)
    finally:
        rig.down()
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
