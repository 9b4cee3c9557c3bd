"""Every example does what it says: its pictures arrive at a server, and are looked at."""

import io
import os
import pathlib
import subprocess
import sys

import numpy
import pytest
from PIL import Image

import browsers
import pictures
import programs
import wire
from conftest import BINARY, ROOT, Server

EXAMPLES = ROOT / "examples"
BUILT = pathlib.Path(BINARY).parent / "examples"
ENV = {**os.environ, "PYTHONPATH": str(ROOT / "python")}
programs.PACKAGES.update({"gnuplot": "gnuplot-nox", "convert": "imagemagick", "node": "nodejs", "Rscript": "r-base-core"})


once = pytest.mark.skipif("SANITIZER" in os.environ, reason="what is not ours is shown once")


def run(*command):
    ended = subprocess.run([str(word) for word in command], env=ENV, capture_output=True, text=True,
                           timeout=wire.patience(60))
    assert ended.returncode == 0, ended.stderr
    return ended


def shown(server, name):
    """The newest picture, as an RGB array."""
    answer = wire.get(server, f"/{name}.jpg")
    assert answer.status == 200, answer.text
    return numpy.asarray(Image.open(io.BytesIO(answer.body)).convert("RGB")).astype(int)


def near(pixels, color):
    """Which pixels are of that color."""
    return (abs(pixels - numpy.array(color)) < 30).all(axis=2)


def python(name, *args):
    return run(sys.executable, EXAMPLES / "python" / f"{name}.py", *args)


def curve(pixels):
    """Matplotlib's first color, and where in the picture its pixels are: (leftmost, rightmost)."""
    columns = numpy.flatnonzero(near(pixels, (31, 119, 180)).any(axis=0))
    return columns.min(), columns.max()


@once
def test_matplotlib(one_server):
    pytest.importorskip("matplotlib", reason="python3-matplotlib is not installed")
    python("matplotlib_plot", one_server.url + "curve", 5)
    pixels = shown(one_server, "curve")
    left, right = curve(pixels)
    assert pixels.shape == (360, 640, 3) and left < 150 and right > 500


@pytest.mark.browser
def test_the_last_plot_is_on_the_screen_when_the_script_has_ended(one_server):
    pytest.importorskip("matplotlib", reason="python3-matplotlib is not installed")
    wire.put(one_server, "last", pictures.jpeg(1, 640, 360, (230, 20, 20)))
    browser = browsers.Chromium()
    try:
        tab = browser.open(one_server.url + "last")
        tab.wait_color("#picture", (230, 20, 20))
        python("matplotlib_plot", one_server.url + "last", 3)
        wanted = shown(one_server, "last")

        def same():
            box = tab.evaluate("(({x, y, width, height}) => [x, y, x + width, y + height])"
                               "(document.getElementById('picture').getBoundingClientRect())")
            screen = Image.open(io.BytesIO(tab.screenshot())).convert("RGB").crop([round(side) for side in box])
            seen = numpy.asarray(screen.resize((640, 360))).astype(int)
            assert abs(seen - wanted).mean() < 12, abs(seen - wanted).mean()
            return True
        wire.eventually(same, 2, "the last plot is not on the screen")
    finally:
        browser.quit()


@once
def test_pillow(one_server):
    python("pillow_clock", one_server.url + "clock", 0.1)
    pixels = shown(one_server, "clock")
    assert pixels.shape == (80, 240, 3) and near(pixels, (0, 100, 0)).mean() > 0.9 and near(pixels, (255, 255, 255)).any()


@once
def test_opencv_in_python(one_server, tmp_path):
    pytest.importorskip("cv2", reason="python3-opencv is not installed")
    film = numpy.zeros((240, 320, 3), numpy.uint8)
    film[60:180, 80:240] = (20, 20, 230)
    Image.fromarray(film).save(tmp_path / "film.png")
    programs.run("ffmpeg", "-v", "error", "-loop", "1", "-i", tmp_path / "film.png", "-frames:v", "5", "-c:v", "mjpeg",
                 "-q:v", "2", tmp_path / "film.avi")
    python("opencv_camera", one_server.url + "edges", tmp_path / "film.avi", 5)
    pixels = shown(one_server, "edges")
    edge = pixels[55:65, 100:220]  # of a plain rectangle; one pixel wide, so JPEG blurs its green
    assert near(pixels, (20, 20, 230))[120, 160] and (edge[..., 1] > 90).any(axis=0).mean() > 0.9


