"""Every limit at its value and one past it, and back again."""

import socket
import time

import pytest

import pictures
import wire
from pictures import jpeg


def hits(server, limit):
    return server.metrics()["stillcast_limit_hits_total", {"limit": limit}]


def request_of(target_bytes=None, head_bytes=None, n_fields=1, line_bytes=None):
    target = "/" + "a" * 60
    if target_bytes:
        target = "/?" + "a" * (target_bytes - 2)
    lines = [f"GET {target} HTTP/1.1", "Host: localhost"] + [f"X-{n}: a" for n in range(n_fields - 1)]
    if line_bytes:
        lines.append("X: " + "a" * (line_bytes - 3))
    raw = "\r\n".join(lines) + "\r\n\r\n"
    if head_bytes:
        left = head_bytes - len(raw)
        filler = []
        while left > 0:
            size = min(left, 4000) if left - min(left, 4000) not in range(1, 6) else left - 6
            filler.append("X: " + "a" * (size - 5))
            left -= size
        raw = "\r\n".join(lines + filler) + "\r\n\r\n"
        assert len(raw) == head_bytes, (len(raw), head_bytes)
    return raw.encode()


@pytest.mark.parametrize("name, at, past, status", [
    ("target of 4,096 bytes", {"target_bytes": 4096}, {"target_bytes": 4097}, 414),
    ("head of 16 KiB", {"head_bytes": 16384}, {"head_bytes": 16385}, 431),
    ("100 fields", {"n_fields": 100}, {"n_fields": 101}, 431),
    ("line of 8 KiB", {"line_bytes": 8192}, {"line_bytes": 8193}, 431),
])
def test_limits_of_a_head(server, name, at, past, status):
    s = server()
    with wire.Conn(s) as conn:
        conn.send(request_of(**at))
        assert conn.read_answer().status in (200, 404), name
        conn.send(request_of(**past))
        answer = conn.read_answer()
        assert answer.status == status and answer["connection"] == "close", name
        conn.expect_end()
    assert wire.get(s, "/healthz").status == 200
    assert hits(s, "head") == 1


def test_a_head_without_end_is_cut_early(server):
    s = server()
    with wire.Conn(s) as conn:
        conn.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        try:
            for _ in range(64):
                conn.send(b"a" * 65536)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            assert conn.read_answer().status == 431
        except ConnectionResetError:
            pass  # it was still sending when it was refused


def test_max_streams(server):
    s = server("--max-streams", "3")
    for name in "abc":
        wire.put(s, name, jpeg(1))
    answer = wire.request(s, "PUT", "/d.jpg", body=jpeg(1))
    assert answer.status == 503 and answer["retry-after"] and "--max-streams" in answer.text
    assert hits(s, "max_streams") == 1
    assert wire.put(s, "a", jpeg(2))["seq"] == 2, "the others go on"
    wire.request(s, "DELETE", "/b")
    assert wire.put(s, "d", jpeg(1))["seq"] == 1


def test_max_connections(server):
    s = server("--max-connections", "5")
    wire.put(s, "plot", jpeg(1))
    wire.eventually(lambda: s.metrics()["stillcast_connections"] == 1)
    viewers = [wire.Viewer(s, "/plot.mjpg") for _ in range(5)]
    for viewer in viewers:
        assert viewer.next_seq() == 1
    with wire.Conn(s) as conn:
        answer = conn.read_answer()
        assert answer.status == 503 and answer["retry-after"]
        conn.expect_end()
    viewers.pop().close()
    wire.eventually(lambda: hits(s, "max_connections") >= 1)  # asking may have been refused, too
    assert wire.eventually(lambda: wire.put(s, "plot", jpeg(2)))
    for viewer in viewers:
        assert viewer.next_seq() == 2
        viewer.close()


def test_max_store(server):
    s = server("--max-frame", "100K", "--max-store", "300K")
    large = jpeg(1, size_bytes=90_000)
    names = []
    for name in "abcdef":
        answer = wire.request(s, "PUT", f"/{name}.jpg", body=large)
        if answer.status != 201:
            break
        names.append(name)
    assert answer.status == 503 and answer["retry-after"] and "--max-store" in answer.text, answer.text
    assert 2 <= len(names) <= 3
    assert hits(s, "max_store") == 1
    metrics = s.metrics()
    assert 0 < metrics["stillcast_store_bytes"] <= metrics["stillcast_store_max_bytes"] == 300 * 1024
    for name in names:
        assert wire.get(s, f"/{name}.jpg").body == large
    wire.request(s, "DELETE", f"/{names[0]}")
    assert wire.request(s, "PUT", "/f.jpg", body=large).status == 201


