"""Pulling from other servers: questions, logging in, limits, faults, and what people are told. Dialects: test_pull_dialects.py."""

import base64
import hashlib
import os
import re
import socket
import threading
import time

import pytest

import pictures
import wire
from pictures import jpeg
from test_source_life import is_in, look
from upstream import Upstream, pump

B = b"--frame\r\n"
STREAM = "multipart/x-mixed-replace; boundary=frame"


def part(picture):
    return B + b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(picture), picture)


def begin(peer):
    """The head of a stream, in answer to the next request, which is returned."""
    request = peer.read_request()
    peer.send(f"HTTP/1.1 200 OK\r\nContent-Type: {STREAM}\r\n\r\n".encode())
    return request


def told(server, *words, name="v"):
    """The stream is lost, and all of these words tell why, on the API and in the log; gives the sentence."""
    stream = is_in(server, "lost", name)
    for word in words:
        assert word in stream["note"], stream["note"]
    wire.eventually(lambda: stream["note"] in server.stderr)
    return stream["note"]


@pytest.fixture
def upstream():
    """Factory: upstream(script, ...) gives an Upstream that ends with the test."""
    running = []

    def start(script, **more):
        running.append(Upstream(script, **more))
        return running[-1]

    yield start
    for one in running:
        one.stop()
        assert not one.problems, one.problems[:3]


# --- demand ---

def test_one_connection_for_all_viewers_and_none_without(server, upstream):
    left, go = threading.Event(), threading.Semaphore(0)

    def script(peer, n):
        begin(peer)
        number = 0
        while go.acquire(timeout=wire.patience(10)) and not left.is_set():
            number += 1
            peer.send(part(jpeg(number)))
            if number == 20:
                break
        peer.wait_for_end()
        left.set()
    up = upstream(script)
    s = server(f"v={up.url}#linger=0.2", "--resend", "1m")
    assert is_in(s, "idle")["frames_in"] == 0 and up.n_connections == 0
    viewers = [wire.Viewer(s, "/v.mjpg") for _ in range(20)]
    for number in range(1, 21):
        go.release()
        assert [viewer.next_seq() for viewer in viewers] == [number] * 20
    assert up.n_connections == 1
    for viewer in viewers:
        viewer.close()
    assert left.wait(wire.patience(10)), "the connection stays when nobody watches"
    is_in(s, "idle")


def test_a_source_that_is_always_on(server, upstream):
    def script(peer, n):
        begin(peer)
        peer.send(part(jpeg(7)))
        peer.wait_for_end()
    s = server(f"v={upstream(script).url}#on_demand=no")
    wire.eventually(lambda: look(s)["frames_in"] == 1)
    assert pictures.check(wire.get(s, "/v.jpg").body) == 7


def test_the_name_is_the_hosts_unless_one_is_given(server, upstream):
    up = upstream(lambda peer, n: peer.wait_for_end())
    s = server(up.url, f"http://localhost:{up.port}/x?y=1")
    assert [stream["name"] for stream in wire.get(s, "/api/streams").json["streams"]] == ["127.0.0.1", "localhost"]


def test_of_a_stream_that_is_faster_than_asked_for_the_newest_counts(server, upstream):
    """Without that, what is not taken yet would grow old in the sockets' buffers."""
    sent = [0]

    def script(peer, n):
        begin(peer)
        while True:
            sent[0] += 1
            peer.send(part(jpeg(sent[0], size_bytes=20000)))
            wire.eventually(lambda: is_due.wait(0.005) or True)
    is_due = threading.Event()
    s = server(f"v={upstream(script).url}#fps=4")
    with wire.Viewer(s, "/v.mjpg") as viewer:
        viewer.next_seq()
        for _ in range(4):
            before = sent[0]
            assert viewer.next_seq() >= before - 1, "a picture from before it was wanted"
    assert look(s)["fps"] < 8


# --- one picture, polled ---

def still(pictures_of, seen):
    """A server of one picture: pictures_of[0] is what it is now, seen gets (status, request)."""
    def script(peer, n):
        while (request := peer.read_request()):
            picture = pictures_of[0]
            etag = f'"{len(picture)}-{hashlib.md5(picture).hexdigest()}"'
            is_known = request.fields.get("if-none-match") == etag
            seen.append((304 if is_known else 200, request, n))
            if is_known:
                peer.send(f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode())
            else:
                peer.answer(picture, Content_Type="image/jpeg", ETag=etag)
    return script


