#!/usr/bin/python3
"""Live pictures from a FastAPI application of one's own: fastapi_app.py [PORT]. Then open http://localhost:PORT/

All viewers share the newest picture; one who is too slow skips some. Starlette alone takes the same lines."""

import sys
import threading
import time

import fastapi
import uvicorn
from fastapi.responses import HTMLResponse, StreamingResponse
from PIL import Image, ImageDraw

import stillcast

app = fastapi.FastAPI()
clock = stillcast.Latest()


def draw(server):
    """Every 0.1 s. A server that is to end waits for its viewers, so they are told."""
    while not server.should_exit:
        picture = Image.new("RGB", (320, 80), "navy")
        ImageDraw.Draw(picture).text((20, 30), time.strftime("%H:%M:%S"), fill="white")
        clock.set(picture, copy=False)
        time.sleep(0.1)
    clock.close()


@app.get("/")
def page():
    return HTMLResponse(f'<img src="/clock.mjpg"><p>{clock.viewers} watch already')


@app.get("/clock.mjpg")
def live(request: fastapi.Request):
    status, headers, body = stillcast.multipart(clock, request.headers)
    return StreamingResponse(body, status, dict(headers))


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    server = uvicorn.Server(uvicorn.Config(app, port=port))
    threading.Thread(target=draw, args=[server], daemon=True).start()
    server.run()
