"""The tools of these tests, tested: a check that passes on anything is worse than none."""

import os
import pathlib
import socket
import threading
import types

import pytest

import conftest
import pictures
import wire


def test_a_picture_has_its_number_and_is_a_real_jpeg():
    for size_bytes in (None, 8600, 60000):
        picture = pictures.jpeg(7, size_bytes=size_bytes)
        assert pictures.check(picture) == 7
        assert len(pictures.pixel(picture)) == 3
        assert size_bytes is None or abs(len(picture) - size_bytes) < size_bytes / 5
    assert pictures.pixel(pictures.jpeg(1, color=(250, 0, 0)))[0] > 240


@pytest.mark.parametrize("spoil", [
    lambda p: p[:-1], lambda p: p + b"\0", lambda p: p[:50] + b"?" + p[51:], lambda p: b"", lambda p: p[:10],
    lambda p: p[:len(p) // 2] + pictures.jpeg(8)[len(p) // 2:][::-1], lambda p: pictures.image("PNG"),
    lambda p: p[:20] + b"\1" + p[21:], lambda p: p[:1000] + pictures.jpeg(8)[1000:],
    lambda p: p[:1000] + pictures.jpeg(6)[1000:1500] + p[1500:],
])
def test_a_spoilt_picture_is_found(spoil):
    with pytest.raises(AssertionError):
        pictures.check(spoil(pictures.jpeg(7)))


@pytest.fixture
def peer():
    """A scripted server for one connection: peer(bytes) answers with them and closes."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads = []

    def serve(data):
        def answer():
            conn, _ = listener.accept()
            conn.recv(65536)
            conn.sendall(data)
            conn.close()
        threads.append(threading.Thread(target=answer))
        threads[-1].start()
        host, port = listener.getsockname()
        return types.SimpleNamespace(host=host, port=port)

    yield serve
    for thread in threads:
        thread.join()
    listener.close()


HEAD = b"HTTP/1.1 200 OK\r\n\r\n--boundarydonotcross\r\n"
PART = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\nX-Timestamp: 1.000002\r\n\r\n%s\r\n--boundarydonotcross\r\n"


def part(number):
    picture = pictures.jpeg(number)
    return PART % (len(picture), picture)


@pytest.mark.parametrize("chunk_bytes", [1, 65536])
def test_a_viewer_reads_parts(peer, chunk_bytes):
    with wire.Viewer(peer(HEAD + part(3) + part(5)), "/x.mjpg", chunk_bytes=chunk_bytes) as viewer:
        assert viewer.until_seq(5) == 5
        viewer.expect_end()


@pytest.mark.parametrize("body", [
    HEAD[:-2] + part(1), HEAD + part(2) + part(1), HEAD + part(1).replace(b"X-Timestamp: 1.000002\r\n", b""),
    HEAD + part(1).replace(b"\r\n--b", b"--b"), HEAD + part(1)[:-3], b"HTTP/1.1 404 Not Found\r\n\r\n",
    HEAD + part(1).replace(b"Content-Length: ", b"Content-Length: 1"),
])
def test_a_viewer_is_strict(peer, body):
    with pytest.raises(AssertionError):
        with wire.Viewer(peer(body), "/x.mjpg") as viewer:
            viewer.next_seq()
            viewer.next_seq()


def test_metrics_are_read_strictly():
    metrics = wire.Metrics('# TYPE a counter\na 1\na{stream="x\\"y"} 2.5\n')
    assert metrics["a"] == 1 and metrics["a", {"stream": 'x\\"y'}] == 2.5 and metrics["none"] == 0
    for bad in ("a 1\n", "# TYPE a counter\na 1\na 1\n", "# TYPE a counter\na one\n", "# TYPE a counter\na{x=y} 1\n",
                "# TYPE a counter\na 1"):
        with pytest.raises(AssertionError):
            wire.Metrics(bad)


def test_eventually_gives_up():
    with pytest.raises(AssertionError, match="no luck within 0.05 s"):
        wire.eventually(lambda: 0, 0.05, "no luck")


@pytest.mark.skipif("SANITIZER" not in os.environ, reason="a build without sanitizer")
def test_the_server_has_the_sanitizer_that_this_run_is_for():
    assert os.environ["SANITIZER"].encode() in pathlib.Path(conftest.BINARY).read_bytes()


@pytest.mark.parametrize("line", [
    "==1==ERROR: AddressSanitizer: heap-use-after-free on address", "WARNING: ThreadSanitizer: data race (pid=1)",
    "../src/a.c:3:5: runtime error: signed integer overflow", "==1==ERROR: LeakSanitizer: detected memory leaks",
    "stillcast: ../src/a.c:3: f: Assertion `x' failed.",
])
def test_a_sanitizer_report_is_seen(line):
    assert conftest.REPORT.search(line)
    assert not conftest.REPORT.search("22:09:36.710 info app stopping")
