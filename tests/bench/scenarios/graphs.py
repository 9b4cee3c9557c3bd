"""Numbers in: how many a core takes, and what it costs to draw them."""

import json
import math
import threading
import time
import urllib.request

import measure
import servers
from report import Figure

N_GRAPHS, N_SERIES, N_POINTS = 50, 4, 600
WINDOW_S = 60


def send(port, name, lines):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{name}/points", "".join(lines).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def pictures_of(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/streams", timeout=20) as answer:
        return sum(stream["frames_in"] for stream in json.load(answer)["streams"])


def curves(n_points):
    """Lines of N_SERIES curves that fill the window."""
    now = time.time()
    for i in range(n_points):
        at = now - WINDOW_S * (1 - i / n_points)
        for series in range(N_SERIES):
            yield f"s{series} {math.sin(at / 3 + series):.4f} {at:.6f}\n"


def drawing(pids, port, seconds):
    """(pictures a second, CPU seconds a second)."""
    n, cpu_s, began = pictures_of(port), measure.cpu_s(pids), time.monotonic()
    threading.Event().wait(seconds)  # what is measured takes so long
    took = time.monotonic() - began
    return (pictures_of(port) - n) / took, (measure.cpu_s(pids) - cpu_s) / took


def ingestion(bench):
    now, n = time.time(), 1000000
    lines = [f"s{i % 8} {i * 0.37:.3f} {now + i / n:.6f}\n" for i in range(n)]
    with servers.Stillcast("stillcast", "--threads", "1", "in=graph:").start() as (pid, port):
        before_s = measure.cpu_s([pid])
        answer = send(port, "in", lines)
        cpu_s = measure.cpu_s([pid]) - before_s
    per_s = answer["taken"] / cpu_s
    bench.keep("numbers taken", {**answer, "cpu_s": cpu_s})
    return Figure("numbers taken by POST, on one core", f"{per_s / 1e6:.2f} M/s", ">= 0.1 M/s", per_s >= 1e5,
                  f"{answer['refused']} refused")


def many(bench):
    names = [f"g{i}" for i in range(N_GRAPHS)]
    graphs = [f"{name}=graph:#on_demand=no#window={WINDOW_S}s#fps=10" for name in names]
    with servers.Stillcast("stillcast", "--threads", "1", *graphs).start() as (pid, port):
        lines = list(curves(N_POINTS))
        for name in names:
            send(port, name, lines)
        per_s, cores = drawing([pid], port, 5)
    bench.keep("many graphs", {"pictures_per_s": per_s, "cores": cores})
    at_10 = cores * N_GRAPHS * 10 / per_s
    return Figure(f"{N_GRAPHS} graphs 640x360, {N_SERIES} x {N_POINTS} points, 10 fps", f"{at_10:.2f} cores", "<= 1", at_10 <= 1,
                  f"{per_s:.0f} pictures/s took {cores:.2f} cores: {1e3 * cores / per_s:.2f} ms each")


def million(bench):
    n, span_s = 250000, 10
    with servers.Stillcast("stillcast", "--threads", "1", f"m=graph:#on_demand=no#window={span_s}s#fps=60").start() as (pid, port):
        now = time.time()
        send(port, "m", [f"s{k} {math.sin(i / 9000 + k):.4f} {now - span_s + 1.1 * span_s * i / n:.6f}\n"
                         for i in range(n) for k in range(N_SERIES)])
        per_s, cores = drawing([pid], port, 3)
    bench.keep("a million points", {"pictures_per_s": per_s, "cores": cores})
    return Figure("a million points in the window, 56 pixels/s", f"{per_s:.1f} fps", ">= 50 fps", per_s >= 50,
                  f"{cores:.2f} cores")


def run(bench):
    yield ingestion(bench)
    yield many(bench)
    yield million(bench)
