#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the small pictures in tests/data/pictures, which are committed. Needs PIL, and ffmpeg for AVIF."""

import pathlib
import subprocess

from PIL import Image, ImageDraw

FOLDER = pathlib.Path(__file__).parent / "pictures"


def picture(mode="RGB", step=0):
    image = Image.linear_gradient("L").resize((24, 16)).convert("RGBA")
    ImageDraw.Draw(image).ellipse((4 + step, 2, 12 + step, 10), fill=(200, 40, 90, 160))
    return image.convert(mode)


def save(name, image, **options):
    image.save(FOLDER / name, **options)


def save_avif(name, *options):
    source = ["-f", "lavfi", "-i", "testsrc=size=24x16:rate=1"]
    encoder = ["-c:v", "libaom-av1", "-crf", "60", "-cpu-used", "8"]
    command = ["ffmpeg", "-v", "error", "-y", *source, *encoder, *options, "-f", "avif"]
    subprocess.run([*command, FOLDER / name], check=True)


def main():
    FOLDER.mkdir(exist_ok=True)
    moves = {"save_all": True, "append_images": [picture("RGB", 6)], "duration": 100}
    save("rgb.png", picture())
    save("rgba.png", picture("RGBA"))
    save("palette.png", picture("P"))
    save("grey-1-bit.png", picture("1"))
    save("grey-16-bit.png", picture("I"))
    save("animated.png", picture(), **moves)
    save("lossy.webp", picture(), quality=50)
    save("lossless.webp", picture(), lossless=True)
    save("alpha.webp", picture("RGBA"), quality=50)
    save("animated.webp", picture(), **moves)
    save("still.gif", picture("P"))
    save("animated.gif", picture("P"), save_all=True, append_images=[picture("P", 6)], loop=0)
    save_avif("still.avif", "-frames:v", "1")
    save_avif("animated.avif", "-frames:v", "2")


if __name__ == "__main__":
    main()
