"""Pictures that tell on whoever damages them. Behind its SOI each JPEG has a COM segment with magic, number,
total length and a CRC of everything else, so that a torn, mixed or invented one never passes."""

import functools
import io
import random
import struct
import zlib

from PIL import Image

MAGIC = b"stillcast-test"
_HEAD = struct.Struct(">2sHH14sQII")  # SOI, COM, its length, magic, number, total length, CRC
LENGTH_END = _HEAD.size
SEEDS = 7  # so many pictures in a row differ all over, so that a part of one in another is found


@functools.lru_cache(maxsize=None)
def _noise(width, height, size_bytes, seed):
    """A JPEG without its SOI. Noise does not compress: about one byte per pixel and channel at quality 95."""
    if size_bytes:
        width = height = max(8, int((size_bytes / 1.03) ** 0.5))
    noise = random.Random(seed).randbytes(width * height)
    out = io.BytesIO()
    Image.frombytes("L", (width, height), noise).save(out, "JPEG", quality=95)
    return out.getvalue()[2:]


@functools.lru_cache(maxsize=None)
def _plain(width, height, color):
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "JPEG", quality=90)
    return out.getvalue()[2:]


def jpeg(number, width=64, height=48, color=None, size_bytes=None):
    """A JPEG with that number in it. color: plain, e.g. (255, 0, 0); size_bytes: about so large, made of noise."""
    rest = _plain(width, height, color) if color else _noise(width, height, size_bytes, number % SEEDS)
    length = _HEAD.size + len(rest)
    crc = zlib.crc32(rest, zlib.crc32(struct.pack(">QI", number, length)))
    return _HEAD.pack(b"\xff\xd8", 0xfffe, _HEAD.size - 4, MAGIC, number, length, crc) + rest


def length_bytes(start):
    """Total length, from the first LENGTH_END bytes."""
    return _HEAD.unpack(start)[5]


def check(picture):
    """The number of a picture that jpeg() made; an assert fails when a single bit of it is not as it was."""
    assert len(picture) > _HEAD.size, f"{len(picture)} bytes are no picture of ours"
    soi, com, com_length, magic, number, length, crc = _HEAD.unpack(picture[:_HEAD.size])
    assert (soi, com, com_length, magic) == (b"\xff\xd8", 0xfffe, _HEAD.size - 4, MAGIC), f"foreign: {picture[:48]!r}"
    assert length == len(picture), f"number {number} has {len(picture)} bytes instead of {length}"
    assert crc == zlib.crc32(picture[_HEAD.size:], zlib.crc32(struct.pack(">QI", number, length))), f"number {number} is torn"
    return number


def image(kind="PNG", width=64, height=48, color=(0, 128, 255)):
    """A picture of another kind, as Pillow names them: PNG, GIF, WEBP."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, kind)
    return out.getvalue()


def pixel(picture, x=None, y=None):
    """Decodes, and gives one pixel (default: the middle) as (r, g, b)."""
    decoded = Image.open(io.BytesIO(picture)).convert("RGB")
    return decoded.getpixel((decoded.width // 2 if x is None else x, decoded.height // 2 if y is None else y))
