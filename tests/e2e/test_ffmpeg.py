"""ffmpeg publishes and watches, with every frame's number in its pixels, and byte by byte where nothing is encoded."""

import json

import pytest

import bars
import viewing
import wire
from pictures import jpeg
from programs import Program, run
from viewing import BarsViewer, expect_counted, step, watch

QUIET = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error"]
AT_ONCE = ["-probesize", "32", "-analyzeduration", "0"]
RAW_VIDEO = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{bars.WIDTH}x{bars.HEIGHT}"]
RESEND = ["--resend", "100ms"]


def encoder(*output, codec="mjpeg"):
    """Takes frames from write(), encodes each at once."""
    quality = ["-q:v", "2"] if codec == "mjpeg" else []
    return Program(*QUIET, *RAW_VIDEO, "-framerate", "25", "-i", "-", "-c:v", codec, *quality, "-threads", "1",
                   "-flush_packets", "1", *output, stdin=None)


def copier(*output):
    """Takes parts from write(), hands on their pictures as they are."""
    program = Program(*QUIET, *AT_ONCE, "-f", "mpjpeg", "-i", "-", "-c", "copy", "-flush_packets", "1", *output, stdin=None)
    program.write(b"--frame\r\n")
    return program


def to_stream(url):
    return ["-f", "mpjpeg", "-method", "POST", url]


def part(picture):
    return b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n--frame\r\n" % (len(picture), picture)


class Decoder(Program):
    """ffmpeg watches and decodes."""

    def __init__(self, url, *options):
        super().__init__(*QUIET, "-threads", "1", *AT_ONCE, *options, "-i", url, "-fps_mode", "passthrough", "-threads", "1",
                         "-f", "rawvideo", "-pix_fmt", "rgb24", "-flush_packets", "1", "-")

    def next_seq(self):
        return viewing.next_of_raw_video(self)


class Copier(Program):
    """ffmpeg watches and copies."""

    def __init__(self, url, *options):
        super().__init__(*QUIET, *AT_ONCE, *options, "-i", url, "-c", "copy", "-f", "image2pipe", "-flush_packets", "1", "-")

    def next_seq(self):
        return viewing.next_of_concatenated(self)


def expect_end(server, viewer):
    """The stream is deleted: the viewer's pictures end behind a whole one."""
    assert wire.request(server, "DELETE", "/v").status == 200
    with pytest.raises(AssertionError, match="ended after 0 of"):
        while True:
            viewer.next_seq()


# --- frame for frame ---

def test_ffmpeg_encodes_and_decodes_every_frame(server):
    s = server(*RESEND)
    wire.put(s, "v", bars.encode(0))
    with Decoder(s.url + "v.mjpg") as viewer, encoder(*to_stream(s.url + "v.mjpg")) as publisher:
        assert viewer.next_seq() == 0
        n_doubled = step(viewer, lambda number: publisher.write(bars.raw(number)), 50)
        expect_counted(s, 51, n_doubled)
        publisher.end_input()
        assert publisher.wait() == 0, publisher
        expect_end(s, viewer)


def test_ffmpeg_copies_every_byte(server):
    s = server(*RESEND)
    wire.put(s, "v", jpeg(0))
    with Copier(s.url + "v.mjpg") as viewer, copier(*to_stream(s.url + "v.mjpg")) as publisher:
        assert viewer.next_seq() == 0
        n_doubled = step(viewer, lambda number: publisher.write(part(jpeg(number, size_bytes=number * 1000))), 100)
        expect_counted(s, 101, n_doubled)
        publisher.end_input()
        assert publisher.wait() == 0, publisher
        expect_end(s, viewer)


@pytest.mark.parametrize("options, target", [
    (["-strict_mime_boundary", "1"], "v.mjpg"), (["-f", "mpjpeg"], "v.mjpg"), (["-f", "mjpeg"], "v.mjpg?raw=1"),
    (["-f", "mpjpeg"], "?action=stream"), (["-f", "mpjpeg"], "stream"),
], ids=lambda value: "".join(value))
def test_ffmpeg_reads_every_form(server, options, target):
    s = server(*RESEND)
    wire.put(s, "v", jpeg(0))
    with Copier(s.url + target, *options) as viewer:
        assert viewer.next_seq() == 0
        step(viewer, lambda number: wire.put(s, "v", jpeg(number)), 10)


# --- through a pipe ---

class PngViewer(BarsViewer):
    media_type = "image/png"


class Concatenated:
    """ffmpeg that prints bare pictures; publish(number) gives it one, viewer reads what it makes of them."""

    def __init__(self, codec):
        output = ["-f", "image2pipe", "-"]
        self.viewer = {"mjpeg": BarsViewer, "png": PngViewer, "copy": wire.Viewer}[codec]
        self.is_copied = codec == "copy"
        self.program = copier(*output) if self.is_copied else encoder(*output, codec=codec)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.__exit__()

    def publish(self, number):
        self.program.write(part(jpeg(number)) if self.is_copied else bars.raw(number))

    def end(self):
        self.program.end_input()
        assert self.program.wait() == 0, self.program


