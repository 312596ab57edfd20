# SPDX-License-Identifier: GPL-2.0
"""A director between two wires, driven without starting programs.

    test  --c0----c0l--  lb  --s0l----s0--  test
        10.10.31.0/24          192.168.31.0/24
        2001:db8:31::/64       2001:db8:8::/64

As wire.py, in both families, and made for thousands of packets: the test is
itself in the director's network namespace, speaks generic netlink by the spec
and packet sockets, and keeps one director for all that a script tests. Frames
are compared as bytes with frames that scapy has built from nothing.
"""

import contextlib
import ctypes
import importlib.util
import os
import pathlib
import select
import socket
import struct
import subprocess
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "spec"))
_spec = importlib.util.spec_from_file_location(
    "genl_wire", HERE.parent / "spec" / "wire.py")
genl_wire = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(genl_wire)
Refusal = genl_wire.genl.Refusal

FACTOR = float(os.environ.get("L4LB_TIME_FACTOR", "1") or 1)
FULL = os.environ.get("L4LB_TIER") == "full"
SOL_PACKET = 263
PACKET_IGNORE_OUTGOING = 23
ETH_P_ALL = 3
CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE = 33
TCP, UDP, ICMP4, ICMP6 = 6, 17, 1, 58
# neighbour discovery and multicast listeners' talk (RFC 4861, RFC 3810)
ND = tuple(range(130, 138)) + (143,)
STATES = ("syn_sent", "syn_recv", "established", "fin_wait", "close_wait",
          "last_ack", "time_wait", "close", "udp")

MAC_C0L = "02:00:00:00:31:0b"
MAC_S0L = "02:00:00:00:31:1b"


class Failed(Exception):
    """A check did not hold; the message says which."""


class Family:
    """Who is who in one family of addresses."""

    def __init__(self, num, out, inn, names):
        self.num = num
        self.bits = 32 if num == 4 else 128
        self.af = socket.AF_INET if num == 4 else socket.AF_INET6
        self.ethertype = 0x0800 if num == 4 else 0x86dd
        self.head = 20 if num == 4 else 40
        self.icmp = ICMP4 if num == 4 else ICMP6
        self.ipip = 4 if num == 4 else 41
        for name, host in names.items():
            net = inn if name.startswith("web") or name == "lb_in" else out
            setattr(self, name, net + host)
        self.names = {name: getattr(self, name) for name in names}

    def pack(self, addr):
        """Address as bytes."""
        return socket.inet_pton(self.af, addr)

    def __str__(self):
        return "IPv%d" % self.num


V4 = Family(4, "10.10.31.", "192.168.31.", {
    "client": "200", "client2": "201", "router": "1", "vip": "100",
    "vip2": "101", "lb_out": "11", "lb_in": "11", "web1": "101",
    "web2": "102", "web3": "103", "web4": "104"})
V6 = Family(6, "2001:db8:31::", "2001:db8:8::", {
    "client": "c8", "client2": "c9", "router": "1", "vip": "100",
    "vip2": "101", "lb_out": "b", "lb_in": "b", "web1": "65",
    "web2": "66", "web3": "67", "web4": "68"})
FAMILIES = (V4, V6)
HOST = {"client": "c8", "client2": "c9", "router": "01", "web1": "65",
        "web2": "66", "web3": "67", "web4": "68"}
MAC = {getattr(fam, name): "02:00:00:00:31:" + last
       for fam in FAMILIES for name, last in HOST.items()}


def family(addr):
    """Family of an address."""
    return V6 if ":" in addr else V4


def text(raw):
    """Address of bytes."""
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else
                            socket.AF_INET6, raw)


# ---------------------------------------------------------------- sums

def ones(data, total=0):
    """RFC 1071 sum, from nothing."""
    if len(data) % 2:
        data += b"\0"
    total += sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def _pseudo(src, dst, proto, size):
    return ones(src + dst + struct.pack("!II", size, proto))


