"""What the server draws: texts, and what is laid over pictures."""

import io
import subprocess

import conftest
import numpy
import pictures
import PIL.Image
import pytest
import wire

HELP = subprocess.run([conftest.BINARY, "--help"], capture_output=True, text=True, check=True).stdout
pytestmark = pytest.mark.skipif("text:" not in HELP, reason="this build does not draw")


def pixels(picture):
    """Rows of pixels, three numbers each."""
    return numpy.asarray(PIL.Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def shown(server, name):
    answer = wire.get(server, f"/{name}.jpg")
    assert answer.status == 200, answer.text
    return pixels(answer.body)


def test_a_clock_ticks_at_the_beginning_of_each_second(server):
    one = server("clock=text:%F %T 你好")
    with wire.Viewer(one, "/clock.mjpg") as viewer:
        viewer.part()
        for _ in range(2):
            part = viewer.part()
            assert part.media_type == "image/png"
            assert float(part.timestamp) % 1 < wire.patience(0.4)
    assert (shown(one, "clock") > 128).sum() > 1000


def test_a_text_follows_what_it_tells_of_and_stays_when_that_stays(server):
    one = server("door=text:{plot.state} {plot.viewers}#size=200x40", "other=text:hello {stream.viewers}")
    before = shown(one, "door")
    wire.put(one, "plot", pictures.jpeg(1))
    wire.eventually(lambda: (abs(shown(one, "door") - before) > 100).sum() > 100)
    assert wire.get(one, "/api/streams/other").json["seq"] == 1


def test_characters_without_a_font_are_told_once(server):
    one = server("old=text:\U000103A0 %T#size=200x40")
    with wire.Viewer(one, "/old.mjpg") as viewer:
        for _ in range(3):
            viewer.part()
    assert one.stderr.count("no font on this machine has 1 of the characters") == 1, one.stderr
