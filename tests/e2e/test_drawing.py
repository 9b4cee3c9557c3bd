"""What the server draws: texts, and what is laid over pictures."""

import io
import subprocess

import conftest
import numpy
import pictures
import PIL.Image
import pytest
import wire

HELP = subprocess.run([conftest.BINARY, "--help"], capture_output=True, text=True, check=True).stdout
pytestmark = pytest.mark.skipif("text:" not in HELP, reason="this build does not draw")


def pixels(picture):
    """Rows of pixels, three numbers each."""
    return numpy.asarray(PIL.Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def shown(server, name):
    answer = wire.get(server, f"/{name}.jpg")
    assert answer.status == 200, answer.text
    return pixels(answer.body)


def test_a_clock_ticks_at_the_beginning_of_each_second(server):
    one = server("clock=text:%F %T 你好")
    with wire.Viewer(one, "/clock.mjpg") as viewer:
        viewer.part()
        for _ in range(2):
            part = viewer.part()
            assert part.media_type == "image/png"
            assert float(part.timestamp) % 1 < wire.patience(0.4)
    assert (shown(one, "clock") > 128).sum() > 1000


def test_a_text_follows_what_it_tells_of_and_stays_when_that_stays(server):
    one = server("door=text:{plot.state} {plot.viewers}#size=200x40", "other=text:hello {stream.viewers}")
    before = shown(one, "door")
    assert shown(one, "other").shape == (120, 640, 3)  # its first picture is there
    wire.put(one, "plot", pictures.jpeg(1))
    wire.eventually(lambda: (abs(shown(one, "door") - before) > 100).sum() > 100)
    assert wire.get(one, "/api/streams/other").json["seq"] == 1


def test_characters_without_a_font_are_told_once(server):
    one = server("old=text:\U000103A0 %T#size=200x40")
    with wire.Viewer(one, "/old.mjpg") as viewer:
        for _ in range(3):
            viewer.part()
    wire.eventually(lambda: one.stderr.count("no font on this machine has 1 of the characters") == 1)


def logo(tmp_path, color=(255, 0, 255), side=40):
    PIL.Image.new("RGBA", (side, side), (*color, 255)).save(tmp_path / "logo.png")
    return tmp_path / "logo.png"


def plain_jpeg(width, height):
    out = io.BytesIO()
    PIL.Image.new("RGB", (width, height), (0, 90, 0)).save(out, "JPEG", quality=90)
    return out.getvalue()


CORNERS = {"top-left": (0, 0), "top": (1, 0), "top-right": (2, 0), "bottom-left": (0, 1), "bottom": (1, 1), "bottom-right": (2, 1)}


@pytest.mark.parametrize("corner", CORNERS)
def test_text_and_logo_are_laid_where_they_belong_and_nothing_else_changes(server, tmp_path, corner):
    picture = plain_jpeg(480, 320)
    (tmp_path / "a.jpg").write_bytes(picture)
    other = "top-left" if corner == "bottom-right" else "bottom-right"
    one = server(f"a=watch:a.jpg#overlay=%F#overlay_at={corner}#overlay_color=yellow#logo={logo(tmp_path)}#logo_at={other}")
    wire.eventually(lambda: wire.get(one, "/a.jpg").status == 200)
    changed = abs(shown(one, "a") - pixels(picture)).max(axis=2) > 40
    for name, (x, y) in CORNERS.items():
        cell = changed[y * 160:(y + 1) * 160, x * 160:(x + 1) * 160]
        assert (cell.sum() > 300) == (name in (corner, other)), name
    x, y = CORNERS[other]
    assert (shown(one, "a")[y * 160:, x * 160:, 0] > 200).sum() > 40 * 30  # magenta
    untouched = slice(128, 192)
    assert (shown(one, "a")[untouched] == pixels(picture)[untouched]).all()


def test_a_timestamp_moves_on_with_the_pictures(server):
    one = server("t=test:#fps=10#overlay={stream.name} %T#overlay_at=top")
    with wire.Viewer(one, "/t.mjpg") as viewer:
        plates = [pixels(viewer.part().picture)[8:38, 270:370].tobytes() for _ in range(15)]  # over what stands still
    assert len(set(plates)) in (2, 3)
    assert "overlay" not in one.stderr


@pytest.mark.skipif("http:" not in HELP, reason="this build fetches nothing")
def test_a_picture_keeps_its_time_under_an_overlay(server):
    first = server("t=test:#fps=10")
    second = server(f"t={first.url}t.mjpg#overlay=x")
    with wire.Viewer(first, "/t.mjpg") as here, wire.Viewer(second, "/t.mjpg") as there:
        for _ in range(3):
            shown_there, shown_here = there.part().timestamp, here.part().timestamp
            while shown_here < shown_there:
                shown_here = here.part().timestamp
            assert shown_here == shown_there


def test_what_cannot_carry_an_overlay_is_shown_without_and_told_once(server):
    one = server("p=test:#format=png#fps=20#overlay=x")
    with wire.Viewer(one, "/p.mjpg") as viewer:
        for _ in range(4):
            assert viewer.part().media_type == "image/png"
    assert one.stderr.count("no overlay: it can only be laid over usual JPEGs") == 1


def test_a_damaged_picture_is_refused_with_an_overlay_as_well(server, tmp_path):
    picture = pictures.jpeg(1, 320, 240)
    (tmp_path / "a.jpg").write_bytes(picture[:-300])
    one = server("a=watch:a.jpg#overlay=%T")
    wire.eventually(lambda: one.metrics()["stillcast_frames_rejected_total", {"stream": "a"}] == 1)
    assert wire.get(one, "/api/streams/a").json["frames_in"] == 0


@pytest.mark.parametrize("option,says", [
    ("overlay=%T#overlay_at=middle", "bottom-right"),
    ("overlay=%T#overlay_color=ff", "six hexadecimal digits"),
    ("overlay=%T#overlay_letters=5", "from 6"),
    ("overlay={viewers}", "{stream.viewers}"),
    ("overlay_at=top", "without '#overlay'"),
    ("logo_at=top", "without '#logo'"),
    ("logo=nowhere.png", "no such file"),
    ("logo=/dev/null", "no PNG"),
])
def test_wrong_overlays_are_refused_at_start(run, option, says):
    ended = run("--listen", "127.0.0.1:0", f"test:#{option}")
    assert ended.code != 0 and says in ended.stderr, ended.stderr