def _sum_l4(src, dst, proto, data, what):
    if proto == ICMP4:
        if ones(data) != 0xffff:
            raise Failed("wrong ICMP checksum: " + what)
        return
    at = {TCP: 16, UDP: 6, ICMP6: 2}.get(proto)
    if at is None or len(data) < at + 2:
        return
    if proto == UDP and data[6:8] == b"\0\0":
        if len(src) == 16:
            raise Failed("UDP without checksum: " + what)
        return
    size = len(data)
    if proto == UDP:
        size = struct.unpack_from("!H", data, 4)[0]
        if size > len(data):
            raise Failed("UDP length: " + what)
    if ones(data[:size], _pseudo(src, dst, proto, size)) != 0xffff:
        raise Failed("wrong checksum of protocol %d: %s" % (proto, what))


def check_sums(packet, what="packet"):
    """Every checksum of an IP packet, those of an inner one too."""
    if packet[0] >> 4 == 4:
        head = (packet[0] & 15) * 4
        size, _, frag, _, proto = struct.unpack_from("!HHHBB", packet, 2)
        if ones(packet[:head]) != 0xffff:
            raise Failed("wrong IP checksum: " + what)
        if size > len(packet):
            raise Failed("IP length: " + what)
        if frag & 0x3fff:
            return
        src, dst, data = packet[12:16], packet[16:20], packet[head:size]
    else:
        size, proto = struct.unpack_from("!HB", packet, 4)
        if 40 + size > len(packet):
            raise Failed("IPv6 length: " + what)
        src, dst, data = packet[8:24], packet[24:40], packet[40:40 + size]
        while proto in (0, 43, 60):
            if proto == 43 and data[3]:
                return
            proto, data = data[0], data[8 + data[1] * 8:]
        if proto == 44:
            return
    if proto in (4, 41):
        check_sums(data, what)
    else:
        _sum_l4(src, dst, proto, data, what)


# ---------------------------------------------------------------- frames

def frame_sums(frame):
    """check_sums() of what a frame carries. A frame takes long to tell of."""
    try:
        check_sums(frame[14:])
    except Failed as err:
        raise Failed("%s: %s" % (err, shown(frame))) from err


def frame_of(src_mac, dst_mac, packet):
    """An Ethernet frame around an IP packet."""
    packet = bytes(packet)
    kind = 0x0800 if packet[0] >> 4 == 4 else 0x86dd
    return bytes.fromhex((dst_mac + src_mac).replace(":", "")) + \
        struct.pack("!H", kind) + packet


def shown(frame):
    """A frame for a person."""
    try:
        from scapy.all import Ether  # pylint: disable=import-outside-toplevel
        return Ether(frame).summary() + " " + frame.hex()
    except ImportError:
        return frame.hex()


def run(*cmd, stdin=None, check=True):
    """Run a command, return what it printed; its complaint if it fails."""
    res = subprocess.run(cmd, input=stdin, capture_output=True, text=True,
                         check=False)
    if check and res.returncode:
        raise Failed("%s: exit %d: %s" % (" ".join(cmd), res.returncode,
                                          res.stderr.strip()))
    return res.stdout


_libc = ctypes.CDLL(None, use_errno=True)


