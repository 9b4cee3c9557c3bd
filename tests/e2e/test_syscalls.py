"""What delivering costs beyond the bytes: system calls and allocations per frame and viewer."""

import contextlib
import os
import pathlib
import re
import select
import shutil
import signal
import struct
import subprocess
import time

import pytest

import conftest
import pictures
import wire

N_VIEWERS = 300
SETTLED_S = 2.2
COUNTER = pathlib.Path(conftest.BINARY).parent / "tests" / "e2e" / "count_allocations.so"


class Strace:
    """Watches the system calls of a process, of all its threads, while the block runs."""

    def __init__(self, pid, out, *options):
        self.out, self.command = out, ["strace", "-f", *options, "-o", out, "-p", str(pid)]

    def __enter__(self):
        if not shutil.which("strace"):
            pytest.skip("strace is not installed")
        self.strace = subprocess.Popen(self.command, stderr=subprocess.PIPE, text=True)
        said = self.strace.stderr.readline()
        if "attached" not in said:
            self.strace.wait()
            pytest.skip(f"strace may not look here: {said.strip()}")
        return self

    def __exit__(self, *_):
        self.strace.send_signal(signal.SIGINT)
        self.strace.communicate()


class Calls(Strace):
    """Counts them."""

    def __init__(self, pid, out):
        super().__init__(pid, out, "-c")

    def __exit__(self, *_):
        super().__exit__()
        rows = re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", self.out.read_text(), re.M)
        self.by_name = {name: int(n) for n, name in rows if name != "total"}

    @property
    def total(self):
        return sum(self.by_name.values())


