"""Pictures that keep their number through any encoder: 16 black and white cells are its bits, the same cells below
them inverted, and three plain stripes tell whether red is still red."""

import functools
import io
import random

import numpy
from PIL import Image

WIDTH, HEIGHT = 256, 192
RAW_BYTES = WIDTH * HEIGHT * 3
CELLS = 16
STRIPES = ((255, 0, 0), (0, 255, 0), (0, 0, 255))
BITS, INVERTED, COLORS = (0, 48), (48, 96), (96, 144)  # rows, top and end; noise below


@functools.lru_cache(maxsize=None)
def _background():
    noise = random.Random(1).randbytes(WIDTH * HEIGHT * 3)
    pixels = numpy.frombuffer(noise, numpy.uint8).reshape(HEIGHT, WIDTH, 3).copy()
    for color, columns in zip(STRIPES, numpy.array_split(numpy.arange(WIDTH), 3)):
        pixels[COLORS[0]:COLORS[1], columns] = color
    return pixels


def pixels(number):
    """As an array of rows of RGB, HEIGHT x WIDTH x 3."""
    out = _background().copy()
    bits = [number >> cell & 1 for cell in range(CELLS)]
    row = numpy.repeat(numpy.array(bits, numpy.uint8) * 255, WIDTH // CELLS)[:, None]
    out[BITS[0]:BITS[1]] = row
    out[INVERTED[0]:INVERTED[1]] = 255 - row
    return out


def raw(number):
    """As raw RGB video."""
    return pixels(number).tobytes()


def from_raw(data):
    return numpy.frombuffer(data, numpy.uint8).reshape(HEIGHT, WIDTH, 3)


def encode(number, kind="JPEG", **options):
    """As a file of that kind, about 20 KB as JPEG."""
    out = io.BytesIO()
    Image.fromarray(pixels(number)).save(out, kind, **{"quality": 95, **options} if kind == "JPEG" else options)
    return out.getvalue()


def _cells(picture, rows):
    """Mean brightness of the middle of each cell."""
    top, end = rows[0] + 12, rows[1] - 12
    middle = picture[top:end].astype(float).mean(axis=(0, 2)).reshape(CELLS, -1)
    quarter = middle.shape[1] // 4
    return middle[:, quarter:-quarter].mean(axis=1)


def read(picture):
    """The number in a decoded picture (an RGB array); an assert fails when it is not whole or not in its colors."""
    assert picture.shape == (HEIGHT, WIDTH, 3), picture.shape
    bits, inverted = _cells(picture, BITS), _cells(picture, INVERTED)
    assert (abs(bits - 127.5) > 80).all() and (abs(inverted - 127.5) > 80).all(), (bits, inverted)
    assert ((bits > 127) != (inverted > 127)).all(), "the halves are not of one picture"
    for color, columns in zip(STRIPES, numpy.array_split(numpy.arange(WIDTH), 3)):
        seen = picture[COLORS[0] + 12:COLORS[1] - 12, columns[16:-16]].astype(float).mean(axis=(0, 1))
        assert (abs(seen - color) < 40).all(), f"{seen} instead of {color}"
    return sum(1 << cell for cell in range(CELLS) if bits[cell] > 127)


def decode(data):
    """The number in an encoded picture."""
    return read(numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
