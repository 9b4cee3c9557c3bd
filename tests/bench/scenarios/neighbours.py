"""Viewers that read slowly or not at all, beside some that keep up: do those notice?"""

import contextlib

import measure
import servers
from report import Figure

SIZE, FPS, FAST = 60000, 30, 50
BAD = ["-z", "500", "-w", "100", "-r", "65536"]
SECONDS, SETTLE = 5, 2


def fast_viewers(are_alone):
    """What they saw. The others are a process of their own: what they read, and their small buffers, are not these viewers' affair."""
    with contextlib.ExitStack() as stack:
        serving = stack.enter_context(servers.Stillcast().serve(servers.picture(SIZE), FPS))
        address = f"{serving.host}:{serving.port}"
        if not are_alone:
            stack.enter_context(measure.Load(address, serving.path, 0, seconds=2 * SECONDS + SETTLE, settle=SETTLE, options=BAD))
        return measure.under_load(serving, FAST, FPS, seconds=SECONDS, settle=SETTLE, parsed=FAST)


def run(bench):
    alone, beside = [], []
    for i in range(5):
        for are_alone, into in [(True, alone), (False, beside)][::-1 if i % 2 else 1]:
            into.append(fast_viewers(are_alone))
    bench.keep("neighbours", {"alone": alone, "beside": beside})
    p99_alone, p99_beside = (measure.median(found, "age_p99_ms") for found in (alone, beside))
    change = p99_beside / p99_alone - 1
    skipped, skipped_alone = (sum(found["skipped"] + found["lost"] + found["torn"] for found in some) for some in (beside, alone))
    yield Figure("p99 age beside 500 frozen and 100 slow viewers", f"{change:+.0%}, {skipped} frames lost", "< +20 %, none",
                 change < 0.2 and skipped == 0,
                 f"{p99_alone:.2f} ms alone, {p99_beside:.2f} ms beside them; {skipped_alone} lost alone")
