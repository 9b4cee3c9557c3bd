"""Viewers that read slowly or not at all, beside some that keep up: do those notice?"""

import measure
import servers
from report import Figure

SIZE, FPS, FAST = 60000, 30, 50
BAD = ["-z", "500", "-w", "100", "-r", "65536"]


def run(bench):
    server, alone, beside = servers.Stillcast(), [], []
    for i in range(3):
        for options, into in [((), alone), (BAD, beside)][::-1 if i % 2 else 1]:
            into.append(measure.serve_and_load(server, SIZE, FAST, FPS, seconds=5, settle=2, parsed=FAST, options=options))
    bench.keep("neighbours", {"alone": alone, "beside": beside})
    p99_alone, p99_beside = (measure.median(found, "age_p99_ms") for found in (alone, beside))
    change = p99_beside / p99_alone - 1
    skipped, skipped_alone = (sum(found["skipped"] + found["lost"] + found["torn"] for found in some) for some in (beside, alone))
    yield Figure("p99 age beside 500 frozen and 100 slow viewers", f"{change:+.0%}, {skipped} frames lost", "< +20 %, none",
                 change < 0.2 and skipped == 0,
                 f"{p99_alone:.2f} ms alone, {p99_beside:.2f} ms beside them; {skipped_alone} lost alone")