def test_who_is_in_time_is_served(server):
    """Each of them waits for a while that is well within its time, all at once."""
    s = server(*(f"--{name}-timeout=20s" for name in ("header", "idle", "publish", "stall")))
    picture = jpeg(1, size_bytes=500_000)
    wire.put(s, "plot", picture)
    with wire.Conn(s) as head, wire.Conn(s) as idle, wire.Conn(s) as body, wire.Conn(s, receive_bytes=4096) as stalled:
        head.send(b"GET /healthz HTTP/1.1\r\nHost: loc")
        assert idle.request("GET", "/healthz").status == 200
        body.send_request("PUT", "/slow.jpg", {"Content-Length": str(len(picture))}, picture[:1000])
        stalled.send_request("GET", "/plot.jpg")
        assert all(conn.is_silent(0.15) for conn in (head, idle, body))
        head.send(b"alhost\r\n\r\n")
        assert head.read_answer().status == idle.request("GET", "/healthz").status == 200
        body.send(picture[1000:])
        assert body.read_answer().status == 201 and stalled.read_answer().body == picture
    assert sum(hits(s, f"{name}_timeout") for name in ("header", "idle", "publish", "stall")) == 0


def test_header_timeout(server):
    s = server("--header-timeout", "300ms")
    with wire.Conn(s) as conn, wire.Conn(s) as silent:
        conn.send(b"GET / HTTP/1.1\r\nHost: loc")
        answer = conn.read_answer()
        assert answer.status == 408 and answer["connection"] == "close"
        conn.expect_end()
        silent.expect_end()
    assert hits(s, "header_timeout") == 2


def test_header_timeout_counts_from_the_first_byte_whatever_drips(server):
    s = server("--header-timeout", "500ms")
    with wire.Conn(s) as conn:
        def drip():
            try:
                conn.send(b"a")
            except (BrokenPipeError, ConnectionResetError):
                return True
            return not conn.is_silent(0.05)
        conn.send(b"GET / HTTP/1.1\r\nX: ")
        wire.eventually(drip, 3, "it was not cut")
    assert hits(s, "header_timeout") == 1


def test_idle_timeout(server):
    s = server("--idle-timeout", "300ms")
    with wire.Conn(s) as conn:
        assert conn.request("GET", "/healthz").status == 200
        assert conn.request("GET", "/healthz").status == 200
        conn.expect_end()
    assert hits(s, "idle_timeout") == 1


def test_stall_timeout_cuts_who_takes_nothing_and_nobody_else(server):
    s = server("--stall-timeout", "600ms", "--resend", "100ms")
    large = 500_000
    wire.put(s, "plot", jpeg(1, size_bytes=large))
    with wire.Viewer(s, "/plot.mjpg", receive_bytes=4096) as frozen, wire.Viewer(s, "/plot.mjpg") as good, \
            wire.Viewer(s, "/plot.mjpg", receive_bytes=4096, chunk_bytes=4096) as slow:
        def cut():
            good.next_seq()
            slow.read(4096)
            return hits(s, "stall_timeout") == 1
        wire.eventually(cut, 10, "the frozen viewer was not cut")
        wire.eventually(lambda: s.metrics()["stillcast_viewers", {"stream": "plot"}] == 2)
        assert good.next_seq() == 1
        wire.eventually(frozen.is_torn_off, 2, "the frozen viewer was not told: a FIN would wait behind what it does not take")
        slow.buffer = b""
        with pytest.raises((AssertionError, ConnectionResetError)):
            while True:
                frozen.part()


def test_keep_forgets_a_pushed_stream_that_nobody_uses(server):
    s = server("--keep", "300ms", "made=test:#fps=5")
    wire.put(s, "plot", jpeg(1))
    wire.put(s, "watched", jpeg(1))
    with wire.Viewer(s, "/watched.mjpg") as viewer:
        viewer.next_seq()
        wire.eventually(lambda: wire.get(s, "/api/streams/plot").status == 404, 5)
        assert wire.get(s, "/api/streams/watched").status == wire.get(s, "/api/streams/made").status == 200
        wire.eventually(lambda: hits(s, "keep") == 1)
    wire.eventually(lambda: wire.get(s, "/api/streams/watched").status == 404, 5)
    wire.eventually(lambda: hits(s, "keep") == 2)


