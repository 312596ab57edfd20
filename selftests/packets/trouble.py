#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""ICMP errors, fragments, TTL and MTU, bad packets, policies. F60."""

import struct

from scapy.all import (ICMP, IP, TCP, UDP, Ether, IPerror, Raw, TCPerror,
                       UDPerror, fragment)

import wire as w
from forward import direct, nat
from wire import CLIENT, ROUTER, VIP, WEB1, Failed, same


def open_tcp(wire, sport=40000, dport=80):
    """Open a connection through the director."""
    wire.send("c0", wire.client(TCP(sport=sport, dport=dport, flags="S")))
    wire.expect("s0", "SYN")


def icmp_to_server(wire, method):
    """A router on the client's side complains about a packet VIP -> client."""
    quoted = IP(src=VIP, dst=CLIENT, id=77, flags="DF", len=1500) / TCP(
        sport=80, dport=40000, seq=1000)
    err = wire.client(ICMP(type=3, code=4, nexthopmtu=1400) /
                      bytes(quoted)[:28], src=ROUTER)
    with w.Counted(wire, icmp_error=1):
        wire.send("c0", err)
        got = wire.expect("s0", "an ICMP error")
    same("to the server's MAC", got[Ether].dst, w.MAC[WEB1])
    same("outer source", got[IP].src, ROUTER)
    same("kind", (got[ICMP].type, got[ICMP].code, got[ICMP].nexthopmtu),
         (3, 4, 1400))
    inner = got[IPerror]
    if method == "dr":
        same("outer destination", got[IP].dst, VIP)
        same("quoted", (inner.src, inner.dst), (VIP, CLIENT))
    else:
        same("outer destination", got[IP].dst, WEB1)
        same("quoted", (inner.src, inner.dst), (WEB1, CLIENT))
        raw = bytes(got[IP])[28:]
        same("quoted ports", struct.unpack("!HHI", raw[20:28]),
             (8080, 40000, 1000))
        again = IP(raw[:20])
        del again.chksum
        same("quoted IP checksum", bytes(again)[10:12], raw[10:12])
    wire.quiet()


def icmp_nat(wire):
    """F60 NAT: an ICMP error about a reply reaches the right server, quoted right"""
    nat(wire)
    wire.lbctl("server", "add", "tcp", VIP + ":80", w.WEB2 + ":8080")
    open_tcp_to(wire, WEB1)
    icmp_to_server(wire, "nat")


def open_tcp_to(wire, server):
    """Open 40000 and make sure of its server; rr begins anywhere."""
    for sport in (39999, 40000, 40000):
        wire.send("c0", wire.client(TCP(sport=sport, dport=80, flags="S")))
        got = wire.expect("s0", "SYN")
        if got[Ether].dst == w.MAC[server] and sport == 40000:
            return
        wire.lbctl("conn", "flush", "client", CLIENT)
    raise Failed("rr never chose " + server)


def icmp_dr(wire):
    """F60 DR: an ICMP error about a reply reaches the right server unchanged"""
    direct(wire)
    wire.lbctl("server", "add", "tcp", VIP + ":80", w.WEB2)
    open_tcp_to(wire, WEB1)
    icmp_to_server(wire, "dr")


def icmp_to_client(wire):
    """F60 NAT: an ICMP error from the servers' side reaches the client as from the VIP"""
    nat(wire)
    open_tcp(wire)
    for src, shown in ((WEB1, VIP), ("192.168.31.102", "192.168.31.102")):
        quoted = IP(src=CLIENT, dst=WEB1, id=5) / TCP(sport=40000, dport=8080,
                                                      seq=33)
        err = wire.server(ICMP(type=3, code=3) / bytes(quoted)[:28], src=src)
        with w.Counted(wire, icmp_error=1):
            wire.send("s0", err)
            got = wire.expect("c0", "an ICMP error")
        same("from", got[IP].src, shown)
        same("to", got[IP].dst, CLIENT)
        inner = got[IPerror]
        same("quoted", (inner.src, inner.dst), (CLIENT, VIP))
        raw = bytes(got[IP])[28:]
        same("quoted ports", struct.unpack("!HHI", raw[20:28]),
             (40000, 80, 33))
    wire.quiet()


def icmp_udp(wire):
    """F60 F61 NAT: port unreachable of a UDP server reaches the client"""
    nat(wire, "udp", 53, 5353)
    wire.send("c0", wire.client(UDP(sport=4000, dport=53) / Raw(b"?")))
    got = wire.expect("s0", "UDP")
    err = wire.server(ICMP(type=3, code=3) / bytes(got[IP])[:28])
    wire.send("s0", err)
    got = wire.expect("c0", "unreachable")
    same("from", got[IP].src, VIP)
    same("quoted", (got[IPerror].dst, got[UDPerror].dport), (VIP, 53))
    wire.quiet()


