# SPDX-License-Identifier: GPL-2.0
"""Generic netlink by hand: bytes out, attributes in, nothing checked, so that
tests can say things that no library would."""
import errno
import socket
import struct

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
NETLINK_CAP_ACK = 10
NETLINK_EXT_ACK = 11

NLMSG_ERROR = 2
NLMSG_DONE = 3
NLM_F_REQUEST = 1
NLM_F_ACK = 4
NLM_F_ECHO = 8
NLM_F_DUMP_INTR = 0x10
NLM_F_DUMP = 0x300
NLM_F_ACK_TLVS = 0x200
NLA_F_NESTED = 0x8000
NLA_TYPE_MASK = 0x3fff

GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_CMD_GETPOLICY = 10

MSGERR_MSG, MSGERR_OFFS, MSGERR_COOKIE, MSGERR_POLICY, MSGERR_MISS_TYPE, \
    MSGERR_MISS_NEST = range(1, 7)


def attr(kind, payload=b""):
    """One attribute."""
    size = 4 + len(payload)
    return struct.pack("=HH", size, kind) + payload + b"\0" * (-size % 4)


def nest(kind, *parts):
    return attr(kind | NLA_F_NESTED, b"".join(parts))


def u8(kind, value):
    return attr(kind, struct.pack("=B", value))


def be16(kind, value):
    return attr(kind, struct.pack("!H", value))


def u16(kind, value):
    return attr(kind, struct.pack("=H", value))


def u32(kind, value):
    return attr(kind, struct.pack("=I", value & 0xffffffff))


def u64(kind, value):
    return attr(kind, struct.pack("=Q", value))


def text(kind, value):
    return attr(kind, value.encode() + b"\0")


def addr(kind, value):
    family = socket.AF_INET6 if ":" in value else socket.AF_INET
    return attr(kind, socket.inet_pton(family, value))


def parse(data):
    """[(type, payload)]"""
    found = []
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        if size < 4 or size > len(data):
            raise ValueError("attribute that lies about its length")
        found.append((kind & NLA_TYPE_MASK, data[4:size]))
        data = data[(size + 3) & ~3:]
    return found


def first(data, kind, default=None):
    """Payload of the first attribute of a kind."""
    return dict(reversed(parse(data))).get(kind, default)


def number(payload):
    return int.from_bytes(payload, "little")


class Refusal(Exception):
    """What the kernel said to a message."""

    def __init__(self, code, attrs):
        found = dict(attrs)
        self.code = code
        self.name = errno.errorcode.get(code, str(code))
        self.msg = found.get(MSGERR_MSG, b"").rstrip(b"\0").decode()
        self.offs = self._int(found.get(MSGERR_OFFS))
        self.miss_type = self._int(found.get(MSGERR_MISS_TYPE))
        self.miss_nest = self._int(found.get(MSGERR_MISS_NEST))
        self.cookie = found.get(MSGERR_COOKIE)
        super().__init__(f"{self.name}: {self.msg}")

    @staticmethod
    def _int(payload):
        return None if payload is None else number(payload)

    def __eq__(self, other):
        return self.args == other.args and self.offs == other.offs

    __hash__ = Exception.__hash__


class Genl:
    """A socket."""

    def __init__(self, rcvbuf=8 << 20, timeout=60, portid=0):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.bind((portid, 0))
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        self.sock.settimeout(timeout)
        self.seq = 0
        self.intr = False

    def close(self):
        self.sock.close()

    def build(self, family, cmd, *attrs, flags=0, version=1, reserved=0):
        """A message, NLM_F_REQUEST set."""
        self.seq += 1
        body = struct.pack("=BBH", cmd, version, reserved) + b"".join(attrs)
        return struct.pack("=IHHII", 16 + len(body), family,
                           NLM_F_REQUEST | flags, self.seq, 0) + body

    def exchange(self, message):
        """Send, and collect answers up to the acknowledgment or the end of a
        dump: [(cmd, attributes)]"""
        self.sock.send(message)
        seq = struct.unpack_from("=I", message, 8)[0]
        answers = []
        self.intr = False
        while True:
            data = self.sock.recv(1 << 20)
            while len(data) >= 16:
                size, kind, flags, got, _ = struct.unpack_from("=IHHII", data)
                body, data = data[16:size], data[(size + 3) & ~3:]
                if got != seq:
                    continue
                self.intr |= bool(flags & NLM_F_DUMP_INTR)
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    self._end(kind, flags, body)
                    return answers
                answers.append((body[0], body[4:]))

    @staticmethod
    def _end(kind, flags, body):
        code = -struct.unpack_from("=i", body)[0] if len(body) >= 4 else 0
        if code <= 0:
            return
        head = 4 if kind == NLMSG_DONE else 20
        tlvs = parse(body[head:]) if flags & NLM_F_ACK_TLVS else []
        raise Refusal(code, tlvs)

    def do(self, family, cmd, *attrs, flags=0, **header):
        return self.exchange(self.build(family, cmd, *attrs,
                                        flags=flags | NLM_F_ACK, **header))

    def dump(self, family, cmd, *attrs):
        return self.exchange(self.build(family, cmd, *attrs,
                                        flags=NLM_F_DUMP))

    def family(self, name):
        """Number, multicast groups and {command: flags} of a family."""
        answers = self.do(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, text(2, name))
        attrs = answers[0][1]
        groups = {}
        for _, group in parse(first(attrs, 7, b"")):
            groups[first(group, 1).rstrip(b"\0").decode()] = \
                number(first(group, 2))
        ops = {number(first(op, 1)): number(first(op, 2))
               for _, op in parse(first(attrs, 6, b""))}
        return number(first(attrs, 1)), groups, ops

    def join(self, group):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)

