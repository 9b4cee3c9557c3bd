#!/usr/bin/python3
"""A camera or a film through OpenCV, with its edges found: opencv_camera.py [URL] [SOURCE] [FRAMES]

SOURCE is what cv2.VideoCapture takes: the number of a camera, a file, a URL."""

import sys

import cv2

import stillcast

url = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080/edges"
source = sys.argv[2] if len(sys.argv) > 2 else "0"
frames = int(sys.argv[3]) if len(sys.argv) > 3 else 1000

video = cv2.VideoCapture(int(source) if source.isdigit() else source)
with stillcast.Publisher(url, order="bgr") as live:
    for _ in range(frames):
        is_there, picture = video.read()
        if not is_there:
            break
        picture[cv2.Canny(picture, 100, 200) > 0] = (0, 255, 0)
        live.send(picture, copy=False)  # the next one is read into memory of its own
