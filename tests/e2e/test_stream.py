"""GET /NAME.mjpg: the bytes that programs and browsers get, in time and in order."""

import re
import time

import pytest

import pictures
import wire
from pictures import jpeg

NO_CACHE = "no-store, no-cache, must-revalidate, no-transform"


def test_a_program_gets_exactly_these_bytes(server):
    s = server()
    picture = jpeg(1)
    wire.put(s, "plot", picture)
    before = time.time()
    with wire.Conn(s) as conn:
        conn.send_request("GET", "/plot.mjpg", {"Accept": "*/*"})
        conn.read_head()
        conn.expect(b"--boundarydonotcross\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\nX-Timestamp: " % len(picture))
        stamp = conn.read_until(b"\r\n")
        assert re.fullmatch(rb"\d+\.\d{6}\r\n", stamp) and abs(float(stamp) - before) < 10
        conn.expect(b"\r\n" + picture + b"\r\n--boundarydonotcross\r\n")
        assert conn.is_silent()


@pytest.mark.parametrize("target, accept", [
    ("/plot.mjpg", wire.Browser.accept), ("/plot.mjpg?advance_headers=1", "*/*"), ("/plot.mjpg", "image/png"),
])
def test_a_browser_gets_exactly_these_bytes(server, target, accept):
    s = server()
    first, second = jpeg(1), jpeg(2)
    wire.put(s, "plot", first)
    with wire.Conn(s) as conn:
        conn.send_request("GET", target, {"Accept": accept})
        conn.read_head()
        head = b"\r\n--boundarydonotcross\r\nContent-Type: image/jpeg\r\n\r\n"
        conn.expect(head[2:] + first + head)
        assert conn.is_silent()
        wire.put(s, "plot", second)
        conn.expect(second + head)
        assert conn.is_silent()


