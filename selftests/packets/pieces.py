# SPDX-License-Identifier: GPL-2.0
"""Fragments of both families, cut and put together by hand."""

import struct

from rig import V4, Failed, ones, same

MORE = {4: 0x2000, 6: 1}


def header4(packet, size, frag, ident=None):
    """An IPv4 header with another length and fragment field."""
    head = bytearray(packet[:(packet[0] & 15) * 4])
    struct.pack_into("!H", head, 2, len(head) + size)
    if ident is not None:
        struct.pack_into("!H", head, 4, ident)
    struct.pack_into("!HBBH", head, 6, frag, head[8], head[9], 0)
    struct.pack_into("!H", head, 10, ones(bytes(head)) ^ 0xffff)
    return bytes(head)


def piece(fam, packet, ident, start, end):
    """Payload bytes from @start to @end of a packet as a fragment (RFC 791,
    RFC 8200 4.5). IPv6: all that follows the fixed header is payload."""
    if fam is V4:
        data = packet[(packet[0] & 15) * 4:]
        more = MORE[4] if end < len(data) else 0
        return header4(packet, len(data[start:end]), more | start // 8,
                       ident) + data[start:end]
    data = packet[40:]
    more = MORE[6] if end < len(data) else 0
    body = struct.pack("!BBHI", packet[6], 0, start | more, ident) + \
        data[start:end]
    return packet[:4] + struct.pack("!HBB", len(body), 44, packet[7]) + \
        packet[8:40] + body


def payload(fam, packet):
    """Bytes that a packet carries, as piece() counts them."""
    return len(packet) - (20 if fam is V4 else 40)


def split(fam, packet, size, ident=0x1234):
    """All fragments of a packet; @size: payload of each, a multiple of 8."""
    return [piece(fam, packet, ident, at, min(at + size, payload(fam, packet)))
            for at in range(0, payload(fam, packet), size)]


def field(packet):
    """(identification, offset in bytes, more, protocol, bytes) of a fragment"""
    if packet[0] >> 4 == 4:
        head = (packet[0] & 15) * 4
        size, ident, frag = struct.unpack_from("!HHH", packet, 2)
        return (ident, (frag & 0x1fff) * 8, bool(frag & 0x2000), packet[9],
                packet[head:size])
    size, kind = struct.unpack_from("!HB", packet, 4)
    if kind != 44:
        raise Failed("no fragment: " + packet.hex())
    proto, _, frag, ident = struct.unpack_from("!BBHI", packet, 40)
    return ident, frag & 0xfff8, bool(frag & 1), proto, \
        packet[48:40 + size]


def is_piece(packet):
    """Is it a fragment?"""
    if packet[0] >> 4 == 4:
        return bool(struct.unpack_from("!H", packet, 6)[0] & 0x3fff)
    return packet[6] == 44


def join(packets, what="fragments"):
    """The packet that these fragments, all of them, are of."""
    parts = sorted((field(p) + (p,) for p in packets), key=lambda f: f[1])
    same("identifications, " + what, len({p[0] for p in parts}), 1)
    data = b""
    for num, (_, at, more, _, body, _) in enumerate(parts):
        same("offset, " + what, at, len(data))
        same("more fragments, " + what, more, num < len(parts) - 1)
        data += body
    proto, first = parts[0][3], parts[0][5]
    if first[0] >> 4 == 4:
        return header4(first, len(data), 0) + data
    return first[:4] + struct.pack("!HBB", len(data), proto, first[7]) + \
        first[8:40] + data


def plain(packet):
    """A packet without its identification, which a whole one does not need."""
    if packet[0] >> 4 != 4:
        return packet
    head = (packet[0] & 15) * 4
    return header4(packet, len(packet) - head, 0, 0) + packet[head:]
