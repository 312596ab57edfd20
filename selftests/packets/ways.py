# SPDX-License-Identifier: GPL-2.0
"""The ways to a server, and what each makes of a packet: built by scapy from
nothing, sums included."""

import struct

from scapy.all import (  # pylint: disable=no-name-in-module
    ICMP, IP, TCP, UDP, ICMPv6DestUnreach, ICMPv6PacketTooBig,
    ICMPv6ParamProblem, ICMPv6TimeExceeded, IPv6, Raw)

import rig as r
from rig import MAC, V4, V6, Failed, check_sums, frame_of, same, trim

SPORT = 40000


def l3(fam, src, dst, hops=64, tos=0, **more):
    """An IP header of a family."""
    if fam is V4:
        return IP(src=src, dst=dst, ttl=hops, tos=tos, **more)
    more.pop("id", None)
    more.pop("flags", None)
    return IPv6(src=src, dst=dst, hlim=hops, tc=tos, **more)


class Way:
    """A method, the family of the VIP and that of the server."""

    def __init__(self, method, fam, inner=None):
        self.method, self.fam = method, fam
        self.srv = inner or fam
        self.web = self.srv.web1
        self.mac = MAC[self.web]
        # what the way adds to a packet
        self.extra = self.srv.head if method == "tunnel" else 0

    def __str__(self):
        if self.method == "tunnel":
            return "%s in %s" % (self.fam, self.srv)
        return "%s by %s" % (self.fam, self.method.upper())

    def rport(self, port):
        """Port at the server of the service at a port."""
        return 8000 + port if self.method == "nat" else port

    def serve(self, rig, proto=r.TCP, port=80, servers=None, **more):
        """A service whose server is web1: its identity."""
        return rig.serve(self.fam, proto, self.method, port,
                         servers or (self.web,), **more)

    def target(self):
        """Destination of a packet that goes to the server."""
        return self.web if self.method == "nat" else self.fam.vip

    def there(self, make, hops=64, **more):
        """(packet to the VIP, what the server gets of it); @make builds the
        payload from a port of the service."""
        fam = self.fam
        port = more.pop("port", 80)
        sent = l3(fam, fam.client, fam.vip, hops, **more) / make(port)
        want = l3(fam, fam.client, self.target(), hops - 1, **more) / \
            make(self.rport(port))
        return bytes(sent), bytes(want)

    def here(self, make, hops=64, **more):
        """(NAT server's packet, what the client gets of it)"""
        fam = self.fam
        port = more.pop("port", 80)
        sent = l3(fam, self.web, fam.client, hops, **more) / \
            make(self.rport(port))
        want = l3(fam, fam.vip, fam.client, hops - 1, **more) / make(port)
        return bytes(sent), bytes(want)

    def unwrap(self, frame, what):
        """The packet in a frame to the server, after a look at what is round
        it."""
        same("MACs, " + what, frame[:12], frame_of(
            r.MAC_S0L, self.mac, b"\x45")[:12])
        packet = trim(frame)[14:]
        check_sums(packet, what)
        if self.method != "tunnel":
            return packet
        return self.decap(packet, what)

    def decap(self, packet, what):
        """What an IPIP packet carries (RFC 2003, RFC 2473)."""
        srv, inner = self.srv, None
        if srv is V4:
            same("outer version, " + what, packet[0], 0x45)
            same("outer protocol, " + what, packet[9], self.fam.ipip)
            same("outer addresses, " + what, packet[12:20],
                 srv.pack(srv.lb_in) + srv.pack(self.web))
            hops, inner = packet[8], packet[20:]
            if self.fam is V4:
                same("outer DF, " + what, packet[6] & 0x40, inner[6] & 0x40)
        else:
            same("outer version, " + what, packet[0] >> 4, 6)
            if packet[6] == 60 and packet[40] == self.fam.ipip:
                raise Failed("an encapsulation limit, " + what)
            same("outer next header, " + what, packet[6], self.fam.ipip)
            same("outer addresses, " + what, packet[8:40],
                 srv.pack(srv.lb_in) + srv.pack(self.web))
            hops, inner = packet[7], packet[40:]
        if hops < 32:
            raise Failed("outer hop limit %d, %s" % (hops, what))
        check_sums(inner, what)
        return inner

    def gets(self, rig, what, wanted):
        """The server gets exactly these packets, the client nothing."""
        out = rig.drain()
        what = "%s, %s" % (what, self)
        if out["c0"]:
            raise Failed("%s: the client got %s" % (
                what, r.shown(out["c0"][0])))
        got = [self.unwrap(frame, what) for frame in out["s0"]]
        if got != wanted:
            raise Failed("%s:\n got  %s\n want %s" % (
                what, "\n      ".join(g.hex() for g in got) or "nothing",
                "\n      ".join(x.hex() for x in wanted)))

    def passes(self, rig, what, make, **more):
        """A client's packet gets to the server as it should."""
        sent, want = self.there(make, **more)
        rig.client(sent)
        self.gets(rig, what, [want])

    def returns(self, rig, what, make, **more):
        """A NAT server's packet gets to the client as it should."""
        sent, want = self.here(make, **more)
        rig.back(sent, self.web)
        rig.came("%s, %s" % (what, self),
                 c0=frame_of(r.MAC_C0L, MAC[self.fam.client], want))

    def open(self, rig, sport=SPORT, port=80):
        """Open a TCP connection through the director."""
        self.passes(rig, "SYN", tcp("S", sport), port=port)