class Audience:
    """Viewers who have seen a first frame and get each further one before the next is published."""

    def __init__(self, server, n_viewers):
        self.publisher = wire.Conn(server)
        self.publish(1)
        self.viewers = [wire.Viewer(server, "/plot.mjpg") for _ in range(n_viewers)]
        self.last = 1
        self.see()

    def publish(self, number):
        self.publisher.request("PUT", "/plot.jpg", body=pictures.jpeg(number))

    def see(self):
        assert {viewer.next_seq() for viewer in self.viewers} == {self.last}

    def show(self, n_frames):
        for _ in range(n_frames):
            self.last += 1
            self.publish(self.last)
            self.see()

    def settle(self):
        """Goes on until the server no longer looks at each viewer's line before each frame."""
        deadline = time.monotonic() + SETTLED_S
        while time.monotonic() < deadline:
            self.show(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for conn in [self.publisher, *self.viewers]:
            conn.close()


def calls_per_frame(server, tmp_path, *options, n_frames=32):
    """Calls per frame delivered, and all calls by name."""
    one = server("--threads", "1", *options)
    with Audience(one, N_VIEWERS) as audience:
        audience.settle()
        with Calls(one.pid, tmp_path / "calls") as calls:
            audience.show(n_frames)
    return calls.total / (n_frames * N_VIEWERS), calls.by_name


def test_a_delivered_frame_costs_one_system_call(server, tmp_path):
    each, by_name = calls_per_frame(server, tmp_path, "--plain-send")
    assert 1 <= each <= 1.1, by_name


def test_by_io_uring_many_deliveries_are_one_system_call(server, tmp_path):
    each, by_name = calls_per_frame(server, tmp_path)
    if "io_uring_enter" not in by_name:
        pytest.skip("no io_uring here")
    assert each <= 0.25, by_name


def test_a_long_publisher_s_frame_costs_two_receives_and_no_waking(server, tmp_path):
    one, n_frames = server("--threads", "1", "--plain-send"), 100
    end = b"--frame--\r\n"
    parts = [wire.multipart(pictures.jpeg(i, size_bytes=16000)).removesuffix(end) for i in range(n_frames + 2)]
    pieces = [wire.chunked(part, end=False) for part in parts]
    with wire.Conn(one) as publisher:
        publisher.send_request("POST", "/plot.mjpg", {"Content-Type": "multipart/x-mixed-replace; boundary=frame",
                                                      "Transfer-Encoding": "chunked"})
        publisher.send(pieces[0] + pieces[1])
        wire.eventually(lambda: wire.get(one, "/plot.jpg").status == 200)
        with wire.Viewer(one, "/plot.mjpg") as a, wire.Viewer(one, "/plot.mjpg") as b:
            assert a.next_seq() == b.next_seq()
            with Calls(one.pid, tmp_path / "calls") as calls:
                for piece in pieces[2:]:
                    publisher.send(piece)
                    assert a.next_seq() == b.next_seq()
    assert "write" not in calls.by_name
    assert calls.by_name["recvfrom"] <= 2.1 * n_frames, calls.by_name
    others = {"getsockopt", "mmap", "munmap", "madvise", "mprotect"}  # looks at new lines; the sanitizers' allocator
    assert sum(n for name, n in calls.by_name.items() if name not in others) <= 5.1 * n_frames, calls.by_name


def test_what_few_watch_is_watched_on_the_loop_that_publishes_it(server, tmp_path):
    """So no frame wakes another loop, which would be a write."""
    one, names, n_rounds = server("--threads", "4", "--plain-send"), [f"cam{i}" for i in range(8)], 5
    with contextlib.ExitStack() as open_:
        def publish(number):
            for name, publisher in publishers.items():
                assert publisher.request("PUT", f"/{name}.jpg", body=pictures.jpeg(number)).status in (200, 201)

        publishers = {name: open_.enter_context(wire.Conn(one)) for name in names}
        publish(1)
        viewers = [open_.enter_context(wire.Viewer(one, f"/{name}.mjpg")) for name in names for _ in range(4)]
        assert {viewer.next_seq() for viewer in viewers} == {1}
        with Calls(one.pid, tmp_path / "calls") as calls:
            for number in range(2, 2 + n_rounds):
                publish(number)
                assert {viewer.next_seq() for viewer in viewers} == {number}
    assert calls.by_name["recvfrom"] >= n_rounds * len(names)  # it counted
    assert "write" not in calls.by_name, calls.by_name
    assert one.metrics()["stillcast_requests_total"] >= len(names) * (n_rounds + 5)


def test_what_many_watch_is_spread_over_the_loops(server, tmp_path):
    one = server("--threads", "4", "--plain-send")
    with Audience(one, N_VIEWERS) as audience, Calls(one.pid, tmp_path / "calls") as calls:
        audience.show(5)
    assert calls.by_name["write"] >= 5, calls.by_name


@contextlib.contextmanager
def stopped(pid):
    """All of its threads."""
    def states():
        return {(task / "stat").read_text().rsplit(") ", 1)[1][0] for task in pathlib.Path(f"/proc/{pid}/task").iterdir()}
    os.kill(pid, signal.SIGSTOP)
    try:
        wire.eventually(lambda: states() == {"T"})
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_who_keeps_up_is_served_before_who_was_behind(server, tmp_path):
    """Both have something to be sent in one turn of the loop, and the one that was behind was ready for it earlier."""
    one, log, large = server("--threads", "1", "--plain-send"), tmp_path / "calls", 4_000_000
    with wire.Conn(one) as publisher:
        publisher.request("PUT", "/plot.jpg", body=pictures.jpeg(1, size_bytes=large))
        quick, behind = wire.Viewer(one, "/plot.mjpg"), wire.Viewer(one, "/plot.mjpg", receive_bytes=65536)
        assert quick.next_seq() == 1
        with contextlib.ExitStack() as watching:
            with stopped(one.pid):
                watching.enter_context(Strace(one.pid, log, "-e", "trace=sendto,sendmsg"))
                while select.select([behind.socket], [], [], 0.2)[0]:
                    behind.buffer += behind.socket.recv(1 << 20)
                publisher.send_request("PUT", "/plot.jpg", body=pictures.jpeg(2))
            assert publisher.read_answer("PUT").status == 200
            assert quick.next_seq() == 2 and behind.until_seq(2) == 2
        quick.close()
        behind.close()
    sent = [int(n) for n in re.findall(r"= (\d+)$", log.read_text(), re.M)]
    to_quick = next(i for i, n in enumerate(sent) if len(pictures.jpeg(2)) < n < 10000)
    to_behind = next(i for i, n in enumerate(sent) if n > 10000)
    assert to_quick < to_behind, sent


def allocations(path):
    return struct.unpack("Q", path.read_bytes())[0]


@pytest.fixture
def counted(server, tmp_path):
    """A server whose allocations are counted in the file that comes with it."""
    if not COUNTER.exists():
        pytest.skip("this build has another allocator")
    path = tmp_path / "allocations"
    path.write_bytes(bytes(8))
    return server(env={"LD_PRELOAD": str(COUNTER), "COUNT_ALLOCATIONS": str(path)}), path


def test_nothing_is_allocated_per_viewer_and_frame(counted):
    server, path = counted
    made = {}
    for n_viewers in (1, N_VIEWERS):
        with Audience(server, n_viewers) as audience:
            audience.show(5)
            before = allocations(path)
            audience.show(30)
            made[n_viewers] = allocations(path) - before
    assert made[1] >= 30, "a frame is not allocated: does the counter count?"
    assert made[N_VIEWERS] <= made[1] + 30, made
