"""Servers that others wrote, pulled for twenty viewers: killed, frozen and started again, and no viewer is cut."""

import os
import signal
import threading
import time

import pytest

import foreign
import wire
from test_source_life import is_in, look

pytestmark = pytest.mark.skipif("SANITIZER" in os.environ, reason="what is not ours is shown once")

N_VIEWERS = 20
RETRY_S = 4  # a delay after two failures, and chance


class Audience:
    """Viewers that read all that comes, whole parts only; counts holds how many each has had."""

    def __init__(self, server):
        self.viewers = [wire.Viewer(server, "/v.mjpg", timeout=60) for _ in range(N_VIEWERS)]
        self.counts, self.problems, self.is_over = [0] * N_VIEWERS, [], False
        self.threads = [threading.Thread(target=self.watch, args=(n,)) for n in range(N_VIEWERS)]
        for thread in self.threads:
            thread.start()

    def watch(self, n):
        try:
            while True:
                picture = self.viewers[n].part().picture
                assert picture[:2] == b"\xff\xd8" and picture[-2:] == b"\xff\xd9"
                self.counts[n] += 1
        except (AssertionError, OSError) as problem:
            if not self.is_over:
                self.problems.append(repr(problem))

    def see(self, n_more, within=20):
        """All of them get so many pictures more."""
        goals = [count + n_more for count in self.counts]
        wire.eventually(lambda: all(count >= goal for count, goal in zip(self.counts, goals)) or self.problems, within,
                        "not every viewer gets pictures")
        assert not self.problems, self.problems[:3]

    def leave(self):
        self.is_over = True
        for viewer in self.viewers:
            viewer.socket.shutdown(2)
        for thread in self.threads:
            thread.join()
        assert not self.problems, self.problems[:3]


def n_in(server):
    return look(server)["frames_in"]


def comes_back(server, within=RETRY_S):
    before, started = n_in(server), time.monotonic()
    wire.eventually(lambda: n_in(server) > before + 3, within, "pictures do not return")
    return time.monotonic() - started


@pytest.mark.parametrize("peer", foreign.ALL)
def test_a_server_is_killed_frozen_and_started_again(server, tmp_path, peer):
    with peer(tmp_path) as up:
        s = server(f"v={up.url}#timeout=1", "--resend", "300ms")
        audience = Audience(s)
        try:
            audience.see(20)
            assert look(s)["rejected"] == 0

            up.kill()
            is_in(s, "lost")
            audience.see(2)  # the last picture again, or a placeholder
            up.start()
            comes_back(s)
            audience.see(10)

            up.signal(signal.SIGSTOP)
            is_in(s, "lost")
            up.signal(signal.SIGCONT)
            if up.is_for_one:  # its client has left, and so it ends
                up.program.wait()
                up.start()
            comes_back(s)
            audience.see(10)
            assert look(s)["viewers"] == N_VIEWERS and look(s)["retries"] >= 2
        finally:
            audience.leave()