DR4, DR6 = Way("dr", V4), Way("dr", V6)
NAT4, NAT6 = Way("nat", V4), Way("nat", V6)
TUNNELS = tuple(Way("tunnel", a, b) for a in (V4, V6) for b in (V4, V6))
WAYS = (DR4, DR6, NAT4, NAT6) + TUNNELS


def each(test, ways=WAYS):
    """One test for each way, as rig.main() takes them."""
    return [(test, str(way), (way,)) for way in ways]


def tcp(flags, sport=SPORT, data=b"", back=False, **more):
    """make() of a TCP segment from @sport, or (@back) to it."""
    def make(port):
        ends = (port, sport) if back else (sport, port)
        seg = TCP(sport=ends[0], dport=ends[1], flags=flags, **more)
        return seg / Raw(data) if data else seg
    return make


def udp(data=b"odd", sport=SPORT, back=False, **more):
    """make() of a datagram."""
    def make(port):
        ends = (port, sport) if back else (sport, port)
        return UDP(sport=ends[0], dport=ends[1], **more) / Raw(data)
    return make


# ---------------------------------------------------------------- errors

# kind of trouble -> ICMP type and code, ICMPv6 type and code
ERRORS = {
    "too big": ((3, 4), (2, 0)),
    "host unreachable": ((3, 1), (1, 3)),
    "port unreachable": ((3, 3), (1, 4)),
    "time exceeded": ((11, 0), (3, 0)),
    "parameter problem": ((12, 0), (4, 0)),
}


def error(fam, kind, src, dst, quoted, hops=64, mtu=1400):
    """An ICMP error, sums and all; @quoted is bytes."""
    v4, v6 = ERRORS[kind]
    if fam is V4:
        more = {"nexthopmtu": mtu} if kind == "too big" else {}
        return bytes(l3(fam, src, dst, hops) /
                     ICMP(type=v4[0], code=v4[1], **more) / Raw(quoted))
    layer = {1: ICMPv6DestUnreach, 2: ICMPv6PacketTooBig,
             3: ICMPv6TimeExceeded, 4: ICMPv6ParamProblem}[v6[0]]
    head = layer(code=v6[1], mtu=mtu) if v6[0] == 2 else layer(code=v6[1])
    raw = bytearray(bytes(l3(fam, src, dst, hops) / head / Raw(quoted)))
    # over what is quoted, whatever it looks like to scapy
    raw[42:44] = b"\0\0"
    body = bytes(raw[40:])
    total = r.ones(body, r.ones(bytes(raw[8:40]) + struct.pack(
        "!II", len(body), 58))) ^ 0xffff
    raw[42:44] = struct.pack("!H", total)
    struct.pack_into("!H", raw, 4, len(body))
    return bytes(raw)


def read_error(packet):
    """(type, code, the word after the sum, source, destination, quotation)"""
    fam = V4 if packet[0] >> 4 == 4 else V6
    at = fam.head
    addrs = (packet[12:16], packet[16:20]) if fam is V4 else \
        (packet[8:24], packet[24:40])
    same("protocol of an error", packet[9 if fam is V4 else 6], fam.icmp)
    word = struct.unpack_from("!I", packet, at + 4)[0]
    return (packet[at], packet[at + 1], word, r.text(addrs[0]),
            r.text(addrs[1]), packet[at + 8:])
