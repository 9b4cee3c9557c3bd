#!/usr/bin/python3
"""Live pictures from a Flask application of one's own, without a stillcast server: flask_app.py [PORT]

All viewers share the newest picture; one who is too slow skips some. Then open http://localhost:PORT/"""

import sys
import threading
import time

import flask
from PIL import Image, ImageDraw

import stillcast

app = flask.Flask(__name__)
clock = stillcast.Latest()


def draw():
    """Every 0.1 s, for an hour."""
    for _ in range(36000):
        picture = Image.new("RGB", (320, 80), "navy")
        ImageDraw.Draw(picture).text((20, 30), time.strftime("%H:%M:%S"), fill="white")
        clock.set(picture, copy=False)
        time.sleep(0.1)
    clock.close()


@app.get("/")
def page():
    return f'<img src="/clock.mjpg"><p>{clock.viewers} watch already'


@app.get("/clock.mjpg")
def live():
    status, headers, body = stillcast.multipart(clock, flask.request.headers)
    return flask.Response(body, status, headers)


if __name__ == "__main__":
    threading.Thread(target=draw, daemon=True).start()
    app.run(port=int(sys.argv[1]) if len(sys.argv) > 1 else 5000, threaded=True)
