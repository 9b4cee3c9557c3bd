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


def run(bench):
    import numpy
    encoded = servers.picture(60000).path.read_bytes()
    pixels = numpy.zeros((360, 640, 3), numpy.uint8)
    with servers.Stillcast().start() as (_, port), stillcast.Publisher(f"http://127.0.0.1:{port}/bench") as live:
        send_us = cost_us(lambda: live.send(encoded), live.flush)
        array_us = cost_us(lambda: live.send(pixels), live.flush)
        alone_us = encode_us(pixels)
    bench.keep("python", {"send_us": send_us, "array_us": array_us, "encode_us": alone_us})
    yield Figure("Publisher.send of 60 KB of JPEG", f"{send_us:.0f} us", "<= 50 us", send_us <= 50, "Python, the caller's time")
    yield Figure("Publisher.send of an array of 640 x 360", f"{array_us:.0f} us", "<= 50 us", array_us <= 50,
                 f"{alone_us / array_us:.0f} x less than encoding it")
