#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Every rewrite in both families, byte by byte. F1 F9 F10 F14 F58 F61."""

from scapy.all import (  # pylint: disable=no-name-in-module
    ICMP, IP, TCP, UDP, ICMPv6EchoRequest, ICMPv6ND_NS,
    ICMPv6NDOptSrcLLAddr, IPOption_NOP, IPv6, IPv6ExtHdrDestOpt,
    IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, PadN, Raw)

import rig as r
from rig import FAMILIES, MAC, V4, V6, Counted, Failed, frame_of, same
from ways import (DR4, DR6, NAT4, NAT6, SPORT, TUNNELS, WAYS, each, l3,
                  read_error, tcp, udp)


def tcp_there(rig, way):
    """F1 F9 F58 TCP to a server: handshake, data of odd and even sizes"""
    way.serve(rig)
    with Counted(rig, new=1, established=5):
        way.passes(rig, "SYN", tcp("S", seq=7, options=[
            ("MSS", 1460), ("NOP", None), ("WScale", 7)]), tos=0x28, id=4711)
        way.passes(rig, "ACK", tcp("A", seq=8, ack=1), hops=2)
        for size in (1, 2, 1300):
            way.passes(rig, "data", tcp("PA", data=bytes(
                i * 7 % 251 for i in range(size)), seq=8, ack=1),
                flags="DF", id=size)
        way.passes(rig, "FIN", tcp("FA", seq=9, ack=1), tos=3)


def udp_there(rig, way):
    """F61 datagrams to a server, every value of the sum among them"""
    way.serve(rig, r.UDP, 53)
    for size in (0, 1, 8, 1200):
        way.passes(rig, "datagram", udp(b"q" * size), port=53)
    if way.method != "nat":
        return
    # a sum that comes out as 0 is sent as 0xffff (RFC 768, RFC 8200 8.1)
    want = way.there(udp(b"\0\0"), port=53)[1]
    at = way.fam.head + 6
    zero = (int.from_bytes(want[at:at + 2], "big") - 1) % 65535 + 1
    for value in (zero, zero - 1, 65535 - zero, 1, 0xffff):
        way.passes(rig, "sum near zero", udp(value.to_bytes(2, "big")),
                   port=53)


def tcp_back(rig, way):
    """F1 F58 a NAT server's segments to the client"""
    way.serve(rig)
    way.open(rig)
    with Counted(rig, reply=5):
        way.returns(rig, "SYN+ACK", tcp("SA", seq=9, ack=8, back=True))
        for size in (0, 1, 2, 1301):
            way.returns(rig, "data", tcp("PA", data=b"\xfe" * size, seq=10,
                                         back=True), tos=0x10, id=size)


def udp_back(rig, way):
    """F61 a NAT server's datagrams to the client"""
    way.serve(rig, r.UDP, 53)
    way.passes(rig, "question", udp(), port=53)
    for size in (0, 1, 2, 1200):
        way.returns(rig, "answer", udp(b"a" * size, back=True), port=53)


def no_udp_sum(rig, way):
    """a datagram without a sum stays without (RFC 768)"""
    way.serve(rig, r.UDP, 53)
    way.passes(rig, "datagram", udp(chksum=0), port=53)
    if way.method == "nat":
        way.returns(rig, "answer", udp(back=True, chksum=0), port=53)


def ip_options(rig, way):
    """IP options travel along"""
    way.serve(rig)
    way.passes(rig, "options", tcp("S"), options=[IPOption_NOP()] * 8)
    if way.method == "nat":
        way.returns(rig, "options", tcp("SA", back=True),
                    options=[IPOption_NOP()] * 4)


def _hop_by_hop():
    return IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0" * 4)])


def _dest_opt(size=4):
    return IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * size)])


CHAINS = {
    "hop-by-hop": lambda: _hop_by_hop() / _dest_opt(),
    "destination options": lambda: _dest_opt(20),
    "two of them": lambda: _dest_opt() / _dest_opt(12),
    "routing header with none left": lambda: IPv6ExtHdrRouting(
        type=2, segleft=0, addresses=["2001:db8:51::1"]),
}


def extension_headers(rig, way):
    """extension headers travel along, and what is behind them is found"""
    way.serve(rig)
    way.serve(rig, r.UDP, 53)
    for num, (name, chain) in enumerate(CHAINS.items()):
        def segment(port, chain=chain, num=num):
            return chain() / TCP(sport=SPORT + num, dport=port, flags="S")

        def datagram(port, chain=chain, num=num):
            return chain() / UDP(sport=SPORT + num, dport=port) / Raw(b"odd")
        way.passes(rig, name, segment)
        way.passes(rig, name, datagram, port=53)

        def answer(port, chain=chain, num=num):
            return chain() / TCP(sport=port, dport=SPORT + num, flags="SA")
        if way.method == "nat":
            way.returns(rig, name, answer)


