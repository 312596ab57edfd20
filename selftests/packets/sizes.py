#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets that are larger than a way out allows, and such as only seem so."""

import socket
import struct

from scapy.all import TCP, Raw

import pieces
import rig as r
from rig import MAC, V4, V6, Counted, Failed, frame_of, same, trim
from ways import (DR4, DR6, NAT4, NAT6, SPORT, TUNNELS, WAYS, each, l3,
                  read_error, tcp, udp)

MTU = 1400
PACKET_VNET_HDR = 15
NEEDS_CSUM, GSO_TCPV4, GSO_TCPV6 = 1, 1, 4


def of_size(way, size, make=tcp, sport=SPORT, **more):
    """make() of a packet of so many bytes in all, IP header included."""
    head = way.fam.head + (20 if make is tcp else 8)
    data = bytes(i * 13 % 249 for i in range(size - head))
    if make is tcp:
        return tcp("PA", sport, data, seq=1, **more)
    return udp(data, sport, **more)


def links(rig, outer=1500, inner=1500):
    """Sizes of the director's links."""
    rig.ip("link set c0l mtu %d" % outer, "link set s0l mtu %d" % inner)


def told(what, frame, fam, to, mtu, sent):
    """An error that says a size."""
    kind, code, word, _, dst, quoted = read_error(trim(frame)[14:])
    same("kind, " + what, (kind, code), (3, 4) if fam is V4 else (2, 0))
    same("MTU, " + what, word & 0xffff if fam is V4 else word, mtu)
    same("told, " + what, dst, to)
    if len(quoted) < min(len(sent), 400) or sent[:len(quoted)] != quoted:
        raise Failed("%s: quotes %s, not %s" % (what, quoted.hex(),
                                                sent.hex()))


def refuses(rig, way, what, sent, mtu):
    """A client's packet is too large, and it is told."""
    what = "%s, %s" % (what, way)
    with Counted(rig, what, too_big=1):
        rig.client(sent)
        out = rig.drain()
    same("frames to servers, " + what, out["s0"], [])
    same("answers, " + what, len(out["c0"]), 1)
    told(what, out["c0"][0], way.fam, way.fam.client, mtu, sent)


def to_server(rig, way):
    """F60 too large for the server's link: its sender is told what fits"""
    way.serve(rig)
    way.serve(rig, r.UDP, 53)
    fits = MTU - way.extra
    links(rig, inner=MTU)
    try:
        way.open(rig)
        for local in (False, True):
            if local:
                rig.ip("addr add %s dev lo" % way.fam.vip)
            refuses(rig, way, "segment", way.there(
                of_size(way, fits + 1), flags="DF")[0], fits)
            refuses(rig, way, "datagram", way.there(
                of_size(way, fits + 1, udp), port=53, flags="DF")[0], fits)
            way.passes(rig, "fits", of_size(way, fits), flags="DF")
        # the size of the route counts, and no longer once it has gone
        route = "route add %s/%d dev s0l mtu " % (way.web, way.srv.bits)
        rig.ip(route + "1350")
        refuses(rig, way, "route", way.there(
            of_size(way, fits), flags="DF")[0], 1350 - way.extra)
        rig.ip("route del %s/%d dev s0l" % (way.web, way.srv.bits))
        way.passes(rig, "fits", of_size(way, fits), flags="DF")
    finally:
        links(rig)
        rig.ip("addr del %s dev lo" % way.fam.vip)


def to_client(rig, way):
    """F60 too large for the client's link: a NAT server is told"""
    fam = way.fam
    way.serve(rig)
    way.open(rig)
    links(rig, outer=MTU)
    try:
        sent, _ = way.here(of_size(way, MTU + 1, back=True), flags="DF")
        with Counted(rig, "reply", too_big=1):
            rig.back(sent, way.web)
            out = rig.drain()
        same("frames to the client", out["c0"], [])
        same("answers", len(out["s0"]), 1)
        told("reply", out["s0"][0], fam, way.web, MTU, sent)
        way.returns(rig, "fits", of_size(way, MTU, back=True), flags="DF")
    finally:
        links(rig)


