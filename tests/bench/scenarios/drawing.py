"""What a frame costs that the server draws itself, beside matplotlib."""

import json
import subprocess

import servers
from report import Figure


def ours():
    subprocess.run(["ninja", "-C", servers.BUILD, "tests/bench/bench_chart"], check=True, stdout=subprocess.DEVNULL)
    picture = servers.OUT / "vga.jpg"
    servers.OUT.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(servers.pictures.jpeg(1, 640, 480))
    return json.loads(subprocess.run([servers.program("chart"), picture], check=True, capture_output=True).stdout)


def matplotlib():
    """None where it is not installed."""
    if subprocess.run(["/usr/bin/python3", "-c", "import matplotlib"], capture_output=True).returncode:
        return None
    script = servers.ROOT / "tests" / "bench" / "matplotlib_chart.py"
    return json.loads(subprocess.run(["/usr/bin/python3", script], check=True, capture_output=True).stdout)


def run(bench):
    found, theirs = ours(), matplotlib()
    bench.keep("drawing", {"stillcast": found, "matplotlib": theirs})
    for kind in ("jpeg", "png"):
        cost = found[f"{kind}_ms"]
        yield Figure(f"640x360 chart, 4 x 600 points, to {kind.upper()}", f"{cost:.2f} ms", "<= 2 ms" if kind == "jpeg" else "",
                     cost <= 2 if kind == "jpeg" else None, f"{found[f'{kind}_bytes'] / 1000:.0f} KB")
    if theirs:
        ratio = theirs["jpeg_ms"] / found["jpeg_ms"]
        yield Figure("matplotlib's savefig of the same to JPEG", f"{ratio:.0f} x", ">= 30 x", ratio >= 30,
                     f"{theirs['jpeg_ms']:.0f} ms, {theirs['jpeg_bytes'] / 1000:.0f} KB")
    else:
        yield Figure("matplotlib's savefig of the same", "skipped", note="there is no python3-matplotlib")
    yield Figure("text, 300x30, to PNG", f"{found['text_ms']:.3f} ms", "<= 0.3 ms", found["text_ms"] <= 0.3)
    ratio = found["recode_ms"] / found["patch_ms"]
    yield Figure(f"text over a {found['picture']} JPEG, beside decoding and encoding", f"{ratio:.2f} x", note=f"{found['patch_ms']:.2f} ms")
