#!/usr/bin/python3
"""A page with live pictures, the way tutorials teach it: a thread plays the camera and wakes the viewers by an event
each; a generator per viewer yields parts. Usage: page.py PICTURE FPS PORT"""

import struct
import sys
import threading
import time

from flask import Flask, Response

# SOI, COM, its length; magic, number, time and total length: as in ../picture.h
STAMP = struct.Struct(">HHH18sQQQ")


class Camera:
    def __init__(self, path, fps):
        with open(path, "rb") as picture:
            self.rest = picture.read()[2:]
        self.interval_s = 1 / fps
        self.frame = None
        self.viewers = set()
        threading.Thread(target=self.run, daemon=True).start()

    def stamped(self, number):
        time_us, len_bytes = time.time_ns() // 1000, STAMP.size + len(self.rest)
        return STAMP.pack(0xffd8, 0xfffe, STAMP.size - 4, b"stillcast-bench 1", number, time_us, len_bytes) + self.rest

    def run(self):
        number, due_s, never = 0, time.monotonic(), threading.Event()
        while True:
            number, due_s = number + 1, due_s + self.interval_s
            never.wait(max(0, due_s - time.monotonic()))
            self.frame = self.stamped(number)
            for event in self.viewers.copy():
                event.set()

    def frames(self):
        event = threading.Event()
        self.viewers.add(event)
        try:
            while True:
                event.wait()
                event.clear()
                yield self.frame
        finally:
            self.viewers.discard(event)


app = Flask(__name__)


def parts(camera):
    for frame in camera.frames():
        yield b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + frame + b"\r\n"


@app.route("/video_feed")
def video_feed():
    return Response(parts(app.config["camera"]), mimetype="multipart/x-mixed-replace; boundary=frame")


if __name__ == "__main__":
    app.config["camera"] = Camera(sys.argv[1], float(sys.argv[2]))
    app.run(host="127.0.0.1", port=int(sys.argv[3]), threaded=True)
