#!/usr/bin/python3
"""A clock, drawn by Pillow: pillow_clock.py [URL] [SECONDS]"""

import sys
import time

from PIL import Image, ImageDraw

import stillcast

url = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080/clock"
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60

with stillcast.Publisher(url) as live:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        picture = Image.new("RGB", (240, 80), "darkgreen")
        ImageDraw.Draw(picture).text((30, 30), time.strftime("%H:%M:%S"), fill="white")
        live.send(picture)
        time.sleep(0.2)
