"""A viewer behind a narrow line: how old is what it sees, and is the line used? The line is a pair of network
namespaces of our own with a token bucket between them."""

import contextlib
import os
import shutil
import subprocess

import measure
import servers
from report import Figure

PLAIN, TLS, H2 = servers.PLAIN, servers.TLS, servers.H2
WAYS = (PLAIN, TLS, H2)
LINES = [(PLAIN, "4mbit", 60000, "?raw=1", 200, 300, 0.95)] + [(way, "4mbit", 60000, "", 200, 300, 0.95) for way in WAYS]
MORE_LINES = [(way, "1mbit", 20000, "", None, None, None) for way in WAYS]
PROGRAMS = ("ip", "tc")


def sh(*words):
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


@contextlib.contextmanager
def narrow_line(rate):
    """Gives (server's end, viewer's end, server's address); both ends are prefixes for a command."""
    ends = [f"scbench{os.getpid()}{end}" for end in "ab"]
    try:
        for end in ends:
            sh("ip", "netns", "add", end)
        sh("ip", "link", "add", "line", "netns", ends[0], "type", "veth", "peer", "name", "line", "netns", ends[1])
        for i, end in enumerate(ends):
            sh("ip", "-n", end, "addr", "add", f"10.231.0.{i + 1}/24", "dev", "line")
            sh("ip", "-n", end, "link", "set", "line", "up")
            sh("ip", "-n", end, "link", "set", "lo", "up")
        sh("ip", "netns", "exec", ends[0], "tc", "qdisc", "add", "dev", "line", "root", "tbf", "rate", rate,
           "burst", "3200", "limit", "200kb")
        yield ("ip", "netns", "exec", ends[0]), ("ip", "netns", "exec", ends[1]), "10.231.0.1"
    finally:
        for end in ends:
            subprocess.run(["ip", "netns", "del", end], capture_output=True, check=False)


def is_possible():
    """Why not, or None."""
    if not all(shutil.which(program) for program in PROGRAMS):
        return "no ip or tc"
    try:
        with narrow_line("1mbit"):
            return None
    except subprocess.CalledProcessError as error:
        return f"no namespaces here: {error.stderr.decode(errors='replace').strip()}"


def watch(way, rate, size, query, seconds):
    with narrow_line(rate) as (near, far, host):
        with servers.ready_ports([*near, *servers.stillcast(way, "--insecure", host=host)]) as (_, ports):
            with servers.feeding(f"{host}:{ports[1]}", "/bench.mjpg", servers.picture(size), "-f", 30, prefix=near):
                with measure.Load(f"{host}:{ports[0]}", f"/bench.mjpg{query}", 1, seconds=seconds, settle=4, prefix=far,
                                  options=way.options) as load:
                    found = load.result()
    found["line_used"] = found["bytes"] * 8 / found["seconds"] / (float(rate.removesuffix("mbit")) * 1e6)
    return found


def run(bench):
    why_not = is_possible()
    if why_not:
        yield Figure("slow line", "skipped", "", None, why_not)
        return
    why_no_tls = servers.Limit("tls").available()
    for way, rate, size, query, p50, p99, used in LINES + bench.pick([], MORE_LINES):
        if way.is_tls and why_no_tls:
            yield Figure(f"slow line, {way.name}", "skipped", "", None, why_no_tls)
            continue
        found = watch(way, rate, size, query, bench.pick(10, 20))
        how = query and ", raw" or (way is not PLAIN and f", {way.name}" or "")
        bench.keep(f"line {rate}{how}", found)
        is_met = found["age_p50_ms"] <= p50 and found["age_p99_ms"] <= p99 and found["line_used"] >= used if p50 else None
        yield Figure(f"age p50 / p99, {rate}/s, {size // 1000} KB x 30 fps{how}",
                     f"{found['age_p50_ms']:.0f} / {found['age_p99_ms']:.0f} ms, {found['line_used']:.1%} used",
                     f"<= {p50} / {p99} ms, >= {used:.0%}" if p50 else "", is_met)
