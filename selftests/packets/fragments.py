#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Fragments to a VIP and from a NAT server, in any order or not all. F60."""

import itertools
import pathlib
import random
import time

from scapy.all import (  # pylint: disable=no-name-in-module
    ICMP, UDP, ICMPv6EchoRequest, Raw)

import pieces
import rig as r
from rig import FAMILIES, MAC, V4, Counted, Failed, frame_of, same, trim
from ways import (NAT4, NAT6, WAYS, Way, each, l3, tcp, udp)

SIZE = 1000
DATA = bytes(i * 7 % 251 for i in range(3500))
RND = random.Random(7)
# what is left over of one datagram is not to meet another
IDENT = itertools.count(1)
# what the kernel counts of reassembly, by family: file, timeouts, requests
COUNTED = {4: ("snmp", "ReasmTimeout", "ReasmReqds"),
           6: ("snmp6", "Ip6ReasmTimeout", "Ip6ReasmReqds")}


def kernel_count(fam, which):
    """A counter of the director's IP."""
    name, *fields = COUNTED[fam.num]
    text = pathlib.Path("/proc/net/" + name).read_text(encoding="ascii")
    if fam.num == 6:
        return int(dict(line.split() for line in text.splitlines())[
            fields[which]])
    names, values = [line.split() for line in text.splitlines()
                     if line.startswith("Ip:")]
    return int(values[names.index(fields[which])])


def waiting():
    """What the director keeps of IPv4 fragments: queues and bytes."""
    text = pathlib.Path("/proc/net/sockstat").read_text(encoding="ascii")
    return [line for line in text.splitlines() if line.startswith("FRAG")]


def inners(way, frames, what):
    """Whole packets for the server of the frames to it."""
    packets = [trim(frame)[14:] for frame in frames]
    for frame in frames:
        same("MACs, " + what, frame[:12], frame_of(r.MAC_S0L, way.mac,
                                                   b"\x45")[:12])
    if not packets or not pieces.is_piece(packets[0]):
        return [way.unwrap(frame, what) for frame in frames]
    whole = pieces.join(packets, what)
    return [way.unwrap(frame_of(r.MAC_S0L, way.mac, whole), what)]


def largest(way, parts):
    """Bytes of the largest fragment that may leave. A tunnel makes a packet of
    its own."""
    return 1500 if way.extra else max(len(part) for part in parts)


def there(rig, way, what, sent, want, order=None):
    """Fragments of @sent to the VIP; the server gets @want, in fragments that
    are no larger."""
    what = "%s, %s" % (what, way)
    parts = pieces.split(way.fam, sent, SIZE, next(IDENT))
    for part in [parts[i] for i in order] if order else parts:
        rig.client(part)
    out = rig.drain(sums=False)
    same("frames to the client, " + what, out["c0"], [])
    got = inners(way, out["s0"], what)
    if [pieces.plain(g) for g in got] != [pieces.plain(want)]:
        raise Failed("%s:\n got  %s\n want %s" % (
            what, "\n      ".join(g.hex() for g in got) or "nothing",
            want.hex()))
    for frame in out["s0"]:
        if len(trim(frame)) - 14 > largest(way, parts):
            raise Failed("%s: a fragment of %d bytes" % (
                what, len(trim(frame)) - 14))


def any_order(rig, way):
    """F60 fragments to a VIP in any order, UDP and TCP"""
    way.serve(rig, r.UDP, 53)
    way.serve(rig)
    sent, want = way.there(udp(DATA), port=53)
    count = len(pieces.split(way.fam, sent, SIZE))
    orders = list(itertools.permutations(range(count)))
    for order in [orders[0], orders[-1]] + RND.sample(orders[1:-1], 6):
        there(rig, way, "order %s" % (order,), sent, want, order)
    there(rig, way, "SYN", *way.there(tcp("S", data=DATA)),
          order=orders[-1])
    there(rig, way, "segment", *way.there(tcp("PA", data=DATA, seq=1)),
          order=orders[-1])
    same("entries", sorted(c["proto"] for c in rig.conns()), [6, 17])


def from_server(rig, way):
    """F60 fragments from a NAT server in any order"""
    fam = way.fam
    way.serve(rig, r.UDP, 53)
    way.passes(rig, "question", udp(), port=53)
    sent, want = way.here(udp(DATA, back=True), port=53)
    orders = list(itertools.permutations(range(len(
        pieces.split(fam, sent, SIZE)))))
    for order in [orders[0], orders[-1]] + RND.sample(orders[1:-1], 6):
        parts = pieces.split(fam, sent, SIZE, next(IDENT))
        with Counted(rig, "answer", frag_queued=len(parts) - 1, reply=1):
            for i in order:
                rig.back(parts[i], way.web)
            out = rig.drain(sums=False)
        same("frames to the server", out["s0"], [])
        for frame in out["c0"]:
            same("MACs", frame[:12], frame_of(
                r.MAC_C0L, MAC[fam.client], b"\x45")[:12])
            same("no larger", len(trim(frame)) - 14 <= largest(way, parts),
                 True)
        got = pieces.join([trim(f)[14:] for f in out["c0"]])
        r.check_sums(got)
        same("answer", pieces.plain(got), pieces.plain(want))


