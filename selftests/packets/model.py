#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Random operations against a model that knows what is allowed.

Services and servers come, change and go, packets of random flows arrive; each
packet must meet what the model says: no flow goes to a server that is drained,
disabled, down, gone or of weight 0; none that is established moves; clients
that persist stay; loads of wlc and its like are the least, rr goes round, a hash
says the same twice. Counters are compared with what came out of the wire, the
connection table with the flows that the model knows, and the digest with that of
a second namespace which got the same configuration in another order.

Packets of different flows are sent together, and told apart by a number that
each carries.

L4LB_SEED repeats a run; L4LB_OPS says how many operations (2,500; 100,000 in
tier full), of which each packet is one.
"""

import os
import random
import struct
import sys
import time

import build
import rig as r
from rig import FAMILIES, MAC, TCP, UDP, Failed, same, trim

SEED = int(os.environ.get("L4LB_SEED") or random.randrange(1 << 30))
OPS = int(os.environ.get("L4LB_OPS") or (100000 if r.FULL else 2500))
METHODS = ("dr", "nat", "tunnel")
SCHEDULERS = ("rr", "wrr", "lc", "wlc", "sed", "nq", "sh", "dh", "mh", "fo",
              "ovf", "twos")
LEAST = ("wlc", "lc", "sed", "nq", "fo", "ovf")
SPORTS = range(40000, 40024)
BATCH = 24
# somebody who may or may not be remembered
UNSURE = object()
CLOSED = ("fin_wait", "close_wait", "last_ack", "time_wait", "close")
ACTIVE = ("syn_recv", "established")


class Server:  # pylint: disable=too-few-public-methods
    """A real server of one service."""

    def __init__(self, addr, port, weight):
        self.addr, self.port, self.weight = addr, port, weight
        self.admin, self.health, self.oper = "enabled", "up", -1
        self.gone = False
        # packets that reached it, and what the kernel had counted before
        self.got = self.sent = self.conns = 0
        self.base = (0, 0, 0)

    def eff(self):
        """Weight that the scheduler uses."""
        return self.weight if self.oper < 0 else self.oper

    def abandoned(self):
        """May not even keep what it would have to be asked for anew."""
        return self.gone or self.admin != "enabled" or self.health != "up"

    def usable(self):
        """May get new connections."""
        return not self.abandoned() and self.eff() > 0


class Service:  # pylint: disable=too-many-instance-attributes
    """A service and its servers in list order."""

    def __init__(self, fam, proto, vip, port, conf):
        self.fam, self.proto, self.vip, self.port = fam, proto, vip, port
        self.conf = conf
        self.method, self.sched = conf["method"], conf["scheduler"]
        self.key = {"proto": proto, "addr": vip, "port": port}
        self.servers = {}
        # rr: who comes after whom is known while nothing changes; and so is
        # what a hash has said
        self.last, self.pins = None, {}
        # whom a client stays with
        self.templates = {}

    def changed(self):
        """What was learned of the scheduler holds no longer."""
        self.last, self.pins = None, {}

    def client(self, addr):
        """A client as persistence knows it."""
        return self.fam.pack(addr)[:self.conf["persist-prefix"] // 8]


class Flow:  # pylint: disable=too-few-public-methods
    """A connection."""

    def __init__(self, svc, srv, state, method):
        self.svc, self.srv, self.state, self.method = svc, srv, state, method


def load(sched, who, active, inactive):
    """What a scheduler takes the least of; None: not even that."""
    eff = who.eff()
    if sched in ("wlc", "lc"):
        return (active * 256 + inactive) / (eff if sched == "wlc" else 1)
    if sched in ("sed", "nq"):
        return 0 if sched == "nq" and not active else (active + 1) / eff
    if sched == "fo" or active < eff:
        return -eff
    return None


def read_token(packet):
    """The number that a packet carries, within a tunnel or an ICMP error, or
    that a reset acknowledges."""
    four = packet[0] >> 4 == 4
    proto, at = (packet[9], 20) if four else (packet[6], 40)
    if proto in (4, 41):
        return read_token(packet[at:])
    if proto in (1, 58):
        return read_token(packet[at + 8:])
    if proto == UDP:
        return struct.unpack_from("!H", packet, at + 8)[0]
    seq, ack = struct.unpack_from("!II", packet, at + 4)
    return seq or ack - 1


def tcp_next(state, flags, both):
    """State after a client's segment."""
    if "R" in flags:
        return "close"
    if "F" in flags:
        if state in ("time_wait", "close", "last_ack"):
            return state
        if not both:
            return "fin_wait"
        return "last_ack" if state == "fin_wait" else "close_wait"
    if "S" in flags or "A" not in flags:
        return state
    return {"syn_recv": "established", "last_ack": "time_wait"}.get(
        state, state)


