#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Lets go on whatever a queue of NFQUEUE gives it.

usage: nfqueue.py QUEUE
           prints "ready"; until killed
"""

import socket
import struct
import sys

NETLINK_NETFILTER = 12
QUEUE = 3 << 8
PACKET, VERDICT, CONFIG = 0, 1, 2
REQUEST = 1
PACKET_HDR, VERDICT_HDR = 1, 2
CFG_CMD, CFG_PARAMS = 1, 2
BIND, COPY_META = 1, 1
NF_ACCEPT = 1


def attr(kind, data):
    """One attribute, padded."""
    return struct.pack("=HH", len(data) + 4, kind) + data + \
        bytes(-len(data) % 4)


def message(kind, queue, *attrs):
    """One request about a queue."""
    body = struct.pack("!BBH", socket.AF_UNSPEC, 0, queue) + b"".join(attrs)
    return struct.pack("=IHHII", len(body) + 16, QUEUE | kind, REQUEST, 0,
                       0) + body


def packets(data):
    """Numbers of the packets in what was received."""
    while len(data) >= 16:
        size, kind = struct.unpack_from("=IH", data)
        attrs, data = data[20:size], data[(size + 3) & ~3:]
        while kind == QUEUE | PACKET and len(attrs) >= 4:
            size, what = struct.unpack_from("=HH", attrs)
            if what == PACKET_HDR:
                yield struct.unpack_from("!I", attrs, 4)[0]
            attrs = attrs[(size + 3) & ~3:]


def main(queue):
    """Until killed."""
    sk = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    sk.send(message(CONFIG, queue,
                    attr(CFG_CMD, struct.pack("!BBH", BIND, 0, 0))))
    sk.send(message(CONFIG, queue,
                    attr(CFG_PARAMS, struct.pack("!IB", 0, COPY_META))))
    print("ready", flush=True)
    while True:
        for number in packets(sk.recv(65536)):
            sk.send(message(VERDICT, queue,
                            attr(VERDICT_HDR,
                                 struct.pack("!II", NF_ACCEPT, number))))


if __name__ == "__main__":
    main(int(sys.argv[1]))
