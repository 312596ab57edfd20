#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets that lie, in both families: each has its reason, none an entry."""

import struct

from scapy.all import (  # pylint: disable=no-name-in-module
    TCP, UDP, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting, PadN, Raw)

import rig as r
from rig import FAMILIES, MAC, V4, V6, Counted, frame_of, same
from ways import DR6, NAT6, SPORT, TUNNELS, each, l3, tcp, udp

NONE, ESP, AH, MOBILITY, HIP, SCTP, DCCP, LITE = (59, 50, 51, 135, 139, 132,
                                                 33, 136)


def serve(rig, fam, method="dr"):
    """A service of each protocol."""
    for proto, port in ((r.TCP, 80), (r.UDP, 53)):
        rig.serve(fam, proto, method, port)


def drops(rig, what, reason, *packets):
    """Each is counted under its reason, and that is all that comes of it."""
    with Counted(rig, what, **({reason: len(packets)} if reason else {})):
        for packet in packets:
            rig.client(packet)
        rig.quiet(what)
    same("entries, " + what, rig.conns(), [])


def raw(fam, proto, body, **more):
    """A packet of any protocol, with any bytes."""
    body = bytes(body)
    if fam is V4:
        return bytes(l3(fam, fam.client, fam.vip, proto=proto, **more) /
                     Raw(body))
    return bytes(l3(fam, fam.client, fam.vip, nh=proto, **more) / Raw(body))


def syn(**more):
    """A SYN, no sum; the parser does not look at it."""
    return bytes(TCP(sport=SPORT, dport=80, flags="S", chksum=0, **more))


def datagram(data=b"", **more):
    """A datagram, likewise."""
    more.setdefault("chksum", 1)
    return bytes(UDP(sport=SPORT, dport=53, **more) / Raw(data))


def transport(rig, fam):
    """headers of TCP and UDP that are too short or say too much"""
    serve(rig, fam)
    for size in (1, 4, 12, 19):
        drops(rig, "TCP of %d bytes" % size, "truncated",
              raw(fam, 6, syn()[:size]))
    for size in (1, 4, 7):
        drops(rig, "UDP of %d bytes" % size, "truncated",
              raw(fam, 17, datagram()[:size]))
    # an IPv6 packet of nothing that says it is something contradicts itself
    drops(rig, "neither", "truncated" if fam is V4 else "bad_header",
          raw(fam, 6, b""), raw(fam, 17, b""))
    for words in range(5):
        drops(rig, "data offset %d" % words, "bad_header",
              raw(fam, 6, syn(dataofs=words)))
    for words in (6, 10, 15):
        drops(rig, "data offset %d" % words, "truncated",
              raw(fam, 6, syn(dataofs=words)))
    for size in (0, 1, 7):
        drops(rig, "UDP length %d" % size, "bad_header",
              raw(fam, 17, datagram(b"odd", len=size)))
    for size in (12, 100, 65535):
        drops(rig, "UDP length %d" % size, "truncated",
              raw(fam, 17, datagram(b"odd", len=size)))
    for ends in ({"sport": 0}, {"dport": 0}, {"sport": 0, "dport": 0}):
        ends = {"sport": SPORT, "dport": 80, **ends}
        drops(rig, "ports %s" % ends, "zero_port",
              raw(fam, 6, TCP(flags="S", **ends)), raw(fam, 17, UDP(**ends)))


def sources(rig, fam):
    """sources that nobody can answer"""
    serve(rig, fam)
    # what the host itself refuses before us, and what is ours to refuse
    host, ours = {
        4: ((), ("127.0.0.1", "224.0.0.5", "0.0.0.0", "0.1.2.3",
                 "255.255.255.255", "240.0.0.1")),
        6: (("::1", "ff02::1", "ff0e::5"),
            ("::", "fe80::1", "febf::9", "::ffff:10.10.31.200")),
    }[fam.num]
    for what, addrs, reason in (("host's", host, None),
                                ("ours", ours, "martian")):
        for addr in addrs:
            drops(rig, "%s, %s" % (addr, what), reason,
                  bytes(l3(fam, addr, fam.vip) / tcp("S")(80)),
                  bytes(l3(fam, addr, fam.vip) / udp()(53)))


def lengths(rig, fam):
    """a length of IP's own that contradicts what came"""
    serve(rig, fam)
    good = raw(fam, 6, syn(), **({"len": 40} if fam is V4 else {}))
    at = 2 if fam is V4 else 4
    whole = 40 if fam is V4 else 20

    def says(size):
        bad = bytearray(good)
        struct.pack_into("!H", bad, at, size)
        if fam is V4:
            bad[10:12] = b"\0\0"
            struct.pack_into("!H", bad, 10, r.ones(bytes(bad[:20])) ^ 0xffff)
        return bytes(bad)
    # more than there is: the host's IP layer is before us
    drops(rig, "more", None, says(whole + 1), says(60000))
    # less: the rest is not there
    drops(rig, "less", "truncated", says(whole - 1), says(whole - 19))
    if fam is V6:
        drops(rig, "nothing", "bad_header", says(0))
    else:
        drops(rig, "no header", None, says(19), says(0))


def other_protocols(rig, fam):
    """F8 other protocols to a VIP pass, and say so"""
    serve(rig, fam)
    protos = (SCTP, DCCP, LITE, 47, 255) if fam is V4 else (
        SCTP, DCCP, LITE, 47, NONE, ESP, AH, MOBILITY, HIP, 253)
    for proto in protos:
        drops(rig, "protocol %d" % proto, "unknown_proto",
              raw(fam, proto, bytes(range(40))))
    if fam is V6:
        drops(rig, "no next header, nothing", "unknown_proto",
              raw(fam, NONE, b""))


