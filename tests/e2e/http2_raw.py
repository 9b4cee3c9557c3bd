"""HTTP/2 byte by byte: frames and header blocks as one likes them, wrong ones too; and a listener that holds the server to
the rules for its own frames."""

import socket
import struct

import hpack

import wire

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
ACK = END_STREAM = 0x1
END_HEADERS, PADDED, PRIORITIZED = 0x4, 0x8, 0x20
LAST = END_STREAM | END_HEADERS
(NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR, REFUSED_STREAM,
 CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM) = range(12)
FRAME_MOST_BYTES = 16384
OF_A_CONNECTION = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}


# Frames

def frame(kind, flags=0, number=0, payload=b"", length=None):
    """length: another one than the payload's."""
    n = len(payload) if length is None else length
    return struct.pack(">I", n)[1:] + bytes([kind, flags]) + struct.pack(">I", number) + payload


def settings(*pairs, flags=0):
    return frame(SETTINGS, flags, 0, b"".join(struct.pack(">HI", *pair) for pair in pairs))


def ping(text=b"12345678", flags=0):
    return frame(PING, flags, 0, text)


def window(number, by):
    return frame(WINDOW_UPDATE, 0, number, struct.pack(">I", by))


def reset(number, code=CANCEL):
    return frame(RST_STREAM, 0, number, struct.pack(">I", code))


def priority(number, depends_on=0, weight=15):
    return frame(PRIORITY, 0, number, struct.pack(">IB", depends_on, weight))


def goaway(code=NO_ERROR, last=0, text=b""):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last, code) + text)


def padded(payload, n, padding=None):
    return bytes([n]) + payload + (bytes(n) if padding is None else padding)


# Header blocks (RFC 7541)

def integer(value, bits, pattern=0):
    most = (1 << bits) - 1
    if value < most:
        return bytes([pattern | value])
    out, value = [pattern | most], value - most
    while value >= 128:
        out.append(value % 128 | 128)
        value //= 128
    return bytes(out + [value])


def string(text):
    return integer(len(text), 7) + text


def huffman(text):
    coded = hpack.hpack.HuffmanEncoder(hpack.hpack.REQUEST_CODES, hpack.hpack.REQUEST_CODES_LENGTH).encode(text)
    return integer(len(coded), 7, 0x80) + coded


def indexed(index):
    return integer(index, 7, 0x80)


def plain(name, value):
    return b"\x00" + string(name) + string(value)


def remembered(name, value):
    """With incremental indexing: entry 62 from then on."""
    return b"\x40" + string(name) + string(value)


def table_size(size):
    return integer(size, 5, 0x20)


def head(*more, method=b"GET", scheme=b"http", path=b"/healthz", authority=b"localhost"):
    """A request's block; more: pairs, or bytes as they are. None leaves a field out."""
    pairs = [(b":method", method), (b":scheme", scheme), (b":path", path), (b":authority", authority)]
    block = b"".join(plain(name, value) for name, value in pairs if value is not None)
    return block + b"".join(one if isinstance(one, bytes) else plain(*one) for one in more)


def headers(number=1, block=None, flags=LAST):
    return frame(HEADERS, flags, number, head() if block is None else block)


def request(*more, number=1, flags=LAST, **pseudo):
    return headers(number, head(*more, **pseudo), flags)


