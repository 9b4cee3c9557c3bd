"""What a delivered gigabyte costs, beside a bare loop that sends, and how old pictures are when they arrive.

Several threads that send at once cost more per byte than one, whatever they do: caches and cores are shared with each
other and with the viewers. So the server's loops are compared with as many bare loops, and one with one."""

import os

import measure
import servers
from report import Figure

FPS, SECONDS = 30, 2
TARGETS = {(60000, 300): 1.15, (8000, 1000): 1.25, (60000, 1000): 1.15, (8000, 300): 1.25}
USUAL = [(60000, 300), (8000, 1000)]
ALL = [*TARGETS, *((size, n) for size in (8000, 60000, 200000) for n in (1, 100, 300, 1000) if (size, n) not in TARGETS)]
CORES = os.cpu_count()
ONE = servers.Limit(), servers.Stillcast("stillcast, 1 thread", "--threads", "1")
EACH = servers.Limit("send", CORES), servers.Stillcast()


def compared(ours, limit, results, most):
    ratio = measure.median_ratio(results[ours.name], results[limit.name], "cpu_s_per_gb")
    cost, base = (measure.median(results[s.name], "cpu_s_per_gb") for s in (ours, limit))
    delivered = measure.median(results[ours.name], "delivered")
    return Figure(f"   {ours.name}, to {limit.name}", f"{ratio:.2f} x", f"<= {most} x" if most else "",
                  ratio <= most if most else None, f"{cost:.3f} to {base:.3f} CPU-s/GB, {delivered:.1%} delivered")


def one_case(bench, size, viewers):
    most = TARGETS.get((size, viewers))
    pairs = [ONE, EACH] if CORES > 1 else [ONE]
    results = measure.rounds([server for pair in pairs for server in pair], 3 if most else 1,
                             lambda server: measure.serve_and_load(server, size, viewers, FPS, seconds=SECONDS))
    bench.keep(f"cost {size // 1000} KB x {viewers}", results)
    yield Figure(f"CPU per GB, {size // 1000} KB x {viewers} x {FPS} fps", "")
    for limit, ours in pairs:
        yield compared(ours, limit, results, most)


def age(bench):
    some = [servers.Limit("send"), servers.Stillcast()]
    results = measure.rounds(some, 3, lambda server: measure.serve_and_load(server, 60000, 100, FPS, seconds=3, parsed=20))
    bench.keep("age 60 KB x 100", results)
    for name, found in results.items():
        p50, p99 = measure.median(found, "age_p50_ms"), measure.median(found, "age_p99_ms")
        is_ours = name == "stillcast"
        yield Figure("age p50 / p99, 60 KB x 100" if is_ours else f"   {name}", f"{p50:.1f} / {p99:.1f} ms",
                     "<= 1.0 / 5 ms" if is_ours else "", p50 <= 1.0 and p99 <= 5 if is_ours else None)


def run(bench):
    for size, viewers in bench.pick(USUAL, ALL):
        yield from one_case(bench, size, viewers)
    yield from reversed(list(age(bench)))
