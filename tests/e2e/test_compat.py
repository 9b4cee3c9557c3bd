"""The addresses of mjpg-streamer, uStreamer and the Flask tutorial, so that their clients work unchanged."""

import pytest

import pictures
import wire
from pictures import jpeg


@pytest.fixture
def two(server):
    """Streams "cam2" and "cam10", published in the other order: theirs is the natural one."""
    s = server()
    wire.put(s, "cam10", jpeg(10))
    wire.put(s, "cam2", jpeg(2))
    return s


@pytest.mark.parametrize("target, number", [
    ("/?action=stream", 2), ("/?action=stream_0", 2), ("/?action=stream_1", 10), ("/stream", 2), ("/video_feed", 2),
    ("/?action=stream&cacheBust=17", 2), ("/?cacheBust=17&action=stream_1", 10), ("/stream?extra=1", 2),
])
def test_streams(two, target, number):
    with wire.Viewer(two, target) as program, wire.Browser(two, target) as browser:
        assert program.next_seq() == browser.next_seq() == number


@pytest.mark.parametrize("target, number", [
    ("/?action=snapshot", 2), ("/?action=snapshot_0", 2), ("/?action=snapshot_1", 10), ("/snapshot", 2),
    ("/?action=snapshot&bypassCache=1", 2),
])
def test_snapshots(two, target, number):
    answer = wire.get(two, target)
    assert answer.status == 200 and answer["content-type"] == "image/jpeg" and pictures.check(answer.body) == number


@pytest.mark.parametrize("target, status", [
    ("/?action=stream_2", 404), ("/?action=snapshot_99", 404), ("/?action=command", 400), ("/?action=", 400),
    ("/?action=stream_", 400), ("/?action=stream_x", 400), ("/?action=stream_100", 400), ("/?action=streams", 400),
])
def test_what_is_not_there(two, target, status):
    assert wire.get(two, target).status == status


def test_an_empty_server_says_so(server):
    s = server()
    for target in ("/?action=stream", "/?action=snapshot", "/stream", "/snapshot", "/video_feed"):
        answer = wire.get(s, target)
        assert answer.status == 404 and answer.text


def test_mjpg_streamers_own_client_line(two):
    """Its http input sends exactly this, and looks for the boundary with CRLF in front."""
    with wire.Conn(two) as conn:
        conn.send(b"GET /?action=stream HTTP/1.0\r\n\r\n")
        assert conn.read_head().status == 200
        conn.read_until(b"\r\n--boundarydonotcross\r\n")


def test_the_gallery_without_action_is_a_page(two):
    answer = wire.get(two, "/")
    assert answer.status == 200 and answer["content-type"].startswith("text/html")
    assert "default-src 'self'" in answer["content-security-policy"]
    assert wire.get(two, "/", {"If-None-Match": answer["etag"]}).status == 304
    assert wire.get(two, "/cam2")["content-type"].startswith("text/html")