def overlap(rig, way):
    """F60 of overlapping fragments nothing gets through (RFC 5722)"""
    fam = way.fam
    way.serve(rig, r.UDP, 53)
    whole, _ = way.there(udp(DATA), port=53)
    size = pieces.payload(fam, whole)
    for ends in (((0, 1000), (992, 2000)), ((0, 1000), (800, 2000)),
                 ((1000, 2400), (0, 1400)), ((2200, size), (1000, 2208))):
        ident = next(IDENT)
        parts = [pieces.piece(fam, whole, ident, *end) for end in ends]
        with Counted(rig, "overlap", frag_queued=1, frag_failed=1):
            for part in parts:
                rig.client(part)
            rig.quiet("overlap, %s" % way)
    same("entries", rig.conns(), [])
    there(rig, way, "afterwards", *way.there(udp(DATA), port=53))


def twice(rig, way):
    """F60 a fragment that comes twice does not spoil its datagram"""
    way.serve(rig, r.UDP, 53)
    sent, want = way.there(udp(DATA), port=53)
    # IPv4 calls it a failure, IPv6 keeps quiet about it
    counted = {"frag_queued": 3, "frag_failed": 1} if way.fam is V4 else {
        "frag_queued": 4}
    with Counted(rig, "twice", new=1, **counted):
        there(rig, way, "twice", sent, want, order=(0, 1, 1, 2, 3))


def missing(rig, way):
    """F60 what never comes is not waited for for ever"""
    fam = way.fam
    way.serve(rig, r.UDP, 53)
    sent, want = way.there(udp(DATA), port=53)
    parts = pieces.split(fam, sent, SIZE, next(IDENT))
    limit = "net/ipv4/ipfrag_time" if fam is V4 else \
        "net/netfilter/nf_conntrack_frag6_timeout"
    before, held = kernel_count(fam, 0), waiting()
    rig.proc(limit, 1)
    try:
        with Counted(rig, "missing", frag_queued=len(parts) - 1):
            for part in parts[:2] + parts[3:]:
                rig.client(part)
            quiet_to_servers(rig)
            end = time.monotonic() + 30 * r.FACTOR
            while kernel_count(fam, 0) == before or waiting() != held:
                if time.monotonic() > end:
                    raise Failed("fragments do not expire")
                time.sleep(0.1)
    finally:
        rig.proc(limit, 30 if fam is V4 else 60)
    # a late one is the first of another attempt
    with Counted(rig, "late", frag_queued=1):
        rig.client(parts[2])
        quiet_to_servers(rig)
    same("entries", rig.conns(), [])
    for i in (3, 1):
        rig.client(parts[i])
    quiet_to_servers(rig)
    rig.client(parts[0])
    out = rig.drain(sums=False)
    got = inners(way, out["s0"], "at last")
    same("at last", [pieces.plain(g) for g in got], [pieces.plain(want)])


def quiet_to_servers(rig):
    """Nothing has come out on their side; who gathers may complain."""
    same("frames to servers", rig.drain(sums=False)["s0"], [])


def tiny_first(rig, way):
    """F60 ports in the first fragment, flags in the second: whole or not at all"""
    fam = way.fam
    way.serve(rig)
    for num, cut in enumerate((8, 16)):
        sent, want = way.there(tcp("S", 40010 + num, DATA[:600]))
        size = pieces.payload(fam, sent)
        for order in ((0, 1), (1, 0)):
            ident = next(IDENT)
            parts = [pieces.piece(fam, sent, ident, 0, cut),
                     pieces.piece(fam, sent, ident, cut, size)]
            # IPv6 wants all headers in the first one (RFC 7112)
            how = {"frag_failed": 1} if fam is not V4 else {
                "established" if order[0] else "new": 1}
            with Counted(rig, "tiny", frag_queued=1, **how):
                for i in order:
                    rig.client(parts[i])
                out = rig.drain(sums=False)
            got = inners(way, out["s0"], "tiny")
            same("segment", [pieces.plain(g) for g in got],
                 [pieces.plain(want)] if fam is V4 else [])
    # and one alone gets nowhere, whatever it claims
    with Counted(rig, "alone", **{
            "frag_queued" if fam is V4 else "frag_failed": 1}):
        rig.client(pieces.piece(fam, sent, next(IDENT), 0, 8))
        quiet_to_servers(rig)


