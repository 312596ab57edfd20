# SPDX-License-Identifier: GPL-2.0
"""Packets by hand, where scapy would take too long."""

import struct

from rig import ICMP4, TCP, V4, ones

FLAG = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16}


def ip(fam, src, dst, proto, body, hops=64):
    """An IP packet with a right header."""
    src, dst = fam.pack(src), fam.pack(dst)
    if fam is not V4:
        return struct.pack("!IHBB16s16s", 6 << 28, len(body), proto, hops,
                           src, dst) + body
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0x4000,
                       hops, proto, 0, src, dst)
    return head[:10] + struct.pack("!H", ones(head) ^ 0xffff) + head[12:] + \
        body


def segment(fam, src, dst, sport, dport, flags, data=b"", token=1):
    """A TCP segment; flags as scapy writes them. @token: its numbers."""
    bits = sum(FLAG[f] for f in flags)
    body = struct.pack("!HHIIBBHHH", sport, dport, token, token, 0x50, bits,
                       64240, 0, 0) + data
    return _summed(fam, src, dst, TCP, body, 16)


def datagram(fam, src, dst, sport, dport, data=b"x", token=None):
    """A datagram. @token: its data, two bytes."""
    if token is not None:
        data = struct.pack("!H", token)
    body = struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data
    return _summed(fam, src, dst, 17, body, 6)


def _summed(fam, src, dst, proto, body, at):
    pseudo = fam.pack(src) + fam.pack(dst) + struct.pack("!II", len(body),
                                                         proto)
    total = ones(body, ones(pseudo)) ^ 0xffff
    if proto == 17 and not total:
        total = 0xffff
    return ip(fam, src, dst, proto,
              body[:at] + struct.pack("!H", total) + body[at + 2:])


def read(packet):
    """(source, destination, protocol, ports, TCP flags) of a packet without
    options or extension headers; addresses as bytes."""
    if packet[0] >> 4 == 4:
        proto, at = packet[9], (packet[0] & 15) * 4
        src, dst = packet[12:16], packet[16:20]
    else:
        proto, at = packet[6], 40
        src, dst = packet[8:24], packet[24:40]
    if proto in (ICMP4, 58, 4, 41):
        return src, dst, proto, None, 0
    ports = struct.unpack_from("!HH", packet, at)
    return src, dst, proto, ports, packet[at + 13] if proto == TCP else 0
