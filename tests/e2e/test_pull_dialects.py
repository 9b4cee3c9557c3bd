"""Streams in every dialect that servers are known to speak, each read through the real server and seen by a viewer,
picture for picture. All come from one scripted server; the path says which."""

import re
import threading

import pytest

import pictures
import wire
from conftest import Server
from pictures import jpeg
from upstream import Upstream

CRLF = b"\r\n"
TYPE = b"Content-Type: image/jpeg\r\n"
N = 4


def length(picture, wrong_by=0):
    return b"Content-Length: %d\r\n" % (len(picture) + wrong_by)


def images(n=N):
    return [jpeg(number) for number in range(1, n + 1)]


def each(write):
    """What is sent for each picture; the next one follows when this one was seen."""
    return [write(picture) for picture in images()]


def leading(mark, head=None, eol=CRLF):
    """Boundary, head, picture."""
    def write(picture):
        lines = head(picture) if head else TYPE + length(picture)
        return mark + eol + lines.replace(CRLF, eol) + eol + picture + eol
    return each(write)


def trailing(mark, head=None):
    """The boundary once in front, then behind each picture, in the same write."""
    pieces = each(lambda picture: (head(picture) if head else TYPE + length(picture)) + CRLF + picture + CRLF + mark + CRLF)
    return [mark + CRLF + pieces[0], *pieces[1:]]


