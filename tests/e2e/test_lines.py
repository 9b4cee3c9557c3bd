"""Viewers behind long, lossy, slow and broken lines get whole pictures, the newest, or are cut; those behind good ones lose
nothing by them."""

import contextlib
import os
import socket
import struct
import threading
import time

import pytest

import link
import wire
from pictures import jpeg

pytestmark = pytest.mark.skipif("SANITIZER" in os.environ, reason="counts seconds")
PROFILES = {"50 ms, 2 % lost, 8 Mbit/s": {"delay_s": 0.05, "jitter_s": 0.02, "loss": 0.02, "rate_bit_s": 8e6},
            "300 ms there and back, 10 % lost": {"delay_s": 0.15, "loss": 0.1},
            "128 kbit/s": {"rate_bit_s": 128e3}}
OLD_S = {"50 ms, 2 % lost, 8 Mbit/s": 1.5, "300 ms there and back, 10 % lost": 6, "128 kbit/s": 3}
FPS, N_PICTURES, PICTURE_BYTES = 10, 20, 8000
LAST = 24  # where a line is cut


@contextlib.contextmanager
def lines(*profiles):
    """As link.lines; skips where there can be none."""
    with contextlib.ExitStack() as stack:
        try:
            made = stack.enter_context(link.lines(*profiles))
        except link.Impossible as why:
            pytest.skip(f"no lines here: {why}")
        yield made


class Place:
    """The server as it is seen from one namespace."""

    def __init__(self, server, namespace, host):
        self.server, self.namespace, self.host, self.port = server, namespace, host, server.port

    def viewer(self, timeout=20):
        with link.inside(self.namespace):
            return wire.Viewer(self, "/plot.mjpg", timeout=timeout)


def start(server, near, *options):
    """A server in its namespace; what is asked there goes by the loopback device."""
    with link.inside(near):  # the ready line's address is asked from here
        one = server("--insecure", "--log-level", "error", *options, listen="0.0.0.0:0", prefix=("ip", "netns", "exec", near))
    one.host = "127.0.0.1"
    return one


class Watching:
    """A thread that connects, and reads parts until the last picture; which there were, and how old each was."""

    def __init__(self, place, published, last=N_PICTURES):
        self.place, self.published, self.last = place, published, last
        self.seen, self.ages, self.problem = [], [], None
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        try:
            with self.place.viewer() as viewer:
                while not self.seen or self.seen[-1] < self.last:
                    seq = viewer.next_seq()
                    self.ages.append(time.monotonic() - self.published[seq])
                    self.seen.append(seq)
        except Exception as problem:  # noqa: BLE001: the test must fail with it
            self.problem = problem

    def join(self):
        self.thread.join()
        assert self.problem is None, repr(self.problem)
        return self


def publish(publisher, published, numbers):
    rest = threading.Event()
    for number in numbers:
        published[number] = time.monotonic()
        assert publisher.request("PUT", "/plot.jpg", body=jpeg(number, size_bytes=PICTURE_BYTES)).status in (200, 201)
        rest.wait(1 / FPS)


def test_whole_and_newest_pictures_on_bad_lines(server):
    published = {}
    with lines(*PROFILES.values()) as (near, made):
        s = start(server, near, "--resend", "1m")
        with link.inside(near):
            publisher = wire.Conn(s)
        publish(publisher, published, [1])
        far = {name: Place(s, line.far, line.host) for name, line in zip(PROFILES, made)}
        good = Watching(Place(s, near, "127.0.0.1"), published)
        watching = {name: Watching(place, published) for name, place in far.items()}
        wire.eventually(lambda: all(one.seen for one in [good, *watching.values()]), 20)
        publish(publisher, published, range(2, N_PICTURES + 1))
        assert good.join().seen == list(range(1, N_PICTURES + 1)), "the good viewer lost some"
        for name, one in watching.items():
            one.join()
            oldest = max(one.ages[1:])
            print(f"\n{name}: {len(one.seen)} of {N_PICTURES} pictures, the oldest {oldest:.2f} s old")
            assert len(one.seen) >= 3 and oldest < OLD_S[name], (name, one.seen, one.ages)
        assert len(watching["128 kbit/s"].seen) < N_PICTURES / 2, "nothing was skipped on a slow line"
        publisher.close()


def test_a_cut_line_is_found_and_a_short_pause_survived(server):
    stall_s, published = 1.5, {}
    with lines({"delay_s": 0.01}, {}, {}) as (near, (pauses, cut, broken)):
        s = start(server, near, "--stall-timeout", f"{int(stall_s * 1000)}ms")
        with link.inside(near):
            publisher, control = wire.Conn(s), wire.Conn(s)
        publish(publisher, published, [1])
        good = Watching(Place(s, near, "127.0.0.1"), published, LAST)
        survivor = Watching(Place(s, pauses.far, pauses.host), published, LAST)
        wire.eventually(lambda: good.seen and survivor.seen)
        lost = [Place(s, line.far, line.host).viewer() for line in (cut, broken)]
        for viewer in lost:
            assert viewer.next_seq() >= 1
        pauses.is_cut = cut.is_cut = True
        lost[1].socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        broken.break_far_end()
        began = time.monotonic()
        publish(publisher, published, range(2, 8))
        pauses.is_cut = False
        times = threading.Thread(target=publish, args=(publisher, published, range(8, LAST + 1)))
        times.start()

        def n_viewers():
            return wire.Metrics(control.request("GET", "/metrics").text)["stillcast_viewers", {"stream": "plot"}]
        wire.eventually(lambda: n_viewers() == 2, stall_s + 1.5, "the cut ones are still there")
        print(f"\ncut after {time.monotonic() - began:.1f} s (deadline {stall_s} s)")
        times.join()
        assert good.join().seen == list(range(1, LAST + 1)), "the good viewer lost some"
        assert survivor.join().seen[-1] == LAST
        for conn in [*lost, publisher, control]:
            conn.close()