def lies(rig, way):
    """F60 fragments that lie of where they end"""
    fam = way.fam
    way.serve(rig, r.UDP, 53)
    sent, _ = way.there(udp(DATA), port=53)
    if fam is not V4:
        beyond = bytearray(pieces.piece(fam, sent, next(IDENT), 0, SIZE))
        beyond[42:44] = (0xfff8).to_bytes(2, "big")
        odd = bytearray(pieces.piece(fam, sent, next(IDENT), 0,
                                     SIZE)) + b"\0"
        odd[4:6] = (8 + SIZE + 1).to_bytes(2, "big")
        for lie in (beyond, odd):
            with Counted(rig, "lie", frag_failed=1):
                rig.client(bytes(lie))
                quiet_to_servers(rig)
    # the last fragment twice, at different ends
    ident = next(IDENT)
    with Counted(rig, "ends", frag_queued=1, frag_failed=1):
        for data in (DATA, DATA[:3000]):
            sent, _ = way.there(udp(data), port=53)
            rig.client(pieces.piece(fam, sent, ident, 2400,
                                    pieces.payload(fam, sent)))
        quiet_to_servers(rig)


def mixed(rig, way):
    """F60 fragments of two datagrams do not meet"""
    fam = way.fam
    way.serve(rig, r.UDP, 53)
    wants = []
    parts = []
    for num in range(2):
        sent, want = way.there(udp(DATA[num:], 40000 + num), port=53)
        parts.append(pieces.split(fam, sent, SIZE, next(IDENT)))
        wants.append(want)
    frames = []
    for one, other in zip(*parts):
        rig.client(other)
        rig.client(one)
    frames = rig.drain(sums=False)["s0"]
    by_ident = {}
    for frame in frames:
        by_ident.setdefault(pieces.field(trim(frame)[14:])[0],
                            []).append(frame)
    got = sorted(pieces.plain(inners(way, group, "mixed")[0])
                 for group in by_ident.values())
    same("datagrams", got, sorted(pieces.plain(w) for w in wants))


def to_host(rig, fam):
    """F60 a gathered packet that is none of ours goes to the host whole"""
    Way("dr", fam).serve(rig)
    rig.ip("addr add %s dev lo" % fam.vip)
    echo = ICMP(id=5) if fam is V4 else ICMPv6EchoRequest(id=5)
    sent = bytes(l3(fam, fam.client, fam.vip) / echo / Raw(DATA))
    try:
        with Counted(rig, "echo", frag_queued=3):
            for part in reversed(pieces.split(fam, sent, SIZE, next(IDENT))):
                rig.client(part)
            out = rig.drain(sums=False)
        same("frames to servers", out["s0"], [])
        got = pieces.join([trim(f)[14:] for f in out["c0"]])
        same("echo", got[fam.head + 8:], DATA)
    finally:
        rig.ip("addr del %s dev lo" % fam.vip)


def foreign(rig, fam):
    """F60 others' fragments are routed as they came, not gathered"""
    way = NAT4 if fam is V4 else NAT6
    way.serve(rig, r.UDP, 53)
    for path in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        rig.proc("net/" + path, 1)
    before = kernel_count(fam, 1)
    for src, dst, dev, mac, out in (
            (fam.client, fam.web2, "c0", r.MAC_C0L, "s0"),
            (fam.web2, fam.client, "s0", r.MAC_S0L, "c0")):
        sent = bytes(l3(fam, src, dst, hops=9, id=7) / UDP(
            sport=1, dport=2) / Raw(DATA))
        want = bytes(l3(fam, src, dst, hops=8, id=7) / UDP(
            sport=1, dport=2) / Raw(DATA))
        parts = pieces.split(fam, sent, SIZE)[::-1]
        wants = pieces.split(fam, want, SIZE)[::-1]
        rig.send(dev, *[frame_of(MAC[src], mac, p) for p in parts])
        got = rig.drain(sums=False)
        same("frames on " + out, [trim(f) for f in got[out]], [
            frame_of(r.MAC_S0L if out == "s0" else r.MAC_C0L, MAC[dst], p)
            for p in wants])
    same("reassembly", kernel_count(fam, 1), before)


NATS = (NAT4, NAT6)
DRS = (WAYS[0], WAYS[1])

if __name__ == "__main__":
    r.main("fragments",
           each(any_order) + each(from_server, NATS) + each(overlap) +
           each(twice) + each(missing, DRS + NATS) + each(tiny_first) +
           each(lies, DRS) + each(mixed) +
           [(t, str(fam), (fam,)) for t in (to_host, foreign)
            for fam in FAMILIES])
