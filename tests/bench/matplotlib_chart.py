#!/usr/bin/python3
"""The chart of chart.c by matplotlib, as somebody writes it who wants it fast: the figure is kept, and only the lines'
data is set anew. Prints milliseconds of CPU per savefig to JPEG in memory, and per savefig to PNG."""

import io
import json
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy  # noqa: E402

N_FRAMES, N_POINTS = 20, 600


def main():
    random = numpy.random.default_rng(1)
    figure, axes = plt.subplots(figsize=(6.4, 3.6), dpi=100)
    x = numpy.arange(N_POINTS)
    lines = [axes.plot(x, x * 0.0, label=f"cpu{s}")[0] for s in range(4)]
    axes.set(title="Processor", ylabel="%", xlim=(0, N_POINTS), ylim=(0, 100))
    axes.grid(True)
    axes.legend(loc="upper left")

    def draw(frame, kind):
        for s, line in enumerate(lines):
            line.set_ydata(50 + 20 * numpy.sin((x + frame) * 0.03 + s) + 3 * (random.random(N_POINTS) - 0.5))
        out = io.BytesIO()
        figure.savefig(out, format=kind)
        return out.tell()

    found = {}
    for kind in ("jpeg", "png"):
        draw(0, kind)
        began = time.process_time()
        for frame in range(N_FRAMES):
            found[f"{kind}_bytes"] = draw(frame, kind)
        found[f"{kind}_ms"] = (time.process_time() - began) / N_FRAMES * 1000
    print(json.dumps(found))


main()
