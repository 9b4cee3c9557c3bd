#!/usr/bin/python3
"""Live pictures from an asynchronous application, here aiohttp: aiohttp_app.py [PORT]. Then open http://localhost:PORT/

The body is an asynchronous iterator: FastAPI and Starlette take it as StreamingResponse(body, status, dict(headers))."""

import asyncio
import sys
import time

from aiohttp import web
from PIL import Image, ImageDraw

import stillcast

clock = stillcast.Latest()


async def draw(app):
    """Every 0.1 s, for an hour."""
    for _ in range(36000):
        picture = Image.new("RGB", (320, 80), "navy")
        ImageDraw.Draw(picture).text((20, 30), time.strftime("%H:%M:%S"), fill="white")
        clock.set(picture)
        await asyncio.sleep(0.1)
    clock.close()


async def start(app):
    app["drawing"] = asyncio.create_task(draw(app))


async def page(request):
    return web.Response(text='<img src="/clock.mjpg">', content_type="text/html")


async def live(request):
    status, headers, body = stillcast.multipart(clock, request.headers)
    response = web.StreamResponse(status=status, headers=dict(headers))
    await response.prepare(request)
    try:
        async for piece in body:
            await response.write(piece)
    finally:
        await body.aclose()
    return response


app = web.Application()
app.on_startup.append(start)
app.add_routes([web.get("/", page), web.get("/clock.mjpg", live)])

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
