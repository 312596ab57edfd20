#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The digest's test vectors, computed from its description alone.

SipHash-2-4 after Aumasson and Bernstein, "SipHash: a fast short-input PRF"
(2012); the paper's own vector is checked first. Prints NAME ENCODING DIGEST.
"""
import ipaddress
import struct

MASK = (1 << 64) - 1
KEY = b"l4lb digest key1"


def rotl(value, bits):
    return (value << bits | value >> (64 - bits)) & MASK


def sip_round(v0, v1, v2, v3):
    v0 = (v0 + v1) & MASK
    v1 = rotl(v1, 13) ^ v0
    v0 = rotl(v0, 32)
    v2 = (v2 + v3) & MASK
    v3 = rotl(v3, 16) ^ v2
    v0 = (v0 + v3) & MASK
    v3 = rotl(v3, 21) ^ v0
    v2 = (v2 + v1) & MASK
    v1 = rotl(v1, 17) ^ v2
    return v0, v1, rotl(v2, 32), v3


def siphash(key, data):
    k0, k1 = struct.unpack("<QQ", key)
    v = (k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D,
         k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573)
    tail = len(data) % 8
    last = data[len(data) - tail:] + bytes(7 - tail) + bytes([len(data) & 255])
    words = data[:len(data) - tail] + last
    for (m,) in struct.iter_unpack("<Q", words):
        v = v[:3] + (v[3] ^ m,)
        v = sip_round(*sip_round(*v))
        v = (v[0] ^ m,) + v[1:]
    v = v[:2] + (v[2] ^ 0xFF,) + v[3:]
    for _ in range(4):
        v = sip_round(*v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def family_addr(text):
    addr = ipaddress.ip_address(text)
    return addr.version, addr.packed.ljust(16, b"\0")


def key(proto, text, port, last=None, prefix=None):
    """The key of a service with an address."""
    family, packed = family_addr(text)
    if prefix is None:
        prefix = 32 if family == 4 else 128
    return struct.pack(">BB16sBHHI", family, proto, packed, prefix, port,
                       port if last is None else last, 0)


def mark_key(mark, family=4):
    """The key of a service that a mark leads to."""
    return struct.pack(">BB16sBHHI", family, 0, b"", 0, 0, 0, mark)


DEFAULTS = {
    "hash_port": 0, "hash_fallback": 0, "persist": 0, "persist_prefix": 0,
    "one_packet": 0, "slow_start": 0, "on_down": 1, "on_server_gone": 1,
    "track_seq": 0, "half_open_max": 0, "hook": 1, "track": 0,
}


def service(ident, sched="wlc", method=1, tie=1, midstream=1, timeouts=None,
            name="", **options):
    seconds = [(timeouts or {}).get(state, 0) for state in range(1, 10)]
    opt = {**DEFAULTS, **options}
    assert len(opt) == len(DEFAULTS)
    return (b"S" + ident +
            struct.pack(">16s3B9I", sched.encode(), method, tie, midstream,
                        *seconds) +
            struct.pack(">BBIBBIBBBIBB", *opt.values()) +
            struct.pack(">32s", name.encode()))


def server(ident, addr, port, weight, max_conns, min_conns, name):
    family, packed = family_addr(addr)
    return (b"R" + ident +
            struct.pack(">B16sH3I32s", family, packed, port, weight, max_conns,
                        min_conns, name.encode()))


def vip(addr, prefix, unknown_port):
    family, packed = family_addr(addr)
    return b"V" + struct.pack(">B16sBB", family, packed, prefix, unknown_port)


def main():
    assert siphash(bytes(range(16)), bytes(range(15))) == 0xA129CA6149BE45E5
    www = key(6, "10.10.31.100", 80)
    for name, enc in (
            ("SERVICE", service(www)),
            ("SERVICE_FULL", service(www, timeouts={3: 900}, name="www")),
            ("SERVICE_V6", service(key(17, "2001:db8::53", 53), "rr", 2, 2, 2)),
            ("SERVICE_OPTIONS", service(
                www, "mh", 3, 1, 4, hash_port=1, hash_fallback=1, persist=300,
                persist_prefix=24, slow_start=60, on_down=2, on_server_gone=3,
                track_seq=1, half_open_max=1000, hook=2, track=1)),
            ("SERVICE_ONE_PACKET", service(key(17, "10.10.31.53", 53), "rr",
                                           one_packet=1)),
            ("SERVICE_RANGE", service(key(17, "2001:db8:9::", 5060, 5069, 64))),
            ("SERVICE_FWMARK", service(mark_key(7))),
            ("SERVER", server(www, "192.168.31.21", 80, 1, 0, 0, "")),
            ("SERVER_FULL", server(www, "192.168.31.21", 8080, 65535, 1000,
                                   750, "web1")),
            ("VIP", vip("10.10.31.100", 32, 3))):
        print(f"{name} {enc.hex()} {siphash(KEY, enc):016x}")


if __name__ == "__main__":
    main()