def with_comment(picture, text):
    return picture[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + picture[2:]


class Dialect:
    """What a server sends: its Content-Type, pieces with a picture each, how, and what comes behind; what is to be seen."""

    def __init__(self, content_type, pieces, version="1.1", is_chunked=False, step_bytes=1 << 20, seen=None, behind=b"", rejected=0):
        self.content_type, self.pieces, self.version, self.behind = content_type, pieces, version, behind
        self.is_chunked, self.step_bytes, self.rejected = is_chunked, step_bytes, rejected
        self.seen = seen or images()
        self.is_played = False
        self.gate = threading.Semaphore(0)  # one more picture may be sent

    def send(self, peer, data):
        for at in range(0, len(data), self.step_bytes):
            step = data[at:at + self.step_bytes]
            peer.send(wire.chunked(step, end=False) if self.is_chunked else step)

    def play(self, peer):
        coding = "Transfer-Encoding: chunked\r\n" if self.is_chunked else ""
        kind = f"Content-Type: {self.content_type}\r\n" if self.content_type else ""
        peer.send(f"HTTP/{self.version} 200 OK\r\n{kind}{coding}\r\n".encode("latin-1"))
        for piece in self.pieces:
            assert self.gate.acquire(timeout=wire.patience(10))
            self.send(peer, piece)
        self.send(peer, self.behind)
        if self.is_chunked:
            peer.send(b"0\r\n\r\n")


MIXED = "multipart/x-mixed-replace"
B = b"--frame"
PLAIN = "multipart/x-mixed-replace;boundary=frame"
TEXT_PART = B + CRLF + b"Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello\r\n"


def no_length(picture):
    return TYPE


def x_timestamp(picture):
    return TYPE + length(picture) + b"X-Timestamp: 12.000345\r\n"


IN_PICTURE = CRLF + B + CRLF + TYPE + CRLF
PNGS = [pictures.image(color=(50 * n, 0, 0)) for n in range(N)]
WEBPS = [pictures.image("WEBP", color=(50 * n, 0, 0)) for n in range(N)]

DIALECTS = {
    "mjpg-streamer": Dialect("multipart/x-mixed-replace;boundary=boundarydonotcross",
                             trailing(b"--boundarydonotcross", x_timestamp), "1.0"),
    "ustreamer": Dialect("multipart/x-mixed-replace;boundary=boundarydonotcross", trailing(b"--boundarydonotcross", x_timestamp), "1.0"),
    "ustreamer advance-headers": Dialect(PLAIN, trailing(B, no_length)),
    "ustreamer zero-data": Dialect(PLAIN, each(lambda p: B + CRLF + TYPE + b"Content-Length: 0\r\n\r\n" + CRLF + B + CRLF + TYPE
                                               + length(p) + CRLF + p + CRLF)),
    "esp32": Dialect("multipart/x-mixed-replace;boundary=123456789000000000000987654321",
                     each(lambda p: CRLF + b"--123456789000000000000987654321" + CRLF + x_timestamp(p) + CRLF + p), is_chunked=True),
    "streameye": Dialect("multipart/x-mixed-replace; boundary=--FrameBoundary", each(
        lambda p: CRLF + b"--FrameBoundary" + CRLF + TYPE + length(p) + CRLF + p)),
    "cam2ip": Dialect("multipart/x-mixed-replace; boundary=--boundary", leading(b"----boundary", no_length)),
    "pymjpeg": Dialect("multipart/x-mixed-replace; boundary=--boundarydonotcross", leading(b"--boundarydonotcross")),
    "axis": Dialect("multipart/x-mixed-replace; boundary=myboundary", trailing(
        b"--myboundary", lambda p: TYPE + length(p) + b"x-axis-device-id: 00\r\n")),
    "motion": Dialect("multipart/x-mixed-replace; boundary=BoundaryString", leading(
        b"--BoundaryString", lambda p: b"Content-type: image/jpeg\r\nContent-Length: %9d\r\n" % len(p))),
    "ffmpeg": Dialect("multipart/x-mixed-replace;boundary=ffmpeg", trailing(
        b"--ffmpeg", lambda p: b"Content-type: image/jpeg\r\nContent-length: %d\r\n" % len(p))),
    "vlc": Dialect("multipart/x-mixed-replace; boundary=7b3cc56e5f51db803f790dad720ed50a",
                   each(lambda p: CRLF + b"--7b3cc56e5f51db803f790dad720ed50a" + CRLF + TYPE + length(p) + CRLF + p)),
    "wpilib": Dialect("multipart/x-mixed-replace;boundary=boundarydonotcross", each(
        lambda p: CRLF * 3 + b"--boundarydonotcross" + CRLF + TYPE + length(p) + b"X-Timestamp: 1.5\r\n" + CRLF + p)),
    "saljam": Dialect("multipart/x-mixed-replace;boundary=MJPEGBOUNDARY", each(
        lambda p: CRLF + b"--MJPEGBOUNDARY" + CRLF + TYPE + length(p) + b"X-Timestamp: 0.000000\r\n\r\n" + p + bytes(range(255)) * 4)),
    "cpp-mjpeg-streamer": Dialect("multipart/x-mixed-replace; boundary=nadjiebmjpegstreamer", each(
        lambda p: b"--nadjiebmjpegstreamer" + CRLF + TYPE + length(p) + CRLF + p)),
    "frigate": Dialect("multipart/x-mixed-replace; boundary=frame", each(lambda p: B + CRLF + TYPE + CRLF + p + CRLF * 2)),
    "flask": Dialect("multipart/x-mixed-replace; boundary=frame", leading(B, no_length), "1.0"),
    "go": Dialect(f"multipart/x-mixed-replace;boundary={'c0ffee1234' * 6}", each(
        lambda p: CRLF + b"--" + b"c0ffee1234" * 6 + CRLF + TYPE + CRLF + p), is_chunked=True),
    "zoneminder": Dialect("multipart/x-mixed-replace;boundary=ZoneMinderFrame", leading(b"--ZoneMinderFrame", x_timestamp)),
    "foscam": Dialect('multipart/x-mixed-replace; boundary="ipcamera"', leading(b"--ipcamera", eol=b"\n")),
    "quoted": Dialect('multipart/x-mixed-replace; boundary="a b=c"', leading(b"--a b=c")),
    "quoted and dashed": Dialect('multipart/x-mixed-replace; boundary="--frame"', leading(B)),
    "other parameters": Dialect("multipart/x-mixed-replace; charset=utf-8; boundary=frame; x=y", leading(B)),
    "mixed": Dialect("multipart/mixed; boundary=frame", leading(B)),
    "upper case": Dialect("MULTIPART/X-MIXED-REPLACE; BOUNDARY=frame", leading(B, lambda p: (TYPE + length(p)).upper())),
    "no boundary told": Dialect(MIXED, leading(B)),
    "empty boundary told": Dialect(f"{MIXED}; boundary=", leading(B)),
    "another boundary told": Dialect(f"{MIXED}; boundary=other", leading(B)),
    "no first boundary": Dialect(PLAIN, each(lambda p: TYPE + CRLF + p + CRLF + B + CRLF)),
    "LF only": Dialect(PLAIN, leading(B, eol=b"\n")),
    "LF only, no length": Dialect(PLAIN, leading(B, no_length, eol=b"\n")),
    "lengths too small": Dialect(PLAIN, leading(B, lambda p: TYPE + length(p, -100))),
    "lengths too large": Dialect(PLAIN, leading(B, lambda p: TYPE + length(p, 100))),
    "lengths of nonsense": Dialect(PLAIN, leading(B, lambda p: TYPE + b"Content-Length: -7\r\n")),
    "lengths that are huge": Dialect(PLAIN, leading(B, lambda p: TYPE + b"Content-Length: 99999999999\r\n")),
    "text parts": Dialect(PLAIN, each(lambda p: TEXT_PART + B + CRLF + TYPE + length(p) + CRLF + p + CRLF)),
    "boundary inside a picture": Dialect(PLAIN, each(lambda p: B + CRLF + TYPE + CRLF + with_comment(p, IN_PICTURE) + CRLF),
                                         seen=[with_comment(p, IN_PICTURE) for p in images()]),
    "no type of the parts": Dialect(PLAIN, leading(B, length)),
    "no heads at all": Dialect(PLAIN, each(lambda p: B + CRLF + CRLF + p + CRLF)),
    "a preamble": Dialect(PLAIN, [b"This is a stream of pictures.\r\n" + leading(B)[0], *leading(B)[1:]]),
    "a byte at a time": Dialect(PLAIN, leading(B), step_bytes=1),
    "chunks of one byte": Dialect(PLAIN, leading(B), step_bytes=1, is_chunked=True),
    "no multipart at all": Dialect("application/octet-stream", each(lambda p: p)),
    "no type at all": Dialect(None, leading(B)),
    "a type that is wrong": Dialect("text/plain", leading(B)),
    "PNG": Dialect(PLAIN, [B + CRLF + b"Content-Type: image/png\r\n\r\n" + p + CRLF for p in PNGS], seen=PNGS),
    "WebP": Dialect(PLAIN, [B + CRLF + b"Content-Type: image/webp\r\n\r\n" + p + CRLF + B + CRLF for p in WEBPS], seen=WEBPS),
    "broken ones between": Dialect(PLAIN, each(lambda p: B + CRLF + TYPE + CRLF + p[:len(p) // 2] + CRLF + B + CRLF
                                               + TYPE + length(p) + CRLF + p + CRLF), rejected=N),
    "more behind the last boundary": Dialect(PLAIN, leading(B), behind=B + b"--\r\n" + leading(B)[0]),
    "half a picture behind": Dialect(PLAIN, leading(B), behind=leading(B)[0][:-100], rejected=1),
}


def path_of(name):
    return re.sub("[^a-z0-9]+", "-", name.lower())


def script(peer, n):
    """The first connection of each path plays its dialect and ends; later ones hear nothing."""
    path = peer.read_request().target.strip("/")
    dialect = next(one for name, one in DIALECTS.items() if path_of(name) == path)
    if not dialect.is_played:
        dialect.is_played = True
        return dialect.play(peer)
    peer.wait_for_end()


@pytest.fixture(scope="module")
def dialects(tmp_path_factory):
    """One scripted server with a path for each dialect, and one stillcast that pulls them all."""
    with Upstream(script) as upstream:
        sources = [f"{path_of(name)}={upstream.url}{path_of(name)}#linger=0" for name in DIALECTS]
        server = Server(["--max-streams", len(DIALECTS), "--resend", "1m", *sources], "127.0.0.1:0", {},
                        tmp_path_factory.mktemp("pull")).wait_ready()
        yield server
        server.stop()


@pytest.mark.parametrize("name", DIALECTS)
def test_every_picture_of_a_dialect_is_seen(dialects, name):
    path, dialect = path_of(name), DIALECTS[name]
    with wire.Viewer(dialects, f"/{path}.mjpg") as viewer:
        for number, picture in enumerate(dialect.seen, 1):
            dialect.gate.release()
            assert viewer.part().picture == picture, f"picture {number}"

        def ended():
            stream = wire.get(dialects, f"/api/streams/{path}").json
            assert stream["state"] == "lost" and "it ended the stream" in stream["note"], stream
            return stream
        stream = wire.eventually(ended)
    assert (stream["frames_in"], stream["rejected"]) == (N, dialect.rejected), stream
