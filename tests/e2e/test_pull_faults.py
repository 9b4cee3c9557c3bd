"""Pulling from other servers that answer wrongly, never end or break: what people are told, limits, and how pictures return."""

import os
import re
import socket
import threading
import time

import pytest

import wire
from pictures import jpeg
from pulling import B, HEAD, STREAM, begin, part, told, upstream  # noqa: F401, a fixture
from test_source_life import look

# --- what is refused ---

def status_line(line):
    return lambda peer, n: (peer.read_request(), peer.send(line))


REFUSED = {
    "404": (lambda peer, n: (peer.read_request(), peer.answer(b"no", "404 Not Found")), "it answers 404 Not Found"),
    "500": (lambda peer, n: (peer.read_request(), peer.answer(b"no", "500 Oops")), "it answers 500"),
    "503": (lambda peer, n: (peer.read_request(), peer.answer(jpeg(1), "503 Wait", Content_Type="image/jpeg")), "it answers 503"),
    "407": (lambda peer, n: (peer.read_request(), peer.answer(b"", "407 Proxy Authentication Required")), "its proxy wants user"),
    "a web page": (lambda peer, n: (peer.read_request(), peer.answer(b"<html>", Content_Type="text/html; charset=utf-8")),
                   "this is a web page"),
    "JSON": (lambda peer, n: (peer.read_request(), peer.answer(b"{}", Content_Type="application/json")), "no picture but application/json"),
    "compressed": (lambda peer, n: (peer.read_request(), peer.answer(b"x", Content_Type=STREAM, Content_Encoding="gzip")), "compresses"),
    "nothing": (lambda peer, n: peer.read_request(), "without an answer"),
    "a reset": (lambda peer, n: (peer.read_request(), peer.reset()), "the connection broke"),
    "another protocol": (status_line(b"220 mail.example.org ESMTP\r\n"), "does not speak HTTP"),
    "RTSP": (status_line(b"RTSP/1.0 200 OK\r\n\r\n"), "does not speak HTTP"),
    "an empty stream": (lambda peer, n: begin(peer), "there was no picture in it"),
    "no pictures": (lambda peer, n: (peer.read_request(), peer.answer(b"hello\n" * 99, Content_Type="text/plain")), "no picture in it"),
    "a cut head": (status_line(b"HTTP/1.1 200 OK\r\nContent-Type: image/jp"), "before its answer was complete"),
    "a cut still": (lambda peer, n: (peer.read_request(), peer.answer(jpeg(1)[:-9], Content_Type="image/jpeg", Content_Length=len(jpeg(1)))),
                    "the connection broke"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_told(server, upstream, name):
    script, words = REFUSED[name]
    up = upstream(script)
    s = server(f"v={up.url}#on_demand=no")
    told(s, words, f"'{up.url}'")
    assert look(s)["frames_in"] == 0


def test_nobody_listens_there(server):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    s = server(f"v=http://127.0.0.1:{port}/#on_demand=no", "w=http://no-such-host.invalid/#on_demand=no")
    told(s, "refused", f":{port}")
    told(s, "there is no host 'no-such-host.invalid'", name="w")


@pytest.mark.parametrize("argument, words", [
    ("rtsp://cam/1", "exec:ffmpeg"), ("v=http:", "'http:'"), ("v=http://", "http://"), ("v=http://host:0x1/", "Port"),
    ("v=http://h/#user=", "user"), ("v=http://h/#password_file=none", "none"), ("v=http://h/#header=no colon", "NAME: VALUE"),
    ("v=http://h/#header=X:", "NAME: VALUE"), ("v=http://h/#redirects=11", "from 0 to 10"), ("v=http://h/#timeout=0", "timeout"),
    ("v=http://h/#proxy=ftp://x", "socks5h://"), ("v=https://h/#ca=none.pem", "none.pem"), ("v=https://h/#insecure=maybe", "yes"),
])
def test_what_can_never_work_is_refused_at_start(run, argument, words):
    ended = run("--listen", "127.0.0.1:0", argument)
    assert ended.code != 0 and words in ended.stderr, ended.stderr


def test_a_password_file_needs_a_user(run, tmp_path):
    (tmp_path / "p").write_text("x")
    assert "#user=NAME" in run("--listen", "127.0.0.1:0", "v=http://h/#password_file=p").stderr
    assert "zebra" in run("--listen", "127.0.0.1:0", "v=http://me@h/#password_file=p#zebra=1").stderr


def test_a_server_cannot_be_pulled_by_itself(server):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    s = server(f"v=http://127.0.0.1:{port}/v.mjpg", f"w=http://127.0.0.1:{port}/x.mjpg", "x=test:#fps=20#size=64x48",
               listen=f"127.0.0.1:{port}")
    for name in "vw":
        with wire.Viewer(s, f"/{name}.mjpg"):
            told(s, "this is our own server", name=name)
            assert look(s, name)["frames_in"] == 0
    wire.eventually(lambda: look(s, "v")["state"] == "idle", 20)


# --- silence, drip, and no end ---

def test_silence_is_the_end(server, upstream):
    def script(peer, n):
        begin(peer)
        peer.send(part(jpeg(n)))
        peer.wait_for_end()
    up = upstream(script)
    s = server(f"v={up.url}#timeout=0.3", "--resend", "1m")
    with wire.Viewer(s, "/v.mjpg") as viewer:
        viewer.until_seq(1)
        told(s, "it sent nothing for 0.3 s")
        assert viewer.until_seq(2) == 2, "pictures return, and the viewer is still there"


DRIPS = {
    "head": (lambda peer: peer.send(b"HTTP/1.1 200 "), "no answer in time"),
    "fields": (lambda peer: peer.send(b"HTTP/1.1 200 OK\r\nX: "), "no answer in time"),
    "picture": (lambda peer: peer.send(f"HTTP/1.1 200 OK\r\nContent-Type: {STREAM}\r\n\r\n".encode() + part(jpeg(1))[:70]),
                "no whole picture"),
    "still": (lambda peer: peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg(1)[:9]), "no whole picture"),
}


@pytest.mark.parametrize("name", DRIPS)
def test_a_drip_is_the_end(server, upstream, name):
    start, words = DRIPS[name]
    over = threading.Event()

    def script(peer, n):
        peer.read_request()
        start(peer)
        while not over.wait(0.02):
            peer.send(b"x")
    s = server(f"v={upstream(script).url}#timeout=0.2#on_demand=no")
    told(s, words)
    over.set()


def test_empty_lines_keep_a_still_stream(server, upstream):
    over = threading.Event()

    def script(peer, n):
        begin(peer)
        picture = part(jpeg(1))
        peer.send(picture[:-2])
        for _ in range(60):
            over.wait(0.02)
            peer.send(b"\r\n")
        peer.send(part(jpeg(2)))
        peer.wait_for_end()
    s = server(f"v={upstream(script).url}#timeout=0.2")
    with wire.Viewer(s, "/v.mjpg") as viewer:
        assert viewer.next_seq() == 1
        assert viewer.until_seq(2) == 2
        assert look(s)["retries"] == 0


def endless(start, more):
    def script(peer, n):
        peer.read_request()
        peer.send(start)
        while True:
            peer.send(more)
    return script


ENDLESS = {
    "head": (endless(b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n"), "more than 100 fields"),
    "field": (endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 1000), ""),
    "interim answers": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "more than 100 fields"),
    "part's head": (endless(HEAD + B, b"X-Y: z\r\n" * 100), "no whole picture"),
    "part": (endless(HEAD + B + b"Content-Type: image/jpeg\r\n\r\n\xff\xd8", b"x" * 1000), "no whole picture"),
    "text": (endless(HEAD, B + b"Content-Type: text/plain\r\n\r\nhello\r\n"), "no whole picture"),
    "page of an error": (endless(b"HTTP/1.1 404 Not Found\r\n\r\n", b"x" * 1000), "404"),
    "page of a 401": (endless(b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\n\r\n", b"x" * 1000), ""),
    "chunk's name": (endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1" * 1000), ""),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_has_no_end_ends(server, upstream, name):
    script, words = ENDLESS[name]
    up = upstream(script)
    s = server(f"v=http://me:secret@{up.host}/#timeout=0.3#on_demand=no", "w=test:#fps=30#size=64x48")
    told(s, words)
    with wire.Viewer(s, "/w.mjpg") as viewer:
        viewer.part(), viewer.part()
    with open(f"/proc/{s.pid}/status") as status:
        n_kib = int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))
    assert n_kib < 65536 or os.environ.get("SANITIZER"), f"{n_kib} KiB"


# --- limits, at the limit and one past it ---

def head_of(n_fields, size_bytes):
    """A head of so many fields and bytes, status and empty line included in neither and both."""
    lines = [b"HTTP/1.1 200 OK\r\n", b"Content-Type: image/jpeg\r\n", *[b"X-Y: z\r\n"] * (n_fields - 2), b"\r\n"]
    left = size_bytes - sum(map(len, lines)) - len(b"X-Fill: \r\n")
    return b"".join(lines[:-1]) + b"X-Fill: " + b"x" * left + b"\r\n\r\n"


@pytest.mark.parametrize("n_fields, size_bytes, is_taken", [(100, 2000, True), (101, 2000, False), (9, 16384, True), (9, 16385, False)])
def test_the_largest_head(server, upstream, n_fields, size_bytes, is_taken):
    def script(peer, n):
        peer.read_request()
        peer.send(head_of(n_fields, size_bytes), jpeg(1))
    s = server(f"v={upstream(script).url}#on_demand=no")
    if is_taken:
        wire.eventually(lambda: look(s)["frames_in"] == 1)
    else:
        told(s, "the head of its answer")


@pytest.mark.parametrize("kind", ["still with length", "still", "stream"])
def test_the_largest_picture(server, upstream, kind):
    fits = jpeg(1, size_bytes=20000)
    too_large = fits[:2] + b"\xff\xfe\x00\x02" + fits[2:]
    assert len(too_large) == len(fits) + 4

    def script(peer, n):
        while (request := peer.read_request()):
            picture = fits if request.target == "/fits" else too_large
            if kind == "stream":
                peer.send(HEAD, part(picture), part(jpeg(2)))
                return peer.wait_for_end()
            peer.answer(picture, Content_Type="image/jpeg", **({} if kind == "still with length" else {"Content_Length": None}))
            if kind == "still":
                return
    up = upstream(script)
    s = server("--max-frame", len(fits), f"fits={up.url}fits#on_demand=no#fps=50", f"v={up.url}x#on_demand=no#fps=50")
    wire.eventually(lambda: look(s, "fits")["frames_in"] >= 1)
    assert look(s, "fits")["rejected"] == 0
    wire.eventually(lambda: look(s)["rejected"] >= 1)
    wire.eventually(lambda: f"larger than the limit of {len(fits)} bytes" in s.stderr)
    wire.eventually(lambda: look(s)["frames_in"] == (1 if kind == "stream" else 0))


# --- faults ---

def faulty(fault, is_seen):
    """Whole pictures, then a fault in the middle of one when they were seen; all is well when asked again."""
    def script(peer, n):
        begin(peer)
        for number in range(10 * n, 10 * n + 3):
            peer.send(part(jpeg(number)))
        peer.send(part(jpeg(99))[:-1000])
        if n == 1:
            assert is_seen.wait(wire.patience(10))
            return fault(peer)
        peer.wait_for_end()
    return script


@pytest.mark.parametrize("fault", [lambda peer: peer.reset(), lambda peer: None, lambda peer: peer.wait_for_end()],
                         ids=["reset", "end", "silence"])
def test_a_fault_in_the_middle_of_a_picture(server, upstream, fault):
    is_seen = threading.Event()
    up = upstream(faulty(fault, is_seen))
    s = server(f"v={up.url}#timeout=0.5", "--resend", "1m")
    viewers = [wire.Viewer(s, "/v.mjpg", timeout=20) for _ in range(20)]
    assert viewers[0].until_seq(12) == 12
    is_seen.set()
    started = time.monotonic()
    for viewer in viewers:
        seen = []
        while not seen or seen[-1] < 20:
            seen.append(viewer.next_seq())
        assert 99 not in seen
    assert time.monotonic() - started < wire.patience(4), "0.5 s of silence, and the first delay"
    for viewer in viewers:
        viewer.close()


def test_delays_grow_while_nobody_is_there(server, upstream):
    times = []

    def script(peer, n):
        times.append(time.monotonic())
    up = upstream(script)
    server(f"v={up.url}#on_demand=no")
    wire.eventually(lambda: len(times) >= 3, 15)
    assert 0.35 < times[1] - times[0] < times[2] - times[1]
