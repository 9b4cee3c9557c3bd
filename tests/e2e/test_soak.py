"""All sources at once, viewers that come and go, servers and programs that are killed and started again; afterwards all is
as it was: memory, descriptors, threads, processes. SOAK_SECONDS=600 (make soak) for as long."""

import os
import pathlib
import random
import re
import signal
import subprocess
import threading
import time

import foreign
import wire
from conftest import BINARY
from pictures import jpeg
from programs import FifoWriter
from test_camera import LIBRARY, SANITIZED, Camera
from pulling import begin, part
from upstream import Upstream

SECONDS = float(os.environ.get("SOAK_SECONDS", "6" if "SANITIZER" in os.environ else "20"))
WARM_UP_S = min(60, SECONDS / 3)
N_PEERS = 12
GROWTH_KIB = 8192
LINGER = "#linger=0.2"


def has_source(name):
    text = subprocess.run([BINARY, "--help"], capture_output=True, text=True, check=True).stdout
    return f" {name}:" in text


class Everything:
    """What is pulled, read and run, with somebody who makes it change."""

    def __init__(self, folder):
        self.folder, self.is_over, self.chance = folder, threading.Event(), random.Random(1)
        self.problems, self.numbers = [], {}
        (folder / "shots").mkdir()
        for number in range(3):
            (folder / "shots" / f"{number}.jpg").write_bytes(jpeg(number))
        os.mkfifo(folder / "fifo")
        self.camera = Camera(folder) if has_source("v4l2") and LIBRARY.exists() and not SANITIZED else None
        self.upstream = Upstream(self.serve)
        self.foreign = [self.made(peer) for peer in (foreign.Ffmpeg, foreign.Gstreamer)]
        self.threads = [threading.Thread(target=self.go_on, args=(act,)) for act in (self.write, self.pipe, self.kill, self.unplug)]

    def made(self, peer):
        home = self.folder / peer.__name__
        home.mkdir()
        return peer(home)

    @property
    def sources(self):
        found = [f"mjpeg={self.upstream.url}stream{LINGER}#timeout=1", f"still={self.upstream.url}still{LINGER}#fps=20",
                 f"digest={self.upstream.url}401{LINGER}", "nobody=http://127.0.0.1:1/" + LINGER,
                 "noname=http://no-such-host.invalid/" + LINGER, "watch=watch:watched.jpg",
                 "files=files:shots#loop=yes#on_demand=yes#fps=20" + LINGER, "pipe=pipe:fifo",
                 f"test=test:#size=320x200#fps=20#on_demand=yes{LINGER}"]
        found += [f"{type(one).__name__.lower()}={one.url}{LINGER}#timeout=1" for one in self.foreign]
        if has_source("exec"):
            found += ["exec=exec:ffmpeg -nostdin -loglevel error -re -f lavfi -i testsrc=size=160x120:rate=20 -c:v mjpeg -f mpjpeg -"
                      + LINGER, "dies=exec:false" + LINGER]
        if self.camera:
            found.append(f"camera=v4l2:{self.camera.path}{LINGER}")
        return found

    @property
    def env(self):
        return self.camera.env("YUYV") if self.camera else {}

    def serve(self, peer, n):
        """A stream that breaks now and then, a picture that changes, a login that fails."""
        chance = random.Random(n)
        while (request := peer.read_request()):
            if request.target == "/401":
                peer.answer(b"no", "401 Unauthorized", WWW_Authenticate='Digest realm="a", nonce="b"')
            elif request.target == "/still":
                peer.answer(jpeg(n, size_bytes=20000), Content_Type="image/jpeg", ETag=f'"{n}"')
            else:
                peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")
                for number in range(chance.randrange(20, 200)):
                    peer.send(part(jpeg(number, size_bytes=chance.choice([600, 30000, 200000]))))
                    self.is_over.wait(0.02)
                peer.send(part(jpeg(9))[:-500])
                return chance.choice([peer.reset, peer.wait_for_end, lambda: None])()

    def go_on(self, act):
        n = 0
        try:
            while not self.is_over.is_set():
                n += 1
                act(n)
        except Exception as problem:  # noqa: BLE001: the test must fail with it
            self.problems.append(f"{act.__name__}: {problem!r}")

    def write(self, n):
        fresh = self.folder / "fresh.jpg"
        fresh.write_bytes(jpeg(n))
        fresh.rename(self.folder / "watched.jpg")
        self.is_over.wait(0.05)

    def pipe(self, n):
        with FifoWriter(self.folder / "fifo") as writer:
            for number in range(20):
                writer.write(jpeg(number))
                self.is_over.wait(0.02)
            writer.write(jpeg(1)[:300] if n % 2 else b"")

    def kill(self, n):
        one = self.foreign[n % len(self.foreign)]
        self.is_over.wait(1)
        if n % 3 == 0 and one.program.process.poll() is None:
            one.signal(signal.SIGSTOP)
            self.is_over.wait(1.5)
            one.signal(signal.SIGCONT)
        else:
            one.kill()
            one.start()

    def unplug(self, n):
        self.is_over.wait(2)
        if self.camera:
            self.camera.unplug()
            self.is_over.wait(0.3)
            self.camera.plug()

    def __enter__(self):
        for one in self.foreign:
            one.start()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        for one in self.foreign:
            one.__exit__()
        self.upstream.stop()
        assert not self.problems + self.upstream.problems, (self.problems + self.upstream.problems)[:3]


