"""Everything at once on the same few names: viewers that come, half read and go, publishers of both
kinds, takeovers, deletions, waiters, conditional and malformed requests. Afterwards all is as before."""

import os
import random
import select
import threading
import time

import pytest

import wire
from pictures import jpeg

NAMES = ["a", "b", "deep/c"]
N_PEERS = 16
N_ACTS = int(os.environ.get("CHURN_ACTS", "40"))
SEED = int(os.environ.get("CHURN_SEED", "1"))
FINE = {200, 201, 204, 304, 404, 409, 503}


def expect(answer, *statuses):
    assert answer.status in (statuses or FINE), (answer.status, answer.text)


def leave(conn, chance):
    chance.choice([conn.close, conn.close, conn.reset, lambda: (conn.send_end(), conn.close())])()


def picture(chance):
    return jpeg(chance.randrange(1, 1 << 30), size_bytes=chance.choice([600, 9000, 70000]))


def watch(server, name, chance):
    """Whole pictures for a while; or a few bytes; or none at all."""
    conn = wire.Conn(server, receive_bytes=chance.choice([None, 4096]))
    kind, query = chance.choice([(wire.Viewer, ""), (wire.Browser, ""), (wire.RawViewer, "?raw=1")])
    conn.send_request("GET", f"/{name}.mjpg{query}", {"Accept": kind.accept})
    head = conn.read_head()
    assert head.status in (200, 404), head.raw
    if head.status == 200 and chance.random() < 0.7:
        conn.socket.settimeout(0.3)
        try:
            for _ in range(chance.randrange(20)):
                assert conn._fill()
        except (TimeoutError, AssertionError):
            pass  # nobody publishes, or the stream was deleted
        if query:
            return leave(conn, chance)
        assert conn.buffer[:21] in (b"", (b"--" + wire.BOUNDARY + b"\r\n")[:len(conn.buffer[:21])])
    leave(conn, chance)


def put(server, name, chance):
    with wire.Conn(server) as conn:
        for _ in range(chance.randrange(1, 8)):
            body = picture(chance)
            if chance.random() < 0.5:
                body = wire.chunked(body[:100], body[100:])
                conn.send_request("PUT", f"/{name}.jpg", {"Transfer-Encoding": "chunked"}, body)
            else:
                conn.send_request("PUT", f"/{name}.jpg", body=body)
            expect(conn.read_answer(), 200, 201)


def put_pipelined(server, name, chance):
    with wire.Conn(server) as conn:
        n = chance.randrange(2, 10)
        for i in range(n):
            conn.send_request("PUT", f"/{name}.jpg", body=jpeg(i + 1))
            conn.send_request("GET", f"/{name}.jpg")
        for _ in range(n):
            expect(conn.read_answer(), 200, 201)
            expect(conn.read_answer(), 200, 404)


def put_half(server, name, chance):
    conn = wire.Conn(server)
    body = picture(chance)
    conn.send_request("PUT", f"/{name}.jpg", {"Content-Length": str(len(body))}, body[:chance.randrange(len(body))])
    leave(conn, chance)


def post(server, name, chance):
    """A long publisher, who ends well, or in the middle of a picture, or who was taken over."""
    conn = wire.Conn(server)
    conn.send_request("POST", f"/{name}.mjpg{chance.choice(['', '?takeover=1'])}",
                      {"Content-Type": "multipart/x-mixed-replace; boundary=frame", "Transfer-Encoding": "chunked"}, b"")
    try:
        for _ in range(chance.randrange(1, 12)):
            conn.send(wire.chunked(wire.multipart(picture(chance)), end=False))
        if chance.random() < 0.5:
            conn.send(b"0\r\n\r\n")
            expect(conn.read_answer(), 200, 409)
    except (BrokenPipeError, ConnectionResetError):
        pass  # another one has taken over
    leave(conn, chance)


def delete(server, name, chance):
    expect(wire.request(server, "DELETE", f"/{name}"), 200, 404)