def hop_limit(rig, way):
    """a packet that lives no longer is answered, VIP local or not"""
    way.serve(rig)
    fam = way.fam
    for local in (False, True):
        if local:
            rig.ip("addr add %s dev lo" % fam.vip)
        sent, _ = way.there(tcp("S", SPORT + local), hops=1)
        with Counted(rig, "hop limit", ttl=1):
            rig.client(sent)
            out = rig.drain()
        same("frames to servers", out["s0"], [])
        same("answers", len(out["c0"]), 1)
        kind, code, _, _, to, quoted = read_error(r.trim(out["c0"][0])[14:])
        same("kind", (kind, code), (11, 0) if fam is V4 else (3, 0))
        same("to", to, fam.client)
        same("quoted", quoted[:fam.head + 8][8:], sent[:fam.head + 8][8:])
    rig.ip("addr del %s dev lo" % fam.vip)


def methods_change(rig, fam):
    """F13 a service changes its method, its connections keep theirs"""
    dr, nat = (DR4, NAT4) if fam is V4 else (DR6, NAT6)
    key = rig.service(fam, r.TCP, 80, "nat")
    rig.server(key, fam.web1, 80)
    syn, ack = tcp("S"), tcp("A", seq=1)
    nat.rport = lambda port: port
    try:
        nat.passes(rig, "by NAT", syn)
        rig.gl.call("service-set", service={**key, "method": "dr"})
        dr.passes(rig, "new one by DR", tcp("S", SPORT + 1))
        nat.passes(rig, "old one by NAT", ack)
        nat.returns(rig, "and back", tcp("A", back=True))
        rig.gl.call("service-set", service={**key, "method": "nat"})
        dr.passes(rig, "DR one by DR", tcp("A", SPORT + 1))
    finally:
        del nat.rport


def midstream(rig, fam):
    """a segment without connection is reset exactly"""
    (DR4 if fam is V4 else DR6).serve(rig)
    for local in (False, True):
        if local:
            rig.ip("addr add %s dev lo" % fam.vip)
        for flags, data, want in (
                ("A", b"", {"flags": "R", "seq": 1234}),
                ("PA", b"abc", {"flags": "R", "seq": 1234}),
                ("F", b"abc", {"flags": "RA", "seq": 0, "ack": 9})):
            seg = TCP(sport=SPORT, dport=80, flags=flags, seq=5,
                      ack=1234 if "A" in flags else 0) / Raw(data)
            with Counted(rig, flags, midstream_reset=1):
                rig.client(l3(fam, fam.client, fam.vip) / seg)
                out = rig.drain()
            same("frames to servers", out["s0"], [])
            same("resets", len(out["c0"]), 1)
            got = (IP if fam is V4 else IPv6)(r.trim(out["c0"][0])[14:])
            same("from and to", (got.src, got.dst), (fam.vip, fam.client))
            same("ports", (got[TCP].sport, got[TCP].dport), (80, SPORT))
            for name, value in want.items():
                field = getattr(got[TCP], name)
                same(name + " of the reset",
                     str(field) if name == "flags" else field, value)
        with Counted(rig, "reset", midstream_reset=1):
            rig.client(l3(fam, fam.client, fam.vip) /
                       TCP(sport=SPORT, dport=80, flags="R"))
            rig.quiet()
    rig.ip("addr del %s dev lo" % fam.vip)


def nobody_there(rig, fam):
    """no server, unknown ports: answered as configured"""
    rig.service(fam, r.TCP, 80)
    rig.service(fam, r.UDP, 53)
    rig.gl.call("vip-set", vip={"addr": fam.vip, "unknown-port": "reject"})
    for port, reason in ((None, "no_server"), (99, "unknown_port_reject")):
        with Counted(rig, reason, **{reason: 2}):
            rig.client(l3(fam, fam.client, fam.vip) /
                       TCP(sport=SPORT, dport=port or 80, flags="S", seq=1))
            rig.client(l3(fam, fam.client, fam.vip) /
                       UDP(sport=SPORT, dport=port or 53) / Raw(b"?"))
            out = rig.drain()
        same("frames to servers", out["s0"], [])
        same("answers", len(out["c0"]), 2)
        got = (IP if fam is V4 else IPv6)(r.trim(out["c0"][0])[14:])
        same("reset", (str(got[TCP].flags), got[TCP].ack), ("RA", 2))
        kind = read_error(r.trim(out["c0"][1])[14:])
        same("kind", kind[:2], (3, 3) if fam is V4 else (1, 4))
    rig.gl.call("vip-set", vip={"addr": fam.vip, "unknown-port": "drop"})
    with Counted(rig, "drop", unknown_port_drop=1):
        rig.client(l3(fam, fam.client, fam.vip) / UDP(sport=1, dport=99))
        rig.quiet()
    rig.gl.call("vip-set", vip={"addr": fam.vip, "unknown-port": "pass"})


