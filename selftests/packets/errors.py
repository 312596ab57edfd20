#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""ICMP and ICMPv6 errors, both ways, by every way to a server. F60."""

import struct

from scapy.all import (  # pylint: disable=no-name-in-module
    IPOption_NOP, IPv6ExtHdrDestOpt, PadN, Raw)

import pieces
import rig as r
from rig import MAC, V4, Counted, frame_of, same
from ways import (DR4, DR6, ERRORS, NAT4, NAT6, SPORT, each, error, l3,
                  read_error, tcp, udp)

TEXT = bytes(i * 11 % 253 for i in range(400))


def cut(fam, packet, beyond):
    """So much of a packet as a quotation, @beyond bytes of its payload."""
    return packet[:((packet[0] & 15) * 4 if fam is V4 else 40) + beyond]


def replies(way, make, port, **more):
    """(what the client has got, what its server had sent): an answer that
    somebody on the client's side complains about, with right sums."""
    fam = way.fam
    got = bytes(l3(fam, fam.vip, fam.client, 60, **more) / make(port))
    sent = bytes(l3(fam, way.web if way.method == "nat" else fam.vip,
                    fam.client, 60, **more) / make(way.rport(port)))
    return got, sent


def requests(way, make, port, **more):
    """(what the server has got, what its client had sent), as replies()"""
    fam = way.fam
    got = bytes(l3(fam, fam.client, way.web, 60, **more) /
                make(way.rport(port)))
    sent = bytes(l3(fam, fam.client, fam.vip, 60, **more) / make(port))
    return got, sent


FLOWS = (
    ("TCP", 80, lambda: tcp("PA", data=TEXT, back=True, seq=1000, ack=5),
     lambda: tcp("PA", data=TEXT, seq=33, ack=7)),
    ("UDP", 53, lambda: udp(TEXT, back=True), lambda: udp(TEXT)),
)
# so little suffices for both, and RFC 1812 4.3.2.3 wants much more
BEYOND = (8, 20, 28, 300)


def serve(rig, way):
    """Both services, and a connection of each."""
    way.serve(rig)
    way.serve(rig, r.UDP, 53)
    way.passes(rig, "SYN", tcp("S"))
    way.passes(rig, "question", udp(), port=53)


def to_server(rig, way, what, quoted, want, kind="too big"):
    """A router on the client's side complains to the VIP."""
    fam = way.fam
    with Counted(rig, what, icmp_error=1):
        rig.client(error(fam, kind, fam.router, fam.vip, quoted))
        way.gets(rig, what, [error(fam, kind, fam.router, way.target(), want,
                                   hops=63)])


def to_client(rig, way, what, quoted, want, kind="too big", src=None):
    """Somebody on the servers' side complains to the client."""
    fam = way.fam
    shown = fam.vip if src is None else src
    with Counted(rig, what, icmp_error=1):
        rig.back(error(fam, kind, src or way.web, fam.client, quoted))
        rig.came(what, c0=frame_of(r.MAC_C0L, MAC[fam.client], error(
            fam, kind, shown, fam.client, want, hops=63)))


def about_replies(rig, way):
    """F60 an error about a reply reaches the server, rewritten inside and out"""
    serve(rig, way)
    for name, port, back, _ in FLOWS:
        got, sent = replies(way, back(), port)
        for kind in ERRORS:
            to_server(rig, way, "%s, %s" % (name, kind),
                      cut(way.fam, got, 28), cut(way.fam, sent, 28), kind)
        for beyond in BEYOND:
            to_server(rig, way, "%s, %d bytes" % (name, beyond),
                      cut(way.fam, got, beyond), cut(way.fam, sent, beyond))


def about_requests(rig, way):
    """F60 an error about a request reaches the client as about what it sent"""
    serve(rig, way)
    for name, port, _, there in FLOWS:
        got, sent = requests(way, there(), port)
        for kind in ERRORS:
            to_client(rig, way, "%s, %s" % (name, kind),
                      cut(way.fam, got, 28), cut(way.fam, sent, 28), kind)
        for beyond in BEYOND:
            to_client(rig, way, "%s, %d bytes" % (name, beyond),
                      cut(way.fam, got, beyond), cut(way.fam, sent, beyond))
        # a router on the way complains under its own name
        to_client(rig, way, name + " from a router", cut(way.fam, got, 28),
                  cut(way.fam, sent, 28), src=way.srv.web2)


def headers(fam):
    """What may stand between the quoted header and the ports."""
    if fam is V4:
        return [(None, {"options": [IPOption_NOP()] * 12})]
    return [(lambda: IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * size)]),
             {}) for size in (4, 20)]


def headers_quoted(rig, way):
    """F60 options and extension headers in what is quoted"""
    serve(rig, way)
    for name, port, back, there in FLOWS:
        for chain, more in headers(way.fam):
            def behind(make, chain=chain):
                return make if chain is None else \
                    lambda port: chain() / make(port)
            got, sent = replies(way, behind(back()), port, **more)
            to_server(rig, way, name, got[:200], sent[:200])
            if way.method != "nat":
                continue
            got, sent = requests(way, behind(there()), port, **more)
            to_client(rig, way, name, got[:200], sent[:200])


