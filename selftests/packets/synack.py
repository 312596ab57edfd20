#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends a SYN-ACK that nobody asked for.

usage: synack.py SOURCE PORT DESTINATION PORT
"""

import socket
import struct
import sys


def main(saddr, sport, daddr, dport):
    """One segment."""
    tcp = struct.pack("!HHIIBBHHH", int(sport), int(dport), 1000, 2000,
                      5 << 4, 0x12, 8192, 0, 0)
    pseudo = socket.inet_aton(saddr) + socket.inet_aton(daddr) + \
        struct.pack("!HH", socket.IPPROTO_TCP, len(tcp))
    total = sum(struct.unpack("!16H", pseudo + tcp))
    total = (total & 0xffff) + (total >> 16)
    total = (total & 0xffff) + (total >> 16)
    tcp = tcp[:16] + struct.pack("!H", ~total & 0xffff) + tcp[18:]
    sk = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    sk.bind((saddr, 0))
    sk.sendto(tcp, (daddr, 0))


if __name__ == "__main__":
    main(*sys.argv[1:])