def others(rig, fam):
    """F8 neighbours, echo requests and strangers pass untouched"""
    (DR4 if fam is V4 else DR6).serve(rig)
    # a neighbour is told of addresses of the device that it asks by (RFC 4861)
    rig.ip("addr add %s dev c0l" % fam.vip)
    if fam is V4:
        echo = l3(fam, fam.client, fam.vip) / ICMP(id=5) / Raw(b"ping")
    else:
        echo = l3(fam, fam.client, fam.vip) / ICMPv6EchoRequest(id=5)
    with Counted(rig, "echo"):
        rig.client(echo)
        out = rig.drain()
    same("frames to servers", out["s0"], [])
    same("echo replies", [f[14 + fam.head] for f in out["c0"]],
         [0 if fam is V4 else 129])
    if fam is V6:
        solicited(rig, fam)
    rig.ip("addr del %s dev c0l" % fam.vip)
    for path in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        rig.proc("net/" + path, 1)
    sent = l3(fam, fam.client, fam.web2, hops=5) / UDP(
        sport=1, dport=80) / Raw(b"routed")
    want = l3(fam, fam.client, fam.web2, hops=4) / UDP(
        sport=1, dport=80) / Raw(b"routed")
    with Counted(rig, "routed"):
        rig.gives("a routed packet", "c0", frame_of(
            MAC[fam.client], r.MAC_C0L, sent), s0=frame_of(
                r.MAC_S0L, MAC[fam.web2], want))


def solicited(rig, fam):
    """The director's host answers who asks for the VIP's neighbour."""
    ask = IPv6(src=fam.client, dst="ff02::1:ff00:100", hlim=255) / \
        ICMPv6ND_NS(tgt=fam.vip) / ICMPv6NDOptSrcLLAddr(
            lladdr=MAC[fam.client])
    rig.send("c0", frame_of(MAC[fam.client], "33:33:ff:00:01:00", ask))
    # straight to the VIP as well (RFC 4861 7.2.2)
    ask = IPv6(src=fam.client, dst=fam.vip, hlim=255) / \
        ICMPv6ND_NS(tgt=fam.vip) / ICMPv6NDOptSrcLLAddr(
            lladdr=MAC[fam.client])
    rig.client(ask)
    rig.drain()
    same("advertisements", [f[54] for f in rig.noise if f[20] == 58 and
                            f[54] == 136], [136, 136])


def one_packet(rig, way):
    """F59 one-packet: each datagram by itself, and no entry is left"""
    fam = way.srv
    way.serve(rig, r.UDP, 53, (fam.web1, fam.web2), one_packet=1)
    macs = []
    with Counted(rig, one_packet=6):
        for num in range(6):
            sent, _ = way.there(udp(b"q%d" % num), port=53)
            rig.client(sent)
            out = rig.drain()
            same("frames", (len(out["c0"]), len(out["s0"])), (0, 1))
            macs.append(out["s0"][0][:6])
    same("servers in turn", [macs[0] != macs[1], macs],
         [True, macs[:2] * 3])
    same("entries", rig.conns(), [])


def refused_one_packet(rig):
    """F59 one-packet by NAT, with TCP or persistence is refused"""
    for proto, method, more in ((r.UDP, "nat", {}), (r.TCP, "dr", {}),
                                (r.UDP, "dr", {"persist": 60})):
        try:
            rig.service(V4, proto, 53, method, one_packet=1, **more)
        except r.Refusal as refusal:
            same("sentence of %s" % method, len(refusal.msg) > 10, True)
        else:
            raise Failed("%d by %s with %s was accepted" % (
                proto, method, more))


def _of(fams, test):
    return [(test, str(fam), (fam,)) for fam in fams]


if __name__ == "__main__":
    r.main("rewrites",
           each(tcp_there) + each(udp_there) +
           each(tcp_back, (NAT4, NAT6)) + each(udp_back, (NAT4, NAT6)) +
           each(no_udp_sum, [x for x in WAYS if x.fam is V4]) +
           each(ip_options, [x for x in WAYS if x.fam is V4]) +
           each(extension_headers, [x for x in WAYS if x.fam is V6]) +
           each(hop_limit) + _of(FAMILIES, methods_change) +
           _of(FAMILIES, midstream) + _of(FAMILIES, nobody_there) +
           _of(FAMILIES, others) +
           each(one_packet, (DR4, DR6) + TUNNELS) + [refused_one_packet])
