"""What publishing costs a Python script that draws: the call, beside what the same script pays for encoding by itself."""

import io
import statistics
import sys
import time

import servers
from report import Figure

sys.path.insert(0, str(servers.ROOT / "python"))

import stillcast  # noqa: E402

ROUNDS = 300


def cost_us(call, rest):
    """Median over the rounds; rest() lets the publisher's thread take what it was given."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter_ns()
        call()
        found.append((time.perf_counter_ns() - began) / 1000)
        rest()
    return statistics.median(found)


def encode_us(pixels):
    from PIL import Image
    out = io.BytesIO()
    return cost_us(lambda: Image.fromarray(pixels).save(out, "JPEG", quality=90), lambda: out.seek(0))


def picture_of(numpy, height, width):
    """A gradient. Written, as pictures are: pages that nobody has written to are one page of zeros, and a copy of them is for nothing."""
    return numpy.linspace(0, 255, height * width * 3).astype(numpy.uint8).reshape(height, width, 3)


def run(bench):
    import numpy
    encoded = servers.picture(60000).path.read_bytes()
    pixels, large = (picture_of(numpy, *size) for size in ((360, 640), (1080, 1920)))
    with servers.Stillcast().start() as (_, port), stillcast.Publisher(f"http://127.0.0.1:{port}/bench") as live:
        found = {"send_us": cost_us(lambda: live.send(encoded), live.flush),
                 "array_us": cost_us(lambda: live.send(pixels), live.flush),
                 "given_us": cost_us(lambda: live.send(large, copy=False), live.flush),
                 "large_us": cost_us(lambda: live.send(large), live.flush),
                 "copy_us": cost_us(large.copy, lambda: None),
                 "encode_us": encode_us(pixels)}
    bench.keep("python", found)
    for name, key, note in [
            ("60 KB of JPEG", "send_us", "Python, the caller's time"),
            ("an array of 640 x 360", "array_us", f"{found['encode_us'] / found['array_us']:.0f} x less than encoding it"),
            ("an array of 1920 x 1080, copy=False", "given_us", "given away: encoded where it is")]:
        yield Figure(f"Publisher.send of {name}", f"{found[key]:.0f} us", "<= 50 us", found[key] <= 50, note)
    yield Figure("Publisher.send of an array of 1920 x 1080", f"{found['large_us']:.0f} us",
                 note=f"{found['copy_us']:.0f} us are what a copy of its 6 MB takes")
