"""A stillcast that pulls from a stillcast that pulls from a stillcast."""

import pytest

import pictures
import viewing
import wire
from pictures import jpeg
from test_source_life import is_in, look


@pytest.fixture
def chain(server):
    """Three servers: pictures are published to the first one, and each of the others pulls from the one before."""
    first = server("--resend", "1m")
    wire.put(first, "v", jpeg(0))
    second = server(f"v={first.url}v.mjpg#linger=0.2", f"still={first.url}v.jpg#fps=50", "--resend", "1m")
    return first, second, server(f"v={second.url}v.mjpg#linger=0.2", "--resend", "1m")


def test_every_picture_comes_through_and_keeps_its_time(chain):
    first, second, third = chain
    with wire.Viewer(first, "/v.mjpg") as here, wire.Viewer(third, "/v.mjpg") as there:
        assert there.until_seq(0) == 0
        viewing.step(there, lambda number: wire.put(first, "v", jpeg(number, size_bytes=60000)), 100)
        wire.put(first, "v", jpeg(101))
        last = next(part for part in iter(there.part, None) if part.seq == 101)
        begun = next(part for part in iter(here.part, None) if part.seq == 101)
        assert last.timestamp == begun.timestamp, "when it was taken, not when it was passed on"
        assert wire.get(third, "/v.jpg")["x-timestamp"] == begun.timestamp
    for one in (second, third):
        counts = look(one)
        assert (counts["frames_in"], counts["rejected"], counts["retries"]) == (102, 0, 0)


def test_one_viewer_at_the_end_is_one_viewer_everywhere_and_then_none(chain):
    first, second, third = chain
    viewers = [wire.Viewer(third, "/v.mjpg") for _ in range(10)]
    for viewer in viewers:
        assert viewer.next_seq() == 0
    assert [look(one)["viewers"] for one in chain] == [1, 1, 10]
    for viewer in viewers:
        viewer.close()
    is_in(third, "idle"), is_in(second, "idle")
    wire.eventually(lambda: look(first)["viewers"] == 0)


def test_the_newest_picture_of_another_stillcast_is_asked_for_when_it_is_new(chain):
    first, second, _ = chain
    with wire.Viewer(second, "/still.mjpg") as viewer:
        assert viewer.next_seq() == 0
        for number in range(1, 5):
            wire.put(first, "v", jpeg(number))
            assert viewer.until_seq(number) == number
        n = first.metrics()["stillcast_requests_total"]
        wire.eventually(lambda: first.metrics()["stillcast_requests_total"] > n + 10)
    assert look(second, "still")["frames_in"] == 5 and look(second, "still")["retries"] == 0


def test_a_time_is_believed_when_it_is_near_ours(server):
    """Of another server's, which counts from its own start or has a wrong clock, it is not."""
    import time
    from pulling import B, begin
    from upstream import Upstream
    stamps = [12.5, time.time() - 3600, time.time() + 3600, time.time() - 5]

    def script(peer, n):
        begin(peer)
        for number, stamp in enumerate(stamps):
            picture = jpeg(number)
            peer.send(B + b"Content-Type: image/jpeg\r\nX-Timestamp: %.6f\r\n\r\n" % stamp + picture)
            wire.eventually(lambda: look(s)["frames_in"] == number + 1)
            answer = wire.get(s, "/v.jpg")
            assert pictures.check(answer.body) == number
            seen.append(float(answer["x-timestamp"]))
        peer.wait_for_end()
    seen, before = [], time.time() - 1
    with Upstream(script) as up:
        s = server(f"v={up.url}")
        with wire.Viewer(s, "/v.mjpg"):
            wire.eventually(lambda: len(seen) == 4)
    assert all(before <= one <= time.time() for one in seen[:3]), seen
    assert seen[3] == pytest.approx(stamps[3], abs=0.001)