def visit(server, names, chance):
    """One viewer of one stream for a while, or one picture."""
    name = chance.choice(names)
    if chance.random() < 0.2:
        assert wire.get(server, f"/{name}.jpg").status in (200, 503)
        return
    if name == "camera":
        wire.request(server, "POST", "/api/streams/camera/controls", body=b'{"brightness": %d}' % chance.randrange(-64, 66, 2))
    kind = chance.choice([wire.Viewer, wire.Browser])
    viewer = kind(server, f"/{name}.mjpg", receive_bytes=chance.choice([None, 4096]), timeout=60)
    try:
        for _ in range(chance.randrange(1, 30)):
            viewer.part()
    finally:
        chance.choice([viewer.close, viewer.reset])()


def churn(server, names, seconds):
    """Visits without a pause; gives how many there were."""
    until, counts, problems = time.monotonic() + seconds, [0] * N_PEERS, []

    def go_on(n):
        chance = random.Random(f"{n} {seconds}")
        try:
            while time.monotonic() < until:
                visit(server, names, chance)
                counts[n] += 1
        except Exception as problem:  # noqa: BLE001
            problems.append(repr(problem))
    threads = [threading.Thread(target=go_on, args=(n,)) for n in range(N_PEERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems, problems[:3]
    return sum(counts)


def descendants(pid):
    """Of a process, as long as they are there."""
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            found += pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split()
    except FileNotFoundError:
        pass  # it has just ended
    return found + [one for child in found for one in descendants(child)]


def state(server):
    """Descriptors, threads, processes."""
    n_fds, n_threads = (len(os.listdir(f"/proc/{server.pid}/{what}")) for what in ("fd", "task"))
    return n_fds, n_threads, len(descendants(server.pid))


def resident_kib(server):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{server.pid}/status").read_text()).group(1))


def quiet(server):
    """Nobody watches, what rests when nobody does is at rest; gives the state that stays."""
    def rests():
        streams = wire.get(server, "/api/streams").json["streams"]
        busy = [(one["name"], one["state"]) for one in streams if one["name"] not in ("watch", "pipe") and one["state"] != "idle"]
        assert not busy and server.metrics()["stillcast_connections"] <= 1, busy
        return True
    wire.eventually(rests, 40)
    return state(server)


def test_everything_at_once_leaves_nothing_behind(server, tmp_path):
    with Everything(tmp_path) as everything:
        s = server("--resend", "300ms", "--idle-timeout", "2s", *everything.sources, env=everything.env)
        names = [one["name"] for one in wire.get(s, "/api/streams").json["streams"]]
        churn(s, names, WARM_UP_S)
        before, before_kib = quiet(s), resident_kib(s)
        n_visits = churn(s, names, SECONDS - WARM_UP_S)
        wire.eventually(lambda: quiet(s) == before, 20, f"not as it was: {before}")
        after_kib = resident_kib(s)
        streams = {one["name"]: one for one in wire.get(s, "/api/streams").json["streams"]}
    assert n_visits > SECONDS, n_visits
    for name, one in streams.items():
        assert one["frames_in"] > 0 or name in ("digest", "nobody", "noname", "dies"), one
    assert after_kib - before_kib < GROWTH_KIB or "SANITIZER" in os.environ, f"{before_kib} to {after_kib} KiB"
    print(f"{n_visits} visits, {after_kib - before_kib:+} KiB, {before} descriptors, threads, processes")
