#!/usr/bin/python3
"""A curve that grows, drawn by matplotlib: matplotlib_plot.py [URL] [N]"""

import math
import sys
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

import stillcast

url = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080/curve"
n = int(sys.argv[2]) if len(sys.argv) > 2 else 100

figure, axes = plt.subplots(figsize=(6.4, 3.6))
xs, ys = [], []
with stillcast.Publisher(url) as live:
    for i in range(n):
        xs.append(i)
        ys.append(math.exp(-i / 30) * math.cos(i / 4))
        if not live.wanted and i < n - 1:  # nobody looks: only the last picture is drawn
            time.sleep(0.1)
            continue
        axes.clear()
        axes.plot(xs, ys, linewidth=3)
        axes.set_title(f"step {i + 1} of {n}")
        live.savefig(figure)