def test_addresses(server, run):
    s = server(listen="[::1]:0")
    assert s.host == "::1" and wire.get(s, "/healthz").status == 200
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    ended = run("--listen", f"127.0.0.1:{port}")
    taken.close()
    assert ended.code == 69 and str(port) in ended.stderr, ended.stderr
    ended = run("--listen", "0.0.0.0:0")
    assert ended.code == 78 and "--insecure" in ended.stderr, ended.stderr


def test_all_addresses_with_insecure(server):
    s = server("--insecure", listen="0.0.0.0:0")
    s.host = "127.0.0.1"
    wire.put(s, "plot", jpeg(1))
    assert pictures.check(wire.get(s, "/plot.jpg").body) == 1


def test_a_unix_socket(server, tmp_path):
    s = server(listen=f"unix:{tmp_path}/sock")
    with socket.socket(socket.AF_UNIX) as conn:
        conn.connect(str(tmp_path / "sock"))
        conn.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b" 200 OK\r\n" in conn.recv(4096)
    s.stop()
    assert not (tmp_path / "sock").exists()


def test_a_body_must_come_at_1_kib_a_second_when_5_s_are_over(server):
    s = server()
    steady_picture = jpeg(1, size_bytes=16_000)
    with wire.Conn(s) as slow, wire.Conn(s) as steady:
        for conn, name in ((slow, "slow"), (steady, "steady")):
            conn.send_request("PUT", f"/{name}.jpg", {"Content-Length": str(len(steady_picture))})
        began, sent = time.monotonic(), 0

        def drip():
            nonlocal sent
            seconds = time.monotonic() - began
            due = min(int(seconds * 2048), len(steady_picture) - 1)
            steady.send(steady_picture[sent:due])
            sent = due
            slow.send(b"\xff")
            return not slow.is_silent(0.1) and seconds
        cut_s = wire.eventually(drip, 12, "the slow one was not cut")
        assert cut_s > 4.9
        answer = slow.read_answer()
        assert answer.status == 408 and answer["connection"] == "close"
        assert hits(s, "publish_timeout") == 1
        assert steady.is_silent(0)
        steady.send(steady_picture[sent:])
        assert steady.read_answer().status == 201
    assert wire.get(s, "/slow.jpg").status == 404


def test_sixteen_addresses_and_no_more(server, run):
    s = server(*["--listen=127.0.0.1:0"] * 15)
    assert len(s.stdout.split()) == 2 + 16
    ended = run(*["--listen=127.0.0.1:0"] * 17)
    assert ended.code == 64 and "16 --listen" in ended.stderr, ended.stderr


def test_two_hundred_viewers_are_listed_and_all_are_counted(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    viewers = [wire.Viewer(s, "/plot.mjpg") for _ in range(200)]
    for viewer in viewers:
        viewer.next_seq()

    def told():
        stream = wire.get(s, "/api/streams/plot").json
        return stream["viewers"], len(stream["viewer_list"])
    assert told() == (200, 200)
    viewers.append(wire.Viewer(s, "/plot.mjpg"))
    viewers[-1].next_seq()
    assert told() == (201, 200)
    for viewer in viewers:
        viewer.close()


def test_keeping_nothing_costs_nothing(server):
    s = server("--keep", "0")

    def cpu_ticks():
        fields = open(f"/proc/{s.pid}/stat").read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    wire.put(s, "plot", jpeg(1))
    wire.eventually(lambda: wire.get(s, "/plot.jpg").status == 404)
    before = cpu_ticks()
    with wire.Conn(s) as conn:
        assert conn.is_silent(0.5)
    assert cpu_ticks() - before <= 15, "half a second of doing nothing"


def test_the_metrics_of_a_thousand_streams_are_whole(server):
    s = server("--max-streams", "1000")
    with wire.Conn(s) as conn:
        for number in range(1000):
            conn.send_request("PUT", f"/{'long-name-' * 5}{number}.jpg", body=jpeg(1))
            assert conn.read_answer().status == 201
    metrics = s.metrics()
    assert len(wire.get(s, "/api/streams").json["streams"]) == 1000
    for number in range(1000):
        name = {"stream": f"{'long-name-' * 5}{number}"}
        assert metrics["stillcast_frames_in_total", name] == 1
        assert ("stillcast_frame_delivery_age_seconds_count", frozenset(name.items())) in metrics.values
