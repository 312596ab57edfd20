#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Servers that behave badly, for harness_test.

Prints "NAME PORT" for each port on loopback, then "ready"; ends with its
standard input.
"""
import os
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

LOCK = threading.Lock()
SEQ = {}
HELD = {}


def response(status, body=b"", lines=()):
    head = [b"HTTP/1.1 %d X" % status, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(head + list(lines)) + b"\r\n\r\n" + body


def reset(conn):
    """close() sends a RST"""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))


def wait_for_end(conn):
    try:
        while conn.recv(4096):
            pass
    except OSError:
        pass


def drip(conn, data):
    """byte by byte for ever"""
    conn.sendall(data)
    while True:
        conn.sendall(b"x")
        time.sleep(0.1)


def sequence(name, digits):
    """/seq/NAME/2525: the n-th request gets the n-th digit's hundred"""
    with LOCK:
        n = SEQ.get(name, 0)
        SEQ[name] = n + 1
    return response(100 * int(digits[min(n, len(digits) - 1)]))


def hold(name):
    """counts how many requests of one name are there at the same time"""
    with LOCK:
        now, most = HELD.get(name, (0, 0))
        HELD[name] = (now + 1, max(most, now + 1))
    time.sleep(0.15)
    with LOCK:
        now, most = HELD[name]
        HELD[name] = (now - 1, most)
    return response(200, b"most %d" % most)


def header(conn):
    data = b""
    while b"\r\n\r\n" not in data:
        more = conn.recv(4096)
        if not more:
            return None
        data += more
    return data


def http(conn, head, sni=None):
    path = head.split(b" ")[1].decode()
    word, _, rest = path[1:].partition("/")
    if word == "ok":
        conn.sendall(response(200, b"all is well\n"))
    elif word == "status":
        conn.sendall(response(int(rest), b"some body"))
    elif word == "redirect":
        conn.sendall(response(302, b"", [b"Location: /ok"]))
    elif word == "echo":
        conn.sendall(response(200, head + b"SNI: " + str(sni).encode()))
    elif word == "chunked":
        conn.sendall(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n"
                     b"4\r\nabcd\r\n4\r\nefgh\r\n0\r\n\r\n")
    elif word == "until_close":
        conn.sendall(b"HTTP/1.0 200 X\r\n\r\nall is well\n")
    elif word == "continue":
        conn.sendall(b"HTTP/1.1 100 X\r\n\r\n" + response(200))
    elif word == "seq":
        name, _, digits = rest.partition("/")
        conn.sendall(sequence(name, digits))
    elif word == "hold":
        conn.sendall(hold(rest))
    elif word == "big":
        conn.sendall(response(200, b"x" * 1000000 + b"needle" +
                              b"y" * 1000000 + b"beyond"))
    elif word == "control":
        conn.sendall(response(200, b"\x1b[2J\x00\xff\r\n"))
    elif word == "mute":
        wait_for_end(conn)
    elif word == "half_header":
        conn.sendall(b"HTTP/1.1 200 X\r\nContent-Le")
    elif word == "half_header_mute":
        conn.sendall(b"HTTP/1.1 200 X\r\nContent-Le")
        wait_for_end(conn)
    elif word == "long_line":
        conn.sendall(b"HTTP/1.1 200 X\r\nX: " + b"x" * 65536 + b"\r\n\r\n")
    elif word == "longer_line":
        conn.sendall(b"HTTP/1.1 200 X\r\nX: " + b"x" * 400000 + b"\r\n\r\n")
    elif word == "endless_header":
        conn.sendall(b"HTTP/1.1 200 X\r\n")
        while True:
            conn.sendall(b"X: y\r\n" * 1000)
    elif word == "drip":
        drip(conn, b"HTTP/1.1 200 X\r\n\r\n")
    elif word == "drip_header":
        drip(conn, b"HTTP/1.1 200 X\r\nX: ")
    elif word == "rst":
        conn.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nsome")
        time.sleep(0.1)
        reset(conn)
    elif word == "rst_at_once":
        reset(conn)
    elif word == "short":
        conn.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nsome")
    elif word == "garbage":
        conn.sendall(b"\x16\x03\x01garbage\x1b[31m\r\n\r\n")
    elif word == "no_status":
        conn.sendall(b"HTTP/1.1 xyz\r\n\r\n")
    # whatever else: closed without a word


def serve_http(conn):
    head = header(conn)
    if head:
        http(conn, head)


def serve_banner(conn):
    conn.sendall(b"220 ready\r\n")
    said = conn.recv(100)
    conn.sendall(b"250 \x1b[1m" + said + b"\r\n")
    wait_for_end(conn)


def serve_flood(conn):
    while True:
        conn.sendall(b"z" * 65536)


def serve_reset(conn):
    reset(conn)


class Tls:
    """HTTP over TLS; or, after the handshake, something else"""

    def __init__(self, cert, after, client=False):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert)
        self.context.sni_callback = self.remember
        self.after = after
        if client:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(cert)

    @staticmethod
    def remember(sock, name, _context):
        sock.asked_for = name

    def __call__(self, conn):
        with self.context.wrap_socket(conn, server_side=True) as tls:
            if self.after == "mute":
                wait_for_end(tls)
                return
            head = header(tls)
            if head:
                http(tls, head, getattr(tls, "asked_for", None))
            if self.after == "notify":
                tls.unwrap()


def connection(conn, serve):
    with conn:
        try:
            serve(conn)
        except OSError:
            pass


def accept(listener, serve):
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=connection, args=(conn, serve),
                         daemon=True).start()


def listen(name, serve, address="127.0.0.1"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    listener.bind((address, 0))
    print(name, listener.getsockname()[1])
    if serve:
        listener.listen(1024)
        threading.Thread(target=accept, args=(listener, serve),
                         daemon=True).start()
    return listener


def full():
    """a port whose queue is full: a SYN is not answered any more"""
    listener = listen("full", None)
    listener.listen(0)
    held = []
    for _ in range(4):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(listener.getsockname())
        held.append(sock)
    return listener, held


def certificate(name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-nodes",
                    "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-subj", "/CN=www.example.org", "-days", "2", "-keyout",
                    name, "-out", name + ".crt"], check=True,
                   stderr=subprocess.DEVNULL)
    with open(name, "ab") as pem, open(name + ".crt", "rb") as crt:
        pem.write(crt.read())


def s_server(cert):
    """OpenSSL's own server, as a second opinion"""
    server = subprocess.Popen(["openssl", "s_server", "-www", "-cert", cert,
                               "-accept", "127.0.0.1:0"], text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    for line in server.stdout:
        if line.startswith("ACCEPT "):
            print("s_server", line.rsplit(":", 1)[1].strip())
            return server
    raise SystemExit("s_server did not start")


def main():
    with tempfile.TemporaryDirectory() as directory:
        cert = os.path.join(directory, "pem")
        certificate(cert)
        keep = [listen("http", serve_http), listen("http6", serve_http, "::1"),
                listen("mute", wait_for_end),
                listen("close", lambda conn: None),
                listen("reset", serve_reset), listen("banner", serve_banner),
                listen("flood", serve_flood), listen("refused", None), full(),
                listen("tls", Tls(cert, "notify")),
                listen("tls_rude", Tls(cert, None)),
                listen("tls_mute", Tls(cert, "mute")),
                listen("tls_client", Tls(cert, "notify", client=True))]
        print("pem", cert)
        server = s_server(cert)
        print("ready", flush=True)
        sys.stdin.read()
        server.terminate()
        server.wait()
        del keep


main()
