"""Two thousand viewers of a hundred streams, fifty of them coming and going each second, and a fault every ten seconds:
publishers and programs that are killed or stand still, resets, a full disk, keys read again, nonsense. Nobody sees a torn
picture, nobody is cut, and afterwards all is as it was. SOAK_SECONDS=600 (make soak) for all of it; else a short one."""

import os
import pathlib
import signal
import subprocess
import threading
import time

import pytest

import wire
from conftest import BINARY
from crowd import Crowd, allow_descriptors
from pictures import jpeg
from test_soak import GROWTH_KIB, descendants, resident_kib, state

SECONDS = float(os.environ.get("SOAK_SECONDS", "3"))
IS_LONG = SECONDS >= 60
N_VIEWERS, CHURN_HZ, N_STREAMS = (2000, 50, 100) if IS_LONG else (100, 50, 10)
WARM_UP_S = min(60, SECONDS / 3)
FAULT_EVERY_S = 10 if IS_LONG else 0.25
DISK_BYTES = 256 << 10

pytestmark = pytest.mark.skipif("SANITIZER" in os.environ, reason="counts memory, and is long enough as it is")


class Publishers:
    """Each stream gets a picture a second, by a few connections that stay, and one long publisher."""

    def __init__(self, server, names):
        self.server, self.names, self.is_over, self.problems, self.n_put = server, names, threading.Event(), [], 0
        self.is_to_die = threading.Event()
        self.threads = [threading.Thread(target=self.guarded, args=(act,)) for act in (self.put_all, self.post)]

    def __enter__(self):
        for name in self.names:
            wire.put(self.server, name, jpeg(1, size_bytes=6000))
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        assert not self.problems, self.problems[:3]

    def guarded(self, act):
        try:
            act()
        except Exception as problem:  # noqa: BLE001: the test must fail with it
            self.problems.append(f"{act.__name__}: {problem!r}")

    def put_all(self):
        number = 1
        with wire.Conn(self.server, timeout=30) as conn:
            while not self.is_over.is_set():
                number += 1
                for name in self.names:
                    assert conn.request("PUT", f"/{name}.jpg", body=jpeg(number, size_bytes=6000)).status == 200
                    self.n_put += 1
                    self.is_over.wait(1 / len(self.names))

    def post(self):
        """Killed in the middle of a picture when told to, and there again."""
        number = 0
        while not self.is_over.is_set():
            with wire.Conn(self.server, timeout=30) as conn:
                conn.send_request("POST", "/long.mjpg?takeover=1", {"Transfer-Encoding": "chunked",
                                  "Content-Type": "multipart/x-mixed-replace; boundary=frame"}, b"")
                while not self.is_over.is_set() and not self.is_to_die.is_set():
                    number += 1
                    conn.send(wire.chunked(wire.multipart(jpeg(number, size_bytes=20000))[:-len(b"--frame--\r\n")], end=False))
                    self.is_over.wait(0.2)
                conn.send(wire.chunked(wire.multipart(jpeg(number))[:300], end=False))
                self.is_to_die.clear()
                conn.reset()


