"""The life of a stream that a source feeds: waiting, live, idle, lost, ended, as /api/streams tells it."""

import io
import os

import numpy
import pytest
from PIL import Image

import bars
import pictures
import wire
from pictures import jpeg
from programs import FifoWriter


def look(server, name="v"):
    return wire.get(server, f"/api/streams/{name}").json


def is_in(server, state, name="v"):
    def it_is():
        stream = look(server, name)
        assert stream["state"] == state, stream
        return stream
    return wire.eventually(it_is, 10)


def pixels(picture):
    return numpy.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


# --- test: ---

@pytest.mark.parametrize("options, kind, size", [("", "JPEG", (640, 360)), ("#size=320x200#format=png", "PNG", (320, 200)),
                                                 ("#size=64x48#quality=20", "JPEG", (64, 48))])
def test_the_test_pattern_moves(server, options, kind, size):
    s = server(f"v=test:{options}#fps=30")
    with wire.Viewer(s, "/v.mjpg") as viewer:
        parts = [viewer.part() for _ in range(4)]
    assert {part.media_type for part in parts} == {f"image/{kind.lower()}"}
    images = [pixels(part.picture) for part in parts]
    assert {image.shape for image in images} == {(size[1], size[0], 3)}
    assert all((one != other).any() for one, other in zip(images, images[1:])), "each differs from the one before"
    assert images[0].std() > 20, "there is something to see"
    stream = is_in(s, "live")
    assert (stream["kind"], stream["width"], stream["height"], stream["origin"]) == (kind, *size, "source")


# --- on demand ---

@pytest.mark.parametrize("arguments", [["v=test:#on_demand=yes#linger=0.2#fps=50#size=64x48"],
                                       ["--linger", "200ms", "v=test:#on_demand=yes#fps=50#size=64x48"]])
def test_a_source_on_demand_runs_while_somebody_watches(server, arguments):
    s = server(*arguments)
    assert is_in(s, "idle")["frames_in"] == 0
    for _ in range(3):
        before = look(s)["frames_in"]
        with wire.Viewer(s, "/v.mjpg") as one, wire.Viewer(s, "/v.mjpg") as two:
            for _ in range(5):
                one.part(), two.part()
            one.close()
            for _ in range(20):
                two.part()
            assert look(s)["state"] == "live" and look(s)["viewers"] == 1, "one is enough"
        rest = is_in(s, "idle")["frames_in"]
        assert rest > before
        with pytest.raises(AssertionError, match="did not happen"):
            wire.eventually(lambda: look(s)["frames_in"] > rest, 0.1)


def test_a_source_on_demand_lingers(server):
    s = server("v=test:#on_demand=yes#linger=60#fps=50#size=64x48")
    is_in(s, "idle")
    with wire.Viewer(s, "/v.mjpg") as viewer:
        viewer.part()
    wire.eventually(lambda: look(s)["viewers"] == 0)
    n = look(s)["frames_in"]
    wire.eventually(lambda: look(s)["frames_in"] > n + 5)
    assert look(s)["state"] == "live"


@pytest.mark.parametrize("query", ["", "?wait=next", "?after=0", "?max_age=1000"])
def test_a_snapshot_wakes_a_source_on_demand(server, query):
    s = server("v=test:#on_demand=yes#linger=0.1#fps=50#size=64x48")
    seen = set()
    for _ in range(2):
        is_in(s, "idle")
        answer = wire.get(s, f"/v.jpg{query}")
        assert answer.status == 200 and pixels(answer.body).shape == (48, 64, 3)
        seen.add(answer.body)
    assert len(seen) == 2 or query == "?after=0", "the second is no picture from the first time"


def test_looking_at_numbers_wakes_nobody(server):
    s = server("v=test:#on_demand=yes")
    is_in(s, "idle")
    for target in ("/api/streams", "/api/streams/v", "/metrics", "/healthz", "/", "/v"):
        assert wire.get(s, target).status == 200
    for target in ("/v.mjpg", "/v.mjpg?raw=1", "/?action=stream"):
        with wire.Conn(s) as conn:
            conn.send_request("HEAD", target)
            assert conn.read_head().status == 200
            conn.expect_end()
    assert look(s)["state"] == "idle" and look(s)["frames_in"] == 0


# --- lost and back ---

