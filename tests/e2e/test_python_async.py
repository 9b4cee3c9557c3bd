"""The Python module under asyncio."""

import asyncio
import threading
import time

import numpy
import pytest

import pictures
import wire
from publishing import stillcast


def test_awaited_pictures_are_published(one_server):
    async def script():
        async with stillcast.AsyncPublisher(one_server.url + "async") as live:
            for number in range(1, 6):
                assert await live.send(pictures.jpeg(number)) is True
                assert pictures.check(wire.get(one_server, "/async.jpg").body) == number
            assert live.viewers == 0 and not live.wanted and await live.flush()
    asyncio.run(script())


def test_a_picture_that_a_newer_one_replaced_says_so(one_server):
    async def script():
        async with stillcast.AsyncPublisher(one_server.url + "many") as live:
            done = await asyncio.gather(*(live.send(pictures.jpeg(number)) for number in range(1, 101)))
            assert done[-1] is True and not all(done)
            assert sum(done) == live._publisher.counts["sent"]
    asyncio.run(script())
    assert pictures.check(wire.get(one_server, "/many.jpg").body) == 100


def test_a_refusal_is_raised_where_it_is_awaited(one_server):
    async def script():
        live = stillcast.AsyncPublisher(one_server.url + "refused")
        for _ in range(2):
            with pytest.raises(stillcast.PublishError, match="no picture"):
                await live.send(b"words")
        assert await live.send(pictures.jpeg(1))
        assert await live.close()
    asyncio.run(script())


def test_the_loop_is_not_held_up_by_encoding(one_server, monkeypatch):
    gate, encode = threading.Event(), stillcast.picture._encode
    monkeypatch.setattr(stillcast.picture, "_encode", lambda *args: gate.wait(10) and encode(*args))

    async def script():
        async with stillcast.AsyncPublisher(one_server.url + "encoding") as live:
            sending = asyncio.ensure_future(live.send(numpy.zeros((48, 64, 3), numpy.uint8)))
            began, n_turns = time.monotonic(), 0
            while n_turns < 100:
                await asyncio.sleep(0)
                n_turns += 1
            assert not sending.done() and time.monotonic() - began < wire.patience(5)
            gate.set()
            assert await sending
    asyncio.run(script())