def whole(way, frames, what):
    """The only packet in frames to the server, however many there are."""
    packets = [trim(frame)[14:] for frame in frames]
    if len(packets) > 1:
        packets = [pieces.join(packets, what)]
    same("packets, " + what, len(packets), 1)
    return way.unwrap(frame_of(r.MAC_S0L, way.mac, packets[0]), what)


def may_split(rig, way):
    """F60 without DF what is too large goes out in fragments"""
    way.serve(rig)
    links(rig, inner=MTU)
    try:
        way.open(rig)
        for size in (MTU - way.extra + 1, 1500):
            sent, want = way.there(of_size(way, size), id=0x77)
            with Counted(rig, "no DF", established=1):
                rig.client(sent)
                out = rig.drain(sums=False)
            same("frames to the client", out["c0"], [])
            same("fragments", len(out["s0"]), 2)
            for frame in out["s0"]:
                same("fits", len(trim(frame)) - 14 <= MTU, True)
            same("packet", whole(way, out["s0"], "no DF").hex(), want.hex())
    finally:
        links(rig)


def least(rig, way):
    """F60 1,280 bytes of IPv6 pass a tunnel whose way takes less of them"""
    way.serve(rig)
    links(rig, inner=1280)
    try:
        way.open(rig)
        sent, want = way.there(of_size(way, 1280))
        with Counted(rig, "least", established=1):
            rig.client(sent)
            out = rig.drain(sums=False)
        same("frames to the client", out["c0"], [])
        same("fragments", len(out["s0"]), 2)
        same("packet", whole(way, out["s0"], "least").hex(), want.hex())
        refuses(rig, way, "more", way.there(of_size(way, 1281))[0], 1280)
    finally:
        links(rig)


def gathered(rig, way):
    """F60 fragments to a smaller link: cut again (IPv4), or told (IPv6)"""
    fam = way.fam
    way.serve(rig, r.UDP, 53)
    links(rig, inner=MTU)
    try:
        sent, want = way.there(udp(bytes(4000)), port=53, id=0x1234)
        parts = pieces.split(fam, sent, 1440)
        with Counted(rig, "gathered", frag_queued=len(parts) - 1,
                     **{"new" if fam is V4 else "too_big": 1}):
            for part in parts:
                rig.client(part)
            out = rig.drain(sums=False)
        if fam is V4:
            same("packet", pieces.plain(whole(way, out["s0"], "again")),
                 pieces.plain(want))
            for frame in out["s0"]:
                same("fits", len(trim(frame)) - 14 <= MTU, True)
            return
        same("frames to servers", out["s0"], [])
        same("answers", len(out["c0"]), 1)
        same("MTU", read_error(trim(out["c0"][0])[14:])[2], MTU)
    finally:
        links(rig)


class Virtual:
    """A socket whose frames may be aggregates (virtio_net.h)."""

    def __init__(self, rig, dev):
        with rig.inside(rig.far):
            self.sk = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.sk.setsockopt(r.SOL_PACKET, PACKET_VNET_HDR, 1)
            self.sk.bind((dev, 0))

    def send(self, fam, frame, l4, size):
        """An aggregate of segments with @size bytes of text each."""
        head = struct.pack("=BBHHHH", NEEDS_CSUM,
                           GSO_TCPV4 if fam is V4 else GSO_TCPV6,
                           14 + l4 + 20, size, 14 + l4, 16)
        self.sk.send(head + frame)

    def close(self):
        """Undo __init__()."""
        self.sk.close()


def unsummed(packet, l4):
    """A packet whose checksum the device is to complete: the sum of the pseudo
    header stands in its place."""
    fam = V4 if packet[0] >> 4 == 4 else V6
    ends = packet[12:20] if fam is V4 else packet[8:40]
    pseudo = r.ones(ends + struct.pack("!II", len(packet) - l4, r.TCP))
    return packet[:l4 + 16] + struct.pack("!H", pseudo) + packet[l4 + 18:]


