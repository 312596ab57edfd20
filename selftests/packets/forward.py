#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Forwarding by DR and NAT, frame by frame. F1 F9 F10 F12 F13 F58 F61."""

import json
import socket

from scapy.all import IP, TCP, UDP, Ether, Raw

import wire as w
from wire import CLIENT, VIP, WEB1, WEB2, Failed, same

SO_TIMESTAMP = 29


def nat(wire, proto="tcp", port=80, rport=8080, **opts):
    """A NAT service with one server and a changed port."""
    extra = [x for kv in opts.items() for x in kv]
    wire.lbctl("service", "add", proto, "%s:%d" % (VIP, port), "method", "nat",
               "scheduler", "rr", *extra)
    wire.lbctl("server", "add", proto, "%s:%d" % (VIP, port),
               "%s:%d" % (WEB1, rport))


def direct(wire, proto="tcp", port=80, **opts):
    """A DR service with one server."""
    extra = [x for kv in opts.items() for x in kv]
    wire.lbctl("service", "add", proto, "%s:%d" % (VIP, port), "method", "dr",
               "scheduler", "rr", *extra)
    wire.lbctl("server", "add", proto, "%s:%d" % (VIP, port), WEB1)


def nat_tcp(wire):
    """F1 F58 NAT rewrites destination in, source out, with right sums"""
    nat(wire)
    for size in (0, 1, 2, 1459, 1460):
        sport = 40000 + size
        with w.Counted(wire, new=1):
            sent = wire.client(TCP(sport=sport, dport=80, flags="S", seq=7),
                               ttl=64)
            wire.send("c0", sent)
            got = wire.expect("s0", "SYN by NAT")
        same("source MAC", got[Ether].src, w.MAC_S0L)
        same("destination MAC", got[Ether].dst, w.MAC[WEB1])
        same("addresses", (got[IP].src, got[IP].dst), (CLIENT, WEB1))
        same("ports", (got[TCP].sport, got[TCP].dport), (sport, 8080))
        same("TTL", got[IP].ttl, 63)
        same("sequence", got[TCP].seq, 7)
        with w.Counted(wire, reply=1):
            wire.send("s0", wire.server(TCP(sport=8080, dport=sport,
                                            flags="SA", seq=9, ack=8), ttl=64))
            got = wire.expect("c0", "SYN+ACK by NAT")
        same("destination MAC", got[Ether].dst, w.MAC[CLIENT])
        same("addresses", (got[IP].src, got[IP].dst), (VIP, CLIENT))
        same("ports", (got[TCP].sport, got[TCP].dport), (80, sport))
        same("TTL", got[IP].ttl, 63)
        data = bytes(range(256)) * 6
        with w.Counted(wire, established=1):
            wire.send("c0", wire.client(
                TCP(sport=sport, dport=80, flags="PA", seq=8, ack=10) /
                Raw(data[:size])))
            got = wire.expect("s0", "data by NAT")
        same("payload", bytes(got[TCP].payload)[:size], data[:size])
        wire.quiet()


def nat_udp(wire):
    """F61 UDP by NAT; a checksum of zero stays zero"""
    nat(wire, "udp", 53, 5353)
    for num, chksum in enumerate((None, 0)):
        udp = UDP(sport=5000 + num, dport=53)
        if chksum is not None:
            udp.chksum = chksum
        wire.send("c0", wire.client(udp / Raw(b"odd length")))
        got = wire.expect("s0", "UDP by NAT")
        same("to", (got[IP].dst, got[UDP].dport), (WEB1, 5353))
        if chksum is not None:
            same("checksum", got[UDP].chksum, 0)
        back = UDP(sport=5353, dport=5000 + num)
        if chksum is not None:
            back.chksum = 0
        wire.send("s0", wire.server(back / Raw(b"answer!")))
        got = wire.expect("c0", "UDP answer by NAT")
        same("from", (got[IP].src, got[UDP].sport), (VIP, 53))
        if chksum is not None:
            same("checksum", got[UDP].chksum, 0)
    # every value that the sum can take, zero among them
    for value in list(range(0, 65536, 509)) + [65535]:
        wire.send("c0", wire.client(UDP(sport=6000, dport=53) /
                                    Raw(value.to_bytes(2, "big"))))
        got = wire.expect("s0", "UDP by NAT")
        if got[UDP].chksum == 0:
            raise Failed("a computed checksum of 0 was sent as 0")
    wire.quiet()