def icmp_stranger(wire):
    """F60 an ICMP error about no connection of ours passes to the host"""
    nat(wire)
    open_tcp(wire)
    quoted = IP(src=VIP, dst=CLIENT) / TCP(sport=80, dport=41111)
    wire.send("c0", wire.client(ICMP(type=3, code=4, nexthopmtu=1400) /
                                bytes(quoted)[:28]))
    quoted = IP(src=VIP, dst=CLIENT) / TCP(sport=80, dport=40000)
    wire.send("c0", wire.client(ICMP(type=3, code=4) / bytes(quoted)[:24]))
    wire.quiet()


def reassemble(frames):
    """Payload of a datagram from its fragments, whole or in part."""
    frames.sort(key=lambda f: f[IP].frag)
    data = b""
    for frame in frames:
        head = frame[IP].ihl * 4
        same("offset", frame[IP].frag * 8, len(data))
        data += bytes(frame[IP])[head:frame[IP].len]
    return data


def fragments(wire, method):
    """Shuffled fragments of an 8 KB datagram, to the server and back."""
    if method == "dr":
        direct(wire, "udp", 53)
        port = 53
    else:
        nat(wire, "udp", 53, 5353)
        port = 5353
    data = bytes(i * 7 % 251 for i in range(8000))
    whole = wire.client(UDP(sport=4000, dport=53) / Raw(data), id=99)
    parts = fragment(whole, fragsize=1400)
    for part in (parts[2], parts[0], parts[5], parts[1], parts[4], parts[3]):
        wire.send("c0", part)
    count = len(parts)
    got = [wire.recv("s0") for _ in range(count)]
    if None in got:
        raise Failed("fragments are missing")
    for frame in got:
        same("MAC", frame[Ether].dst, w.MAC[WEB1])
        same("no larger than they came", len(frame[IP]) <= 1420, True)
    raw = reassemble(got)
    udp = UDP(raw)
    same("ports", (udp.sport, udp.dport), (4000, port))
    same("payload", raw[8:8 + len(data)], data)
    again = IP(src=CLIENT, dst=got[0][IP].dst) / UDP(raw)
    del again[UDP].chksum
    same("checksum", IP(bytes(again))[UDP].chksum, udp.chksum)
    if method == "dr":
        wire.quiet()
        return
    back = wire.server(UDP(sport=5353, dport=4000) / Raw(data[::-1]), id=98)
    parts = fragment(back, fragsize=1400)
    wire.send("s0", *reversed(parts))
    got = [wire.recv("c0") for _ in parts]
    if None in got:
        raise Failed("fragments of the reply are missing")
    raw = reassemble(got)
    same("from", (got[0][IP].src, UDP(raw).sport), (VIP, 53))
    same("payload", raw[8:8 + len(data)], data[::-1])
    wire.quiet()


def fragments_nat(wire):
    """F60 fragments in any order, by NAT, both ways"""
    fragments(wire, "nat")


def fragments_dr(wire):
    """F60 fragments in any order, by DR"""
    fragments(wire, "dr")


def reasm_reqds(wire):
    """Ip.ReasmReqds of the director."""
    out = wire.inside("nstat", "-asz", "IpReasmReqds")
    return int(out.split("IpReasmReqds")[1].split()[0])


def fragments_foreign(wire):
    """F60 others' fragments are routed as they came, not gathered"""
    nat(wire, "udp", 53, 5353)
    wire.inside("sysctl", "-qw", "net.ipv4.ip_forward=1")
    before = reasm_reqds(wire)
    parts = fragment(wire.client(UDP(sport=1, dport=2) / Raw(b"z" * 3000),
                                 dst=w.WEB2), fragsize=1000)
    wire.send("c0", parts[1], parts[0])
    got = [wire.recv("s0"), wire.recv("s0")]
    same("order kept", [f[IP].frag for f in got],
         [parts[1][IP].frag, parts[0][IP].frag])
    same("reassembly", reasm_reqds(wire), before)
    wire.quiet()