def in_pieces(block, n, number=1, flags=END_STREAM):
    """HEADERS and n CONTINUATIONs."""
    size = -(-len(block) // (n + 1))
    cut = [block[i * size:(i + 1) * size] for i in range(n + 1)]
    rest = [frame(CONTINUATION, END_HEADERS if i == n else 0, number, cut[i]) for i in range(1, n + 1)]
    return frame(HEADERS, flags, number, cut[0]) + b"".join(rest)


# The other end

class Talk:
    """One connection: what is sent, and what has come. Whatever the server says must be said properly itself."""

    def __init__(self, server, data=b"", is_dripped=False):
        self.socket = socket.create_connection((server.host, server.port), wire.patience(10))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest, self.block, self.decoder = b"", None, hpack.Decoder()
        self.frame_most_bytes = FRAME_MOST_BYTES
        self.kinds = []  # of all frames
        self.settings, self.n_acks, self.pongs, self.n_questions = {}, 0, [], 0
        self.heads, self.bodies, self.ended, self.resets = {}, {}, set(), {}
        self.goaway = None  # (error, last stream, text)
        self.is_closed = False
        for i in range(len(data)) if is_dripped else [slice(None)]:
            self.send(data[i:i + 1] if is_dripped else data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # what the server said before is still there to be read

    def until(self, check):
        while not check() and not self.is_closed:
            self.hear()

    def settle(self):
        """Everything that was sent has been seen and answered: the second PING comes behind all that the first found."""
        for _ in range(2):
            self.n_questions += 1
            text = b"ask %04d" % self.n_questions
            self.send(ping(text))
            self.until(lambda: text in self.pongs)

    def hear(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.is_closed = not data
        self.rest += data
        while len(self.rest) >= 9:
            length = int.from_bytes(self.rest[:3], "big")
            assert length <= self.frame_most_bytes, f"a frame of {length} bytes: {self.rest[:40]!r}"
            if len(self.rest) < 9 + length:
                break
            kind, flags, number = self.rest[3], self.rest[4], int.from_bytes(self.rest[5:9], "big")
            payload, self.rest = self.rest[9:9 + length], self.rest[9 + length:]
            self.note(kind, flags, number, payload)
        assert not self.is_closed or not self.rest, f"it ended within a frame: {self.rest!r}"

    def note(self, kind, flags, number, payload):
        assert self.kinds or (kind, flags & ACK) == (SETTINGS, 0), "it does not begin with its settings"
        assert self.goaway is None or kind in (GOAWAY, DATA, HEADERS, RST_STREAM, WINDOW_UPDATE, PING, SETTINGS), kind
        assert (self.block is None) != (kind == CONTINUATION), "frames within a header block"
        assert number >> 31 == 0 and (number % 2 == 1 or kind in (SETTINGS, PING, GOAWAY, WINDOW_UPDATE)), number
        self.kinds.append(kind)
        {DATA: self.on_data, HEADERS: self.on_headers, CONTINUATION: self.on_headers, RST_STREAM: self.on_reset,
         SETTINGS: self.on_settings, PING: self.on_ping, GOAWAY: self.on_goaway, WINDOW_UPDATE: self.on_window}[kind](flags, number, payload)

    def on_data(self, flags, number, payload):
        assert number in self.heads and number not in self.ended and number not in self.resets
        assert not flags & PADDED
        self.bodies[number] += payload
        if flags & END_STREAM:
            self.ended.add(number)

    def on_headers(self, flags, number, payload):
        assert number not in self.ended and number not in self.resets
        if self.block is None:
            assert not flags & (PADDED | PRIORITIZED)
            self.block = (number, flags, b"")
        assert self.block[0] == number
        self.block = self.block[0], self.block[1] | flags, self.block[2] + payload
        if flags & END_HEADERS:
            self.on_head(*self.block)
            self.block = None

    def on_head(self, number, flags, block):
        fields = self.decoder.decode(block)
        names = [name for name, _ in fields]
        assert names[0] == ":status" and names.count(":status") == 1, names
        assert all(name == name.lower() for name in names) and not OF_A_CONNECTION & set(names), names
        self.heads[number] = dict(fields)
        self.bodies.setdefault(number, b"")
        if flags & END_STREAM:
            self.ended.add(number)

    def on_reset(self, flags, number, payload):
        assert number not in self.resets and len(payload) == 4
        self.resets[number] = int.from_bytes(payload, "big")

    def on_settings(self, flags, number, payload):
        assert number == 0 and len(payload) % 6 == 0 and not (flags & ACK and payload)
        self.n_acks += flags & ACK
        self.settings.update(struct.unpack(">HI", payload[i:i + 6]) for i in range(0, len(payload), 6))

    def on_ping(self, flags, number, payload):
        assert number == 0 and len(payload) == 8 and flags == ACK
        self.pongs.append(payload)

    def on_goaway(self, flags, number, payload):
        last, error = struct.unpack(">II", payload[:8])
        assert number == 0 and last >> 31 == 0
        self.goaway = error, last, payload[8:]

    def on_window(self, flags, number, payload):
        assert len(payload) == 4 and 0 < int.from_bytes(payload, "big") < 1 << 31