def setns(file):
    """Enter a network namespace."""
    if _libc.setns(file.fileno(), CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Rig:  # pylint: disable=too-many-public-methods
    """The director and both wires."""

    def __init__(self, name, twin=False):
        tag = "%s-%d" % (name, os.getpid())
        self.lb, self.far = "lb-" + tag, "wire-" + tag
        self.twin_ns = "twin-" + tag if twin else None
        self.sock = {}
        self.ident = 0
        self.noise = []
        self.gl = self.twin = None
        # pylint: disable-next=consider-using-with
        self.home = open("/proc/self/ns/net", "rb")

    # ------------------------------------------------------------ up, down

    def up(self):
        """Build the director, enter it, open the wires."""
        spaces = [self.lb, self.far] + ([self.twin_ns] if self.twin_ns else [])
        run("ip", "-batch", "-",
            stdin="".join("netns add %s\n" % n for n in spaces))
        with self.inside(self.far):
            self.proc("net/ipv6/conf/all/disable_ipv6", 1)
            self.proc("net/ipv6/conf/default/disable_ipv6", 1)
        if self.twin_ns:
            with self.inside(self.twin_ns):
                self.twin = genl_wire.Wire()
        with open("/run/netns/" + self.lb, "rb") as there:
            setns(there)
        self._sysctls()
        self.ip(*self._links())
        run("ip", "-n", self.far, "-batch", "-",
            stdin="link set c0 up\nlink set s0 up\n")
        self.gl = genl_wire.Wire()
        # nothing that a test has made expires while it runs, however slowly
        self.gl.call("limits-set", limits={"timeout": [
            {"state": s.replace("_", "-"), "seconds": 7200} for s in STATES]})
        for dev in ("c0", "s0"):
            with self.inside(self.far):
                self.sock[dev] = self._listen(dev)

    def _sysctls(self):
        for path, value in (
                ("ipv4/icmp_ratelimit", 0), ("ipv4/icmp_msgs_per_sec", 100000),
                ("ipv6/icmp/ratelimit", 0),
                ("ipv6/conf/default/accept_dad", 0),
                ("ipv6/conf/default/accept_ra", 0),
                ("ipv6/conf/default/router_solicitations", 0),
                ("ipv6/conf/default/addr_gen_mode", 1),
                ("ipv4/conf/all/rp_filter", 0),
                ("ipv4/conf/default/rp_filter", 0)):
            self.proc("net/" + path, value)

    def _links(self):
        lines = ["link set lo up"]
        for dev, mac in (("c0", MAC_C0L), ("s0", MAC_S0L)):
            lines += ["link add %sl address %s type veth peer name %s netns %s"
                      % (dev, mac, dev, self.far), "link set %sl up" % dev]
        for fam, length in ((V4, 24), (V6, 64)):
            nodad = " nodad" if fam is V6 else ""
            lines += ["addr add %s/%d dev c0l%s" % (fam.lb_out, length, nodad),
                      "addr add %s/%d dev s0l%s" % (fam.lb_in, length, nodad)]
            for name in HOST:
                addr = getattr(fam, name)
                lines.append("neigh add %s lladdr %s nud permanent dev %s" % (
                    addr, MAC[addr], "s0l" if name.startswith("web") else "c0l"))
        lines += ["route add 198.51.100.0/24 via " + V4.router,
                  "route add 2001:db8:51::/48 via " + V6.router]
        return lines

    @staticmethod
    def _listen(dev):
        sk = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                           socket.htons(ETH_P_ALL))
        sk.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        sk.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        sk.bind((dev, ETH_P_ALL))
        sk.setblocking(False)
        return sk

    def down(self):
        """Undo up(); safe at any time."""
        for sk in self.sock.values():
            sk.close()
        setns(self.home)
        for ns in (self.lb, self.far, self.twin_ns):
            if ns:
                run("ip", "netns", "del", ns, check=False)

    @contextlib.contextmanager
    def inside(self, netns):
        """For a moment in another namespace."""
        with open("/proc/self/ns/net", "rb") as back, \
                open("/run/netns/" + netns, "rb") as there:
            setns(there)
            try:
                yield
            finally:
                setns(back)

    @staticmethod
    def proc(path, value):
        """Write below /proc/sys, of the namespace that we are in."""
        with contextlib.suppress(FileNotFoundError, PermissionError), \
                open("/proc/sys/" + path, "w", encoding="ascii") as file:
            file.write(str(value))

    @staticmethod
    def ip(*lines):
        """A batch of ip(8) in the director."""
        return run("ip", "-batch", "-", stdin="\n".join(lines) + "\n")

    @staticmethod
    def nft(rules):
        """Rules in the director, until it is gone."""
        run("nft", "-f", "-", stdin=rules + "\n")

    def reset(self):
        """The director as it was after up(), but for devices and addresses."""
        self.gl.call("flush")
        self.gl.call("conn-flush")
        self.drain()

    # ------------------------------------------------------ configuration

    @staticmethod
    def key(fam, proto, port, vip=None):
        """Identity of a service."""
        return {"proto": proto, "addr": vip or fam.vip, "port": port}

    def service(self, fam, proto, port, method="dr", vip=None, **more):
        """Add a service: its identity."""
        key = self.key(fam, proto, port, vip)
        more.setdefault("scheduler", "rr")
        self.gl.call("service-new", service={**key, "method": method, **more})
        return key

    def server(self, key, addr, port=None, **more):
        """Add a server."""
        if port is not None:
            more["port"] = port
        self.gl.call("server-new",
                     server={"service": key, "addr": addr, **more})

    def serve(self, fam, proto=TCP, method="dr", port=80, servers=None,
              rport=None, **more):
        """A service with servers (web1) in one go: its identity."""
        if rport is None and method == "nat":
            rport = 8000 + port
        key = self.service(fam, proto, port, method, **more)
        for addr in servers or (fam.web1,):
            self.server(key, addr, rport)
        return key

    def reasons(self):
        """Reason counters of the director's namespace, by name."""
        answer = self.gl.one("stats-get")
        return {r["name"]: r["packets"] for r in answer["reason"]}

    def conns(self, **filters):
        """Connection entries."""
        if filters:
            return self.gl.list("conn-get", filter=filters)
        return self.gl.list("conn-get")

    # -------------------------------------------------------------- wires

    def client(self, packet, src=None):
        """Put a client's packets on the outer wire."""
        self.send("c0", frame_of(MAC.get(src, MAC[V4.client]), MAC_C0L, packet))

    def back(self, packet, src=None):
        """Put a server's packet on the inner wire."""
        self.send("s0", frame_of(MAC.get(src, MAC[V4.web1]), MAC_S0L, packet))

    def send(self, dev, *frames):
        """Put frames on a wire."""
        for frame in frames:
            self.sock[dev].send(frame)

    def recv(self, dev, seconds=5.0):
        """Next IP frame of a wire, or None at the deadline."""
        sk = self.sock[dev]
        end = None
        while True:
            try:
                frame = sk.recv(65536)
            except BlockingIOError:
                now = time.monotonic()
                end = end or now + seconds * FACTOR
                if now >= end:
                    return None
                select.select([sk], [], [], end - now)
                continue
            if frame[12:14] not in (b"\x08\x00", b"\x86\xdd"):
                continue
            # what the director says on its own account
            if frame[12:14] == b"\x86\xdd" and (
                    frame[20] == 0 and frame[38] == 0xff or
                    frame[20] == 58 and frame[54] in ND):
                self.noise.append(frame)
                continue
            return frame

    def _echo(self, src, dst, mac):
        body = struct.pack("!BBHHH", 8, 0, 0, 0x4c34, self.ident & 0xffff)
        body = body[:2] + struct.pack("!H", ones(body) ^ 0xffff) + body[4:]
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64,
                           ICMP4, 0, V4.pack(src), V4.pack(dst))
        head = head[:10] + struct.pack("!H", ones(head) ^ 0xffff) + head[12:]
        return frame_of(MAC[src], mac, head + body)

    def drain(self, sums=True):
        """All that has come out, by wire, each with right checksums.

        An echo request to the director on each wire, and its answer, are the
        sign that all before has been dealt with.
        """
        out = {"c0": [], "s0": []}
        self.noise = []
        self.ident += 1
        mark = struct.pack("!HH", 0x4c34, self.ident & 0xffff)
        self.send("c0", self._echo(V4.client, V4.lb_out, MAC_C0L))
        self.send("s0", self._echo(V4.web1, V4.lb_in, MAC_S0L))
        for dev, frames in out.items():
            while True:
                frame = self.recv(dev)
                if frame is None:
                    raise Failed("the director does not answer on " + dev)
                if frame[23] == ICMP4 and frame[12:14] == b"\x08\x00" and \
                        frame[34] == 0 and frame[38:42] == mark:
                    break
                if sums:
                    frame_sums(frame)
                frames.append(frame)
        return out

    def quiet(self, what=""):
        """Nothing has come out since."""
        for dev, frames in self.drain().items():
            if frames:
                raise Failed("%sunexpected on %s: %s" % (
                    what and what + ": ", dev, shown(frames[0])))

    def gives(self, what, dev, frames, **want):
        """Put frames on a wire; exactly those of @want (by wire) come out."""
        self.send(dev, *(frames if isinstance(frames, list) else [frames]))
        self.came(what, **want)

    def came(self, what, **want):
        """Exactly these frames have come out."""
        out = self.drain()
        for wire, frames in out.items():
            wanted = want.get(wire, [])
            if isinstance(wanted, bytes):
                wanted = [wanted]
            if [trim(f) for f in frames] == [trim(f) for f in wanted]:
                continue
            raise Failed("%s, on %s:\n got  %s\n want %s" % (
                what, wire, "\n      ".join(map(shown, frames)) or "nothing",
                "\n      ".join(map(shown, wanted)) or "nothing"))


