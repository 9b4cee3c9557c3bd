"""Readers as other programs have them, each written anew to the rules that its program follows, strict where that one is
strict: every one must get the same pictures."""

import re

import pytest

import pictures
import viewing
import wire
from pictures import jpeg

IMG = {"Accept": wire.Browser.accept}


class Reader:
    """One connection, read in chunks; pictures() gives one after the other as soon as the program would show it."""

    target, fields, version = "/v.mjpg", {"Accept": "*/*"}, "1.1"

    def __init__(self, server, chunk_bytes):
        self.conn = wire.Conn(server)
        lines = [f"GET {self.target} HTTP/{self.version}", f"Host: {self.conn.host}"]
        lines += [f"{name}: {value}" for name, value in self.fields.items()]
        self.conn.send("\r\n".join(lines).encode() + b"\r\n\r\n")
        self.head = self.conn.read_head()
        assert self.head.status == 200
        self.conn.chunk_bytes = chunk_bytes
        self.all = self.pictures()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.conn.close()

    def next_seq(self):
        return pictures.check(next(self.all))

    def chunk(self):
        """What has come, up to a chunk; waits for the first byte of it."""
        if not self.conn.buffer:
            self.conn.buffer = self.conn.read(1) + self.conn.buffer
        data, self.conn.buffer = self.conn.buffer, b""
        return data

    def line(self):
        return self.conn.read_until(b"\n")

    def boundary(self):
        """The value of the first parameter, as a plain regular expression finds it."""
        return re.search(r"boundary=([^;]+)", self.head["content-type"]).group(1).encode()


class HomeAssistantStill(Reader):
    """Home Assistant's still from a stream: first FF D8 to the first FF D9 behind it, whatever stands between."""

    def pictures(self):
        data = b""
        while True:
            data += self.chunk()
            while (start := data.find(b"\xff\xd8")) >= 0 and (end := data.find(b"\xff\xd9", start)) >= 0:
                yield data[start:end + 2]
                data = data[end + 2:]


class MotionEye(Reader):
    """HTTP/1.0; looks for 'Content-Length:' in exactly this spelling, reads to the blank line, then so many bytes."""

    version, fields = "1.0", {}

    def pictures(self):
        while True:
            head = self.conn.read_until(b"Content-Length:") and self.line()
            self.conn.read_until(b"\r\n\r\n")
            yield self.conn.read(int(head.strip()))


class Go2rtc(Reader):
    """Each line between pictures is empty or begins with '--'; a head needs its Content-Length."""

    def pictures(self):
        while True:
            while (line := self.line()) == b"\r\n":
                pass
            assert line.startswith(b"--") and line.endswith(b"\r\n"), line
            fields = {}
            while (line := self.line()) != b"\r\n":
                name, value = line.rstrip(b"\r\n").split(b": ", 1)
                fields[name.lower()] = value
            yield self.conn.read(int(fields[b"content-length"]))


class Mainsail(Reader):
    """Its worker: Content-Length in the text of the head, and a picture is shown when at least one byte behind it has
    come."""

    target = "/v.mjpg?timestamp=1700000000000"

    def pictures(self):
        data = b""
        while True:
            while (start := data.find(b"\xff\xd8")) < 0:
                data += self.chunk()
            length = int(re.search(rb"Content-Length: (\d+)", data[:start]).group(1))
            while len(data) <= start + length:
                data += self.chunk()
            yield data[start:start + length]
            data = data[start + length:]


class Fluidd(Reader):
    """Puts '--' before the boundary as it stands in the header, cuts there; a picture is shown at the next boundary."""

    target = "/v.mjpg?cacheBust=1700000000000"

    def pictures(self):
        assert "multipart" in self.head["content-type"]
        data, mark = b"", b"--" + self.boundary()
        while True:
            while data.count(mark) < 2:
                data += self.chunk()
            part, data = data.split(mark, 2)[1], data[data.index(mark, data.index(mark) + 1):]
            yield part.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")


class MjpgStreamerInput(Reader):
    """mjpg-streamer's input_http: asks for the action, knows one boundary by heart, with a CRLF before it."""

    target, version, fields = "/?action=stream", "1.0", {}

    def pictures(self):
        self.conn.read_until(b"--boundarydonotcross\r\n")
        while True:
            self.conn.read_until(b"\r\n\r\n")
            yield self.conn.read_until(b"\r\n--boundarydonotcross\r\n").removesuffix(b"\r\n--boundarydonotcross\r\n")