def ttl(wire):
    """TTL 1 is answered by time exceeded, VIP local or not, DR and NAT"""
    direct(wire)
    nat(wire, port=81)
    for local in (False, True):
        if local:
            wire.ip("addr", "add", VIP + "/32", "dev", "lo")
        for port in (80, 81):
            with w.Counted(wire, ttl=1):
                wire.send("c0", wire.client(
                    TCP(sport=40000 + local, dport=port, flags="S"), ttl=1))
                got = wire.expect("c0", "time exceeded")
            same("kind", (got[ICMP].type, got[ICMP].code), (11, 0))
            same("to", got[IP].dst, CLIENT)
            same("about", got[TCPerror].dport, port)
    wire.quiet()


def mtu(wire):
    """F60 too big: DF is answered with the MTU, others go out in fragments"""
    direct(wire)
    nat(wire, port=81)
    wire.ip("link", "set", "s0l", "mtu", "1000")
    for local in (False, True):
        if local:
            wire.ip("addr", "add", VIP + "/32", "dev", "lo")
        for port in (80, 81):
            sport = 40000 + port + 1000 * local
            open_tcp(wire, sport, port)
            data = bytes(range(240)) * 5
            big = TCP(sport=sport, dport=port, flags="PA") / Raw(data)
            with w.Counted(wire, too_big=1):
                wire.send("c0", wire.client(big, flags="DF"))
                got = wire.expect("c0", "fragmentation needed")
            same("kind", (got[ICMP].type, got[ICMP].code), (3, 4))
            same("MTU", got[ICMP].nexthopmtu, 1000)
            same("about", got[TCPerror].dport, port)
            wire.send("c0", wire.client(big, id=7))
            parts = [wire.recv("s0"), wire.recv("s0")]
            if None in parts:
                raise Failed("a fragment is missing")
            raw = reassemble(parts)
            same("payload", raw[20:20 + len(data)], data)
    wire.quiet()


def bad_packets(wire):
    """packets that lie are dropped under their reason and make no connection"""
    direct(wire)
    direct(wire, "udp", 53)

    def drop(reason, *frames):
        with w.Counted(wire, **{reason: len(frames)}):
            wire.send("c0", *frames)
            wire.quiet()

    def tcp(**kw):
        return TCP(sport=40000, dport=80, flags="S", **kw)

    drop("truncated", wire.client(Raw(bytes(tcp())[:12]), proto=6),
         wire.client(Raw(b"\x9c\x40"), proto=6),
         wire.client(Raw(bytes(UDP(sport=1, dport=53))[:6]), proto=17))
    drop("bad_header", wire.client(tcp(dataofs=4)))
    drop("truncated", wire.client(tcp(dataofs=15)))
    drop("bad_header", wire.client(UDP(sport=1, dport=53, len=7)))
    drop("truncated", wire.client(UDP(sport=1, dport=53, len=4000)))
    drop("zero_port", wire.client(TCP(sport=0, dport=80, flags="S")),
         wire.client(UDP(sport=0, dport=53)))
    drop("martian", wire.client(tcp(), src="127.0.0.1"),
         wire.client(tcp(), src="224.0.0.5"),
         wire.client(tcp(), src="0.0.0.0"),
         wire.client(tcp(), src="255.255.255.255"))
    same("connections", wire.lbctl("conn", "show").count(VIP), 0)
    # the host's own validation is before ours: nothing of it reaches us
    bad = wire.client(tcp())
    bad[IP].ihl = 4
    wire.send("c0", bad, wire.client(tcp(), len=4000),
              wire.client(tcp(), chksum=1))
    wire.quiet()
    same("connections", wire.lbctl("conn", "show").count(VIP), 0)


def other_protocols(wire):
    """other protocols to a VIP pass: ping is answered by its host"""
    direct(wire)
    wire.ip("addr", "add", VIP + "/32", "dev", "lo")
    with w.Counted(wire):
        wire.send("c0", wire.client(ICMP(id=5) / Raw(b"ping")))
        got = wire.expect("c0", "echo reply")
    same("from", (got[IP].src, got[ICMP].type), (VIP, 0))
    with w.Counted(wire, unknown_proto=1):
        wire.send("c0", wire.client(Raw(b"x" * 40), proto=132))
        got = wire.expect("c0", "protocol unreachable")
    same("kind", (got[ICMP].type, got[ICMP].code), (3, 2))
    wire.quiet()