def segments(way, size, count, dst=None, hops=64, port=80, src=None,
             back=False):
    """(an aggregate, its segments) of @count segments with @size bytes."""
    fam = way.fam
    data = bytes(i * 13 % 247 for i in range(size * count))
    ends = (src or fam.client, dst or fam.vip)
    ports = (port, SPORT) if back else (SPORT, port)

    def one(at, text, ident):
        return bytes(l3(fam, *ends, hops, flags="DF", id=ident) / TCP(
            sport=ports[0], dport=ports[1], flags="A", seq=1 + at, ack=1) /
            Raw(text))
    return one(0, data, 7), [one(at, data[at:at + size], 7 + num)
                             for num, at in enumerate(range(0, len(data),
                                                            size))]


def aggregates(rig, way):
    """F60 an aggregate is measured by its segments, not by its length"""
    fam = way.fam
    way.serve(rig)
    way.open(rig)
    # who gets them takes no aggregates, so that each segment is seen
    r.run("ethtool", "-K", "s0l", "tx", "off", "tso", "off", "gso", "off")
    links(rig, inner=MTU)
    fits = MTU - way.extra - fam.head - 20
    wire = Virtual(rig, "c0")
    try:
        for count in (2, 5, 12):
            sent, _ = segments(way, fits, count)
            _, want = segments(way, fits, count, way.target(), 63,
                               way.rport(80))
            with Counted(rig, "fit", established=1):
                wire.send(fam, frame_of(MAC[fam.client], r.MAC_C0L,
                                        unsummed(sent, fam.head)), fam.head,
                          fits)
                way.gets(rig, "%d segments" % count, want)
        sent, _ = segments(way, fits + 1, 3)
        with Counted(rig, "do not", too_big=1):
            wire.send(fam, frame_of(MAC[fam.client], r.MAC_C0L,
                                    unsummed(sent, fam.head)), fam.head,
                      fits + 1)
            out = rig.drain(sums=False)
        same("frames to servers", out["s0"], [])
        same("answers", len(out["c0"]), 1)
        word = read_error(trim(out["c0"][0])[14:])[2]
        same("MTU", word & 0xffff, MTU - way.extra)
    finally:
        wire.close()
        links(rig)
        r.run("ethtool", "-K", "s0l", "tx", "on", "tso", "on", "gso", "on")


def aggregates_back(rig, way):
    """F60 an aggregate of a NAT server's, likewise"""
    fam = way.fam
    way.serve(rig)
    way.open(rig)
    r.run("ethtool", "-K", "c0l", "tx", "off", "tso", "off", "gso", "off")
    fits = 1460 - (fam.head - 20)
    wire = Virtual(rig, "s0")
    try:
        sent, _ = segments(way, fits, 4, fam.client, port=way.rport(80),
                           src=way.web, back=True)
        _, want = segments(way, fits, 4, fam.client, 63, src=fam.vip,
                           back=True)
        with Counted(rig, "fit", reply=1):
            wire.send(fam, frame_of(MAC[way.web], r.MAC_S0L,
                                    unsummed(sent, fam.head)), fam.head, fits)
            rig.came("segments", c0=[frame_of(
                r.MAC_C0L, MAC[fam.client], w) for w in want])
    finally:
        wire.close()
        r.run("ethtool", "-K", "c0l", "tx", "on", "tso", "on", "gso", "on")


NATS = (NAT4, NAT6)

if __name__ == "__main__":
    r.main("sizes",
           each(to_server) + each(to_client, NATS) +
           each(may_split, [x for x in WAYS if x.fam is V4]) +
           each(least, [x for x in TUNNELS if x.fam is V6]) +
           each(gathered, (DR4, DR6) + NATS) + each(aggregates) +
           each(aggregates_back, NATS))