def test_the_head_of_a_stream(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Viewer(s, "/plot.mjpg") as viewer:
        head = viewer.head
        assert head.status == 200
        assert head["content-type"] == "multipart/x-mixed-replace; boundary=boundarydonotcross"
        assert head["connection"] == "close"
        assert head["cache-control"].startswith(NO_CACHE)
        assert head["pragma"] == "no-cache" and head["expires"]
        assert head["x-accel-buffering"] == "no"
        assert head["x-content-type-options"] == "nosniff" and head["referrer-policy"] == "no-referrer"
        assert "sandbox" in head["content-security-policy"] and "default-src 'none'" in head["content-security-policy"]
        for absent in ("content-length", "transfer-encoding", "access-control-allow-origin",
                       "cross-origin-resource-policy", "set-cookie"):
            assert head[absent] is None, absent


def test_head_asks_for_the_head_only(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Conn(s) as conn:
        conn.send_request("HEAD", "/plot.mjpg")
        head = conn.read_head()
        assert head.status == 200 and head["content-type"].startswith("multipart/")
        conn.expect_end()


def test_raw_is_the_pictures_alone(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.RawViewer(s, "/plot.mjpg?raw=1") as viewer:
        assert viewer.next_seq() == 1
        wire.put(s, "plot", jpeg(2))
        assert viewer.next_seq() == 2
        assert viewer.is_silent()


@pytest.mark.parametrize("kind", [wire.Viewer, wire.Browser, wire.RawViewer])
def test_every_picture_comes_at_once_and_in_order(server, kind):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with kind(s, "/plot.mjpg?raw=1" if kind is wire.RawViewer else "/plot.mjpg") as viewer:
        for number in range(1, 30):
            assert viewer.next_seq() == number
            wire.put(s, "plot", jpeg(number + 1))
        assert viewer.next_seq() == 30
        assert viewer.is_silent()


def test_one_byte_at_a_time_gives_whole_pictures(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Viewer(s, "/plot.mjpg", chunk_bytes=1) as viewer:
        for number in range(1, 4):
            assert viewer.next_seq() == number
            wire.put(s, "plot", jpeg(number + 1))


def test_unknown_parameters_are_ignored(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    for query in ("cacheBust=1700000000", "timestamp=1&w=640&h=480", "&&=&a", "bypassCache=", "raw=0"):
        with wire.Viewer(s, f"/plot.mjpg?{query}") as viewer:
            assert viewer.next_seq() == 1


def test_parts_have_the_type_of_their_picture(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Viewer(s, "/plot.mjpg") as program, wire.Browser(s, "/plot.mjpg") as browser:
        assert program.part().media_type == browser.part().media_type == "image/jpeg"
        for kind, media_type in (("PNG", "image/png"), ("GIF", "image/gif"), ("WEBP", "image/webp")):
            picture = pictures.image(kind)
            wire.put(s, "plot", picture)
            part = program.part()
            assert (part.media_type, part.picture) == (media_type, picture)
            assert browser.part().picture == picture


def test_a_still_picture_is_sent_again(server):
    s = server("--resend", "200ms")
    wire.put(s, "plot", jpeg(1))
    with wire.Viewer(s, "/plot.mjpg") as viewer:
        start = time.monotonic()
        assert [viewer.next_seq() for _ in range(4)] == [1, 1, 1, 1]
        assert 0.5 < time.monotonic() - start < wire.patience(3)
    wire.eventually(lambda: s.metrics()["stillcast_frames_resent_total", {"stream": "plot"}] >= 3)
    assert s.metrics()["stillcast_frames_out_total", {"stream": "plot"}] == 1


@pytest.mark.parametrize("agent, is_repeated", [
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/604.1", True),
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36", False),
])
def test_webkit_gets_a_last_picture_twice(server, agent, is_repeated):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Browser(s, "/plot.mjpg", {"User-Agent": agent}.items()) as viewer:
        assert viewer.next_seq() == 1
        assert viewer.is_silent(1) != is_repeated
        if is_repeated:
            assert viewer.next_seq() == 1
            assert viewer.is_silent(1), "twice is enough"


@pytest.mark.parametrize("kind, query", [(wire.Viewer, ""), (wire.Browser, ""), (wire.RawViewer, "?raw=1")])
def test_a_viewer_that_does_not_read_skips_to_the_newest_and_holds_nobody_up(server, kind, query):
    s = server()
    large = 200_000
    wire.put(s, "plot", jpeg(1, size_bytes=large))
    with kind(s, f"/plot.mjpg{query}", receive_bytes=4096) as slow, wire.Viewer(s, "/plot.mjpg") as quick:
        for number in range(2, 60):
            assert quick.next_seq() == number - 1
            wire.put(s, "plot", jpeg(number, size_bytes=large))
        assert quick.next_seq() == 59
        seen = [slow.next_seq()]
        while seen[-1] < 59:
            seen.append(slow.next_seq())
        assert len(seen) < 12, seen
        metrics = wire.eventually(lambda: s.metrics())
        skipped = metrics["stillcast_frames_skipped_total", {"stream": "plot"}]
        assert skipped == 59 - len(seen), (skipped, seen)
        assert metrics["stillcast_frames_out_total", {"stream": "plot"}] == 59 + len(seen)


def test_what_was_sent_is_counted_to_the_byte(server):
    s = server()
    picture = jpeg(1)
    wire.put(s, "plot", picture)
    with wire.Conn(s) as conn:
        conn.send_request("GET", "/plot.mjpg")
        conn.read_head()
        body = conn.read_until(b"--boundarydonotcross\r\n") + conn.read_until(b"\r\n--boundarydonotcross\r\n")
        metrics = wire.eventually(lambda: s.metrics()["stillcast_bytes_out_total", {"stream": "plot"}] and s.metrics())
        assert metrics["stillcast_bytes_out_total", {"stream": "plot"}] == len(body)
        assert metrics["stillcast_bytes_in_total", {"stream": "plot"}] == len(picture)
        assert metrics["stillcast_frames_in_total", {"stream": "plot"}] == 1
        assert metrics["stillcast_viewers", {"stream": "plot"}] == 1


@pytest.mark.parametrize("leave", [wire.Conn.close, wire.Conn.reset, wire.Conn.send_end], ids=["close", "reset", "half-close"])
def test_viewers_that_leave_are_noticed(server, leave):
    s = server()
    wire.put(s, "plot", jpeg(1))
    viewers = [wire.Viewer(s, "/plot.mjpg") for _ in range(20)]
    wire.eventually(lambda: s.metrics()["stillcast_viewers", {"stream": "plot"}] == 20)
    for viewer in viewers:
        leave(viewer)
    wire.eventually(lambda: s.metrics()["stillcast_viewers", {"stream": "plot"}] == 0)
    wire.eventually(lambda: s.metrics()["stillcast_connections"] <= 2)
    for viewer in viewers:
        viewer.close()


def test_a_hundred_viewers_get_the_same(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    viewers = [wire.Viewer(s, "/plot.mjpg") for _ in range(100)]
    for viewer in viewers:
        assert viewer.next_seq() == 1
    assert wire.put(s, "plot", jpeg(2))["viewers"] == 100
    for viewer in viewers:
        assert viewer.next_seq() == 2
        viewer.close()


def test_the_head_does_not_wait_for_the_first_picture(server, tmp_path):
    s = server("plot=watch:plot.jpg", cwd=tmp_path)
    with wire.Viewer(s, "/plot.mjpg") as viewer:
        assert viewer.head.status == 200
        (tmp_path / "plot.jpg").write_bytes(jpeg(1))
        assert viewer.next_seq() == 1


def test_stopping_the_server_ends_streams_behind_a_whole_part(server):
    s = server()
    wire.put(s, "plot", jpeg(1, size_bytes=300_000))
    kinds = (wire.Viewer, wire.Browser)
    viewers = [kinds[n % 2](s, "/plot.mjpg", receive_bytes=4096) for n in range(6)]
    for viewer in viewers:
        viewer.begin()
    s.tell_to_stop()
    for viewer in viewers:
        assert viewer.next_seq() == 1
        viewer.expect_end()
        viewer.close()


def test_a_viewer_that_keeps_its_end_open_does_not_hold_up_the_stop(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Viewer(s, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 1
        s.tell_to_stop()
        viewer.expect_end()
        assert s.process.wait(4) == 0  # a lingering close outside of a stop takes 5 s


def test_deleting_the_stream_ends_it_behind_a_whole_part(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Viewer(s, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 1
        assert wire.request(s, "DELETE", "/plot").status == 200
        viewer.expect_end()


@pytest.mark.parametrize("target", ["/none.mjpg", "/none.jpg", "/none.mjpg?raw=1", "/api/streams/none"])
def test_a_stream_that_is_not_there_is_404_with_a_way_out(server, target):
    s = server()
    answer = wire.get(s, target)
    assert answer.status == 404 and "none" in answer.text
    answer = wire.get(s, target, {"Accept": "application/json"})
    assert answer.status == 404 and answer["content-type"] == "application/json"
    assert answer.json["error"]["status"] == 404 and "none" in answer.json["error"]["text"]


def test_an_http_1_0_viewer_is_served(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Conn(s) as conn:
        conn.send(b"GET /plot.mjpg HTTP/1.0\r\n\r\n")
        assert conn.read_head().status == 200
        conn.expect(b"--boundarydonotcross\r\n")
