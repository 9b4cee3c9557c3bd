"""A network loop that does not come back is the end of the process, which then is started again; one that only waits, or
a process that was stopped for a while, is not."""

import os
import pathlib
import signal
import socket

import pytest

import conftest
import wire
from pictures import jpeg

STALL = pathlib.Path(conftest.BINARY).parent / "tests" / "e2e" / "stall.so"


@pytest.fixture
def stalling(server):
    """A server whose loop stalls on the word 'stall-the-loop'."""
    if not STALL.exists():
        pytest.skip("this build has a recv of its own")
    return lambda *args: server(*args, env={"LD_PRELOAD": str(STALL)})


def stall(server):
    """Gives the connection, whose end is waited for by nobody."""
    conn = wire.Conn(server)
    conn.send(b"GET /stall-the-loop HTTP/1.1\r\n")
    return conn


def test_a_loop_that_does_not_come_back_ends_the_process(stalling):
    s = stalling("--watchdog", "300ms", "--threads", "2")
    with wire.Conn(s) as waits:
        assert waits.request("GET", "/healthz").status == 200
        assert waits.is_silent(0.6), "a loop that waits is not cut"
    with stall(s):
        assert s.process.wait(wire.patience(5)) == -signal.SIGABRT
    s.expects_exit = -signal.SIGABRT
    wire.eventually(lambda: "of 2 has not come back for 300 ms: aborting (--watchdog)" in s.stderr)


def test_without_a_watchdog_the_others_go_on(stalling):
    s = stalling("--watchdog", "0", "--threads", "1", "--drain", "0")
    with stall(s) as conn:
        assert conn.is_silent(0.6)
        assert s.process.poll() is None
    s.process.kill()
    s.expects_exit = -signal.SIGKILL


@pytest.mark.skipif("SANITIZER" in os.environ, reason="its turns are too long for a short watchdog")
def test_a_process_that_was_stopped_is_not_taken_for_one_that_hangs(server):
    s = server("--watchdog", "300ms")
    for _ in range(2):
        os.kill(s.pid, signal.SIGSTOP)
        with wire.Conn(s) as conn:
            assert conn.is_silent(0.5)
            os.kill(s.pid, signal.SIGCONT)
            assert conn.request("GET", "/healthz").status == 200
    wire.put(s, "plot", jpeg(1))


def test_the_manager_is_told_that_we_live_as_often_as_it_wants(server, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(wire.patience(5))
        server("--watchdog", "1h", env={"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "150000"})
        assert [manager.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


def test_the_lengths_of_turns_are_told(server):
    s = server("--threads", "2")
    wire.put(s, "plot", jpeg(1))
    metrics = s.metrics()
    count = metrics["stillcast_loop_lag_seconds_count"]
    assert count > 0 and count == metrics["stillcast_loop_lag_seconds_bucket", {"le": "+Inf"}]
    assert metrics["stillcast_loop_lag_seconds_bucket", {"le": "0.001"}] <= count
    assert 0 < metrics["stillcast_loop_lag_seconds_sum"] == metrics["stillcast_loop_busy_seconds_total"]
    assert metrics["stillcast_loop_lag_max_seconds"] <= metrics["stillcast_loop_lag_seconds_sum"]
