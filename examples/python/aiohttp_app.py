#!/usr/bin/python3
"""Live pictures from an asynchronous application, here aiohttp: aiohttp_app.py [PORT]. Then open http://localhost:PORT/

All viewers share the newest picture; one who is too slow skips some."""

import asyncio
import sys
import time

from aiohttp import web
from PIL import Image, ImageDraw

import stillcast

clock = stillcast.Latest()


async def draw():
    """Every 0.1 s."""
    while True:
        picture = Image.new("RGB", (320, 80), "navy")
        ImageDraw.Draw(picture).text((20, 30), time.strftime("%H:%M:%S"), fill="white")
        clock.set(picture, copy=False)
        await asyncio.sleep(0.1)


async def start(app):
    app["drawing"] = asyncio.create_task(draw())


async def end(app):
    """A server that is to end waits for its viewers, so they are told."""
    app["drawing"].cancel()
    clock.close()


async def page(request):
    return web.Response(text=f'<img src="/clock.mjpg"><p>{clock.viewers} watch already', content_type="text/html")


async def live(request):
    status, headers, body = stillcast.multipart(clock, request.headers)
    response = web.StreamResponse(status=status, headers=dict(headers))
    await response.prepare(request)
    try:
        async for piece in body:
            await response.write(piece)
    except ConnectionError:
        pass  # the viewer has gone
    finally:
        await body.aclose()
    return response


app = web.Application()
app.on_startup.append(start)
app.on_shutdown.append(end)
app.add_routes([web.get("/", page), web.get("/clock.mjpg", live)])

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
