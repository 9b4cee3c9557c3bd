"""Pulling from other servers: demand, streams and single pictures, IPv6 and proxies. Dialects: test_pull_dialects.py."""

import hashlib
import socket
import threading
import time

import pytest

import pictures
import wire
from pictures import jpeg
from pulling import begin, part, proxy, upstream  # noqa: F401, a fixture
from test_source_life import is_in, look

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
