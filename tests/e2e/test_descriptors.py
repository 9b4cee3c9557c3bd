"""When there are no descriptors left: those who are there lose nothing, nothing spins, and it is over when some are free."""

import contextlib
import os
import resource
import time

import pytest

import wire
from pictures import jpeg

N_VIEWERS = 36  # more than share a file in memory, which needs a descriptor, too
N_PAST = 60
N_FRAMES = 20


def allow(server, n_more):
    """So many descriptors more than there are now, and not one above."""
    taken = {int(fd) for fd in os.listdir(f"/proc/{server.pid}/fd")}
    limit = 0
    while n_more > 0 or limit <= max(taken):
        n_more -= limit not in taken
        limit += 1
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (limit, hard))
    return limit


def cpu_s(server):
    fields = open(f"/proc/{server.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def dropped(control):
    return wire.Metrics(control.request("GET", "/metrics").text)["stillcast_connections_dropped_total"]


def show(publisher, viewers, numbers):
    """Every viewer sees every picture."""
    for number in numbers:
        assert publisher.request("PUT", "/plot.jpg", body=jpeg(number, size_bytes=20_000)).status == 200
        assert {viewer.next_seq() for viewer in viewers} == {number}


@pytest.mark.parametrize("n_threads", [1, 2])
def test_at_the_limit_of_descriptors(server, n_threads):
    s = server("--threads", str(n_threads), "--idle-timeout", "1m", "--header-timeout", "1m", "--max-connections", "1000")
    with contextlib.ExitStack() as stack:
        control, publisher = (stack.enter_context(wire.Conn(s)) for _ in range(2))
        assert publisher.request("PUT", "/plot.jpg", body=jpeg(1)).status == 201
        assert dropped(control) == 0
        allow(s, N_VIEWERS)
        viewers = [stack.enter_context(wire.Viewer(s, "/plot.mjpg")) for _ in range(N_VIEWERS)]
        assert {viewer.next_seq() for viewer in viewers} == {1}
        number = 2
        for _ in range(3):
            with contextlib.ExitStack() as crowd:
                past = [crowd.enter_context(wire.Conn(s)) for _ in range(N_PAST)]
                n_before = dropped(control)
                before = cpu_s(s)
                assert past[-1].is_silent(0.4) or past[-1].read_rest() == b""
                assert cpu_s(s) - before <= wire.patience(0.1), "it spins"
                show(publisher, viewers, range(number, number + N_FRAMES))
                number += N_FRAMES
                wire.eventually(lambda: dropped(control) > n_before)
            viewers.pop().close()
            began = time.monotonic()
            viewers.append(stack.enter_context(wire.eventually(lambda: comes_in(s))))
            assert time.monotonic() - began < wire.patience(1), "it does not come back"
            assert viewers[-1].next_seq() == number - 1


def comes_in(server):
    """A new viewer; None when it was dropped, with those who have left and with whom it waited."""
    try:
        return wire.Viewer(server, "/plot.mjpg")
    except (AssertionError, ConnectionResetError):
        return None
