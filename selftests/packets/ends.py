#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The two ends of TCP connections, and segments of connections that are none.

usage: ends.py serve PORT
           accepts and echoes; prints "open", "reset", "eof", a line each
       ends.py send PORT
           accepts and sends without end; prints the same
       ends.py connect ADDRESS PORT [SOURCE_PORT]
           sends a line, prints "open" when it has come back, then what becomes
           of the connection: "reset" or "eof". SIGUSR1: sends another line, and
           prints "echo" when that has come back
       ends.py udp ADDRESS PORT COUNT SOURCE_PORT
           COUNT lines from one socket; prints what comes back to each, or "-"
       ends.py segment FLAGS SOURCE DESTINATION PORT SOURCE_PORT [COUNT]
           segments with FLAGS (S, A, F, R), of COUNT source ports
"""

import os
import signal
import socket
import struct
import sys
import threading

FACTOR = float(os.environ.get("L4LB_TIME_FACTOR", "1") or 1)
FLAGS = {"F": 1, "S": 2, "R": 4, "A": 16}


def say(what):
    """A line, at once."""
    print(what, flush=True)


def outcome(sk, on_data):
    """What becomes of a connection."""
    try:
        while True:
            data = sk.recv(65536)
            if not data:
                return "eof"
            on_data(data)
    except ConnectionResetError:
        return "reset"
    except BrokenPipeError:
        return "reset"


def flood(sk):
    """Send until that fails; whoever asks first is told why."""
    try:
        while True:
            sk.sendall(b"x" * 4096)
    except ConnectionResetError:
        say("reset")
    except OSError:
        pass


def accept(sk, sends):
    """One connection of a server."""
    say("open")
    if sends:
        threading.Thread(target=flood, args=(sk,), daemon=True).start()
    say(outcome(sk, (lambda data: None) if sends else sk.sendall))
    sk.close()


def serve(port, sends):
    """Until killed."""
    sk = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    sk.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sk.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sk.bind(("::", port))
    sk.listen(64)
    while True:
        threading.Thread(target=accept, args=(sk.accept()[0], sends),
                         daemon=True).start()


def connect(address, port, sport=0):
    """See above."""
    af = socket.AF_INET6 if ":" in address else socket.AF_INET
    sk = socket.socket(af, socket.SOCK_STREAM)
    sk.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sk.settimeout(20 * FACTOR)
    if sport:
        sk.bind(("", sport))
    sk.connect((address, port))
    sk.sendall(b"a line\n")
    if not sk.recv(1):
        sys.exit("closed at once")
    signal.signal(signal.SIGUSR1, lambda *_: sk.sendall(b"more\n"))
    sk.settimeout(None)
    say("open")
    say(outcome(sk, lambda data: b"more" in data and say("echo")))


def udp(address, port, count, sport):
    """See above."""
    sk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sk.bind(("", sport))
    sk.settimeout(2 * FACTOR)
    for _ in range(count):
        sk.sendto(b"who\n", (address, port))
        try:
            say(sk.recv(100).decode().strip())
        except socket.timeout:
            say("-")


def tcp(src, dst, sport, dport, flags):
    """A segment without text."""
    head = struct.pack("!HHIIBBHHH", sport, dport, 1000,
                       5000 if flags & FLAGS["A"] else 0, 0x50, flags, 8192,
                       0, 0)
    data = socket.inet_aton(src) + socket.inet_aton(dst) + \
        struct.pack("!HH", socket.IPPROTO_TCP, len(head)) + head
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return head[:16] + struct.pack("!H", ~total & 0xffff) + head[18:]


def segment(letters, src, dst, dport, sport, count=1):
    """See above."""
    flags = sum(FLAGS[letter] for letter in letters)
    sk = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    sk.bind((src, 0))
    for port in range(sport, sport + count):
        sk.sendto(tcp(src, dst, port, dport, flags), (dst, 0))


def main(what, *args):
    """By the first word."""
    if what == "serve" or what == "send":
        serve(int(args[0]), what == "send")
    elif what == "connect":
        connect(args[0], *map(int, args[1:]))
    elif what == "udp":
        udp(args[0], *map(int, args[1:]))
    else:
        segment(*args[:3], *map(int, args[3:]))


if __name__ == "__main__":
    main(*sys.argv[1:])
