"""From a PUT to a viewer, and how many PUTs one core takes."""

import json

import measure
import servers
from report import Figure

SIZE = 60000


def latency(bench):
    found = []
    for _ in range(3):
        with servers.Stillcast().start() as (pid, port):
            address = f"127.0.0.1:{port}"
            with servers.feeding(address, "/bench.jpg", servers.picture(SIZE), "-f", 30, "-p"):
                found.append(measure.under_load(servers.Serving([pid], port, "/bench.mjpg"), 1, 30, seconds=3))
    bench.keep("publish latency", found)
    p50, p99 = measure.median(found, "age_p50_ms"), measure.median(found, "age_p99_ms")
    return Figure("PUT of 60 KB to its last byte at a viewer, p50", f"{p50:.2f} ms", "<= 0.5 ms", p50 <= 0.5, f"p99 {p99:.2f} ms")


def rate(bench):
    """One connection, one after the other, one thread in the server."""
    with servers.Stillcast("stillcast", "--threads", "1").start() as (pid, port):
        with servers.feeding(f"127.0.0.1:{port}", "/bench.jpg", servers.picture(SIZE), "-f", 0, "-p") as feed:
            with measure.Load(f"127.0.0.1:{port}", "/bench.mjpg", 1, seconds=3, settle=0) as load:
                load.result()
            cpu_s = measure.cpu_s([pid])
            feed.stdin.close()
            done = json.loads(feed.stdout.readline())
    per_s, per_cpu_s = done["sent"] / done["seconds"], done["sent"] / cpu_s
    bench.keep("publish rate", {**done, "cpu_s": cpu_s})
    return Figure("PUT of 60 KB, on one core", f"{per_s:.0f} /s", ">= 1000 /s", per_s >= 1000, f"{per_cpu_s:.0f} per CPU second")


def run(bench):
    yield latency(bench)
    yield rate(bench)