def fragment_quoted(rig, way):
    """F60 a first fragment is quoted, and another one, which has no ports"""
    serve(rig, way)
    fam = way.fam
    for name, port, back, there in FLOWS:
        got, sent = (pieces.split(fam, p, 200)
                     for p in replies(way, back(), port))
        to_server(rig, way, name, got[0], sent[0])
        passed(rig, way, error(fam, "too big", fam.router, fam.vip, got[1]))
        if way.method != "nat":
            continue
        got, sent = (pieces.split(fam, p, 200)
                     for p in requests(way, there(), port))
        to_client(rig, way, name, got[0], sent[0])


def passed(rig, way, packet, reason="icmp_other"):
    """An error that says nothing of use is left to the host."""
    with Counted(rig, "passed", **{reason: 1}):
        rig.client(packet)
        rig.quiet("%s, %s" % (reason, way))


def useless(rig, way):
    """F60 an error about nothing that we know is left to the host"""
    serve(rig, way)
    fam = way.fam
    for name, port, back, _ in FLOWS:
        got, _ = replies(way, back(), port)
        # quotations that are too short to know the connection by
        for beyond in (0, 4, 7):
            passed(rig, way, error(fam, "too big", fam.router, fam.vip,
                                   cut(fam, got, beyond)))
        passed(rig, way, error(fam, "too big", fam.router, fam.vip,
                               got[:fam.head - 4]))
        # about another connection, or to somebody else than who sent it
        other = replies(way, tcp("A", SPORT + 1, back=True) if name == "TCP"
                        else udp(sport=SPORT + 1, back=True), port)[0]
        passed(rig, way, error(fam, "too big", fam.router, fam.vip, other))
        forged = bytes(l3(fam, fam.vip2, fam.client) / back()(port))
        passed(rig, way, error(fam, "too big", fam.router, fam.vip, forged))
        # quoting another protocol, or a packet of the other family
        passed(rig, way, error(fam, "too big", fam.router, fam.vip, bytes(
            l3(fam, fam.vip, fam.client) / Raw(TEXT[:40]))))
        wrong = bytearray(got)
        wrong[0] ^= 0x20
        passed(rig, way, error(fam, "too big", fam.router, fam.vip,
                               bytes(wrong)))


def last_hop(rig, way):
    """F60 an error that lives no longer is not answered by another one"""
    serve(rig, way)
    got, _ = replies(way, tcp("A", back=True), 80)
    with Counted(rig, "hop limit", ttl=1):
        rig.client(error(way.fam, "too big", way.fam.router, way.fam.vip, got,
                         hops=1))
        rig.quiet()


def keeps_state(rig, way):
    """an error is no packet of its connection, and moves nothing"""
    serve(rig, way)
    before = sorted((c["proto"], c["state"]) for c in rig.conns())
    for name, port, back, _ in FLOWS:
        got, sent = replies(way, back(), port)
        to_server(rig, way, name, got[:200], sent[:200], "port unreachable")
    same("entries", sorted((c["proto"], c["state"]) for c in rig.conns()),
         before)


def mtu_of(rig, way):
    """F60 the MTU in an error stays what it is"""
    serve(rig, way)
    fam = way.fam
    got, sent = replies(way, tcp("A", back=True, data=TEXT), 80)
    for mtu in (1280, 1399, 1400, 1492):
        packet = error(fam, "too big", fam.router, fam.vip, got[:128],
                       mtu=mtu)
        rig.client(packet)
        out = rig.drain()["s0"]
        same("frames", len(out), 1)
        inner = way.unwrap(out[0], "MTU")
        word = read_error(inner)[2]
        same("MTU", word & 0xffff if fam is V4 else word, mtu)
        same("quoted", inner[fam.head + 8:], sent[:128])
        same("length", len(inner), struct.unpack_from(
            "!H", inner, 2)[0] if fam is V4 else 40 + struct.unpack_from(
                "!H", inner, 4)[0])


def many_ports(rig, way):
    """F60 a service of many ports: each packet's own, inside errors too"""
    fam = way.fam
    key = {"proto": r.TCP, "addr": fam.vip, "port": 90, "port_last": 99}
    rig.gl.call("service-new", service={
        **key, "method": way.method, "scheduler": "rr"})
    rig.server(key, way.web)
    way.rport = lambda port: port
    try:
        for port in (90, 94, 99):
            way.passes(rig, "SYN", tcp("S"), port=port)
            got, sent = replies(way, tcp("PA", data=TEXT, back=True), port)
            to_server(rig, way, "port %d" % port, got[:200], sent[:200])
            if way.method != "nat":
                continue
            way.returns(rig, "SYN+ACK", tcp("SA", back=True), port=port)
            got, sent = requests(way, tcp("PA", data=TEXT), port)
            to_client(rig, way, "port %d" % port, got[:200], sent[:200])
        # one that no connection has come by
        got, _ = replies(way, tcp("A", back=True), 95)
        passed(rig, way, error(fam, "too big", fam.router, fam.vip, got))
    finally:
        del way.rport


NATS = (NAT4, NAT6)

if __name__ == "__main__":
    r.main("errors",
           each(about_replies) + each(about_requests, NATS) +
           each(headers_quoted, (DR4, DR6) + NATS) +
           each(fragment_quoted, (DR4, DR6) + NATS) + each(useless) +
           each(last_hop) + each(keeps_state) + each(mtu_of) +
           each(many_ports))