def options(size=0):
    """A destination options header of 8 + @size bytes."""
    return IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4 + size))])


def chain(*heads):
    """Headers one behind the other."""
    out = heads[0]
    for head in heads[1:]:
        out = out / head
    return out


def packet6(*heads, **more):
    """An IPv6 packet with these headers."""
    return bytes(l3(V6, V6.client, V6.vip, **more) / chain(*heads))


def chains(rig):
    """F14 chains of extension headers that are too long, or run over the end"""
    serve(rig, V6)
    tail = TCP(sport=SPORT, dport=80, flags="S")
    drops(rig, "nine headers", "bad_header",
          packet6(*[options() for _ in range(9)], tail))
    drops(rig, "1,040 bytes", "bad_header",
          packet6(*[options(240)] * 4, options(40), options(), tail))
    drops(rig, "hop-by-hop options behind others", "bad_header",
          packet6(options(), IPv6ExtHdrHopByHop(), tail))
    over = bytearray(packet6(options(), tail))
    for words in (4, 20, 255):
        over[41] = words
        drops(rig, "%d bytes too far" % words, "truncated", bytes(over))
    # the end is in the middle of a header
    drops(rig, "cut", "truncated", raw(V6, 60, b"\x06\0\1\0"),
          raw(V6, 43, bytes(7)))
    drops(rig, "nothing", "bad_header", raw(V6, 60, b""))
    drops(rig, "behind it nothing", "truncated",
          raw(V6, 60, b"\x06\0\1\4\0\0\0\0"))
    # eight are as many as may be
    DR6.passes(rig, "eight headers", lambda port: chain(
        *[options() for _ in range(8)], tail))


def routing(rig):
    """F14 a routing header that is not at its end is not for us (RFC 5095)"""
    serve(rig, V6)
    tail = TCP(sport=SPORT, dport=80, flags="S")
    for kind in (0, 2, 3, 4, 253):
        drops(rig, "routing header %d" % kind, "unknown_proto", packet6(
            IPv6ExtHdrRouting(type=kind, segleft=1, addresses=[V6.vip2]),
            tail))


def jumbo(rig):
    """F14 a jumbo payload (RFC 2675) that is none, and one without its option"""
    serve(rig, V6)
    # less than 65,536, with a payload length, without: the host's to refuse,
    # and to answer
    for size, length in ((40, 0), (65535, 0), (70000, 28), (70000, 0)):
        body = bytes([6, 0, 0xc2, 4]) + struct.pack("!I", size) + syn()
        bad = bytearray(raw(V6, 0, body))
        struct.pack_into("!H", bad, 4, length)
        with Counted(rig, "jumbo of %d" % size):
            rig.client(bytes(bad))
            same("frames to servers", rig.drain()["s0"], [])
        same("entries", rig.conns(), [])
    # a length of 0 promises a jumbo payload; none of TCP's headers is one
    bad = bytearray(raw(V6, 6, syn()))
    bad[4:6] = b"\0\0"
    drops(rig, "length 0", "bad_header", bytes(bad))


def atomic(rig, way):
    """F60 an atomic fragment (RFC 6946) is a whole packet, and stays as it is"""
    way.serve(rig)
    way.serve(rig, r.UDP, 53)

    def behind(make):
        return lambda port: IPv6ExtHdrFragment(id=99) / make(port)
    with Counted(rig, "atomic", new=2, established=1):
        way.passes(rig, "SYN", behind(tcp("S")))
        way.passes(rig, "segment", behind(tcp("PA", data=b"text", seq=1)))
        way.passes(rig, "datagram", behind(udp()), port=53)
    two = bytes(l3(V6, V6.client, V6.vip) / IPv6ExtHdrFragment(id=99) /
                IPv6ExtHdrFragment(id=98) / TCP(sport=SPORT, dport=80,
                                                flags="S"))
    with Counted(rig, "two of them", bad_header=1):
        rig.client(two)
        rig.quiet()


def errors_cut(rig, fam):
    """F60 an ICMP message without its header"""
    serve(rig, fam)
    for size in (1, 4, 7):
        body = bytes((3 if fam is V4 else 1, 1, 0, 0, 0, 0, 0, 0))[:size]
        drops(rig, "%d bytes" % size, "truncated", raw(fam, fam.icmp, body))


def strangers(rig, fam):
    """what lies on its way to others is none of our business"""
    serve(rig, fam)
    for path in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        rig.proc("net/" + path, 1)
    for body in (syn()[:12], syn(dataofs=3), bytes(TCP(
            sport=0, dport=80, flags="S", chksum=0))):
        more = {"proto": 6} if fam is V4 else {"nh": 6}
        sent, want = (bytes(l3(fam, fam.client, fam.web2, hops, **more) /
                            Raw(body)) for hops in (9, 8))
        rig.send("c0", frame_of(MAC[fam.client], r.MAC_C0L, sent))
        got = rig.drain(sums=False)
        same("routed", [r.trim(f) for f in got["s0"]], [frame_of(
            r.MAC_S0L, MAC[fam.web2], want)])
    for path in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        rig.proc("net/" + path, 0)


if __name__ == "__main__":
    BOTH = [(test, str(fam), (fam,))
            for test in (transport, sources, lengths, other_protocols,
                         errors_cut, strangers) for fam in FAMILIES]
    r.main("malformed", BOTH + [chains, routing, jumbo] +
           each(atomic, (DR6, NAT6) + tuple(t for t in TUNNELS
                                            if t.fam is V6)))