def dr_only_macs(wire):
    """F9 F58 DR changes the MAC addresses and the TTL, nothing else"""
    direct(wire)
    direct(wire, "udp", 53)
    for num, pay in enumerate((
            TCP(sport=40000, dport=80, flags="S", options=[("MSS", 1460)]),
            TCP(sport=40000, dport=80, flags="A", seq=1) / Raw(b"x" * 333),
            UDP(sport=4000, dport=53) / Raw(b"q" * 77))):
        sent = wire.client(pay, ttl=9, id=4711 + num, tos=0x28)
        wire.send("c0", sent)
        got = wire.expect("s0", "DR")
        same("source MAC", got[Ether].src, w.MAC_S0L)
        same("destination MAC", got[Ether].dst, w.MAC[WEB1])
        want = IP(bytes(sent[IP]))
        want.ttl -= 1
        del want.chksum
        same("packet", bytes(got[IP])[:len(bytes(want))], bytes(want))
    wire.quiet()


def dr_leaves_replies(wire):
    """F9 a DR server's reply that passes the director is untouched"""
    direct(wire)
    wire.inside("sysctl", "-qw", "net.ipv4.ip_forward=1")
    wire.inside("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0",
                "net.ipv4.conf.s0l.rp_filter=0")
    wire.send("c0", wire.client(TCP(sport=40000, dport=80, flags="S")))
    wire.expect("s0", "SYN by DR")
    with w.Counted(wire):
        sent = wire.server(TCP(sport=80, dport=40000, flags="SA"), src=WEB1)
        sent[IP].src = VIP
        wire.send("s0", sent)
        got = wire.expect("c0", "a routed reply")
    same("source", got[IP].src, VIP)
    wire.quiet()


def taps(wire):
    """a tap that reads late sees packets as they came, by NAT and DR"""
    nat(wire)
    direct(wire, port=81)
    tap = {"c0": wire.listen(wire.lb, "c0l"), "s0": wire.listen(wire.lb, "s0l")}
    sent = {"c0": [], "s0": []}
    try:
        for port, sport in ((80, 40000), (81, 40001)):
            sent["c0"].append(wire.client(TCP(sport=sport, dport=port,
                                              flags="S"), ttl=64))
            wire.send("c0", sent["c0"][-1])
            wire.expect("s0", "SYN")
        sent["s0"].append(wire.server(TCP(sport=8080, dport=40000, flags="SA"),
                                      ttl=64))
        wire.send("s0", sent["s0"][-1])
        wire.expect("c0", "SYN+ACK")
        for dev, frames in sent.items():
            for frame in frames:
                same("what the tap on %s saw" % dev,
                     tap[dev].recv(65536), bytes(frame))
    finally:
        for sk in tap.values():
            sk.close()
    wire.quiet()


def arrival_times(wire):
    """fq does not take times of arrival for times of departure, NAT and DR"""
    nat(wire)
    direct(wire, port=81)
    for dev in ("c0l", "s0l"):
        wire.inside("tc", "qdisc", "replace", "dev", dev, "root", "fq")
    # this socket asks for times of arrival, and so all packets get them
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
        asks.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
        for num in range(4):
            for port in (80, 81):
                wire.send("c0", wire.client(TCP(sport=40000 + num, dport=port,
                                                flags="S")))
                wire.expect("s0", "SYN through fq")
            wire.send("s0", wire.server(TCP(sport=8080, dport=40000 + num,
                                            flags="SA")))
            wire.expect("c0", "SYN+ACK through fq")
    for dev in ("c0l", "s0l"):
        fq = json.loads(wire.inside("tc", "-s", "-j", "qdisc", "show", "dev",
                                    dev))[0]
        same("kind", fq["kind"], "fq")
        same("drops on " + dev, fq["drops"], 0)
    wire.quiet()