def trim(frame):
    """A frame without an Ethernet trailer."""
    if frame[12:14] == b"\x08\x00":
        return frame[:14 + struct.unpack_from("!H", frame, 16)[0]]
    return frame[:54 + struct.unpack_from("!H", frame, 18)[0]]


class Counted:
    """Within: exactly the named reasons move, by exactly so much."""

    def __init__(self, rig, what="", **want):
        self.rig, self.what, self.want = rig, what, want
        self.before = {}

    def __enter__(self):
        self.before = self.rig.reasons()

    def __exit__(self, kind, value, trace):
        if kind:
            return
        now = self.rig.reasons()
        moved = {k: now[k] - self.before.get(k, 0) for k in now
                 if now[k] != self.before.get(k, 0) and
                 (k in self.want or k not in ("not_ours", "icmp_other"))}
        if moved != {k: v for k, v in self.want.items() if v}:
            raise Failed("%s: reasons moved by %s, not %s" % (
                self.what, moved, self.want))


def same(what, got, want):
    """Compare, with a sentence."""
    if got != want:
        raise Failed("%s is %r, not %r" % (what, got, want))


def main(name, tests, twin=False):
    """Run tests as KTAP with one director, whose configuration is flushed
    between them. A test is a function, or (function, words to its name,
    arguments)."""
    only = sys.argv[1:]
    tests = [t if isinstance(t, tuple) else (t, "", ()) for t in tests]
    tests = [t for t in tests if not only or t[0].__name__ in only]
    print("KTAP version 1\n1..%d" % len(tests))
    bad = 0
    rig = Rig(name, twin)
    try:
        rig.up()
        for num, (test, words, args) in enumerate(tests, 1):
            start = time.monotonic()
            why = ""
            try:
                test(rig, *args)
            except Failed as err:
                why = str(err)
            except Exception:  # pylint: disable=broad-except
                why = traceback.format_exc()
            if why:
                bad += 1
                print("# " + why.strip().replace("\n", "\n# "))
            title = test.__doc__.split("\n", maxsplit=1)[0]
            print("%s %d %s%s # %.1f s" % (
                "not ok" if why else "ok", num, title, words and ", " + words,
                time.monotonic() - start), flush=True)
            rig.reset()
    finally:
        rig.down()
    sys.exit(1 if bad else 0)