@once
def test_gnuplot(one_server):
    programs.need("gnuplot", "curl")
    run(EXAMPLES / "shell" / "gnuplot.sh", one_server.url + "wave", 2)
    pixels = shown(one_server, "wave")
    columns = near(pixels, (148, 0, 211)).any(axis=0)
    assert pixels.shape == (360, 640, 3) and columns.sum() > 400
    assert wire.get(one_server, "/api/streams/wave").json["type"] == "image/png"


@once
def test_imagemagick(one_server):
    programs.need("convert", "curl")
    run(EXAMPLES / "shell" / "imagemagick.sh", one_server.url + "words", 1)
    pixels = shown(one_server, "words")
    assert pixels.shape == (120, 320, 3) and near(pixels, (128, 0, 128)).mean() > 0.8 and near(pixels, (255, 255, 255)).any()


@once
def test_node(server):
    programs.need("node")
    one_server = server("--svg", "dial")
    run("node", EXAMPLES / "node" / "publish.mjs", one_server.url + "dial", 2)
    answer = wire.get(one_server, "/dial.svg")
    assert answer["content-type"] == "image/svg+xml" and b"rotate(180 100 100)" in answer.body


@once
def test_r(one_server):
    programs.need("Rscript")
    if subprocess.run(["Rscript", "-e", "library(curl)"], capture_output=True).returncode:
        pytest.skip("R's package curl is not installed; it is in Debian's package r-cran-curl")
    run(EXAMPLES / "r" / "publish.R", one_server.url + "walk", 5)
    pixels = shown(one_server, "walk")
    columns = near(pixels, (255, 0, 0)).any(axis=0)
    assert pixels.shape == (360, 640, 3) and columns.sum() > 400


@once
@pytest.mark.parametrize("script", ["shell/gnuplot.sh", "shell/imagemagick.sh"])
def test_scripts_end_when_nobody_is_there(script):
    programs.need("gnuplot", "convert", "curl")
    ended = subprocess.run([EXAMPLES / script, "http://127.0.0.1:1/x", "5"], capture_output=True, timeout=wire.patience(20))
    assert ended.returncode != 0 and b"curl" in ended.stderr


def test_publishing_from_c(one_server, tmp_path):
    for number in (1, 2):
        (tmp_path / f"{number}.jpg").write_bytes(pictures.jpeg(number))
    said = run(BUILT / "publish", one_server.url + "from/c", tmp_path / "1.jpg", tmp_path / "2.jpg")
    assert said.stdout == "0 watch\n" and said.stderr == ""
    assert pictures.check(wire.get(one_server, "/from/c.jpg").body) == 2


@once
def test_opencv_in_cpp(one_server):
    if not (BUILT / "opencv").exists():
        pytest.skip("libopencv-dev is not installed")
    run(BUILT / "opencv", one_server.url + "ball", 11)
    pixels = shown(one_server, "ball")
    assert near(pixels, (0, 0, 128)).mean() > 0.8 and near(pixels, (255, 200, 0))[120, 30]


def test_a_server_in_a_c_program():
    running = subprocess.Popen([BUILT / "embed", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        url = running.stdout.readline().decode()
        assert url.endswith("/dot\n"), running.stderr.read()
        one = Server.__new__(Server)
        one.host, one.port = "127.0.0.1", int(url.split(":")[2].split("/")[0])
        wire.eventually(lambda: wire.get(one, "/dot.svg").status == 200)
        with wire.Viewer(one, "/dot.mjpg") as viewer:
            first, second = viewer.part().picture, viewer.part().picture
        assert b"<circle" in first and first != second
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize("program, args, words", [
    ("embed", ["--listen", "nonsense"], "nonsense"), ("embed", ["demo"], "command line"), ("embed", ["-"], "standard input"),
    ("publish", ["http://localhost/x"], "which pictures"), ("publish", ["localhost", "x"], "no address of a stream"),
    ("publish", ["https://localhost/x", "x"], "http only"), ("publish", ["http://localhost/a..b/.c", "x"], ".c"),
    ("publish", ["http://127.0.0.1:99999999/x", "x"], "no address of a stream")])
def test_what_is_wrong_is_told(program, args, words):
    ended = subprocess.run([BUILT / program, *args], capture_output=True, text=True, timeout=wire.patience(20))
    assert ended.returncode != 0 and words in ended.stderr


def test_every_example_is_here():
    """Each one's name stands in a test; this page does not grow old."""
    text = pathlib.Path(__file__).read_text() + (pathlib.Path(__file__).parent / "test_python_multipart.py").read_text() + \
        (pathlib.Path(__file__).parent / "test_library.py").read_text()
    for path in EXAMPLES.rglob("*.*"):
        if path.suffix in (".c", ".cpp", ".py", ".sh", ".mjs", ".R"):
            assert path.stem in text.replace("request.param}_app", "flask_app aiohttp_app fastapi_app"), path