def states(wire, **want):
    """Connection states of the director, counted."""
    out = wire.lbctl("conn", "show")
    for name, count in want.items():
        same(name, out.count(name), count)


def counts(wire):
    """(active, inactive) of the only service."""
    out = json.loads(wire.lbctl("-j", "service", "show", "tcp", VIP + ":80"))
    svc = out["services"][0] if "services" in out else out
    return svc["active"], svc["inactive"]


def dr_one_sided(wire):
    """F10 DR follows a connection from the client's packets alone"""
    direct(wire)

    def client(flags, seq=1, sport=40000):
        wire.send("c0", wire.client(TCP(sport=sport, dport=80, flags=flags,
                                        seq=seq, ack=1)))
        wire.expect("s0", flags)

    client("S", 0)
    same("after SYN", counts(wire), (1, 0))
    client("A")
    same("after ACK", counts(wire), (1, 0))
    states(wire, established=1)
    client("FA")
    same("after FIN", counts(wire), (0, 1))
    client("A", 2)
    same("after the last ACK", counts(wire), (0, 1))
    client("S", 0, 40001)
    client("A", 1, 40001)
    same("second one", counts(wire), (1, 1))
    client("R", 1, 40001)
    same("after RST", counts(wire), (0, 2))
    client("S", 100, 40000)
    same("port used again", counts(wire), (1, 1))
    wire.quiet()


def nat_both_sides(wire):
    """F7 NAT follows both directions"""
    nat(wire)

    def client(flags, **kw):
        wire.send("c0", wire.client(TCP(sport=40000, dport=80, flags=flags,
                                        **kw)))
        wire.expect("s0", flags)

    def server(flags, **kw):
        wire.send("s0", wire.server(TCP(sport=8080, dport=40000, flags=flags,
                                        **kw)))
        wire.expect("c0", flags)

    client("S")
    server("SA")
    states(wire, syn_recv=1)
    client("A")
    states(wire, established=1)
    same("established", counts(wire), (1, 0))
    server("FA")
    same("server has closed", counts(wire), (0, 1))
    states(wire, fin_wait=1)
    client("A")
    client("FA")
    states(wire, last_ack=1)
    server("A")
    states(wire, time_wait=1)
    with w.Counted(wire, reopened=1):
        client("S", seq=99)
    states(wire, syn_recv=1)
    same("opened anew", counts(wire), (1, 0))
    server("RA")
    states(wire, close=1)
    wire.quiet()


def rr_sticks(wire):
    """F5 F7 rr alternates strictly; a connection stays with its server"""
    direct(wire)
    wire.lbctl("server", "add", "tcp", VIP + ":80", WEB2, "weight", "7")
    macs = []
    for sport in range(40000, 40008):
        wire.send("c0", wire.client(TCP(sport=sport, dport=80, flags="S")))
        macs.append(wire.expect("s0", "SYN")[Ether].dst)
    same("first and second differ", macs[0] != macs[1], True)
    same("alternate", macs, macs[:2] * 4)
    for sport in range(40007, 39999, -1):
        wire.send("c0", wire.client(TCP(sport=sport, dport=80, flags="A")))
        same("server of %d" % sport, wire.expect("s0", "ACK")[Ether].dst,
             macs[sport - 40000])
    wire.quiet()


def switch_method(wire):
    """F13 a running service changes between NAT and DR, connections stay"""
    nat(wire, rport=80)
    wire.send("c0", wire.client(TCP(sport=40000, dport=80, flags="S")))
    same("by NAT", wire.expect("s0", "SYN")[IP].dst, WEB1)
    wire.lbctl("service", "set", "tcp", VIP + ":80", "method", "dr")
    wire.send("c0", wire.client(TCP(sport=40001, dport=80, flags="S")))
    same("new one by DR", wire.expect("s0", "SYN")[IP].dst, VIP)
    wire.send("c0", wire.client(TCP(sport=40000, dport=80, flags="A")))
    same("old one by NAT", wire.expect("s0", "ACK")[IP].dst, WEB1)
    wire.send("s0", wire.server(TCP(sport=80, dport=40000, flags="A")))
    same("and back", wire.expect("c0", "ACK")[IP].src, VIP)
    wire.lbctl("service", "set", "tcp", VIP + ":80", "method", "nat")
    wire.send("c0", wire.client(TCP(sport=40001, dport=80, flags="A")))
    same("DR one by DR", wire.expect("s0", "ACK")[IP].dst, VIP)
    wire.quiet()