def test_a_picture_is_asked_for_again_and_sent_on_when_it_is_new(server, upstream):
    now, seen = [jpeg(1)], []
    s = server(f"v={upstream(still(now, seen)).url}#fps=50", "--resend", "1m")
    with wire.Viewer(s, "/v.mjpg") as viewer:
        for number in range(1, 6):
            now[0] = jpeg(number)
            assert viewer.next_seq() == number
            n = len(seen)
            wire.eventually(lambda: len(seen) > n + 3)
        assert look(s)["frames_in"] == 5 and look(s)["state"] == "live"
    assert [status for status, *_ in seen].count(200) == 5, "the others cost nothing"
    assert {n for *_, n in seen} == {1}, "by one connection"


@pytest.mark.parametrize("option, least, most", [("", 0.9, 1.3), ("#fps=10", 0.09, 0.2)], ids=["default", "fps"])
def test_a_picture_is_asked_for_at_the_pace_that_was_told(server, upstream, option, least, most):
    times, numbers = [], iter(range(1, 1000))

    def script(peer, n):
        while peer.read_request():
            times.append(time.monotonic())
            peer.answer(jpeg(next(numbers)), Content_Type="image/jpeg")
    s = server(f"v={upstream(script).url}{option}#on_demand=no")
    wire.eventually(lambda: len(times) >= 2)
    gap = times[1] - times[0]
    assert least <= gap <= wire.patience(most), gap


def test_a_server_that_knows_times_only(server, upstream):
    seen = []

    def script(peer, n):
        while (request := peer.read_request()):
            seen.append(request.fields.get("if-modified-since"))
            if seen[-1]:
                peer.send(b"HTTP/1.1 304 Not Modified\r\n\r\n")
            else:
                peer.answer(jpeg(1), Content_Type="image/jpeg", Last_Modified="Sun, 22 Nov 2026 22:05:47 GMT")
    s = server(f"v={upstream(script).url}#fps=50#on_demand=no")
    wire.eventually(lambda: len(seen) >= 4)
    assert seen[0] is None and set(seen[1:]) == {"Sun, 22 Nov 2026 22:05:47 GMT"}
    assert look(s)["frames_in"] == 1


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "JPEG"])
@pytest.mark.parametrize("has_length", [True, False])
def test_a_picture_of_any_kind_with_and_without_length(server, upstream, kind, has_length):
    picture = pictures.image(kind)

    def script(peer, n):
        peer.read_request()
        peer.answer(picture, Content_Type=f"image/{kind.lower()}", **({} if has_length else {"Content_Length": None}))
    s = server(f"v={upstream(script).url}#fps=20#on_demand=no")
    wire.eventually(lambda: look(s)["frames_in"] == 1)
    assert wire.get(s, "/v.jpg").body == picture
    assert look(s)["kind"] == {"WEBP": "WebP"}.get(kind, kind)


def test_the_same_picture_without_a_type_is_no_news(server, upstream):
    n_asked = [0]

    def script(peer, n):
        peer.read_request()
        n_asked[0] += 1
        peer.answer(jpeg(1), Content_Type="application/octet-stream")
    s = server(f"v={upstream(script).url}#fps=50#on_demand=no")
    wire.eventually(lambda: n_asked[0] > 6)
    assert look(s)["frames_in"] <= 2 and look(s)["state"] == "live"


# --- logging in ---

def unauthorized(peer, scheme):
    peer.answer(b"who are you?", "401 Unauthorized", WWW_Authenticate=scheme, Content_Type="text/plain")


def basic(user, password):
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def script(peer, n):
        while (request := peer.read_request()):
            if request.fields.get("authorization") == expected:
                return peer.answer(jpeg(1), Content_Type="image/jpeg")
            unauthorized(peer, 'Basic realm="cam"')
    return script


