"""stillcast.multipart(): the bytes that web applications of others send, and who can watch them."""

import asyncio
import http.client
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

import browsers
import pictures
import programs
import wire
from conftest import ROOT
from publishing import stillcast

pytestmark = pytest.mark.skipif("SANITIZER" in os.environ, reason="nothing here is made in C")
BOUNDARY = b"--boundarydonotcross\r\n"
BROWSER = {"Accept": "image/avif,image/webp,*/*"}
WEBKIT = {**BROWSER, "User-Agent": "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17 Safari/605.1.15"}
CHROME = {**BROWSER, "User-Agent": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120 Safari/537.36"}
PART = re.compile(rb"Content-Type: image/jpeg\r\nContent-Length: (\d+)\r\nX-Timestamp: \d+\.\d{6}\r\n\r\n")
NEXT_HEAD = b"Content-Type: image/jpeg\r\n\r\n"


def program_picture(piece):
    """The number in a piece as programs get it: head, picture, boundary, exactly."""
    head = PART.match(piece)
    assert head and piece.endswith(b"\r\n" + BOUNDARY)
    picture = piece[head.end():-len(BOUNDARY) - 2]
    assert len(picture) == int(head.group(1))
    return pictures.check(picture)


def test_the_heads_are_the_servers(one_server):
    wire.put(one_server, "heads", pictures.jpeg(1))
    with wire.Viewer(one_server, "/heads.mjpg") as viewer:
        theirs = dict(viewer.head.fields)
    status, headers, _ = stillcast.multipart(stillcast.Latest())
    assert status == 200
    for name, value in headers:
        assert theirs[name] == value
    assert set(theirs) - {name for name, _ in headers} <= {"Connection", "X-Content-Type-Options", "Referrer-Policy",
                                                          "Content-Security-Policy", "Date", "Server"}


def test_programs_get_parts_with_lengths():
    latest = stillcast.Latest(pictures.jpeg(1))
    body = stillcast.multipart(latest, {"Accept": "*/*"}).body
    assert next(body) == BOUNDARY
    assert program_picture(next(body)) == 1
    latest.set(pictures.jpeg(2))
    latest.set(pictures.jpeg(3))
    assert program_picture(next(body)) == 3  # the newest
    latest.close()
    assert list(body) == []


@pytest.mark.parametrize("fields", [BROWSER, BROWSER.items(), [(b"accept", b"image/png")], {"HTTP_ACCEPT": "image/png"}],
                         ids=["mapping", "pairs", "ASGI", "WSGI"])
def test_browsers_get_the_next_head_in_advance(fields):
    latest = stillcast.Latest(pictures.jpeg(1))
    body = stillcast.multipart(latest, fields).body
    assert next(body) == BOUNDARY
    assert next(body) == NEXT_HEAD + pictures.jpeg(1) + b"\r\n" + BOUNDARY + NEXT_HEAD
    latest.set(pictures.jpeg(2))
    assert next(body) == pictures.jpeg(2) + b"\r\n" + BOUNDARY + NEXT_HEAD


@pytest.mark.parametrize("fields, wait_s", [({}, 0.8), (CHROME, 0.8), (WEBKIT, 0.3)], ids=["program", "Chromium", "WebKit"])
def test_a_still_picture_is_sent_again(fields, wait_s):
    latest = stillcast.Latest(pictures.jpeg(1))
    body = stillcast.multipart(latest, fields, resend=0.8).body
    next(body), next(body)
    for patience_s in (wait_s, 0.8):  # WebKit is helped once, then it is as for all
        began = time.monotonic()
        assert pictures.jpeg(1) in next(body)
        assert patience_s - 0.05 < time.monotonic() - began < patience_s + wire.patience(0.4)


@pytest.mark.parametrize("picture, kind", [
    (lambda: pictures.image("PNG"), b"image/png"), (lambda: pictures.image("GIF"), b"image/gif"),
    (lambda: pictures.image("WEBP"), b"image/webp"), (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', b"image/svg+xml")],
    ids=["PNG", "GIF", "WebP", "SVG"])
def test_each_part_tells_its_own_kind(picture, kind):
    body = stillcast.multipart(stillcast.Latest(picture())).body
    next(body)
    assert next(body).startswith(b"Content-Type: " + kind + b"\r\n")


def test_an_iterable_is_pulled_and_the_newest_is_sent():
    goes_on = threading.Event()

    def frames():
        yield from map(pictures.jpeg, range(1, 4))
        goes_on.set()
    body = stillcast.multipart(frames()).body
    next(body)
    first = program_picture(next(body))
    assert goes_on.wait(5)
    rest = [program_picture(piece) for piece in body]
    assert [first, *rest][-1] == 3 and [first, *rest] == sorted({first, *rest})


def test_an_endless_iterable_is_left_when_the_viewer_goes_and_does_not_spin():
    n_pulled, is_left = itertools.count(), threading.Event()

    def frames():
        try:
            while True:
                yield pictures.jpeg(next(n_pulled))
        finally:
            is_left.set()
    body = stillcast.multipart(frames()).body
    began = time.monotonic()
    for _ in range(10):
        next(body)
    body.close()
    assert is_left.wait(5) and list(body) == []
    assert next(n_pulled) <= (time.monotonic() - began) * 60 + 2


def test_frames_that_fail_end_the_answer_and_are_told(caplog):
    def frames():
        yield pictures.jpeg(1)
        raise KeyError("lens cap")
    body = stillcast.multipart(frames()).body
    assert next(body) == BOUNDARY
    assert [program_picture(piece) for piece in body] == [1]
    wire.eventually(lambda: "lens cap" in caplog.text)


def test_pictures_are_encoded_once_for_all_viewers_and_only_when_there_are_some(monkeypatch):
    import numpy
    n_encoded, encode = itertools.count(), stillcast.picture._encode
    monkeypatch.setattr(stillcast.picture, "_encode", lambda *args: (next(n_encoded), encode(*args))[1])
    latest = stillcast.Latest(numpy.zeros((8, 8), numpy.uint8))
    latest.set(numpy.zeros((8, 8, 3), numpy.uint8))
    bodies = [stillcast.multipart(latest).body for _ in range(5)]
    for body in bodies:
        next(body), next(body)
    assert next(n_encoded) == 1 and latest.viewers == 5
    for body in bodies:
        body.close()
    assert latest.viewers == 0


def test_asynchronous_applications_get_the_same_bytes():
    async def script():
        latest = stillcast.Latest(pictures.jpeg(1))
        body = stillcast.multipart(latest, resend=0.2).body
        assert await body.__anext__() == BOUNDARY
        assert program_picture(await body.__anext__()) == 1
        threading.Timer(0.05, latest.set, [pictures.jpeg(2)]).start()
        assert program_picture(await body.__anext__()) == 2
        assert program_picture(await body.__anext__()) == 2  # again
        latest.close()
        assert [piece async for piece in body] == [] and latest.viewers == 0
    asyncio.run(script())


def test_asynchronous_frames():
    async def frames():
        for number in range(1, 4):
            yield pictures.jpeg(number)

    async def script():
        seen = [piece async for piece in stillcast.multipart(frames()).body]
        assert seen[0] == BOUNDARY and program_picture(seen[-1]) == 3
    asyncio.run(script())
    with pytest.raises(TypeError, match="asynchronous application"):
        next(stillcast.multipart(frames()).body)


@pytest.mark.parametrize("leave", ["cancelled", "dropped"])
def test_a_viewer_whom_the_framework_forgets_without_a_word_has_gone(leave):
    """Starlette does not close what it iterates over."""
    is_left, latest = threading.Event(), stillcast.Latest(pictures.jpeg(1))

    async def frames():
        try:
            while True:
                yield pictures.jpeg(1)
        finally:
            is_left.set()

    async def watch(source):
        body = stillcast.multipart(source).body
        await body.__anext__(), await body.__anext__()
        if leave == "cancelled":
            waiting = asyncio.ensure_future(body.__anext__())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait([waiting])
            return body  # still held by somebody

    async def script():
        held = await watch(latest), await watch(frames())
        assert latest.viewers == 0
        await asyncio.get_running_loop().run_in_executor(None, is_left.wait, 5)
        assert is_left.is_set(), held
    asyncio.run(script())


# --- in applications, watched by the real ones ---


@pytest.fixture(params=["flask", "aiohttp", "fastapi"])
def application(request):
    """An example of examples/python, running; with its port and URL."""
    for module in (request.param, "uvicorn")[:1 + (request.param == "fastapi")]:
        pytest.importorskip(module, reason=f"python3-{module} is not installed")
    script = ROOT / "examples" / "python" / f"{request.param}_app.py"
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    running = subprocess.Popen([sys.executable, script, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env={**os.environ, "PYTHONPATH": str(ROOT / "python")})
    try:
        wire.eventually(lambda: answers(port), 20, "the application does not answer")
        running.port, running.url = port, f"http://127.0.0.1:{port}"
        yield running
    finally:
        running.kill()
        running.wait()


def answers(port):
    """The first page; empty while there is none."""
    conn = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        conn.request("GET", "/")
        return conn.getresponse().read()
    except ConnectionError:
        return b""
    finally:
        conn.close()


def part(answer):
    """The next one that a program gets, its length true."""
    assert answer.readline() == BOUNDARY
    head = answer.readline() + answer.readline() + answer.readline() + answer.readline()
    picture = answer.read(int(PART.fullmatch(head).group(1)))
    assert answer.readline() == b"\r\n"
    return picture


def test_an_application_serves_parts_forgets_who_has_gone_and_ends_when_told(application):
    conns = [http.client.HTTPConnection("127.0.0.1", application.port, timeout=10) for _ in range(2)]
    for conn in conns:
        conn.request("GET", "/clock.mjpg")
        conn.answer = conn.getresponse()
        assert conn.answer.status == 200 and conn.answer.getheader("X-Accel-Buffering") == "no"
        for _ in range(3):
            assert pictures.pixel(part(conn.answer))[2] > 100
    assert b"2 watch" in answers(application.port)
    conns[0].answer.close(), conns[0].close()
    wire.eventually(lambda: b"1 watch" in answers(application.port))
    application.send_signal(signal.SIGINT)
    application.wait(wire.patience(5))
    conns[1].close()


def test_ffmpeg_watches_an_application(application):
    out = programs.run("ffmpeg", "-v", "error", "-i", application.url + "/clock.mjpg", "-frames:v", "5", "-f", "rawvideo",
                       "-pix_fmt", "rgb24", "-")
    assert len(out) == 5 * 320 * 80 * 3
    assert all(out[n * 320 * 80 * 3 + 2] > 100 > out[n * 320 * 80 * 3] for n in range(5))  # navy


@pytest.mark.browser
def test_chromium_watches_an_application(application):
    browser = browsers.Chromium()
    try:
        tab = browser.open(application.url + "/")
        tab.wait_color("img", (0, 0, 128))
        assert tab.evaluate("document.querySelector('img').naturalWidth") == 320
    finally:
        browser.quit()
