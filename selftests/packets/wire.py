# SPDX-License-Identifier: GPL-2.0
"""Packet in, packet out: a director between two wires that a test holds.

    test  --c0----c0l--  lb  --s0l----s0--  test
          10.10.31.0/24      192.168.31.0/24

The director is a network namespace; the far ends of its two links lie in a
second namespace and carry no addresses: whatever comes out there was sent by
the director, and nothing answers but the test. Neighbours are permanent, so
there is no ARP. Frames that the test injects arrive as CHECKSUM_NONE.
"""

import ctypes
import json
import os
import select
import socket
import subprocess
import sys
import time

from scapy.all import (  # pylint: disable=no-name-in-module
    ICMP, IP, TCP, UDP, Ether, IPerror, Raw, TCPerror, UDPerror, fragment)

CLIENT = "10.10.31.200"
CLIENT2 = "10.10.31.201"
VIP = "10.10.31.100"
LB_OUT = "10.10.31.11"
LB_IN = "192.168.31.11"
WEB1 = "192.168.31.101"
WEB2 = "192.168.31.102"
ROUTER = "10.10.31.1"

MAC = {
    CLIENT: "02:00:00:00:31:c8",
    CLIENT2: "02:00:00:00:31:c9",
    ROUTER: "02:00:00:00:31:01",
    WEB1: "02:00:00:00:31:65",
    WEB2: "02:00:00:00:31:66",
}
STATES = ("syn_sent", "syn_recv", "established", "fin_wait", "close_wait",
          "last_ack", "time_wait", "close", "udp")
FLAG = {"S": "SYN", "A": "ACK", "F": "FIN", "R": "RST", "P": "PSH"}
MAC_C0L = "02:00:00:00:31:0b"
MAC_S0L = "02:00:00:00:31:1b"

FACTOR = float(os.environ.get("L4LB_TIME_FACTOR", "1") or 1)
SOL_PACKET = 263
PACKET_IGNORE_OUTGOING = 23
ETH_P_ALL = 3
CLONE_NEWNET = 0x40000000


class Failed(Exception):
    """A check did not hold; the message says which."""


def run(*cmd, check=True):
    """Run a command, return what it printed; its complaint if it fails."""
    res = subprocess.run(cmd, capture_output=True, text=True, check=False)
    if check and res.returncode:
        raise Failed("%s: exit %d: %s" % (" ".join(cmd), res.returncode,
                                          res.stderr.strip()))
    return res.stdout


def sums_are_right(frame):
    """Recompute every checksum of an IPv4 frame from nothing."""
    pkt = IP(bytes(frame[IP]))
    again = pkt.copy()
    layer = again
    while layer and not isinstance(layer, (Raw, IPerror)):
        if hasattr(layer, "chksum") and not (
                isinstance(layer, UDP) and layer.chksum == 0):
            del layer.chksum
        layer = layer.payload if layer.payload else None
    if bytes(again) != bytes(pkt):
        raise Failed("a checksum is wrong: " + pkt.summary())


def chosen(told):
    """ADDR:PORT of the server that explain names, or None."""
    server = None
    for step in told["steps"]:
        if step["step"] == "candidate" and step.get("chosen"):
            server = step["server"]
        if step["step"] == "connection" and step.get("conn_server") and \
                server is None:
            server = step["conn_server"]
        if step["step"] == "method" and step.get("server"):
            server = step["server"]
    return server