def digest(user, password, algorithm="MD5", qop="auth"):
    """Answers only a right response to its own nonce (RFC 7616)."""
    hashed = hashlib.md5 if algorithm == "MD5" else hashlib.sha256
    H = lambda *texts: hashed(":".join(texts).encode()).hexdigest()  # noqa: E731
    nonce = os.urandom(8).hex()

    def is_right(request):
        scheme, _, rest = request.fields.get("authorization", "").partition(" ")
        said = {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', rest)}
        if scheme != "Digest" or said.get("nonce") != nonce or said.get("uri") != request.target:
            return False
        between = [said["nc"], said["cnonce"], qop] if qop else []
        return said["response"] == H(H(user, "cam", password), nonce, *between, H(request.method, request.target))

    def script(peer, n):
        while (request := peer.read_request()):
            if is_right(request):
                return peer.answer(jpeg(2), Content_Type="image/jpeg")
            unauthorized(peer, f'Digest realm="cam", nonce="{nonce}", algorithm={algorithm}' + (f', qop="{qop}"' if qop else ""))
    return script


LOGINS = {"basic": basic, "digest": digest, "digest without qop": lambda u, p: digest(u, p, qop=None),
          "digest SHA-256": lambda u, p: digest(u, p, "SHA-256")}


@pytest.mark.parametrize("name", LOGINS)
def test_who_is_asked_for_a_password_gives_it(server, upstream, tmp_path, name):
    secret = "s:e@c/ret%"
    (tmp_path / "secret").write_text(secret + "\n")
    up = upstream(LOGINS[name]("me", secret))
    s = server(f"url=http://me:s%3Ae%40c%2Fret%25@{up.host}/a?b=c#on_demand=no",
               f"file={up.url}#user=me#password_file=secret#on_demand=no")
    for stream in ("url", "file"):
        wire.eventually(lambda: look(s, stream)["frames_in"] == 1)


@pytest.mark.parametrize("login, says", [("", "http://USER:PASSWORD@HOST/"), ("me:wrong@", "refuses this user or password")])
@pytest.mark.parametrize("name", LOGINS)
def test_who_has_no_password_or_a_wrong_one_is_told(server, upstream, name, login, says):
    up = upstream(LOGINS[name]("me", "secret"))
    s = server(f"v=http://{login}{up.host}/#on_demand=no")
    assert "wrong" not in told(s, f"'http://{up.host}/'", says)


def test_no_secret_is_shown_anywhere(server, upstream, tmp_path):
    (tmp_path / "fields").write_text("Authorization: Bearer canary3\r\n\nX-Key: canary4\n")
    seen = []

    def script(peer, n):
        seen.append(peer.read_request())
        peer.answer(b"", "404 Not Found")
    up = upstream(script)
    s = server("--log-level", "debug", f"v=http://canary1:canary2@{up.host}/?key=canary5#on_demand=no",
               f"w={up.url}#header=X-One: canary6#header_file=fields#on_demand=no",
               "x=https://canary7:canary8@127.0.0.1:1/#on_demand=no", "y=http://canary9:x@no.invalid/#on_demand=no")
    for name in "vwxy":
        is_in(s, "lost", name)
    everything = s.stderr + s.stdout + "".join(wire.get(s, target).text for target in (
        "/", "/v", "/api/streams", "/api/streams/v", "/metrics"))
    assert "404" in everything and "canary" not in everything
    assert {"x-one": "canary6", "authorization": "Bearer canary3", "x-key": "canary4"}.items() <= next(
        request.fields.items() for request in seen if request.target == "/")


# --- redirects ---

def redirect(status, to):
    def script(peer, n):
        peer.read_request()
        peer.answer(b"elsewhere", f"{status} Moved", Location=to)
    return script


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_when_allowed_and_no_further(server, upstream, status):
    up = upstream(lambda peer, n: (peer.read_request(), peer.answer(jpeg(1), Content_Type="image/jpeg")))
    one = upstream(redirect(status, up.url))
    two = upstream(redirect(status, one.url))
    s = server(f"none={one.url}#on_demand=no", f"one={one.url}#redirects=1#on_demand=no",
               f"v={two.url}#redirects=1#on_demand=no", f"two={two.url}#redirects=2#on_demand=no")
    for name in ("one", "two"):
        wire.eventually(lambda: look(s, name)["frames_in"] == 1)
    told(s, up.url, "#redirects=1", name="none")
    told(s, up.url, name="v")


@pytest.mark.parametrize("to", ["file:///etc/hostname", "ftp://127.0.0.1/x.jpg", "gopher://127.0.0.1/", "//", "http://", ""])
def test_redirects_lead_to_http_only(server, upstream, to):
    s = server(f"v={upstream(redirect(302, to)).url}#redirects=5#on_demand=no")
    told(s, "it sends us on to")


def test_a_redirect_to_itself_ends(server, upstream):
    seen = []

    def script(peer, n):
        while (request := peer.read_request()):
            seen.append((n, request.target))
            peer.answer(b"", "302 Found", Location="/again")
    s = server(f"v={upstream(script).url}#redirects=10#on_demand=no")
    told(s, "it sends us on to")
    assert [target for n, target in seen if n == 1] == ["/", *["/again"] * 10]


def test_another_host_gets_neither_password_nor_fields(server, upstream, tmp_path):
    seen = {}

    def other(peer, n):
        seen["other"] = peer.read_request().fields
        unauthorized(peer, 'Basic realm="cam"')

    def first(peer, n):
        while (request := peer.read_request()):
            if request.target == "/":
                peer.answer(b"", "302 Found", Location="/b")
            elif "authorization" not in request.fields:
                unauthorized(peer, 'Basic realm="cam"')
            else:
                seen["own"] = request.fields
                peer.answer(b"", "302 Found", Location=there.url)
    there = upstream(other)
    here = upstream(first)
    s = server(f"v=http://me:secret@{here.host}/#redirects=2#header=X-Key: 1#on_demand=no")
    told(s, f"'{there.url}'", "not for this host")
    assert seen["own"]["x-key"] == "1" and "authorization" in seen["own"]
    assert not {"authorization", "x-key"} & set(seen["other"])


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
    assert "#user=NAME" in run("v=http://h/#password_file=p").stderr
    assert run("v=http://me@h/#password_file=p#zebra=1").code != 0


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


HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: {STREAM}\r\n\r\n".encode()
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


@pytest.mark.parametrize("n_bytes, is_taken", [(16383, True), (16384, False)])
def test_the_largest_file_of_a_password(run, server, upstream, tmp_path, n_bytes, is_taken):
    password = "x" * 50
    (tmp_path / "p").write_text(password + "\n" * (n_bytes - len(password)))
    up = upstream(basic("me", password))
    argument = f"v={up.url}#user=me#password_file=p#on_demand=no"
    if not is_taken:
        assert "is no text of less than" in run(argument).stderr
        return
    s = server(argument)
    wire.eventually(lambda: look(s)["frames_in"] == 1)


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


# --- IPv6 and proxies ---

def test_ipv6(server, upstream):
    def script(peer, n):
        peer.read_request()
        peer.answer(jpeg(6), Content_Type="image/jpeg")
    up = upstream(script, family=socket.AF_INET6)
    assert "[::1]" in up.url
    s = server(f"v={up.url}#on_demand=no", f"{up.url}#on_demand=no")
    wire.eventually(lambda: look(s)["frames_in"] == 1)
    wire.eventually(lambda: look(s, "1")["frames_in"] == 1)


def proxy(seen):
    """GET with a whole URL is answered by itself, CONNECT by a tunnel."""
    def script(peer, n):
        request = peer.read_request()
        seen.append((request.method, request.target))
        if request.method == "GET":
            return peer.answer(jpeg(3), Content_Type="image/jpeg")
        host, _, port = request.target.rpartition(":")
        peer.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        with socket.create_connection((host, int(port))) as there:
            back = threading.Thread(target=lambda: pump(there, peer.socket), daemon=True)
            back.start()
            pump(peer.socket, there)
            back.join()
    return script


def test_a_proxy_is_asked(server, upstream):
    seen, direct = [], []
    up = upstream(proxy(seen))

    def script(peer, n):
        direct.append(peer.read_request().target)
        peer.answer(jpeg(4), Content_Type="image/jpeg")
    target = upstream(script)
    s = server(f"option=http://camera.invalid/x#proxy={up.url}#on_demand=no", "environment=http://camera.invalid/y#on_demand=no",
               f"none={target.url}z#proxy=none#on_demand=no", env={"http_proxy": up.url, "no_proxy": ""})
    for name, number in (("option", 3), ("environment", 3), ("none", 4)):
        wire.eventually(lambda: look(s, name)["frames_in"] == 1)
        assert pictures.check(wire.get(s, f"/{name}.jpg").body) == number
    assert {"http://camera.invalid/x", "http://camera.invalid/y"} <= {target for _, target in seen} and "/z" in direct
