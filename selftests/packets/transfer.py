#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Small transfers whose bytes are compared, and who served them.

usage: transfer.py serve NAME PORT
           TCP and UDP, both families; answers its name, the CRC of what came
           and the very bytes
       transfer.py ask tcp|udp ADDRESS PORT COUNT SIZE [FIRST]
           COUNT transfers of SIZE bytes, from source ports FIRST on if given;
           prints the name of the server of each, one on a line
"""

import os
import selectors
import socket
import struct
import sys
import threading
import zlib

FACTOR = float(os.environ.get("L4LB_TIME_FACTOR", "1") or 1)
HEAD = struct.Struct("!II")


def answer(name, data):
    """What a server says to @data."""
    return HEAD.pack(len(data), zlib.crc32(data)) + \
        name.ljust(16).encode() + data


def whole(sk, size):
    """So many bytes of a stream."""
    data = b""
    while len(data) < size:
        part = sk.recv(size - len(data))
        if not part:
            raise OSError("closed after %d of %d bytes" % (len(data), size))
        data += part
    return data


def serve_one(name, sk):
    """One connection: a length, the bytes; the answer; the client closes."""
    with sk:
        size = HEAD.unpack(whole(sk, HEAD.size))[0]
        sk.sendall(answer(name, whole(sk, size)))
        sk.recv(1)


def serve(name, port):
    """Until killed."""
    with selectors.DefaultSelector() as ready:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            for af, any_addr in ((socket.AF_INET6, "::"),
                                 (socket.AF_INET, "0.0.0.0")):
                sk = socket.socket(af, kind)
                sk.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if af == socket.AF_INET6:
                    sk.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                # a datagram is answered from the address that it came to
                if kind == socket.SOCK_DGRAM:
                    sk.setsockopt(socket.IPPROTO_IP, 8, 1)
                    if af == socket.AF_INET6:
                        sk.setsockopt(socket.IPPROTO_IPV6, 49, 1)
                sk.bind((any_addr, port))
                if kind == socket.SOCK_STREAM:
                    sk.listen(64)
                ready.register(sk, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                sk = key.fileobj
                if sk.type == socket.SOCK_STREAM:
                    threading.Thread(target=serve_one, daemon=True,
                                     args=(name, sk.accept()[0])).start()
                    continue
                data, control, _, peer = sk.recvmsg(65536, 256)
                sk.sendmsg([answer(name, data)], from_there(control), 0, peer)


def from_there(control):
    """Control messages that make the address written to that of the answer."""
    out = []
    for level, kind, data in control:
        if level == socket.IPPROTO_IP:
            # struct in_pktinfo: the address of the packet becomes the source
            out.append((level, kind, struct.pack("=I4s4s", 0, data[8:12],
                                                 b"\0" * 4)))
        else:
            out.append((level, kind, data[:16] + b"\0" * 4))
    return out


def ask(proto, address, port, count, size, first=0):
    """See above."""
    af = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM
    for num in range(count):
        data = bytes((num * 7 + i * 13 + (i >> 8)) & 0xff
                     for i in range(size))
        with socket.socket(af, kind) as sk:
            sk.settimeout(10 * FACTOR)
            sk.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if first:
                sk.bind(("", first + num))
            sk.connect((address, port))
            if proto == "tcp":
                sk.sendall(HEAD.pack(size, 0) + data)
                got = whole(sk, HEAD.size + 16 + size)
            else:
                sk.send(data)
                got = sk.recv(65536)
        length, crc = HEAD.unpack_from(got)
        if got[HEAD.size + 16:] != data or length != size or \
                crc != zlib.crc32(data):
            sys.exit("transfer %d: what came back differs" % num)
        print(got[HEAD.size:HEAD.size + 16].decode().strip(), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2], int(sys.argv[3]))
    else:
        ask(sys.argv[2], sys.argv[3], *map(int, sys.argv[4:]))