def dr_port(wire):
    """F12 DR with a port of the server's own is refused, with a sentence"""
    direct(wire)
    try:
        wire.lbctl("server", "add", "tcp", VIP + ":80", WEB2 + ":8080")
    except Failed as err:
        if "port" not in str(err):
            raise
    else:
        raise Failed("the server was accepted")
    same("servers", wire.lbctl("server", "show", "tcp",
                               VIP + ":80").count(WEB2), 0)
    nat(wire, port=81, rport=8080)
    try:
        wire.lbctl("service", "set", "tcp", VIP + ":81", "method", "dr")
    except Failed as err:
        if "port" not in str(err):
            raise
    else:
        raise Failed("the switch to DR was accepted")


def one_reply_tuple(wire):
    """two services cannot claim one (client, server) pair of ports"""
    nat(wire, port=80, rport=8080)
    nat(wire, port=81, rport=8080)
    wire.send("c0", wire.client(TCP(sport=40000, dport=80, flags="S")))
    wire.expect("s0", "SYN")
    with w.Counted(wire, tuple_taken=1):
        wire.send("c0", wire.client(TCP(sport=40000, dport=81, flags="S")))
        wire.quiet()
    wire.send("s0", wire.server(TCP(sport=8080, dport=40000, flags="SA")))
    same("still the first's", wire.expect("c0", "SYN+ACK")[TCP].sport, 80)


def others_untouched(wire):
    """F8 what is not ours passes untouched, to the VIP's host too"""
    direct(wire)
    wire.inside("sysctl", "-qw", "net.ipv4.ip_forward=1")
    wire.ip("addr", "add", VIP + "/32", "dev", "lo")
    with w.Counted(wire, no_service=1):
        wire.send("c0", wire.client(TCP(sport=40000, dport=22, flags="S",
                                        seq=5)))
        got = wire.expect("c0", "a port without service")
    same("host's reset", (str(got[TCP].flags), got[TCP].ack), ("RA", 6))
    sent = wire.client(UDP(sport=1, dport=80) / Raw(b"routed"), dst=WEB2,
                       ttl=5)
    wire.send("c0", sent)
    got = wire.expect("s0", "a routed packet")
    same("TTL", got[IP].ttl, 4)
    same("payload", bytes(got[UDP].payload)[:6], b"routed")
    wire.quiet()


def three_sites(wire):
    """F8 several VIPs and ports at once"""
    for num, vip in enumerate(("10.10.31.100", "10.10.31.101", "10.10.31.102")):
        for port in (80, 443):
            svc = ("tcp", "%s:%d" % (vip, port))
            wire.lbctl("service", "add", *svc, "method", "nat")
            wire.lbctl("server", "add", *svc, "%s:%d" % (
                WEB1, 1000 + num * 1000 + port))
    for num, vip in enumerate(("10.10.31.102", "10.10.31.100", "10.10.31.101")):
        for port in (443, 80):
            wire.send("c0", wire.client(
                TCP(sport=40000 + num, dport=port, flags="S"), dst=vip))
            got = wire.expect("s0", vip)
            site = int(vip[-1])
            same("server's port", got[TCP].dport, 1000 + site * 1000 + port)
    wire.quiet()


if __name__ == "__main__":
    w.main("forward", [nat_tcp, nat_udp, dr_only_macs, taps,
                       arrival_times, dr_leaves_replies,
                       dr_one_sided, nat_both_sides, rr_sticks, switch_method,
                       dr_port, one_reply_tuple, others_untouched,
                       three_sites])