class Disk:
    """A small file system of its own that can be full; a folder that cannot where mounting is not allowed."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.is_mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", folder],
                                         capture_output=True, check=False).returncode == 0

    def fill(self):
        try:
            with open(self.folder / "filler", "wb", buffering=0) as filler:
                while self.is_mounted and filler.write(bytes(4096)):
                    pass
        except OSError:
            pass

    def empty(self):
        (self.folder / "filler").unlink(missing_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.is_mounted:
            subprocess.run(["umount", "-l", self.folder], check=True)


class Faults:
    """One after the other, and the counts of them."""

    def __init__(self, server, crowd, publishers, disk, keys):
        self.server, self.crowd, self.publishers, self.disk, self.keys = server, crowd, publishers, disk, keys
        self.kinds = [self.publisher_killed, self.program_killed, self.program_stopped, self.resets, self.disk_full,
                      self.keys_reloaded, self.nonsense]
        self.counts = {}

    def programs(self):
        return [int(pid) for pid in descendants(self.server.pid)
                if pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"sh\0")]

    def program(self, number):
        for pid in self.programs()[:1]:
            os.kill(pid, number)

    def publisher_killed(self):
        self.publishers.is_to_die.set()

    def program_killed(self):
        self.program(signal.SIGKILL)

    def program_stopped(self):
        self.program(signal.SIGSTOP)

    def resets(self):
        self.crowd.reset(N_VIEWERS // 10)

    def disk_full(self):
        self.disk.fill()

    def keys_reloaded(self):
        subprocess.run([BINARY, "key", "add", "--keys", self.keys, f"more{len(self.counts)}{time.monotonic_ns()}", "view=*"],
                       capture_output=True, check=True)
        self.server.process.send_signal(signal.SIGHUP)

    def nonsense(self):
        for _ in range(50):
            with wire.Conn(self.server) as conn:
                conn.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n")
                assert conn.read_head().status == 400

    def heal(self):
        self.disk.empty()
        for pid in self.programs():
            os.kill(pid, signal.SIGCONT)

    def go_on(self, seconds):
        until, n, rest = time.monotonic() + seconds, 0, threading.Event()
        while time.monotonic() < until:
            fault = self.kinds[n % len(self.kinds)]
            try:
                fault()
            except (ProcessLookupError, FileNotFoundError):
                pass  # it has just ended by itself
            self.counts[fault.__name__] = self.counts.get(fault.__name__, 0) + 1
            rest.wait(FAULT_EVERY_S / 2)
            self.heal()
            rest.wait(FAULT_EVERY_S / 2)
            n += 1


def test_faults_and_churn_leave_nothing_behind(server, tmp_path):
    if not allow_descriptors(N_VIEWERS + 500):
        pytest.skip("this user may not have so many descriptors")
    keys = tmp_path / "keys"
    for words in (["anybody", "view=*", "publish=*", "control=*", "metrics"],):
        subprocess.run([BINARY, "key", "add", "--keys", keys, *words], capture_output=True, check=True)
    names = [f"s{n}" for n in range(N_STREAMS)]
    (tmp_path / "shot.jpg").write_bytes(jpeg(1))
    with Disk(tmp_path / "disk") as disk:
        s = server("--keys", keys, "--idle-timeout", "1m", "--max-connections", N_VIEWERS + 200, "--max-streams", N_STREAMS + 10,
                   f"--save=s0={disk.folder}/saved.jpg", f"exec=exec:sh -c 'while cat {tmp_path}/shot.jpg; do sleep 0.2; done'"
                   "#on_demand=no#timeout=2")
        figures = run(s, names + ["long", "exec"], disk, keys)
    print(figures)


def settled(server):
    """Descriptors, threads and processes when nobody is there."""
    wire.eventually(lambda: server.metrics()["stillcast_connections"] <= 1, 40)
    return state(server)


def run(server, names, disk, keys):
    with Publishers(server, names[:-2]) as publishers:
        wire.eventually(lambda: wire.get(server, "/long.jpg").status == 200, 10)
        with Crowd(server, names, N_VIEWERS, CHURN_HZ) as crowd:
            wire.eventually(lambda: len(crowd.members) == N_VIEWERS, 30)
            threading.Event().wait(WARM_UP_S)
    before, before_kib = settled(server), resident_kib(server)
    with Publishers(server, names[:-2]) as publishers, \
            Crowd(server, names, N_VIEWERS, CHURN_HZ, seed=2) as crowd:
        faults = Faults(server, crowd, publishers, disk, keys)
        faults.go_on(SECONDS - WARM_UP_S)
        metrics = server.metrics()
        assert crowd.n_pictures > SECONDS * N_VIEWERS / 10 and crowd.n_lost == 0, (crowd.n_pictures, crowd.n_lost)
        assert set(faults.counts) == {kind.__name__ for kind in faults.kinds}
    wire.eventually(lambda: settled(server) == before, 30, f"not as it was: {before}")
    after_kib = resident_kib(server)
    assert after_kib - before_kib < GROWTH_KIB, f"{before_kib} to {after_kib} KiB"
    return (f"{crowd.n_visits} visits, {crowd.n_pictures} pictures seen, none torn, {crowd.n_lost} viewers lost, "
            f"{publishers.n_put} published; {sum(faults.counts.values())} faults {faults.counts}; "
            f"{before} descriptors, threads, processes before and after; {before_kib} {after_kib - before_kib:+} KiB; "
            f"longest turn {metrics['stillcast_loop_lag_max_seconds'] * 1000:.1f} ms, "
            f"save failures {metrics['stillcast_save_failures_total', {'stream': 's0'}]:.0f}")
