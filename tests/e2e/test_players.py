"""Players and libraries that others wrote: each gets every picture, in its colors or byte by byte."""

import io
import os
import pathlib
import re
import shutil
import tempfile
import urllib.request

import cv2
import numpy
import pytest
from PIL import Image

import bars
import pictures
import viewing
import wire
from pictures import jpeg
from programs import Program, need, run

RESEND = ["--resend", "100ms"]
KINDS = ["JPEG", "PNG", "WEBP", "GIF"]


def publish_bars(server):
    return lambda number: wire.put(server, "v", bars.encode(number))


def publish_jpeg(server):
    return lambda number: wire.put(server, "v", jpeg(number, size_bytes=20_000 + number))


# --- VLC ---

@pytest.fixture
def vlc():
    """Factory: vlc(url, options...) plays it into folder vlc.folder. It refuses to be root, so then it is nobody."""
    need("cvlc", "setpriv")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="stillcast-vlc-"))
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    if as_nobody:
        os.chown(folder, 65534, 65534)
    running = []

    def play(url, *options):
        running.append(Program(*as_nobody, "cvlc", "--intf=dummy", "--no-audio", "--network-caching=0", "--sout-mux-caching=0", url, *options, cwd=folder,
                               env={**os.environ, "HOME": str(folder)}))
        return running[-1]

    play.folder = folder
    yield play
    for program in running:
        program.__exit__()
    shutil.rmtree(folder)


class VlcScreen:
    """What VLC shows, from the pictures that it writes one for each it would show."""

    def __init__(self, program, folder):
        self.program, self.folder, self.n_read = program, folder, 0

    def next_seq(self):
        path = self.folder / f"s-{self.n_read + 1:05}.png"
        wire.eventually(path.exists, 20, f"no further picture: {self.program}")
        self.n_read += 1
        return bars.decode(path.read_bytes())


def test_vlc_shows_every_picture(server, vlc):
    s = server("--resend", "300ms")  # it draws and packs each one anew: ten a second are a queue on a busy machine
    wire.put(s, "v", bars.encode(0))
    program = vlc(s.url + "v.mjpg", "--vout=dummy", "--video-filter=scene", "--scene-format=png", "--scene-ratio=1",
                  "--scene-prefix=s-", f"--scene-path={vlc.folder}")
    screen = VlcScreen(program, vlc.folder)
    assert screen.next_seq() == 0
    viewing.step(screen, publish_bars(s), 10)


def test_vlc_copies_every_byte(server, vlc):
    s = server(*RESEND)
    wire.put(s, "v", jpeg(0, size_bytes=20_000))
    path = vlc.folder / "out"
    vlc(s.url + "v.mjpg", f"--sout=file/mpjpeg:{path}")
    part = re.compile(rb"\r\n--7b3cc56e5f51db803f790dad720ed50a\r\nContent-Type: image/jpeg\r\nContent-Length: \d+\r\n\r\n")

    class Copies:
        n_read = 0

        def next_seq(self):
            def written():
                parts = part.split(path.read_bytes() if path.exists() else b"")[1:]
                return len(parts) > self.n_read + 1 and parts[self.n_read]
            copy = wire.eventually(written, 20)
            self.n_read += 1
            assert copy.endswith(b"\r\n"), "VLC counts what stands before a boundary to the picture"
            return pictures.check(copy[:-2])

    copies = Copies()
    assert copies.next_seq() == 0
    viewing.step(copies, publish_jpeg(s), 10)


# --- GStreamer ---

class GStreamer(Program):
    def __init__(self, url, *behind):
        super().__init__("gst-launch-1.0", "-q", "souphttpsrc", f"location={url}", "is-live=true", "!", "multipartdemux",
                         *behind, "!", "fdsink", "sync=false")


class GStreamerDecoder(GStreamer):
    def __init__(self, url):
        super().__init__(url, "!", "jpegdec", "!", "videoconvert", "!", "video/x-raw,format=RGB")

    def next_seq(self):
        return viewing.next_of_raw_video(self)


class GStreamerCopier(GStreamer):
    def next_seq(self):
        return viewing.next_of_concatenated(self)


def test_gstreamer_decodes_every_picture(server):
    s = server()
    wire.put(s, "v", bars.encode(0))
    with GStreamerDecoder(s.url + "v.mjpg") as viewer:
        assert viewer.next_seq() == 0
        viewing.expect_counted(s, 51, viewing.step(viewer, publish_bars(s), 50))


def test_gstreamer_gets_every_byte(server):
    s = server()
    publish = publish_jpeg(s)
    publish(0)
    with GStreamerCopier(s.url + "v.mjpg") as viewer:
        assert viewer.next_seq() == 0
        viewing.expect_counted(s, 101, viewing.step(viewer, publish, 100))


# --- OpenCV ---

class OpenCv:
    def __init__(self, url):
        self.capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
        assert self.capture.isOpened()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.capture.release()

    def next_seq(self):
        ok, picture = self.capture.read()
        assert ok
        return bars.read(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))


@pytest.mark.parametrize("target", ["v.mjpg", "?action=stream", "video_feed"])
def test_opencv_reads_every_picture(server, target):
    s = server(*RESEND)
    wire.put(s, "v", bars.encode(0))
    with OpenCv(s.url + target) as viewer:
        assert viewer.next_seq() == 0
        viewing.expect_counted(s, 21, viewing.step(viewer, publish_bars(s), 20))
        assert viewer.capture.get(cv2.CAP_PROP_FRAME_WIDTH) == bars.WIDTH
        assert viewer.capture.get(cv2.CAP_PROP_FRAME_HEIGHT) == bars.HEIGHT


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_opencv_decodes_snapshots(server, kind):
    s = server()
    wire.put(s, "v", bars.encode(7, kind))
    with urllib.request.urlopen(s.url + "v.jpg") as answer:
        picture = cv2.imdecode(numpy.frombuffer(answer.read(), numpy.uint8), cv2.IMREAD_COLOR)
    assert bars.read(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)) == 7


