"""Fifteen thousand viewers, and five hundred a second that come and go: how long does a newcomer wait for the first byte?"""

import os
import selectors
import socket
import statistics
import time

import measure
import servers
import wire
from report import Figure

VIEWERS, CLIENTS, FPS, SIZE = 15000, 2, 1, 8000
PER_S, STAY_S = 500, 0.2
REQUEST = b"GET /bench.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n"


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Crowd:
    """Newcomers at a steady pace; each leaves after a while, and one who comes too late for the pace counts from when it was to come."""

    def __init__(self, port):
        self.port, self.chosen = port, selectors.DefaultSelector()
        self.waits_s, self.inside, self.n_lost = [], [], 0

    def come(self, due):
        newcomer = socket.create_connection(("127.0.0.1", self.port))
        newcomer.sendall(REQUEST)
        self.chosen.register(newcomer, selectors.EVENT_READ, due)

    def look(self, timeout):
        for key, _ in self.chosen.select(timeout):
            self.chosen.unregister(key.fileobj)
            try:
                self.n_lost += not key.fileobj.recv(65536).startswith(b"HTTP/1.1 200")
            except OSError:
                self.n_lost += 1
            now = time.monotonic()
            self.waits_s.append(now - key.data)
            self.inside.append((now + STAY_S, key.fileobj))

    def leave(self, now):
        while self.inside and self.inside[0][0] <= now:
            self.inside.pop(0)[1].close()

    def run(self, seconds):
        began = time.monotonic()
        for i in range(int(seconds * PER_S)):
            due = began + i / PER_S
            self.look(0)
            while time.monotonic() < due:
                self.look(max(0, due - time.monotonic()))
            self.come(due)
            self.leave(time.monotonic())
        while self.chosen.get_map():
            self.look(1)
        self.leave(float("inf"))


def run(bench):
    seconds = bench.pick(10, 60)
    server = servers.Stillcast("stillcast", "--max-connections", VIEWERS + 2000)
    with server.serve(servers.picture(SIZE), FPS) as serving:
        (pid,), address = serving.pids, f"127.0.0.1:{serving.port}"
        with measure.Load(address, serving.path, 1):  # what the first viewer makes it open stays
            before = descriptors(pid) - 1
        wire.eventually(lambda: descriptors(pid) <= before)
        loads = [measure.Load(address, serving.path, VIEWERS // CLIENTS, seconds=seconds + 4, settle=20) for _ in range(CLIENTS)]
        with loads[0], loads[1]:
            crowd = Crowd(serving.port)
            crowd.run(seconds)
            found = [load.result() for load in loads]
        wire.eventually(lambda: descriptors(pid) <= before, 60)
        after = descriptors(pid)
    waits_ms = sorted(1000 * wait for wait in crowd.waits_s)
    p50, p99 = statistics.median(waits_ms), waits_ms[len(waits_ms) * 99 // 100]
    lost = sum(one["lost"] for one in found) + crowd.n_lost
    bench.keep("churn", {"p50_ms": p50, "p99_ms": p99, "lost": lost, "descriptors": [before, after], "loads": found})
    yield Figure(f"first byte of a newcomer, {VIEWERS:,} viewers, {PER_S}/s come and go", f"{p50:.1f} / {p99:.1f} ms", "p99 <= 20 ms", p99 <= 20,
                 f"{len(waits_ms)} came, {lost} lost; descriptors {before} before, {after} after")
