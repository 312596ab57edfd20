#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Datagrams of 1,000 bytes that can be told from damaged ones.

usage: datagrams.py receive PORT
           prints "N right, N wrong" after whatever has come
       datagrams.py single ADDRESS PORT COUNT
       datagrams.py segments ADDRESS PORT COUNT
           COUNT times eight, by UDP_SEGMENT (udp(7))
       datagrams.py largest ADDRESS PORT COUNT
           COUNT times 47 of up to 1,400 bytes, likewise: as many bytes as
           IPv4 has room for
"""

import select
import socket
import sys
import time
import zlib

SIZE = 1000
LARGE = 1400
MOST = 65507
BURST = 32
UDP_SEGMENT = 103
SO_RCVBUFFORCE = 33


def datagram(num, size=SIZE):
    """Its number, bytes that follow from it, their CRC."""
    body = num.to_bytes(4, "big") + bytes(
        (num * 7 + i * 13) & 0xff for i in range(size - 8))
    return body + zlib.crc32(body).to_bytes(4, "big")


def receive(port):
    """Until killed."""
    sk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sk.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    sk.bind(("", port))
    count = [0, 0]
    while True:
        data = sk.recv(65536)
        good = len(data) in (SIZE, LARGE, MOST % LARGE) and \
            zlib.crc32(data[:-4]).to_bytes(4, "big") == data[-4:]
        count[not good] += 1
        if not select.select([sk], [], [], 0)[0]:
            print("%d right, %d wrong" % tuple(count), flush=True)


def send(how, address, port, count):
    """In bursts that no queue on the way is too short for."""
    size, total = {"single": (SIZE, SIZE), "segments": (SIZE, 8 * SIZE),
                   "largest": (LARGE, MOST)}[how]
    each = -(-total // size)
    sk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sk.connect((address, port))
    if each > 1:
        sk.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
    packets = [b"".join(datagram(n * each + i, min(size, total - i * size))
                        for i in range(each)) for n in range(count)]
    for num, packet in enumerate(packets):
        sk.send(packet)
        if num % BURST == BURST - 1:
            time.sleep(0.01)


if __name__ == "__main__":
    if sys.argv[1] == "receive":
        receive(int(sys.argv[2]))
    else:
        send(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
