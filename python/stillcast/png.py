"""PNGs by nothing but zlib, for where no better encoder is installed."""

from __future__ import annotations

import struct
import zlib

COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # by samples a pixel: grey, grey with alpha, RGB, RGBA


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))


def encode(width: int, height: int, channels: int, pixels: bytes) -> bytes:
    """pixels: rows of samples of 8 bits, without padding."""
    row = width * channels
    view = memoryview(pixels)
    lines = b"".join(part for y in range(height) for part in (b"\0", view[y * row:(y + 1) * row]))
    head = struct.pack(">IIBBBBB", width, height, 8, COLOR_TYPES[channels], 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines, 6)) + _chunk(b"IEND", b""))