class ZoneMinder(Reader):
    """Regular expressions that know no case, optional quotes and dashes, one blank at most; the length is used."""

    def pictures(self):
        found = re.search(r'^multipart/x-mixed-replace; ?boundary="?(?:--)?([^"]+)"?$', self.head["content-type"], re.I)
        mark = re.compile(rb"^(?:--)?%s(?:--)?\r?\n(.+?\r?\n)\r?\n" % re.escape(found.group(1).encode()), re.S | re.M)
        data = b""
        while True:
            while not (part := mark.search(data)):
                data += self.chunk()
            assert re.search(rb"^content-type: ?image/(?:jpeg|jpg)\r?$", part.group(1), re.I | re.M)
            length = int(re.search(rb"^content-length: ?(\d+)\r?$", part.group(1), re.I | re.M).group(1))
            data = data[part.end():]
            while len(data) < length:
                data += self.chunk()
            yield data[:length]
            data = data[length:]


class Vlc2(Reader):
    """VLC 2: the very first bytes are '--'; no length; a picture ends before the boundary's line break."""

    def pictures(self):
        assert self.conn.read(2) == b"--"
        mark = b"\r\n--" + self.line().rstrip(b"\r\n")
        while True:
            assert b"Content-Type: image/jpeg" in self.conn.read_until(b"\r\n\r\n")
            yield self.conn.read_until(mark).removesuffix(mark)
            self.line()


class Ffmpeg(Reader):
    """ffmpeg's demuxer: lines of at most 127 bytes, each with a colon, the type alone and exact, '--' after the length."""

    def pictures(self):
        assert self.conn.read(2) == b"--"
        self.line()
        while True:
            fields = {}
            while (line := self.line()) not in (b"\r\n", b"\n"):
                assert len(line) <= 127 and b":" in line
                name, value = line.split(b":", 1)
                fields[name.strip().lower()] = value.strip()
            assert fields[b"content-type"] == b"image/jpeg"
            yield self.conn.read(int(fields[b"content-length"]))
            while not (line := self.line()).strip():
                pass
            assert line.startswith(b"--") and not line.rstrip().endswith(b"--"), line


class Firefox(Reader):
    """As nsMultiMixedConv: boundary is the first parameter, nothing behind it in its line, shown at boundary and line end."""

    fields = IMG

    def pictures(self):
        boundary = re.match(r"multipart/x-mixed-replace; *boundary=([^;]+)$", self.head["content-type"]).group(1).encode()
        self.conn.expect(b"--" + boundary + b"\r\n")
        while True:
            head = self.conn.read_until(b"\r\n\r\n")
            assert b"Content-Type: image/jpeg" in head and b"content-length" not in head.lower()
            yield self.conn.read_until(b"\r\n--" + boundary + b"\r\n").removesuffix(b"\r\n--" + boundary + b"\r\n")


class Chromium(Reader):
    """As multipart_image_resource_parser: a picture is shown when the next head is complete; an empty part is the end."""

    fields = IMG

    def pictures(self):
        mark = b"--" + self.boundary()
        self.conn.expect(mark + b"\r\n")
        self.conn.read_until(b"\r\n\r\n")
        while True:
            picture = self.conn.read_until(mark).removesuffix(mark)
            assert self.conn.read_until(b"\r\n\r\n").startswith(b"\r\nContent-Type: image/jpeg\r\n")
            assert picture.endswith(b"\r\n") and len(picture) > 2
            yield picture[:-2]


READERS = [HomeAssistantStill, MotionEye, Go2rtc, Mainsail, Fluidd, MjpgStreamerInput, ZoneMinder, Vlc2, Ffmpeg, Firefox, Chromium]


@pytest.mark.parametrize("chunk_bytes", [7, 65536])
@pytest.mark.parametrize("kind", READERS, ids=lambda kind: kind.__name__)
def test_each_reader_gets_every_picture_at_once(server, kind, chunk_bytes):
    """At once: the next one is published when this one has been shown, and nothing is sent twice in that time."""
    s = server("--resend", "1h")
    wire.put(s, "v", jpeg(0))
    with kind(s, chunk_bytes) as reader:
        assert reader.next_seq() == 0
        assert viewing.step(reader, lambda number: wire.put(s, "v", jpeg(number)), 30) == 0


def test_readers_of_all_kinds_watch_one_stream(server):
    s = server("--resend", "1h")
    wire.put(s, "v", jpeg(0))
    readers = [kind(s, 4096) for kind in READERS for _ in range(3)]
    try:
        for number in range(1, 30):
            assert {reader.next_seq() for reader in readers} == {number - 1}
            wire.put(s, "v", jpeg(number))
    finally:
        for reader in readers:
            reader.conn.close()