def midstream(wire):
    """a packet without connection is reset exactly, dropped or passed"""
    direct(wire)
    for local in (False, True):
        if local:
            wire.ip("addr", "add", VIP + "/32", "dev", "lo")
        with w.Counted(wire, midstream_reset=1):
            wire.send("c0", wire.client(TCP(sport=40000, dport=80, flags="A",
                                            seq=5, ack=1234)))
            got = wire.expect("c0", "a reset")
        same("from", (got[IP].src, got[IP].dst), (VIP, CLIENT))
        same("ports", (got[TCP].sport, got[TCP].dport), (80, 40000))
        same("reset", (str(got[TCP].flags), got[TCP].seq), ("R", 1234))
        with w.Counted(wire, midstream_reset=1):
            wire.send("c0", wire.client(
                TCP(sport=40000, dport=80, flags="F", seq=5) / Raw(b"abc")))
            got = wire.expect("c0", "a reset")
        same("reset", (str(got[TCP].flags), got[TCP].seq, got[TCP].ack),
             ("RA", 0, 9))
        with w.Counted(wire, midstream_reset=1):
            wire.send("c0", wire.client(TCP(sport=40000, dport=80, flags="R")))
            wire.quiet()
    wire.lbctl("service", "set", "tcp", VIP + ":80", "midstream", "drop")
    with w.Counted(wire, midstream_drop=1):
        wire.send("c0", wire.client(TCP(sport=40000, dport=80, flags="A")))
        wire.quiet()
    wire.lbctl("service", "set", "tcp", VIP + ":80", "midstream", "pass")
    with w.Counted(wire, midstream_pass=1):
        wire.send("c0", wire.client(TCP(sport=40000, dport=80, flags="A",
                                        ack=77)))
        got = wire.expect("c0", "the host's reset")
    same("reset", (str(got[TCP].flags), got[TCP].seq), ("R", 77))
    wire.quiet()


def unknown_port(wire):
    """a port without service: pass, reject, drop, as the VIP says"""
    direct(wire)
    for how in ("reject", "drop"):
        wire.lbctl("vip", "set", VIP, "unknown-port", how)
        with w.Counted(wire, **{"unknown_port_" + how: 2}):
            wire.send("c0", wire.client(TCP(sport=40000, dport=22, flags="S",
                                            seq=1)))
            if how == "reject":
                got = wire.expect("c0", "a reset")
                same("reset", (str(got[TCP].flags), got[TCP].ack), ("RA", 2))
            wire.send("c0", wire.client(UDP(sport=40000, dport=53) /
                                        Raw(b"?")))
            if how == "reject":
                got = wire.expect("c0", "unreachable")
                same("kind", (got[ICMP].type, got[ICMP].code), (3, 3))
                same("about", got[UDPerror].dport, 53)
            wire.quiet()
    wire.lbctl("vip", "set", VIP, "unknown-port", "pass")
    with w.Counted(wire, no_service=1):
        wire.send("c0", wire.client(UDP(sport=40000, dport=53) / Raw(b"?")))
        wire.quiet()


def no_server(wire):
    """a service without a usable server answers at once"""
    wire.lbctl("service", "add", "tcp", VIP + ":80")
    wire.lbctl("service", "add", "udp", VIP + ":53")
    for weight in (None, "0"):
        if weight:
            wire.lbctl("server", "add", "tcp", VIP + ":80", WEB1, "weight", "0")
        with w.Counted(wire, no_server=2):
            wire.send("c0", wire.client(TCP(sport=40000, dport=80, flags="S",
                                            seq=1)))
            got = wire.expect("c0", "a reset")
            same("reset", (str(got[TCP].flags), got[TCP].ack), ("RA", 2))
            wire.send("c0", wire.client(UDP(sport=4000, dport=53) / Raw(b"?")))
            got = wire.expect("c0", "unreachable")
            same("kind", (got[ICMP].type, got[ICMP].code), (3, 3))
    wire.quiet()


def loop_dies(wire):
    """two directors that send a packet to each other stop after TTL steps"""
    direct(wire)
    wire.send("c0", wire.client(TCP(sport=40000, dport=80, flags="S"), ttl=9))
    for left in range(8, 0, -1):
        got = wire.expect("s0", "hop with TTL %d" % left)
        same("TTL", got[IP].ttl, left)
        got[Ether].src, got[Ether].dst = w.MAC[WEB1], w.MAC_S0L
        wire.send("s0", got)
    got = wire.expect("c0", "time exceeded")
    same("kind", got[ICMP].type, 11)
    wire.quiet()


if __name__ == "__main__":
    w.main("trouble", [icmp_nat, icmp_dr, icmp_to_client, icmp_udp,
                       icmp_stranger, fragments_nat, fragments_dr,
                       fragments_foreign, ttl, mtu, bad_packets,
                       other_protocols, midstream, unknown_port, no_server,
                       loop_dies])