def wait(server, name, chance):
    query = chance.choice(["wait=next", "after=3", "max_age=0", "after=1&max_age=5"])
    conn = wire.Conn(server)
    conn.send_request(chance.choice(["GET", "HEAD"]), f"/{name}.jpg?{query}")
    select.select([conn.socket], [], [], chance.random() / 20)  # answered, or left while it waits
    leave(conn, chance)


def look(server, name, chance):
    with wire.Conn(server) as conn:
        for method, target, fields in [
                ("HEAD", f"/{name}.mjpg", {}), ("GET", f"/{name}.jpg", {"If-None-Match": '"x"'}),
                ("GET", f"/api/streams/{name}", {}), ("OPTIONS", f"/{name}.jpg", {}), ("GET", "/metrics", {}),
                ("GET", "/api/streams", {"Accept": "application/json"})]:
            if method == "HEAD":
                expect(wire.request(server, method, target))
            else:
                expect(conn.request(method, target, fields))


def nonsense(server, name, chance):
    with wire.Conn(server) as conn:
        conn.send(chance.choice([b"GET / HTTP/3\r\n\r\n", b"\x00" * 40, b"PUT /a.jpg HTTP/1.1\r\nHost: localhost\r\n"
                                 b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"]))
        assert conn.read_head().status in (400, 505)


ACTS = [watch, watch, watch, put, put, put_pipelined, put_half, post, post, delete, wait, wait, look, nonsense]


class Peers:
    """So many threads, each with its own chance, doing one thing after another."""

    def __init__(self, server, n_acts):
        self.server, self.n_acts, self.problems, self.is_over = server, n_acts, [], threading.Event()
        self.n_done = 0
        self.threads = [threading.Thread(target=self.act, args=(random.Random(SEED * 1000 + n),)) for n in range(N_PEERS)]
        for thread in self.threads:
            thread.start()

    def act(self, chance):
        for _ in range(self.n_acts):
            act, name = chance.choice(ACTS), chance.choice(NAMES)
            if self.is_over.is_set():
                return
            try:
                act(self.server, name, chance)
                self.n_done += 1
            except Exception as problem:  # noqa: BLE001: whatever it is, the test must fail with it
                if not self.is_over.is_set():
                    self.problems.append(f"{act.__name__} {name}: {problem!r}")

    def join(self):
        for thread in self.threads:
            thread.join()


def state(server, control):
    """Connections, bytes of pictures, descriptors, threads; asked for on a connection that stays."""
    metrics = wire.Metrics(control.request("GET", "/metrics").text)
    n_fds, n_threads = (len(os.listdir(f"/proc/{server.pid}/{what}")) for what in ("fd", "task"))
    return metrics["stillcast_connections"], metrics["stillcast_store_bytes"], n_fds, n_threads


@pytest.mark.parametrize("options", [[], ["--threads", "3", "--plain-send"]], ids=["default", "three-loops"])
def test_nothing_is_left_behind(server, options):
    s = server("--resend", "100ms", "--idle-timeout", "1m", *options)
    with wire.Conn(s) as control:
        before = wire.eventually(lambda: (now := state(s, control))[0] == 1 and now)
        peers = Peers(s, N_ACTS)
        peers.join()
        assert not peers.problems, peers.problems[:3]
        wire.eventually(lambda: state(s, control)[0] == 1, 12)  # what was sent by those who have left is published
        for name in NAMES:
            expect(control.request("DELETE", f"/{name}"), 200, 404)
        try:
            wire.eventually(lambda: state(s, control) == before, 12)
        finally:
            assert state(s, control) == before
        assert control.request("GET", "/api/streams").json["streams"] == []


def test_the_end_may_come_in_the_middle(server):
    s = server("--resend", "100ms", "--drain", "1s", "--threads", "2")
    peers = Peers(s, 1 << 30)
    wire.eventually(lambda: peers.n_done > 200, 12)
    peers.is_over.set()
    started = time.monotonic()
    s.stop()
    assert time.monotonic() - started < wire.patience(4)
    peers.join()
    assert not peers.problems, peers.problems[:3]