def tcp_next_back(state, flags):
    """State after a NAT server's segment."""
    if "R" in flags:
        return "close"
    if "F" in flags:
        if state in ("time_wait", "close", "last_ack"):
            return state
        return "last_ack" if state == "close_wait" else "fin_wait"
    if "S" not in flags and state == "last_ack":
        return "time_wait"
    return state


class Model:  # pylint: disable=too-many-instance-attributes
    """The director under test, and what is known of it."""

    def __init__(self, rig, seed):
        self.rig, self.rnd = rig, random.Random(seed)
        self.services = {}
        self.flows = {}
        self.count = {}
        self.log = []
        self.token = 0

    # -------------------------------------------------------- what is done

    def step(self, most):
        """One operation, or a batch of at most @most packets: how many."""
        ops = ((self.packets, 10), (self.server_state, 6),
               (self.server_add, 4), (self.server_weight, 3),
               (self.server_del, 2), (self.service_add, 2),
               (self.service_set, 1), (self.service_del, 0.4),
               (self.flush, 0.4), (self.compare, 0.7), (self.digest, 0.4),
               (self.jump, 0.04))
        operation = self.rnd.choices([o for o, _ in ops],
                                     [w for _, w in ops])[0]
        done = 1
        if operation == self.packets:
            done = self.packets(self.rnd.randrange(1, min(BATCH, most) + 1))
        else:
            operation()
        name = operation.__name__
        self.count[name] = self.count.get(name, 0) + done
        return done

    def note(self, *words):
        """For who has to find out why."""
        self.log.append(" ".join(str(word) for word in words))
        del self.log[:-80]

    def some_service(self):
        """Any of them, or None."""
        return self.rnd.choice(list(self.services.values())) \
            if self.services else None

    def some_server(self):
        """(service, server), or None twice."""
        svc = self.some_service()
        if not svc or not svc.servers:
            return None, None
        return svc, self.rnd.choice(list(svc.servers.values()))

    def service_add(self):
        """Add a service that is not there."""
        fam = self.rnd.choice(FAMILIES)
        proto = self.rnd.choice((TCP, UDP))
        vip = self.rnd.choice((fam.vip, fam.vip2))
        port = self.rnd.choice((80, 81))
        if (proto, vip, port) in self.services:
            return
        conf = {"method": self.rnd.choice(METHODS),
                "scheduler": self.rnd.choice(SCHEDULERS),
                # what a hash finds in the middle of a stream is not modelled
                "midstream": "reset"}
        if self.rnd.random() < 0.35:
            conf["persist"] = 7200
            conf["persist-prefix"] = self.rnd.choice((24, fam.bits))
        svc = Service(fam, proto, vip, port, conf)
        self.note("service add", svc.key, conf)
        self.rig.gl.call("service-new", service={**svc.key, **conf})
        self.services[proto, vip, port] = svc
        for _ in range(self.rnd.randrange(4)):
            self.server_add(svc)

    def service_set(self):
        """Another scheduler."""
        svc = self.some_service()
        if not svc:
            return
        svc.sched = svc.conf["scheduler"] = self.rnd.choice(SCHEDULERS)
        svc.changed()
        self.note("service set", svc.key, svc.sched)
        self.rig.gl.call("service-set", service={
            **svc.key, "scheduler": svc.sched, "midstream": "reset"})

    def service_del(self):
        """Delete a service with all that it has."""
        svc = self.some_service()
        if not svc:
            return
        self.note("service del", svc.key)
        self.rig.gl.call("service-del", service=svc.key)
        del self.services[svc.proto, svc.vip, svc.port]
        self.forget(lambda flow: flow.svc is svc)

    def server_add(self, svc=None):
        """Add a server, or one that lingers again."""
        svc = svc or self.some_service()
        if not svc:
            return
        fam = svc.fam if svc.method != "tunnel" else \
            self.rnd.choice(FAMILIES)
        addr = getattr(fam, "web%d" % self.rnd.randrange(1, 5))
        if addr in svc.servers:
            return
        # no two services share what replies are known by
        port = svc.port
        if svc.method == "nat":
            port += 1000 * (1 + 2 * (svc.vip == svc.fam.vip) +
                            (svc.proto == TCP))
        srv = Server(addr, port, self.rnd.choice((0, 1, 1, 2, 3, 7)))
        self.note("server add", svc.key, addr, port, "weight", srv.weight)
        self.rig.gl.call("server-new", server=self.ident(
            svc, srv, weight=srv.weight))
        svc.servers[addr] = srv
        svc.changed()
        # one that came back has its flows and counters still
        back = [flow for flow in self.flows.values()
                if flow.svc is svc and flow.srv.addr == addr]
        for flow in back:
            flow.srv = srv
        for client, who in svc.templates.items():
            if who is not UNSURE and who.addr == addr:
                svc.templates[client] = srv if back else UNSURE
        kernel = self.kernel_server(svc, srv)
        srv.admin = {v: k for k, v in r.genl_wire.SPEC.enums[
            "admin"].items()}[kernel["admin"]]
        srv.health = "up" if kernel["health"] == 1 else "down"
        srv.oper = kernel["oper-weight"]
        srv.base = self.stats(kernel)

    @staticmethod
    def ident(svc, srv, **more):
        """A server as the kernel is told of it."""
        return {"service": svc.key, "addr": srv.addr, "port": srv.port,
                **more}

    def kernel_server(self, svc, srv):
        """A server as the kernel has it."""
        for got in self.rig.gl.list("server-get"):
            key = got["service"]
            if got["addr"] == r.family(srv.addr).pack(srv.addr) and \
                    not got.get("linger") and \
                    key["addr"] == svc.fam.pack(svc.vip) and \
                    (key["proto"], key["port"]) == (svc.proto, svc.port):
                return got
        raise Failed("the kernel does not show %s of %s" % (srv.addr, svc.key))

    @staticmethod
    def stats(kernel):
        """(connections, packets in, packets out)"""
        return tuple(kernel["stats"][n] for n in (
            "conns", "packets-in", "packets-out"))

    def server_state(self):
        """The operator's or the checker's word."""
        svc, srv = self.some_server()
        if not srv:
            return
        what = self.rnd.random()
        if what < 0.5:
            srv.admin = self.rnd.choice(("enabled", "enabled", "drain",
                                         "disabled"))
            more = {"admin": srv.admin}
        elif what < 0.8:
            srv.health = self.rnd.choice(("up", "up", "down"))
            more = {"health": srv.health}
        else:
            srv.oper = self.rnd.choice((-1, -1, 0, 5))
            more = {"oper_weight": srv.oper}
        svc.changed()
        self.note("server state", svc.key, srv.addr, more)
        try:
            self.rig.gl.call("server-state-set", server=self.ident(
                svc, srv, **more))
        except r.Refusal as refusal:
            # what is disabled stays so until it is enabled
            kernel = self.kernel_server(svc, srv)
            self.note("refused:", refusal)
            if "admin" not in more or kernel["admin"] != 3:
                raise
            srv.admin = "disabled"

    def server_weight(self):
        """Another weight."""
        svc, srv = self.some_server()
        if not srv:
            return
        srv.weight = self.rnd.choice((0, 1, 2, 3, 60))
        svc.changed()
        self.note("server set", svc.key, srv.addr, "weight", srv.weight)
        self.rig.gl.call("server-set", server=self.ident(
            svc, srv, weight=srv.weight))

    def server_del(self):
        """Delete a server: its flows go on, or (now) do not."""
        svc, srv = self.some_server()
        if not srv:
            return
        now = self.rnd.random() < 0.4
        self.note("server del", svc.key, srv.addr, "now" if now else "")
        self.rig.gl.call("server-del", server=self.ident(svc, srv), now=now)
        del svc.servers[srv.addr]
        srv.gone = True
        svc.changed()
        if now:
            self.forget(lambda flow: flow.srv is srv)

    def flush(self):
        """Flush the connections of one service, or all."""
        svc = self.some_service()
        if svc and self.rnd.random() < 0.7:
            self.note("flush", svc.key)
            self.rig.gl.call("conn-flush", filter={"service": svc.key})
            self.forget(lambda flow: flow.svc is svc)
            svc.templates.clear()
        else:
            self.note("flush all")
            self.rig.gl.call("conn-flush")
            self.flows.clear()
            for svc in self.services.values():
                svc.templates.clear()

    def forget(self, which):
        """Flows that are no more."""
        for tup in [t for t, flow in self.flows.items() if which(flow)]:
            del self.flows[tup]

    def jump(self):
        """Time passes for a service: its timeouts become a second."""
        svc = self.some_service()
        if not svc:
            return
        self.note("jump", svc.key)
        # a timeout of the other protocol is refused; a mark has both
        states = [s.replace("_", "-") for s in r.STATES
                  if svc.key.get("proto") in (None, UDP if s == "udp" else TCP)]

        def timeouts(seconds):
            self.rig.gl.call("service-set", service={**svc.key, "timeout": [
                {"state": s, "seconds": seconds} for s in states]})
        timeouts(1)
        end = time.monotonic() + 60 * r.FACTOR
        # what has expired is counted until the aging work has been there
        while self.entries(service=svc.key) or self.counted(svc):
            if time.monotonic() > end:
                raise Failed("entries of %s do not expire" % svc.key)
            time.sleep(0.1)
        timeouts(0)
        self.forget(lambda flow: flow.svc is svc)

    def entries(self, **filters):
        """Connections, without templates."""
        persist = r.genl_wire.SPEC.enums["state"]["persist"]
        return [c for c in self.rig.conns(**filters) if c["state"] != persist]

    def counted(self, svc):
        """Connections that the kernel counts for a service."""
        got = self.rig.gl.one("service-get", service=svc.key)["service"][0]
        return got["active"] + got["inactive"]

    # ------------------------------------------------------------- packets

    def packets(self, count):
        """Packets of clients and NAT servers, no two of one flow: how many."""
        sent, taken = [], set()
        for _ in range(count):
            what = self.answer(taken) if self.rnd.random() < 0.12 else \
                self.packet(taken)
            if what:
                sent.append(what)
        out = self.sort(self.rig.drain())
        for token, judge, args in sent:
            try:
                judge(*args, out.pop(token, {"c0": [], "s0": []}))
            except Failed as err:
                raise Failed("packet %d: %s" % (token, err)) from err
        if out:
            raise Failed("frames of nobody: %s" % out)
        return len(sent)

    def next_token(self):
        """Another number for a packet."""
        self.token = self.token % 0xffff + 1
        return self.token

    @staticmethod
    def sort(out):
        """Frames by the number of the packet that they come of."""
        found = {}
        for dev, frames in out.items():
            for frame in frames:
                token = read_token(trim(frame)[14:])
                found.setdefault(token, {"c0": [], "s0": []})[dev].append(
                    frame)
        return found

    def packet(self, taken):
        """Send a client's packet: (number, who is to judge, arguments)"""
        fam = self.rnd.choice(FAMILIES)
        if self.services and self.rnd.random() < 0.97:
            svc = self.some_service()
            fam, proto, vip, port = svc.fam, svc.proto, svc.vip, svc.port
        else:
            proto, vip, port = TCP, fam.vip, self.rnd.choice((80, 81, 99))
            svc = self.services.get((proto, vip, port))
        tup = (proto, vip, port, self.rnd.choice((fam.client, fam.client2)),
               self.rnd.choice(SPORTS))
        known = [t for t in self.flows if t[:3] == tup[:3]]
        if known and self.rnd.random() < 0.6:
            tup = self.rnd.choice(known)
        if tup in taken:
            return None
        taken.add(tup)
        flags = self.rnd.choice(("S", "S", "A", "A", "A", "PA", "FA", "R",
                                 "SA")) if proto == TCP else ""
        if tup not in self.flows and proto == TCP and self.rnd.random() < 0.6:
            flags = "S"
        token = self.next_token()
        self.note("packet", token, tup, flags)
        ends = (fam, tup[3], vip, tup[4], port)
        self.rig.client(build.segment(*ends, flags, token=token) if flags else
                        build.datagram(*ends, token=token), tup[3])
        return token, self.judge, (svc, tup, flags)

    def judge(self, svc, tup, flags, out):
        """What came of a client's packet, against what may."""
        flow = self.flows.get(tup)
        if not svc:
            return self.nothing(out, "a packet to no service")
        opens = flags in ("", "S")
        if flow:
            again = flow.srv.abandoned() if not flags else flags == "S" and (
                flow.state in CLOSED or flow.srv.health != "up" or
                flow.state == "syn_recv" and flow.srv.abandoned())
            if not again:
                if flags:
                    flow.state = tcp_next(flow.state, flags,
                                          flow.method == "nat")
                return self.arrived(flow, tup, flags, out)
        elif not opens:
            return self.reset(out, tup)
        return self.chosen(svc, tup, flags, out)

    def chosen(self, svc, tup, flags, out):
        """A new connection."""
        usable = [s for s in svc.servers.values() if s.usable()]
        if not usable:
            return self.refused(out, tup, flags)
        stays = self.stays(svc, tup[3])
        if svc.sched == "ovf" and stays not in usable and all(
                self.load(svc, s) is None for s in usable):
            if not out["s0"] or stays is not UNSURE:
                return self.refused(out, tup, flags)
        if len(out["s0"]) != 1:
            raise Failed("no frame for a new connection")
        srv = self.server_of(svc, trim(out["s0"][0]))
        if srv not in usable:
            raise Failed("chose %s, which may not be" % (srv and srv.addr))
        if stays in usable:
            same("whom the client stays with", srv.addr, stays.addr)
        elif stays is UNSURE:
            svc.last = None
        else:
            self.fits(svc, srv, usable, tup)
        if "persist" in svc.conf:
            svc.templates[svc.client(tup[3])] = srv
        flow = Flow(svc, srv, "syn_recv" if flags else "udp", svc.method)
        self.flows[tup] = flow
        srv.conns += 1
        return self.arrived(flow, tup, flags, out)

    @staticmethod
    def stays(svc, client):
        """Whom a client stays with, if that may have it."""
        if "persist" not in svc.conf:
            return None
        return svc.templates.get(svc.client(client))

    @staticmethod
    def server_of(svc, frame):
        """The server that a frame is for."""
        if svc.method == "dr":
            mac = frame[:6].hex(":")
            return next((s for s in svc.servers.values()
                         if MAC[s.addr] == mac), None)
        return svc.servers.get(r.text(build.read(frame[14:])[1]))

    def load(self, svc, who):
        """Load of a server, as the service's scheduler sees it."""
        mine = [f for f in self.flows.values() if f.srv is who]
        active = sum(f.state in ACTIVE for f in mine)
        return load(svc.sched, who, active, len(mine) - active)

    def fits(self, svc, srv, usable, tup):
        """Is it whom the scheduler had to choose?"""
        if svc.sched in LEAST:
            loads = {s: self.load(svc, s) for s in usable}
            least = min(v for v in loads.values() if v is not None)
            if loads[srv] is None or loads[srv] > least + 1e-9:
                raise Failed("%s chose %s, of %s" % (svc.sched, srv.addr, {
                    s.addr: v for s, v in loads.items()}))
        if svc.sched == "rr" and svc.last:
            order = list(svc.servers.values())
            at = order.index(svc.last)
            want = next(s for s in order[at + 1:] + order[:at + 1]
                        if s in usable)
            same("rr's next", srv.addr, want.addr)
        if svc.sched in ("sh", "dh", "mh"):
            who = "" if svc.sched == "dh" else tup[3]
            same("what the hash says", srv.addr,
                 svc.pins.setdefault(who, srv.addr))
        svc.last = srv

    def arrived(self, flow, tup, flags, out):
        """The frame that the flow's server must have got."""
        fam, srv = flow.svc.fam, flow.srv
        if len(out["s0"]) != 1 or out["c0"]:
            raise Failed("to servers: %s, to clients: %s, in place of one for "
                         "%s by %s, %s" % (
                             [r.shown(f) for f in out["s0"]],
                             [r.shown(f) for f in out["c0"]],
                             srv.addr, flow.method, flow.state))
        frame = trim(out["s0"][0])
        same("MAC", frame[:6].hex(":"), MAC[srv.addr])
        packet = frame[14:]
        if flow.method == "tunnel":
            _, dst, proto, _, _ = build.read(packet)
            same("tunnel to", (r.text(dst), proto), (srv.addr, fam.ipip))
            packet = packet[r.family(srv.addr).head:]
        _, dst, proto, ports, bits = build.read(packet)
        nat = flow.method == "nat"
        same("to", (r.text(dst), ports),
             (srv.addr if nat else tup[1],
              (tup[4], srv.port if nat else tup[2])))
        same("protocol, flags", (proto, bits), (
            tup[0], sum(build.FLAG[f] for f in flags)))
        same("family", len(dst) * 8, fam.bits)
        srv.got += 1

    @staticmethod
    def nothing(out, what):
        """Neither server nor client hears of it."""
        for dev, frames in out.items():
            if frames:
                raise Failed("%s: %s on %s" % (what, r.shown(frames[0]), dev))

    @staticmethod
    def reset(out, tup):
        """A segment of no connection: a reset, but not to a reset."""
        same("frames to servers", len(out["s0"]), 0)
        for frame in out["c0"]:
            src, dst, proto, ports, bits = build.read(trim(frame)[14:])
            same("reset", (r.text(src), r.text(dst), proto, ports, bits & 4),
                 (tup[1], tup[3], TCP, (tup[2], tup[4]), 4))

    def refused(self, out, tup, flags):
        """No server: a reset or an ICMP error."""
        same("frames to servers", len(out["s0"]), 0)
        same("answers", len(out["c0"]), 1)
        if flags:
            self.reset(out, tup)
        # the entry that the packet was to replace lives on

    def answer(self, taken):
        """Send a NAT server's packet, as packet()"""
        known = [(t, f) for t, f in self.flows.items()
                 if f.method == "nat" and t not in taken]
        if not known:
            return None
        tup, flow = self.rnd.choice(known)
        taken.add(tup)
        fam, srv = flow.svc.fam, flow.srv
        flags = self.rnd.choice(("SA", "A", "A", "FA", "RA")) \
            if tup[0] == TCP else ""
        token = self.next_token()
        self.note("answer", token, tup, srv.addr, flags)
        ends = (fam, srv.addr, tup[3], srv.port, tup[4])
        self.rig.back(build.segment(*ends, flags, token=token) if flags else
                      build.datagram(*ends, token=token), srv.addr)
        return token, self.answered, (flow, tup, flags)

    def answered(self, flow, tup, flags, out):
        """What came of a NAT server's packet."""
        if flags == "SA" and flow.state == "time_wait":
            # the client has gone on to the server itself: not ours, and over
            self.nothing(out, "a connection past the VIP")
            del self.flows[tup]
            return
        same("frames", (len(out["s0"]), len(out["c0"])), (0, 1))
        src, _, _, ports, _ = build.read(trim(out["c0"][0])[14:])
        same("answer from", (r.text(src), ports),
             (tup[1], (tup[2], tup[4])))
        if flags:
            flow.state = tcp_next_back(flow.state, flags)
        flow.srv.sent += 1

    # ---------------------------------------------------------- comparing

    def compare(self):
        """Counters and table against what the model knows."""
        servers = {}
        for got in self.rig.gl.list("server-get"):
            for name in ("active", "inactive"):
                if got[name] >= 1 << 31:
                    raise Failed("%s is negative: %s" % (name, got))
            if not got.get("linger"):
                key = got["service"]
                servers[key["proto"], r.text(key["addr"]), key["port"],
                        r.text(got["addr"])] = got
        same("number of servers", len(servers),
             sum(len(s.servers) for s in self.services.values()))
        for tup, svc in self.services.items():
            for addr, srv in svc.servers.items():
                self.compare_server(svc, srv, servers[tup + (addr,)])
        self.compare_table()

    def compare_server(self, svc, srv, got):
        """One server's counters."""
        what = " of %s of %s" % (srv.addr, svc.key)
        mine = [f for f in self.flows.values() if f.srv is srv]
        active = sum(f.state in ACTIVE for f in mine)
        same("active, inactive" + what, (got["active"], got["inactive"]),
             (active, len(mine) - active))
        now = self.stats(got)
        same("connections, packets in, out" + what,
             tuple(a - b for a, b in zip(now, srv.base)),
             (srv.conns, srv.got, srv.sent))
        same("effective weight" + what, got["eff-weight"], srv.eff())

    def compare_table(self):
        """Entry by entry."""
        table = {}
        for got in self.entries():
            tup = (got["proto"], r.text(got["vip"]), got["vip-port"],
                   r.text(got["client"]), got["client-port"])
            if tup in table:
                raise Failed("two entries of %s" % (tup,))
            table[tup] = (r.text(got["server"]), got["state"])
        states = r.genl_wire.SPEC.enums["state"]
        want = {t: (f.srv.addr, states[f.state.replace("_", "-")])
                for t, f in self.flows.items()}
        if table != want:
            raise Failed("table and model differ: %s" % {
                t: (table.get(t), want.get(t)) for t in set(table) | set(want)
                if table.get(t) != want.get(t)})

    def digest(self):
        """The same configuration elsewhere, told in another order."""
        twin = self.rig.twin
        twin.call("flush")
        services = list(self.services.values())
        self.rnd.shuffle(services)
        txn = twin.begin("edit")
        for svc in services:
            twin.call("service-new", txn=txn, service={
                **svc.key, **svc.conf})
        servers = [(svc, srv) for svc in services
                   for srv in svc.servers.values()]
        self.rnd.shuffle(servers)
        for svc, srv in servers:
            twin.call("server-new", txn=txn, server=self.ident(
                svc, srv, weight=srv.weight))
        twin.call("txn-commit", txn=txn)
        same("digest", self.rig.gl.one("version-get")["digest"],
             twin.one("version-get")["digest"])


def random_model(rig):
    """F59 random operations, and nothing but what the model allows"""
    model = Model(rig, SEED)
    print("# L4LB_SEED=%d, %d operations" % (SEED, OPS), flush=True)
    num = 0
    try:
        start = time.monotonic()
        while num < OPS:
            num += model.step(OPS - num)
        print("# %d operations a second" % (
            OPS / (time.monotonic() - start)))
        model.compare()
        model.digest()
    except Exception as err:
        print("# operation %d; before it:" % num)
        for line in model.log:
            print("#   " + line)
        raise Failed("%s: %s" % (type(err).__name__, err)) from err
    print("# " + " ".join("%s=%d" % kv for kv in sorted(model.count.items())))
    sys.stdout.flush()


if __name__ == "__main__":
    r.main("model", [random_model], twin=True)
