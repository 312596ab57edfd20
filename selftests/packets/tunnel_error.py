#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""An ICMP "too big" about a tunnel's packet, as routers of all kinds send it.

usage: tunnel_error.py NEAR FAR MTU [BYTES]
           to NEAR, the near end of a tunnel to FAR, as if a packet of that
           tunnel had been larger than MTU; quotes BYTES (8) of what the tunnel's
           packet held
"""

import socket
import struct
import sys


def ones(data):
    """RFC 1071 checksum."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def quote4(near, far, size):
    """IPv4 header of a packet that holds an IPv4 one."""
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 1500, 1, 0x4000, 60, 4, 0,
                       socket.inet_aton(near), socket.inet_aton(far))
    head = head[:10] + struct.pack("!H", ones(head)) + head[12:]
    return head + (b"\x45\0\x05\xc8" + b"\0" * size)[:size]


def quote6(near, far, size):
    """The same of IPv6; what it holds has no end, which nobody minds."""
    return struct.pack("!IHBB16s16s", 6 << 28, 1460, 4, 60,
                       socket.inet_pton(socket.AF_INET6, near),
                       socket.inet_pton(socket.AF_INET6, far)) + \
        (b"\x45\0\x05\xb4" + b"\0" * size)[:size]


def main(near, far, mtu, size=8):
    """See above."""
    if ":" in near:
        # the kernel sums ICMPv6 of raw sockets itself
        body = struct.pack("!BBHI", 2, 0, 0, mtu) + quote6(near, far, size)
        sk = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                           socket.IPPROTO_ICMPV6)
    else:
        body = quote4(near, far, size)
        body = struct.pack("!BBHHH", 3, 4, ones(struct.pack(
            "!BBHHH", 3, 4, 0, 0, mtu) + body), 0, mtu) + body
        sk = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                           socket.IPPROTO_ICMP)
    sk.sendto(body, (near, 0))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
