"""Many hostile clients at once, of each kind: they are gone at the deadline, cost next to nothing, and those who mean well
see nothing of them. Deadlines are shortened by their options; figures are printed (pytest -s) and stand in docs/hardening.md."""

import contextlib
import os
import pathlib
import re
import resource
import select
import socket
import threading
import time

import pytest

import wire
from crowd import Crowd, allow_descriptors
from pictures import jpeg
from test_soak import resident_kib

pytestmark = pytest.mark.skipif("SANITIZER" in os.environ, reason="counts memory and milliseconds")
PROMPT_S = 0.25  # for one good request among the bad ones, on a machine that has other things to do
N_SLOW, N_IDLE, N_FROZEN = 1500, 3000, 500
GOOD_BEFORE = 5
DEADLINE_S = 2.5  # all of them must have come by then


class Good:
    """Asks for a picture again and again, on a connection of its own each time; remembers the slowest."""

    def __init__(self, server):
        self.server, self.times, self.problems, self.is_over = server, [], [], threading.Event()
        self.thread = threading.Thread(target=self.ask)

    def ask(self):
        while not self.is_over.wait(0.02):
            began = time.monotonic()
            try:
                assert wire.get(self.server, "/plot.jpg").status == 200
            except (AssertionError, OSError) as problem:
                self.problems.append(repr(problem))
            self.times.append(time.monotonic() - began)

    def __enter__(self):
        self.thread.start()
        wire.eventually(lambda: len(self.times) >= GOOD_BEFORE)
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()
        assert not self.problems, self.problems[:3]
        assert max(self.times) <= wire.patience(PROMPT_S), f"{max(self.times):.3f} s"


@contextlib.contextmanager
def attackers(server, n):
    if not allow_descriptors(n + 500):
        pytest.skip("this user may not have so many descriptors")
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection((server.host, server.port))) for _ in range(n)]


def n_open(server):
    """Connections that are not the one that asks, nor a good one's."""
    return server.metrics()["stillcast_connections"] - 2


def kernel_kib():
    """Memory of all TCP sockets."""
    pages = int(re.search(r"^TCP: .* mem (\d+)$", pathlib.Path("/proc/net/sockstat").read_text(), re.M).group(1))
    return pages * resource.getpagesize() // 1024


def attack(server, n, seconds, each):
    """each(socket) again and again until the deadline of so many seconds has passed for all. Gives what it cost."""
    wire.put(server, "plot", jpeg(1))
    with Good(server) as good:
        before_kib = resident_kib(server)
        with attackers(server, n) as sockets:
            began = time.monotonic()
            wire.eventually(lambda: n_open(server) >= n - 1, seconds)
            cost_kib = resident_kib(server) - before_kib
            while time.monotonic() - began < seconds - 0.1:
                for one in sockets[::10]:
                    with contextlib.suppress(OSError):
                        each(one)
                good.is_over.wait(0.1)
            wire.eventually(lambda: n_open(server) <= 0, 1.1, "some are still there")
            gone_s = time.monotonic() - began
    assert cost_kib <= 4 * n + 1024, f"{cost_kib} KiB"
    print(f"\n{n} gone {gone_s:.1f} s after the last came (deadline {seconds} s), {cost_kib / n:.1f} KiB each; {len(good.times)} good "
          f"requests, the slowest {max(good.times) * 1000:.0f} ms")


def test_slow_heads(server):
    def drip(one):
        one.send(b"a")
    s = server("--header-timeout", f"{DEADLINE_S}s")
    attack(s, N_SLOW, DEADLINE_S, drip)
    assert s.metrics()["stillcast_limit_hits_total", {"limit": "header_timeout"}] == N_SLOW


def test_idle_connections(server):
    s = server("--header-timeout", f"{DEADLINE_S}s")
    attack(s, N_IDLE, DEADLINE_S, lambda one: None)
    assert s.metrics()["stillcast_limit_hits_total", {"limit": "header_timeout"}] == N_IDLE


@pytest.mark.parametrize("piece", [b"a" * 65536, b"X: a\r\n" * 10922], ids=["one line of 128 MiB", "64 MiB of lines"])
def test_a_head_without_end(server, piece):
    n_bytes = (128 if piece[0:1] == b"a" else 64) << 20
    s = server()
    wire.put(s, "plot", jpeg(1))
    before_kib = resident_kib(s)
    with Good(s), wire.Conn(s) as conn:
        sent, answer = 0, b""
        conn.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while sent < n_bytes and not answer:
                conn.send(piece)
                sent += len(piece)
                if select.select([conn.socket], [], [], 0)[0]:
                    answer = conn.socket.recv(65536)
    peak_kib = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{s.pid}/status").read_text()).group(1))
    assert sent < n_bytes / 8, "it may send it all"
    assert not answer or answer.startswith(b"HTTP/1.1 431 "), answer[:100]
    assert s.metrics()["stillcast_bad_requests_total"] == 1
    assert peak_kib - before_kib <= 512, f"{before_kib} to {peak_kib} KiB"
    print(f"\n431 after {sent >> 10} KiB were handed to the kernel, {peak_kib - before_kib:+} KiB at the most")


def test_frozen_viewers(server):
    stall_s, n_frames = 2, 60
    s = server("--stall-timeout", f"{stall_s}s")
    large = 30_000
    wire.put(s, "plot", jpeg(1, size_bytes=large))
    with contextlib.ExitStack() as stack:
        before_kib, before_kernel_kib = resident_kib(s), kernel_kib()
        if not allow_descriptors(N_FROZEN + 500):
            pytest.skip("this user may not have so many descriptors")
        for _ in range(N_FROZEN):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)  # what the attacker's own side may take
            one.connect((s.host, s.port))
            one.sendall(b"GET /plot.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wire.eventually(lambda: s.metrics()["stillcast_viewers", {"stream": "plot"}] == N_FROZEN)
        with Crowd(s, ["plot"], 1) as crowd, wire.Conn(s) as publisher:
            wire.eventually(lambda: crowd.n_pictures == 1)
            for number in range(2, n_frames + 2):
                assert publisher.request("PUT", "/plot.jpg", body=jpeg(number, size_bytes=large)).status == 200
                wire.eventually(lambda: crowd.members[0].seq >= number, 1)  # noqa: B023: called at once
            kernel, user = kernel_kib() - before_kernel_kib, resident_kib(s) - before_kib
            began = time.monotonic()
            wire.eventually(lambda: s.metrics()["stillcast_viewers", {"stream": "plot"}] == 1, stall_s + 1)
            cut_s = time.monotonic() - began
        assert crowd.n_pictures >= n_frames + 1 and crowd.n_lost == 0
    assert kernel <= 64 * N_FROZEN and user <= 4 * N_FROZEN + 1024, (kernel, user)
    assert s.metrics()["stillcast_limit_hits_total", {"limit": "stall_timeout"}] == N_FROZEN
    print(f"\n{N_FROZEN} frozen viewers cut {cut_s:.1f} s after the last picture (deadline {stall_s} s), {kernel / N_FROZEN:.1f} KiB "
          f"of the kernel and {user / N_FROZEN:.1f} KiB of the server each; the good one saw {crowd.n_pictures - 1} of {n_frames}")