def test_a_lost_source_shows_a_placeholder_and_comes_back(server, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(bars.encode(1))
    s = server(f"v=files:{path}#fps=50")
    with wire.Viewer(s, "/v.mjpg") as viewer:
        assert bars.decode(viewer.part().picture) == 1
        path.write_bytes(b"this is no picture")
        stream = is_in(s, "lost")
        assert str(path) in stream["note"]
        placeholder = viewer.part()
        assert placeholder.media_type == "image/jpeg" and placeholder.picture != bars.encode(1)
        assert pixels(placeholder.picture).shape == (bars.HEIGHT, bars.WIDTH, 3), "of the same size"
        answer = wire.get(s, "/v.jpg")
        assert answer.status == 503 and pixels(answer.body).shape == (bars.HEIGHT, bars.WIDTH, 3)
        assert look(s)["frames_in"] == 1, "a placeholder is no frame of the source"
        path.write_bytes(bars.encode(2))
        wire.eventually(lambda: viewer.part().picture == bars.encode(2), 10)
    assert is_in(s, "live")["retries"] >= 1 and look(s)["note"] == ""
    wire.eventually(lambda: "is back after" in s.stderr)
    assert wire.get(s, "/v.jpg").status == 200


@pytest.mark.parametrize("kind, shown", [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/jpeg")])
def test_a_placeholder_is_as_its_stream_was(server, tmp_path, kind, shown):
    path = tmp_path / "a.jpg"
    path.write_bytes(pictures.image(kind, 200, 100))
    s = server(f"v=files:{path}#fps=50")
    is_in(s, "live")
    path.write_bytes(b"")
    answer = wire.eventually(lambda: (lambda a: a.status == 503 and a)(wire.get(s, "/v.jpg")), 10)
    assert answer["content-type"] == shown and answer["retry-after"] and pixels(answer.body).shape == (100, 200, 3)


def test_a_source_that_never_showed_anything_shows_a_placeholder(server, tmp_path):
    (tmp_path / "a.jpg").write_bytes(jpeg(1)[:700])
    s = server("v=files:a.jpg")
    assert "a.jpg" in is_in(s, "lost")["note"]
    with wire.Viewer(s, "/v.mjpg") as viewer:
        assert pixels(viewer.part().picture).std() > 1
        (tmp_path / "a.jpg").write_bytes(jpeg(1))
        wire.eventually(lambda: viewer.part().picture == jpeg(1), 10)
    assert is_in(s, "live")["age_ms"] is not None


def test_a_fifo_that_was_removed_is_tried_until_it_is_there_again(server, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    s = server(f"v={fifo}", "other=test:#fps=20#size=64x48")
    with wire.Viewer(s, "/other.mjpg") as other:
        with FifoWriter(fifo) as writer:
            writer.write(bars.encode(1))
            fifo.unlink()
        stream = is_in(s, "lost")
        assert str(fifo) in stream["note"]
        with wire.Viewer(s, "/v.mjpg") as viewer:
            wire.eventually(lambda: pixels(viewer.part().picture).shape == (bars.HEIGHT, bars.WIDTH, 3) and look(s)["retries"] > 1, 10)
            os.mkfifo(fifo)
            with FifoWriter(fifo) as writer:
                writer.write(bars.encode(2))
            wire.eventually(lambda: viewer.part().picture == bars.encode(2), 10)
        assert is_in(s, "live")["note"] == ""
        before = other.part().picture
        assert other.part().picture != before and look(s, "other")["retries"] == 0


def test_a_source_that_is_opened_again_at_its_end(server, tmp_path):
    for number in range(1, 4):
        (tmp_path / f"{number}.jpg").write_bytes(jpeg(number))
    s = server(f"v={tmp_path}#fps=100#loop=no#at_end=reopen")
    wire.eventually(lambda: look(s)["frames_in"] >= 10)


def test_the_server_stops_in_order_whatever_its_sources_wait_for(server, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "broken.jpg").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    read_end, write_end = os.pipe()
    s = server("stdin=-", "fifo=fifo", "lost=files:broken.jpg", "file=watch:nowhere/a.jpg", "empty=empty", "test=test:",
               "idle=test:#on_demand=yes", "slow=test:#fps=0.001", stdin=read_end)
    os.write(write_end, jpeg(1)[:1000])
    is_in(s, "lost", "lost")
    is_in(s, "live", "slow")
    is_in(s, "idle", "idle")
    s.stop()
    os.close(read_end)
    os.close(write_end)
