"""More and more viewers: does each get every frame, and does a frame cost the same?"""

import measure
import servers
from report import Figure

FPS, SIZE = 2, 16000
STEPS, MORE_STEPS = (10, 10000), (10, 100, 1000, 3000, 10000)


def all_delivered(name, found):
    """Frames are counted by bytes: at both ends of the time up to one may be cut."""
    due = found["published"] - 1
    is_all = found["least_frames"] >= due and found["skipped"] == found["lost"] == found["torn"] == 0
    return Figure(f"all delivered, {name}", f"{found['delivered']:.2%}, least {found['least_frames']:.1f} of {found['published']}",
                  "all", is_all, f"age p99 {found['age_p99_ms']:.0f} ms")


def run(bench):
    server, costs = servers.Stillcast(), {}
    for viewers in bench.pick(STEPS, MORE_STEPS):
        found = measure.serve_and_load(server, SIZE, viewers, FPS, seconds=6, settle=4)
        costs[viewers] = found
    bench.keep("growth", costs)
    yield all_delivered("10,000 x 2 fps x 16 KB", costs[10000])
    per_frame = {n: found["cpu_s"] / found["frames"] * 1e6 for n, found in costs.items()}
    yield Figure("CPU per frame delivered, by viewers", ", ".join(f"{n}: {us:.1f} us" for n, us in per_frame.items()))
    yield all_delivered("1,000 x 30 fps x 8 KB", measure.serve_and_load(server, 8000, 1000, 30, seconds=5))