# --- Pillow ---

@pytest.mark.parametrize("kind", KINDS)
def test_pillow_opens_snapshots(server, kind):
    s = server()
    wire.put(s, "v", bars.encode(500, kind))
    with urllib.request.urlopen(s.url + "v.jpg") as answer:
        assert answer.headers["Content-Type"] == f"image/{kind.lower()}"
        picture = Image.open(io.BytesIO(answer.read()))
    assert picture.format == kind and bars.read(numpy.asarray(picture.convert("RGB"))) == 500


def test_pillow_publishes_what_it_draws(server):
    s = server()
    for number, kind in enumerate(KINDS):
        request = urllib.request.Request(s.url + "v.jpg", bars.encode(number, kind), method="PUT")
        with urllib.request.urlopen(request) as answer:
            assert answer.status == (201 if number == 0 else 200)
        assert wire.get(s, "/v.jpg").body == bars.encode(number, kind)


# --- curl ---

def curl(*options, cwd, stdin=b""):
    return run("curl", "-sS", *options, cwd=cwd, stdin=stdin)


@pytest.fixture
def here(tmp_path):
    (tmp_path / "a.jpg").write_bytes(jpeg(1, size_bytes=50_000))
    (tmp_path / "b.jpg").write_bytes(jpeg(2, size_bytes=50_000))
    return tmp_path


def test_curl_saves_a_snapshot(server, here):
    s = server()
    curl("--fail", "-T", "a.jpg", s.url + "v.jpg", cwd=here)
    for options in ([], ["--http1.0"], ["--http2"], ["--compressed"], ["--proxy", s.url], ["-r", "0-99"], ["-C", "-"]):
        curl("--fail", "-o", "out", *options, s.url + "v.jpg", cwd=here)
        assert pictures.check((here / "out").read_bytes()) == 1, options
        (here / "out").unlink()


def test_curl_asks_for_the_head(server, here):
    s = server()
    wire.put(s, "v", jpeg(1))
    head = curl("-I", s.url + "v.jpg", cwd=here).decode()
    assert head.startswith("HTTP/1.1 200") and f"Content-Length: {len(jpeg(1))}\r\n" in head
    assert "Content-Type: image/jpeg\r\n" in head and "ETag: " in head and "Last-Modified: " in head
    assert curl("-I", s.url + "v.mjpg", cwd=here).startswith(b"HTTP/1.1 200")


def test_curl_gets_a_picture_again_only_when_it_is_new(server, here):
    s = server()
    get = ["--etag-save", "etag", "--etag-compare", "etag", "-o", "out", "-w", "%{http_code}", s.url + "v.jpg"]
    wire.put(s, "v", jpeg(1))
    assert curl(*get, cwd=here) == b"200" and pictures.check((here / "out").read_bytes()) == 1
    assert curl(*get, cwd=here) == b"304"
    wire.put(s, "v", jpeg(2))
    assert curl(*get, cwd=here) == b"200" and pictures.check((here / "out").read_bytes()) == 2


def test_curl_asks_for_what_is_newer_than_a_file(server, here):
    s = server()
    wire.put(s, "v", jpeg(1))
    curl("-R", "-o", "out", s.url + "v.jpg", cwd=here)  # -R: the file's time is the picture's
    get = ["-z", "out", "-o", "again", "-w", "%{http_code}", s.url + "v.jpg"]
    assert curl(*get, cwd=here) == b"304" and not (here / "again").exists()
    os.utime(here / "out", (0, 0))
    assert curl("-z", "Thu, 01 Jan 1970 00:00:00 GMT", *get[2:], cwd=here) == b"200"
    assert pictures.check((here / "again").read_bytes()) == 1


@pytest.mark.parametrize("options", [
    ["-T", "a.jpg"], ["-T", "-"], ["-T", "."], ["--data-binary", "@a.jpg"], ["--data-binary", "@-"],
    ["-X", "PUT", "--data-binary", "@a.jpg"], ["-T", "-", "--expect100-timeout", "5"], ["--http1.0", "-T", "a.jpg"],
    ["-T", "a.jpg", "-H", "Expect: 100-continue"],
], ids=" ".join)
def test_curl_publishes(server, here, options):
    s = server()
    answer = curl("--fail-with-body", *options, s.url + "v.jpg", cwd=here, stdin=(here / "a.jpg").read_bytes())
    assert b'"seq"' in answer
    assert pictures.check(wire.get(s, "/v.jpg").body) == 1


def test_curl_publishes_several_over_one_connection(server, here):
    s = server()
    before = s.metrics()["stillcast_connections_total"]
    curl("--fail", "-T", "{a.jpg,b.jpg}", s.url, cwd=here)
    assert s.metrics()["stillcast_connections_total"] == before + 2, "curl's and that of the second look"
    assert [pictures.check(wire.get(s, f"/{name}.jpg").body) for name in "ab"] == [1, 2]


class CurlViewer(Program):
    def __init__(self, url):
        super().__init__("curl", "-sSN", url)

    def next_seq(self):
        return viewing.next_of_concatenated(self)


def test_curl_saves_a_stream_as_bare_pictures(server):
    s = server()
    publish = publish_jpeg(s)
    publish(0)
    with CurlViewer(s.url + "v.mjpg?raw=1") as viewer:
        assert viewer.next_seq() == 0
        viewing.expect_counted(s, 101, viewing.step(viewer, publish, 100))
        wire.request(s, "DELETE", "/v")
        assert viewer.read_rest() == b"" and viewer.wait() == 0
