"""What the tests of pulling from other servers share: a scripted server, what it says, and what is told of it."""

import base64
import socket
import threading

import pytest

import wire
from pictures import jpeg
from test_source_life import is_in
from upstream import Upstream, pump

B = b"--frame\r\n"
STREAM = "multipart/x-mixed-replace; boundary=frame"
HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: {STREAM}\r\n\r\n".encode()


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
