"""Ten thousand pictures over one connection, fifty viewers coming and going: every picture whole, in order."""

import os
import random
import threading

import wire
from pictures import jpeg

N_PICTURES = int(os.environ.get("MANY_PICTURES", "10000"))
N_VIEWERS = 50
WINDOW = 100  # requests under way at a time


class Audience:
    """Threads that watch for a while, leave in one way or another, and come again."""

    def __init__(self, server):
        self.server, self.problems, self.n_visits, self.n_seen = server, [], 0, 0
        self.is_over = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.watch, args=(n,)) for n in range(N_VIEWERS)]

    def watch(self, n):
        chance = random.Random(n)
        try:
            while not self.is_over.is_set():
                n_seen = self.visit(chance)
                with self.lock:
                    self.n_visits += 1
                    self.n_seen += n_seen
        except Exception as problem:  # noqa: BLE001: whatever it is, the test must fail with it
            self.problems.append(repr(problem))

    def visit(self, chance):
        kind, query = chance.choice([(wire.Viewer, ""), (wire.Browser, ""), (wire.RawViewer, "?raw=1")])
        viewer = kind(self.server, f"/plot.mjpg{query}", receive_bytes=chance.choice([None, 4096]), timeout=30)
        n = 0
        for n in range(1, chance.randrange(2, 120)):
            if viewer.next_seq() == N_PICTURES:
                break
        chance.choice([viewer.close, viewer.reset])()
        return n


def publish_all(server):
    with wire.Conn(server, timeout=30) as conn:
        for number in range(2, N_PICTURES + WINDOW):
            if number <= N_PICTURES:
                conn.send_request("PUT", "/plot.jpg", body=jpeg(number))
            if number - WINDOW >= 1:
                answer = conn.read_answer()
                assert answer.status == 200 and answer.json["seq"] == number - WINDOW + 1


def test_ten_thousand_pictures(server):
    s = server("--resend", "1s")
    wire.put(s, "plot", jpeg(1))
    audience = Audience(s)
    for thread in audience.threads:
        thread.start()
    with wire.Viewer(s, "/plot.mjpg", timeout=60) as faithful:
        try:
            publish_all(s)
            assert faithful.until_seq(N_PICTURES) == N_PICTURES
        finally:
            audience.is_over.set()
            for thread in audience.threads:
                thread.join()
    assert not audience.problems, audience.problems[:3]
    assert audience.n_visits >= N_VIEWERS and audience.n_seen > N_PICTURES / 10
    metrics = s.metrics()
    assert metrics["stillcast_frames_in_total", {"stream": "plot"}] == N_PICTURES
    assert metrics["stillcast_rejected_total"] == metrics["stillcast_bad_requests_total"] == 0
    wire.eventually(lambda: s.metrics()["stillcast_viewers", {"stream": "plot"}] == 0)
    wire.eventually(lambda: s.metrics()["stillcast_connections"] <= 1)