class Wire:
    """The two wires and the director between them."""

    def __init__(self, name):
        tag = "%s-%d" % (name, os.getpid())
        self.lb = "lb-" + tag
        self.far = "wire-" + tag
        self.sock = {}
        self.ident = 0

    def ip(self, *args):
        """ip(8) in the director."""
        return run("ip", "-n", self.lb, *args)

    def inside(self, *cmd, check=True):
        """Run a command in the director."""
        return run("ip", "netns", "exec", self.lb, *cmd, check=check)

    def lbctl(self, *args, check=True):
        """lbctl in the director."""
        return self.inside("lbctl", *args, check=check)

    def up(self):
        """Build the director and open the wires."""
        run("ip", "netns", "add", self.lb)
        run("ip", "netns", "add", self.far)
        self.inside("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1",
                    "net.ipv6.conf.default.disable_ipv6=1",
                    "net.ipv4.icmp_ratelimit=0",
                    "net.ipv4.icmp_msgs_per_sec=100000")
        run("ip", "netns", "exec", self.far, "sysctl", "-qw",
            "net.ipv6.conf.all.disable_ipv6=1",
            "net.ipv6.conf.default.disable_ipv6=1")
        for dev, mac, addr in (("c0", MAC_C0L, LB_OUT),
                               ("s0", MAC_S0L, LB_IN)):
            self.ip("link", "add", dev + "l", "address", mac, "type", "veth",
                    "peer", "name", dev, "netns", self.far)
            self.ip("addr", "add", addr + "/24", "dev", dev + "l")
            self.ip("link", "set", dev + "l", "up")
            run("ip", "-n", self.far, "link", "set", dev, "up")
        self.ip("link", "set", "lo", "up")
        for addr, mac in MAC.items():
            dev = "c0l" if addr.startswith("10.") else "s0l"
            self.ip("neigh", "add", addr, "lladdr", mac, "nud", "permanent",
                    "dev", dev)
        self.ip("route", "add", "198.51.100.0/24", "via", ROUTER)
        # nothing that a test has made expires while it runs, however slowly
        self.lbctl("limits", "set", "timeout",
                   ",".join(state + "=7200" for state in STATES))
        self.open()

    def open(self):
        """Packet sockets on the far ends."""
        for dev in ("c0", "s0"):
            self.sock[dev] = self.listen(self.far, dev)

    @staticmethod
    def listen(netns, dev):
        """A packet socket on a device, opened in its namespace.

        It keeps clones of what comes in, and copies them when they are read.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/self/ns/net", "rb") as home, \
                open("/run/netns/" + netns, "rb") as there:
            if libc.setns(there.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                sk = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                   socket.htons(ETH_P_ALL))
                sk.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
                sk.bind((dev, ETH_P_ALL))
                sk.setblocking(False)
            finally:
                libc.setns(home.fileno(), CLONE_NEWNET)
        return sk

    def down(self):
        """Undo up(); safe at any time."""
        for sk in self.sock.values():
            sk.close()
        for ns in (self.lb, self.far):
            run("ip", "netns", "del", ns, check=False)

    def send(self, dev, *frames):
        """Put frames on a wire."""
        for frame in frames:
            self.sock[dev].send(bytes(frame))

    def recv(self, dev, seconds=5.0):
        """Next IPv4 frame of a wire, or None at the deadline."""
        end = time.monotonic() + seconds * FACTOR
        while True:
            left = end - time.monotonic()
            if left <= 0:
                return None
            ready, _, _ = select.select([self.sock[dev]], [], [], left)
            if not ready:
                continue
            frame = Ether(self.sock[dev].recv(65536))
            if frame.type == 0x0800:
                return frame

    def expect(self, dev, what):
        """Next frame of a wire; it must come, and have right checksums."""
        frame = self.recv(dev)
        if frame is None:
            raise Failed("nothing came out for: " + what)
        sums_are_right(frame)
        return frame

    def drain(self):
        """All that has come out, by wire, each with right checksums.

        Sends an echo request to the director on each wire and takes its
        answer for the sign that all before it has been dealt with.
        """
        out = {"c0": [], "s0": []}
        self.ident += 1
        for dev, src, dst, mac in (("c0", CLIENT, LB_OUT, MAC_C0L),
                                   ("s0", WEB1, LB_IN, MAC_S0L)):
            self.send(dev, Ether(src=MAC[src], dst=mac) /
                      IP(src=src, dst=dst) / ICMP(id=0x4c34, seq=self.ident))
        for dev, frames in out.items():
            while True:
                frame = self.recv(dev)
                if frame is None:
                    raise Failed("the director does not answer on " + dev)
                if ICMP in frame and frame[ICMP].type == 0 and \
                        frame[ICMP].id == 0x4c34:
                    break
                sums_are_right(frame)
                frames.append(frame)
        return out

    def quiet(self):
        """Nothing is on its way on either wire."""
        for dev, frames in self.drain().items():
            if frames:
                raise Failed("unexpected on %s: %s" % (dev,
                                                       frames[0].summary()))

    def explain(self, proto, src, sport, dst, dport, flags=""):
        """What explain tells of a packet; flags as scapy writes them."""
        words = ["-j", "explain", proto, "%s:%d" % (src, sport),
                 "%s:%d" % (dst, dport)]
        if flags:
            words += ["flags", ",".join(FLAG[f] for f in flags)]
        return json.loads(self.lbctl(*words))

    def reasons(self):
        """Reason counters of the director's namespace, by name."""
        out = json.loads(self.lbctl("-j", "stats"))
        return {r["name"]: r["packets"] for r in out["reasons"]}

    def client(self, payload, src=CLIENT, dst=VIP, **ip):
        """A frame from a client to the director."""
        return (Ether(src=MAC.get(src, MAC[ROUTER]), dst=MAC_C0L) /
                IP(src=src, dst=dst, **ip) / payload)

    def server(self, payload, src=WEB1, dst=CLIENT, **ip):
        """A frame from a server to the director."""
        return (Ether(src=MAC[src], dst=MAC_S0L) /
                IP(src=src, dst=dst, **ip) / payload)


class Counted:
    """Within: exactly the named reasons move, by exactly so much."""

    def __init__(self, wire, **want):
        self.wire = wire
        self.want = want
        self.before = {}

    def __enter__(self):
        self.before = self.wire.reasons()

    def __exit__(self, kind, value, trace):
        if kind:
            return
        now = self.wire.reasons()
        for name, by in self.want.items():
            moved = now.get(name, 0) - self.before.get(name, 0)
            if moved != by:
                raise Failed("%s moved by %d, not %d" % (name, moved, by))
        for name in now:
            moved = now[name] - self.before.get(name, 0)
            if moved and name not in self.want and name not in (
                    "not_ours", "icmp_other"):
                raise Failed("%s moved by %d" % (name, moved))


def same(what, got, want):
    """Compare, with a sentence."""
    if got != want:
        raise Failed("%s is %r, not %r" % (what, got, want))


def main(name, tests, before=None):
    """Run tests as KTAP; each gets a director of its own."""
    only = sys.argv[1:]
    tests = [t for t in tests if not only or t.__name__ in only]
    print("KTAP version 1")
    print("1..%d" % len(tests))
    bad = 0
    for num, test in enumerate(tests, 1):
        wire = Wire(name)
        start = time.monotonic()
        try:
            wire.up()
            if before:
                before(wire)
            test(wire)
            ok, why = "ok", ""
        except Failed as err:
            ok, why = "not ok", str(err)
        except Exception as err:  # pylint: disable=broad-except
            ok, why = "not ok", "%s: %s" % (type(err).__name__, err)
        finally:
            wire.down()
        if why:
            bad += 1
            print("# " + why.replace("\n", "\n# "))
        print("%s %d %s # %.1f s" % (ok, num, test.__doc__.split("\n")[0],
                                     time.monotonic() - start))
        sys.stdout.flush()
    sys.exit(1 if bad else 0)
