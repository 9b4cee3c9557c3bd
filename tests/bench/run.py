#!/usr/bin/python3
"""stillcast beside the least that any server can do, in one run on loopback: 60 KB pictures, 30 a second, to 100 and
to 300 viewers. Usage: tests/bench/run.py [SECONDS]. CPU is the server's own, user and system; delivered is the share
of the bytes that would have been sent had every viewer got every frame; age is send to read, told by X-Timestamp, to the picture's last byte."""

import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import pictures  # noqa: E402
import wire  # noqa: E402

FPS = 30
FRAMES = [pictures.jpeg(number, size_bytes=60000) for number in range(8)]
FRAME_BYTES = len(FRAMES[0])
N_VIEWERS = (100, 300)
HEAD_BYTES = 110  # about what stands around each picture


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Running:
    """A server under test: its process, and the port from its ready line."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.host = "127.0.0.1"
        for line in self.process.stdout:
            found = re.search(r"ready: http://127\.0\.0\.1:(\d+)/", line)
            if found:
                self.port = int(found.group(1))
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        sys.exit(f"{command[0]} did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def publish(server, stop):
    """One long POST, FPS pictures a second, each at its time."""
    part = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n"
    with wire.Conn(server) as conn:
        conn.send(b"POST /bench.mjpg HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n"
                  b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n" % conn.host.encode())
        start, n = time.monotonic(), 0
        while not stop.wait(max(0, start + n / FPS - time.monotonic())):
            image = FRAMES[n % len(FRAMES)]
            conn.send(wire.chunked(part % (len(image), image), end=False))
            n += 1


def measure(server, n_viewers, seconds):
    load = subprocess.Popen([BUILD / "tests/bench/bench_load", str(server.port), "/bench.mjpg", str(n_viewers), "4",
                             str(seconds)], stdout=subprocess.PIPE, text=True)
    assert load.stdout.readline() == "measuring\n", "the load client could not connect"
    before = cpu_seconds(server.process.pid)
    result = json.loads(load.stdout.readline())
    cpu = cpu_seconds(server.process.pid) - before
    load.wait()
    wanted = result["seconds"] * FPS * n_viewers * (FRAME_BYTES + HEAD_BYTES)
    return {**result, "cpu_per_gb": cpu / (result["bytes"] / 1e9), "delivered": result["bytes"] / wanted, "cpu": cpu}


def measure_limit(n_viewers, seconds):
    with Running(BUILD / "tests/bench/bench_limit", str(FPS), str(FRAME_BYTES)) as server:
        return measure(server, n_viewers, seconds)


def measure_stillcast(n_viewers, seconds):
    stop = threading.Event()
    with Running(BUILD / "stillcast", "--listen", "127.0.0.1:0") as server:
        publisher = threading.Thread(target=publish, args=(server, stop))
        publisher.start()
        try:
            wire.eventually(lambda: wire.get(server, "/bench.jpg").status == 200)
            return measure(server, n_viewers, seconds)
        finally:
            stop.set()
            publisher.join()


SERVERS = (("bare send", measure_limit), ("stillcast", measure_stillcast))


def main(seconds, servers=SERVERS):
    subprocess.run(["ninja", "-C", BUILD, "stillcast", "tests/bench/bench_limit", "tests/bench/bench_load"], check=True,
                   stdout=subprocess.DEVNULL)
    print(f"{FRAME_BYTES // 1000} KB x {FPS}/s, {seconds:g} s each, on {os.cpu_count()} cores\n")
    print("viewers  server      CPU-s/GB  ratio   CPU-s  delivered  age p50   p99   max ms  lost")
    for n_viewers in N_VIEWERS:
        limit = None
        for name, run in servers:
            r = run(n_viewers, seconds)
            limit = limit or r["cpu_per_gb"]
            print(f"{n_viewers:7}  {name:10} {r['cpu_per_gb']:9.3f} {r['cpu_per_gb'] / limit:6.2f} {r['cpu']:7.2f} "
                  f"{r['delivered']:9.1%} {r['age_p50_ms']:9.1f} {r['age_p99_ms']:5.1f} {r['age_max_ms']:8.1f} {r['lost']:5}",
                  flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
