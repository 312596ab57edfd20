#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Requests without end, whatever comes of them, from few processes.

usage: traffic.py ADDRESS

HTTP to port 80 and datagrams to port 53 of ADDRESS. Does not mind resets,
refusals, silence or missing routes: its users take away what it talks to.
"""

import socket
import sys
import time

PAUSE = 0.02


def ask(address):
    """One request, as far as it gets."""
    try:
        with socket.create_connection((address, 80), timeout=0.5) as sk:
            sk.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while sk.recv(4096):
                pass
    except OSError:
        pass


def main(address):
    """Until killed."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while True:
        ask(address)
        try:
            udp.sendto(b"x", (address, 53))
        except OSError:
            pass
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(sys.argv[1])
