"""What a delivered gigabyte costs, beside a bare loop that sends, and how old pictures are when they arrive."""

import os

import measure
import servers
from report import Figure

FPS = 30
CASES = [(60000, 300, 1.15), (60000, 1000, 1.15), (8000, 300, 1.25), (8000, 1000, 1.25)]
MORE_CASES = [(size, n, None) for size in (8000, 60000, 200000) for n in (1, 100, 300, 1000)
              if (size, n) not in [case[:2] for case in CASES]]


def ours(bench):
    usual = [servers.Limit("send"), servers.Stillcast()]
    more = [servers.Limit("send", os.cpu_count()), servers.Stillcast("stillcast, 1 thread", "--threads", "1"),
            servers.Stillcast("stillcast, plain", "--plain-send"), servers.Limit("sendfile"), servers.Limit("uring")]
    return [s for s in usual + bench.pick([], more) if not s.available()]


def one_case(bench, size, viewers, most):
    results = measure.rounds(ours(bench), 3, lambda server: measure.serve_and_load(server, size, viewers, FPS, seconds=3))
    bench.keep(f"cost {size // 1000} KB x {viewers}", results)
    limit = results["bare send"]
    for name, found in results.items():
        ratio = measure.median_ratio(found, limit, "cpu_s_per_gb")
        value = f"{measure.median(found, 'cpu_s_per_gb'):.3f} CPU-s/GB"
        if name == "stillcast":
            yield Figure(f"CPU per GB, {size // 1000} KB x {viewers} x {FPS} fps", f"{ratio:.2f} x bare send",
                         f"<= {most} x" if most else "", ratio <= most if most else None,
                         f"{value}, {measure.median(found, 'delivered'):.1%} delivered")
        else:
            yield Figure(f"   {name}", f"{ratio:.2f} x", "", None,
                         f"{value}, {measure.median(found, 'delivered'):.1%} delivered")


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
    for size, viewers, most in CASES + bench.pick([], MORE_CASES):
        yield from one_case(bench, size, viewers, most)
    yield from age(bench)
