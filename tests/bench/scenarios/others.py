"""Other servers, and ours beside them."""

import measure
import servers
from report import Figure

CASES, MORE_CASES = [(60000, 1), (60000, 100)], [(8000, 300), (60000, 300), (60000, 1000), (8000, 1000)]
FPS = 30


def describe(found):
    cost = measure.median(found, "cpu_s_per_gb")
    delivered = measure.median(found, "delivered")
    p50, p99 = measure.median(found, "age_p50_ms"), measure.median(found, "age_p99_ms")
    return (f"{cost:.3f} CPU-s/GB" if cost else "nothing came",
            ", ".join(["" if delivered is None else f"{delivered:.1%} delivered",
                       f"age {p50:.1f} / {p99:.1f} ms" if p50 and p50 >= 0 else "age unknown"]).strip(", "))


def measured(server, size, viewers):
    """None where it did not work: that one does not end the comparison of the others."""
    try:
        return measure.serve_and_load(server, size, viewers, FPS, seconds=2)
    except (OSError, RuntimeError, ValueError):
        return None


def one_case(bench, here, size, viewers):
    able = [peer for peer in here if getattr(peer, "most_viewers", viewers) >= viewers]
    results = measure.rounds([*able, servers.Stillcast()], bench.pick(1, 3),
                             lambda server: measured(server, size, viewers))
    results = {name: [result for result in found if result] for name, found in results.items()}
    bench.keep(f"others {size // 1000} KB x {viewers}", results)
    yield Figure(f"{size // 1000} KB x {viewers} x {FPS} fps", "")
    for name, found in results.items():
        value, note = describe(found)
        yield Figure(f"   {name}", value, "", None, note)


def run(bench):
    here = []
    for peer in bench.peers:
        why_not = peer.available()
        if why_not:
            yield Figure(f"{peer.name}", "skipped", "", None, why_not)
        else:
            here.append(peer)
    if not here:
        return
    for size, viewers in CASES + bench.pick([], MORE_CASES):
        yield from one_case(bench, here, size, viewers)
