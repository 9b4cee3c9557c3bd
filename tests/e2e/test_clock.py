"""The wall clock is set, by a preloaded library: what waits does not notice, what is shown and what expires does."""

import pathlib
import struct
import subprocess
import time

import pytest

import pictures
import wire
from conftest import BINARY
from test_keys import Keys, query_of

LIBRARY = pathlib.Path(BINARY).parent / "tests" / "e2e" / "shift_clock.so"
pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason="a sanitizer has the clock to itself")
HOUR, YEAR = 3600, 365 * 86400
TO_2040 = 2208988800 - int(time.time())
NAMED = pytest.param(TO_2040, id="to 2040")  # the same name in each process that collects, whatever second it is
JUMPS = [1, -1, HOUR, -HOUR, YEAR, -YEAR, NAMED]


class Clock:
    def __init__(self, path):
        self.path = path
        self.set(0)

    def set(self, seconds):
        with open(self.path, "r+b" if self.path.exists() else "wb") as file:
            file.write(struct.pack("d", seconds))

    @property
    def env(self):
        return {"LD_PRELOAD": str(LIBRARY), "CLOCK_SHIFT": str(self.path)}


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / "shift")


def offset(part):
    """Of the server's wall clock, as a picture tells it."""
    return float(part.timestamp) - time.time()


@pytest.mark.parametrize("jump", JUMPS)
def test_pictures_go_on_as_if_nothing_had_happened(server, clock, jump):
    s = server("t=test:#fps=20#size=160x120", "--idle-timeout", "3s", env=clock.env)
    with wire.Viewer(s, "/t.mjpg") as viewer, wire.Conn(s) as idle:
        assert idle.request("GET", "/healthz").status == 200
        for shift in (jump, 0, jump):
            clock.set(shift)
            wire.eventually(lambda: abs(offset(viewer.part()) - shift) < 0.9, message="the clock was not set")
            began = time.monotonic()
            seen = {viewer.part().picture for _ in range(10)}
            assert len(seen) == 10 and 0.2 < time.monotonic() - began < wire.patience(2)
        assert idle.request("GET", "/healthz").status == 200  # no timer has fired


@pytest.mark.parametrize("jump", [HOUR, -HOUR, NAMED])
def test_a_graph_and_a_text_follow_the_clock(server, clock, jump):
    s = server("g=graph:#window=10s#fps=10", "c=text:%Y-%m-%d %H:%M:%S", env=clock.env)
    with wire.Conn(s) as numbers:
        def drawn(name, n):
            before = wire.get(s, f"/api/streams/{name}").json["frames_in"]
            wire.eventually(lambda: wire.get(s, f"/api/streams/{name}").json["frames_in"] >= before + n, message=name)

        with wire.Viewer(s, "/g.mjpg"), wire.Viewer(s, "/c.mjpg"):
            for shift in (jump, 0):
                clock.set(shift)
                assert numbers.request("POST", "/g/points", body=b"a 1\n").status == 200
                drawn("g", 2)
                drawn("c", 1)


def test_a_link_expires_by_the_clock_and_a_running_picture_stays(server, clock, tmp_path):
    keys = Keys(tmp_path / "keys", wall="view=lobby", boss="view=* publish=*")
    s = server("--keys", keys.path, "--guess-delay", "0", env=clock.env)
    with wire.Conn(s) as publisher:
        def publish(number):
            answer = publisher.request("PUT", "/lobby.jpg", keys.bearer("boss"), pictures.jpeg(number))
            assert answer.status in (200, 201), answer

        publish(1)
        query = query_of(keys.sign("wall", "lobby", "--for", "1h"))
        with wire.Viewer(s, f"/lobby.mjpg?{query}") as viewer:
            assert viewer.next_seq() == 1
            for shift, status in [(0, 200), (HOUR - 60, 200), (HOUR + 60, 403), (YEAR, 403), (TO_2040, 403), (0, 200)]:
                clock.set(shift)
                assert wire.get(s, f"/lobby.jpg?{query}").status == status, shift
                number = viewer.last_seq + 1
                publish(number)
                assert viewer.next_seq() == number