@pytest.mark.parametrize("codec", ["mjpeg", "png", "copy"])
def test_ffmpeg_publishes_through_curl(server, codec):
    s = server(*RESEND)
    with Concatenated(codec) as ffmpeg, Program("curl", "-sS", "-T", "-", s.url + "v.mjpg", stdin=ffmpeg.program.output) as curl:
        ffmpeg.publish(0)
        with watch(s, ffmpeg.viewer, "/v.mjpg") as viewer:
            assert viewer.next_seq() == 0
            expect_counted(s, 31, step(viewer, ffmpeg.publish, 30))
        ffmpeg.end()
        answer = json.loads(curl.read_rest())
        assert curl.wait() == 0 and answer["frames"] == 31 and answer["rejected"] == 0, answer


@pytest.mark.parametrize("codec", ["mjpeg", "png", "copy"])
def test_ffmpeg_publishes_through_standard_input(server, codec):
    with Concatenated(codec) as ffmpeg:
        s = server(*RESEND, "v=-", stdin=ffmpeg.program.output)
        ffmpeg.publish(0)
        with watch(s, ffmpeg.viewer, "/v.mjpg") as viewer:
            assert viewer.next_seq() == 0
            expect_counted(s, 31, step(viewer, ffmpeg.publish, 30))
            ffmpeg.end()
            wire.eventually(lambda: wire.get(s, "/api/streams/v").json["state"] == "ended")
            assert viewer.next_seq() == 30, "the last picture stays"


# --- a video, at its own speed ---

@pytest.fixture
def video(tmp_path):
    """Two seconds of MPEG-4, 25 frames a second."""
    path = tmp_path / "video.mkv"
    frames = b"".join(bars.raw(number) for number in range(1, 51))
    run(*QUIET, *RAW_VIDEO, "-framerate", "25", "-i", "-", "-c:v", "mpeg4", "-q:v", "2", path, stdin=frames)
    return path


def split(concatenated):
    """The numbers of pictures that ffmpeg encoded: a SOI never stands inside its entropy-coded data."""
    return [bars.decode(b"\xff\xd8" + picture) for picture in concatenated.split(b"\xff\xd8")[1:]]


def test_a_video_is_published_and_watched_in_real_time(server, video, tmp_path):
    s = server()
    wire.put(s, "v", bars.encode(0))

    def count(what):
        return s.metrics()[f"stillcast_{what}", {"stream": "v"}]

    with Program(*QUIET, *AT_ONCE, "-i", s.url + "v.mjpg", "-c", "copy", "-f", "image2pipe", tmp_path / "seen") as viewer:
        wire.eventually(lambda: count("frames_out_total") == 1)
        run(*QUIET, "-re", "-i", video, "-c:v", "mjpeg", "-q:v", "2", *to_stream(s.url + "v.mjpg"))
        wire.eventually(lambda: count("frames_in_total") == 51)
        wire.eventually(lambda: count("frames_out_total") + count("frames_skipped_total") == 51)
        n_skipped = count("frames_skipped_total")
        assert n_skipped < 25
        wire.request(s, "DELETE", "/v")
        viewer.wait()
    seen = split((tmp_path / "seen").read_bytes())
    assert seen == sorted(set(seen)) and seen[0] == 0 and seen[-1] == 50 and len(seen) == 51 - n_skipped, seen


# --- what ffprobe says ---

@pytest.mark.parametrize("target", ["v.mjpg", "v.mjpg?raw=1", "v.jpg"])
def test_ffprobe_knows_codec_and_size(server, target):
    s = server(*RESEND)
    wire.put(s, "v", bars.encode(1))
    options = ["-f", "mjpeg"] if "raw" in target else []
    found = json.loads(run("ffprobe", "-v", "error", *AT_ONCE, *options, "-show_streams", "-of", "json", s.url + target))
    stream, = found["streams"]
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("mjpeg", bars.WIDTH, bars.HEIGHT)


@pytest.mark.parametrize("kind, codec", [("PNG", "png"), ("WEBP", "webp"), ("GIF", "gif")])
def test_ffprobe_knows_other_kinds_of_snapshot(server, kind, codec):
    s = server()
    wire.put(s, "v", bars.encode(1, kind))
    stream, = json.loads(run("ffprobe", "-v", "error", "-show_streams", "-of", "json", s.url + "v.jpg"))["streams"]
    assert (stream["codec_name"], stream["width"], stream["height"]) == (codec, bars.WIDTH, bars.HEIGHT)


def test_a_second_ffmpeg_is_refused_and_the_first_goes_on(server):
    s = server()
    with copier(*to_stream(s.url + "v.mjpg")) as first, copier(*to_stream(s.url + "v.mjpg")) as second:
        first.write(part(jpeg(1)))
        with watch(s, wire.Viewer, "/v.mjpg") as viewer:
            assert viewer.next_seq() == 1
            second.write(part(jpeg(1000)))
            second.end_input()
            second.wait()
            first.write(part(jpeg(2)))
            assert viewer.until_seq(2) == 2
            first.end_input()
            assert first.wait() == 0
            assert viewer.is_silent()
    wire.eventually(lambda: s.metrics()["stillcast_frames_in_total", {"stream": "v"}] == 2)
