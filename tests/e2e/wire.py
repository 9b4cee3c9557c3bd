"""HTTP as bytes on a socket, with nothing in between: requests that no library would send, answers
read strictly, and pictures that tell when they are torn, foreign or out of order."""

import contextlib
import json as json_module
import os
import pathlib
import random
import re
import select
import socket
import struct
import time

import pictures

BOUNDARY = b"boundarydonotcross"


def patience(seconds):
    """A deadline, stretched by $PATIENCE where sanitizers make everything slow."""
    return seconds * float(os.environ.get("PATIENCE", "1"))


def free_port():
    """For programs that cannot be told to let the system choose, or are started again on the same port: so it is none of those that
    the system gives to others meanwhile."""
    below = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", random.randrange(below // 2, below)))
            return probe.getsockname()[1]


def eventually(check, timeout=5, message="it did not happen"):
    """Calls check until it returns something true, which is returned; a failed assert counts as not yet."""
    deadline = time.monotonic() + patience(timeout)
    while True:
        problem = None
        try:
            result = check()
            if result:
                return result
        except AssertionError as error:
            problem = error
        if time.monotonic() > deadline:
            raise AssertionError(f"{message} within {timeout} s: {problem or repr(result)}")
        time.sleep(0.01)


class Head:
    """The head of an answer: status, reason, fields in order; head["etag"] is the one field of that name or None."""

    def __init__(self, raw):
        self.raw = raw
        lines = raw[:-4].decode("latin-1").split("\r\n")
        found = re.fullmatch(r"HTTP/1\.1 (\d{3}) ([ -~]+)", lines[0])
        assert found, f"status line {lines[0]!r}"
        self.status, self.reason = int(found.group(1)), found.group(2)
        self.fields = []
        for line in lines[1:]:
            field = re.fullmatch(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([ -~]*)", line)
            assert field, f"field line {line!r}"
            self.fields.append((field.group(1), field.group(2)))

    def __getitem__(self, name):
        values = [v for n, v in self.fields if n.lower() == name.lower()]
        assert len(values) < 2, f"{name} is there {len(values)} times"
        return values[0] if values else None


class Answer:
    """A whole answer: status, head, body; text and json."""

    def __init__(self, head, body):
        self.head, self.body, self.status = head, body, head.status

    def __getitem__(self, name):
        return self.head[name]

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json_module.loads(self.body)


class Conn:
    """One connection. receive_bytes: a small receive buffer, for viewers that hardly read; source: the address we come from."""

    def __init__(self, server, receive_bytes=None, timeout=10, source=None):
        family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(patience(timeout))
        if source:
            self.socket.bind((source, 0))
        self.socket.connect((server.host, server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if getattr(server, "tls", None):
            self.socket = server.tls.wrap_socket(self.socket, server_hostname=server.host, suppress_ragged_eofs=False)
        self.host = f"[{server.host}]:{server.port}" if family == socket.AF_INET6 else f"{server.host}:{server.port}"
        self.buffer = b""
        self.chunk_bytes = 65536  # 1: reads one byte at a time

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def send_end(self):
        """Half-closes: no more bytes from us."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Closes with a reset, as a killed or careless peer does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def send_request(self, method, target, fields=(), body=None, host=None):
        """fields: pairs or a dict. A body brings its Content-Length unless fields has one, or Transfer-Encoding."""
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)
        names = {name.lower() for name, _ in pairs}
        if "host" not in names:
            pairs.insert(0, ("Host", host or self.host))
        if body is not None and not names & {"content-length", "transfer-encoding"}:
            pairs.append(("Content-Length", str(len(body))))
        lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in pairs]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b""))

    def _fill(self):
        data = self.socket.recv(self.chunk_bytes)
        self.buffer += data
        return bool(data)

    def read(self, n_bytes):
        """Exactly so many bytes."""
        while len(self.buffer) < n_bytes:
            assert self._fill(), f"the server closed after {len(self.buffer)} of {n_bytes} bytes: {self.buffer[:200]!r}"
        data, self.buffer = self.buffer[:n_bytes], self.buffer[n_bytes:]
        return data

    def read_until(self, mark):
        """Up to and with mark."""
        while mark not in self.buffer:
            assert self._fill(), f"the server closed before {mark!r}: {self.buffer[-200:]!r}"
            assert len(self.buffer) < 64 << 20, f"no {mark!r} in 64 MiB"
        return self.read(self.buffer.index(mark) + len(mark))

    def read_rest(self):
        """All until the server closes; a reset raises ConnectionResetError."""
        while self._fill():
            pass
        data, self.buffer = self.buffer, b""
        return data

    def expect(self, data):
        """Exactly these bytes."""
        got = self.read(len(data))
        assert got == data, f"{got!r} instead of {data!r}"

    def read_head(self):
        return Head(self.read_until(b"\r\n\r\n"))

    def read_answer(self, method="GET"):
        """One whole answer, framed by its Content-Length (there must be one unless the status forbids it)."""
        head = self.read_head()
        length = head["content-length"]
        if method == "HEAD" or head.status in (204, 304) or head.status < 200:
            return Answer(head, b"")
        assert length is not None, f"an answer without Content-Length: {head.raw!r}"
        return Answer(head, self.read(int(length)))

    def request(self, method, target, fields=(), body=None, host=None):
        self.send_request(method, target, fields, body, host)
        return self.read_answer(method)

    def is_torn_off(self):
        """The server has reset the connection; known although what came before was not read."""
        poll = select.poll()
        poll.register(self.socket, 0)
        return any(events & select.POLLERR for _, events in poll.poll(0))

    def is_silent(self, seconds=0.2):
        """Nothing comes, and the connection stays open, for so long."""
        is_pending = getattr(self.socket, "pending", int)()
        return not self.buffer and not is_pending and not select.select([self.socket], [], [], seconds)[0]

    def expect_end(self):
        """The server ends the connection in order (FIN), and nothing else came."""
        assert self.read_rest() == b""


def request(server, method, target, fields=(), body=None):
    """One request on a connection of its own."""
    with Conn(server) as conn:
        return conn.request(method, target, fields, body)


def get(server, target, fields=()):
    return request(server, "GET", target, fields)


def put(server, name, picture, fields=()):
    """Publishes one picture, and gives the JSON answer."""
    answer = request(server, "PUT", f"/{name}.jpg", fields, picture)
    assert answer.status in (200, 201), answer.text
    return answer.json


def chunked(*pieces, end=True):
    """Pieces of a body in the chunked coding."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + (b"0\r\n\r\n" if end else b"")


def multipart(*images, boundary=b"frame", media_type=b"image/jpeg"):
    """A plain, correct multipart body."""
    part = b"--%s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s\r\n"
    return b"".join(part % (boundary, media_type, len(image), image) for image in images) + b"--%s--\r\n" % boundary


class Part:
    """One picture of a live stream; timestamp is the text of X-Timestamp, None where a browser is served."""

    def __init__(self, media_type, timestamp, picture):
        self.media_type, self.timestamp, self.picture = media_type, timestamp, picture

    @property
    def seq(self):
        """Of a picture from pictures.jpeg: its number, after a check that it is whole."""
        return pictures.check(self.picture)


class Viewer(Conn):
    """Watches /NAME.mjpg as a program does: every part's head exact, its length true, the boundary behind it."""

    accept = "*/*"

    def __init__(self, server, target, fields=(), receive_bytes=None, timeout=10, chunk_bytes=65536):
        super().__init__(server, receive_bytes, timeout)
        self.chunk_bytes = chunk_bytes
        self.send_request("GET", target, [("Accept", self.accept), *fields])
        self.head = self.read_head()
        self.is_begun = False
        self.last_seq = 0

    def begin(self):
        assert self.head.status == 200, self.head.raw
        self.expect(b"--" + BOUNDARY + b"\r\n")
        self.is_begun = True

    def part(self):
        if not self.is_begun:
            self.begin()
        raw = self.read_until(b"\r\n\r\n")
        found = re.fullmatch(rb"Content-Type: (image/[a-z+]+)\r\nContent-Length: (\d+)\r\n"
                             rb"X-Timestamp: (\d+\.\d{6})\r\n\r\n", raw)
        assert found, f"part head {raw!r}"
        picture = self.read(int(found.group(2)))
        self.expect(b"\r\n--" + BOUNDARY + b"\r\n")
        return Part(found.group(1).decode(), found.group(3).decode(), picture)

    def next_seq(self):
        """The next picture's number; whole, and never older than the one before."""
        seq = self.part().seq
        assert seq >= self.last_seq, f"{seq} after {self.last_seq}"
        self.last_seq = seq
        return seq

    def until_seq(self, seq):
        """Reads on until the picture with this number (or a later one) has come."""
        while self.next_seq() < seq:
            pass
        return self.last_seq


class Browser(Viewer):
    """Watches as an <img> does: the next part's head comes in advance, behind each picture."""

    accept = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
    part_head = re.compile(rb"Content-Type: (image/[a-z+]+)\r\n\r\n")

    def _head_in_advance(self):
        raw = self.read_until(b"\r\n\r\n")
        found = self.part_head.fullmatch(raw)
        assert found, f"part head in advance {raw!r}"
        return found.group(1).decode()

    def begin(self):
        super().begin()
        self.media_type = self._head_in_advance()

    def part(self):
        if not self.is_begun:
            self.begin()
        mark = b"\r\n--" + BOUNDARY + b"\r\n"
        media_type, picture = self.media_type, self.read_until(mark)[:-len(mark)]
        self.media_type = self._head_in_advance()
        return Part(media_type, None, picture)


class RawViewer(Viewer):
    """Watches /NAME.mjpg?raw=1: pictures from pictures.jpeg one behind the other, cut by the length in them."""

    def begin(self):
        assert self.head.status == 200, self.head.raw
        self.is_begun = True

    def part(self):
        if not self.is_begun:
            self.begin()
        start = self.read(pictures.LENGTH_END)
        return Part(self.head["content-type"], None, start + self.read(pictures.length_bytes(start) - len(start)))


class Metrics:
    """The Prometheus text format, read strictly: every sample has a TYPE, none is there twice."""

    sample = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9.e+-]+|NaN|[+-]Inf)')
    label = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')

    def __init__(self, text):
        assert text.endswith("\n"), "the last line has no end"
        self.types, self.values = {}, {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name not in self.types, f"two TYPEs of {name}"
                self.types[name] = kind
            elif line and not line.startswith("# HELP "):
                self._add(line)

    def _add(self, line):
        found = self.sample.fullmatch(line)
        assert found, f"sample {line!r}"
        name, labels, value = found.groups()
        pairs = self.label.findall(labels or "")
        assert "".join(self.label.sub("", labels or "")) == "", f"labels {labels!r}"
        assert name in self.types or re.sub(r"_(bucket|sum|count)$", "", name) in self.types, f"no TYPE of {name}"
        key = name, frozenset(pairs)
        assert key not in self.values, f"{line!r} is there twice"
        self.values[key] = float(value)

    def __getitem__(self, key):
        """metrics["name"], or metrics["name", {"stream": "plot"}]; 0 when it is not there."""
        name, labels = key if isinstance(key, tuple) else (key, {})
        return self.values.get((name, frozenset(labels.items())), 0.0)
