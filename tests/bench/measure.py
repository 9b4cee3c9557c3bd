"""Measuring one server under one load."""

import json
import pathlib
import re
import statistics
import subprocess
import time

import servers


def cpu_s(pids):
    """CPU time of all threads, also those that have ended, to the nanosecond: each process has a clock for it."""
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)


def user_bytes(pid):
    """Resident memory of its own: anonymous."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


def kernel_bytes(port):
    """What the kernel holds for the sockets that a server at that port has: queued in both directions, and reserved."""
    said = subprocess.run(["ss", "-tmnH", "state", "established", f"sport = :{port}"], capture_output=True, text=True, check=True)
    held = re.findall(r"skmem:\(r(\d+),rb\d+,t\d+,tb\d+,f(\d+),w(\d+)", said.stdout)
    return sum(int(n) for socket in held for n in socket)


class Load:
    """Viewers, in their own process, from `measuring` on; result() waits for the end."""

    def __init__(self, address, path, viewers=1, parsed=None, seconds=4, settle=2.2, options=(), prefix=()):
        parsed = min(viewers, 10) if parsed is None else parsed
        command = [*prefix, servers.program("load"), "-n", viewers, "-p", parsed, "-t", seconds, "-s", settle,
                   *options, address, path]
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        if self.process.stdout.readline() != "measuring\n":
            raise RuntimeError("the viewers could not connect")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def result(self):
        return json.loads(self.process.stdout.readline())


def under_load(serving, viewers, fps, **options):
    """One measurement: what the viewers saw, and what the server spent on it."""
    options["options"] = [*options.get("options", ()), *serving.options]
    with Load(f"{serving.host}:{serving.port}", serving.path, viewers, **options) as load:
        before_s = cpu_s(serving.pids)
        seen = load.result()
        cpu = cpu_s(serving.pids) - before_s
    asked = seen["seconds"] * fps * viewers
    gb = seen["bytes"] / 1e9
    return {**seen, "cpu_s": cpu, "cpu_s_per_gb": cpu / gb if gb else None,
            "delivered": min(1.0, seen["frames"] / asked) if seen["parsed"] else None}


def serve_and_load(server, size_bytes, viewers, fps, **options):
    with server.serve(servers.picture(size_bytes), fps) as serving:
        return under_load(serving, viewers, fps, **options)


def rounds(some_servers, n_rounds, run):
    """{name: [result of each round]}; within a round all run close together, each round begins with another one."""
    results = {server.name: [] for server in some_servers}
    for i in range(n_rounds):
        k = i % len(some_servers)
        for server in some_servers[k:] + some_servers[:k]:
            results[server.name].append(run(server))
    return results


def median(results, key):
    values = [result[key] for result in results if result[key] is not None]
    return statistics.median(values) if values else None


def median_ratio(results, others, key):
    """Of the quotients within each round."""
    return statistics.median(a[key] / b[key] for a, b in zip(results, others))
