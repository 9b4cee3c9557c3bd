"""files: a slideshow, as a person starts it."""

import glob
import os
import subprocess
import time

import pytest

import bars
import pictures
import wire
from conftest import BINARY
from pictures import jpeg

SHOW = [1, 2, 3, 10, 20]
NAMES = {1: "p1.jpg", 2: "p2.JPG", 3: "p3.jpeg", 10: "p10.jpg", 20: "p20.jpg"}


@pytest.fixture
def show(tmp_path):
    """A folder with pictures whose order by letters is not their order by number."""
    folder = tmp_path / "show"
    folder.mkdir()
    for number, name in NAMES.items():
        (folder / name).write_bytes(jpeg(number))
    (folder / "notes.txt").write_text("no picture")
    return folder


def look(server, name="show"):
    return wire.get(server, f"/api/streams/{name}").json


def ended(server, name="show"):
    wire.eventually(lambda: look(server, name)["state"] == "ended")
    return look(server, name)


def watch(server, n=12, name="show"):
    """n pictures as (their place since the start, answer), in order, though not each one when the machine is busy."""
    seen = []
    with wire.Conn(server) as conn:
        while len(seen) < n:
            answer = conn.request("GET", f"/{name}.jpg?after={seen[-1][0] if seen else 0}")
            assert answer.status == 200
            seen.append((int(answer["x-sequence"]), answer))
    return seen


def expect_rounds(server, order, name="show"):
    for place, answer in watch(server, name=name):
        assert pictures.check(answer.body) == order[(place - 1) % len(order)], f"at {place}"


@pytest.mark.parametrize("argument", ["{}", "{}/", "files:{}", "{}/*", "files:{}/p*", "show={}/p*"])
def test_folders_and_patterns_play_in_natural_order(server, show, argument):
    s = server(argument.format(show) + "#fps=30")
    expect_rounds(s, SHOW)


def test_what_the_shell_expands_is_one_show(server, show):
    names = sorted(glob.glob(f"{show}/p*"))
    assert [os.path.basename(name) for name in names] != [NAMES[number] for number in SHOW], "the shell sorts by letters"
    s = server(*names[:-1], names[-1] + "#fps=30")
    assert [stream["name"] for stream in wire.get(s, "/api/streams").json["streams"]] == ["show"]
    expect_rounds(s, SHOW)


def test_the_shell_leaves_options_alone(show, tmp_path):
    """The line as it is typed: the pattern is ours to expand when options stand behind it."""
    line = f'exec "$0" --listen 127.0.0.1:0 a={show}/p*.jpg#fps=100#loop=no#at_end=exit'
    ran = subprocess.run(["sh", "-c", line, BINARY], cwd=tmp_path, capture_output=True, text=True, timeout=wire.patience(20))
    assert ran.returncode == 0 and "stream=a has ended" in ran.stderr, ran.stderr


@pytest.mark.parametrize("loop, n_rounds", [("no", 1), ("2", 2), ("5", 5)])
def test_so_many_rounds(server, show, loop, n_rounds):
    s = server(f"{show}#fps=200#loop={loop}")
    stream = ended(s)
    assert stream["frames_in"] == n_rounds * len(SHOW) and stream["rejected"] == 0
    with wire.Viewer(s, "/show.mjpg") as viewer:
        assert viewer.next_seq() == 20, "the last picture stays"
    assert pictures.check(wire.get(s, "/show.jpg").body) == 20


def test_by_time_of_writing(server, show):
    order = [3, 20, 1, 2, 10]
    for i, number in enumerate(order):
        os.utime(show / NAMES[number], (1000 + i, 1000 + i))
    s = server(f"{show}#fps=30#sort=time")
    expect_rounds(s, order)


@pytest.mark.parametrize("fps", [2, 20])
def test_the_pace_is_kept(server, show, fps):
    n = fps
    s = server(f"{show}#fps={fps}")
    wire.eventually(lambda: look(s)["frames_in"] > 0)
    first, begin = look(s)["frames_in"], time.monotonic()
    wire.eventually(lambda: look(s)["frames_in"] >= first + n)
    took = time.monotonic() - begin
    assert (n - 1) / fps < took < wire.patience(n / fps + 1), took
    assert fps * 0.5 < look(s)["fps"] < fps * 1.3


def test_every_kind_in_one_show(server, tmp_path):
    kinds = ["JPEG", "PNG", "WEBP", "GIF"]
    for number, kind in enumerate(kinds):
        (tmp_path / f"{number}.{kind.lower()}").write_bytes(bars.encode(number, kind))
    s = server(f"a={tmp_path}/*.*#fps=100#loop=no")
    assert ended(s, "a")["frames_in"] == 4
    s = server(f"a={tmp_path}/*.*#fps=30")
    for place, answer in watch(s, name="a"):
        number = (place - 1) % 4
        assert answer["content-type"] == f"image/{kinds[number].lower()}"
        assert answer.body == bars.encode(number, kinds[number])


def test_pictures_come_and_go(server, show):
    s = server(f"{show}#fps=50")
    with wire.Viewer(s, "/show.mjpg") as viewer:
        (show / "new").write_bytes(jpeg(100))
        (show / "new").rename(show / "p100.jpg")
        wire.eventually(lambda: viewer.part().seq == 100)
        for number, name in {**NAMES, 100: "p100.jpg"}.items():
            if number > 2:
                (show / name).unlink()
        wire.eventually(lambda: {viewer.part().seq for _ in range(10)} == {1, 2})


def test_a_broken_picture_is_left_out_and_counted(server, show):
    (show / NAMES[3]).write_bytes(jpeg(3)[:-100])
    (show / "p4.jpg").write_text("no picture")
    s = server(f"{show}#fps=200#loop=no")
    stream = ended(s)
    assert stream["frames_in"] == 4 and stream["rejected"] == 2
    assert s.metrics()["stillcast_frames_rejected_total", {"stream": "show"}] == 2
    wire.eventually(lambda: NAMES[3] in s.stderr)


def test_a_single_picture_is_shown_again_when_it_was_changed(server, tmp_path):
    path = tmp_path / "plot.jpg"
    path.write_bytes(jpeg(1))
    s = server(path, "--resend", "100ms")
    name = wire.get(s, "/api/streams").json["streams"][0]["name"]
    with wire.Viewer(s, f"/{name}.mjpg") as viewer:
        assert viewer.next_seq() == 1
        (tmp_path / "new").write_bytes(jpeg(2))
        (tmp_path / "new").rename(path)
        assert viewer.until_seq(2) == 2
    assert look(s, name)["seq"] == 2, "a picture that was not changed is not shown again"


def test_an_empty_folder_is_waited_for(server, tmp_path):
    (tmp_path / "later").mkdir()
    s = server(f"{tmp_path}/later")
    wire.eventually(lambda: look(s, "later")["note"])
    assert look(s, "later")["state"] == "waiting" and "later" in look(s, "later")["note"]
    (tmp_path / "a").write_bytes(jpeg(5))
    (tmp_path / "a").rename(tmp_path / "later" / "a.jpg")
    wire.eventually(lambda: look(s, "later")["state"] == "live")
    assert look(s, "later")["note"] == "" and pictures.check(wire.get(s, "/later.jpg").body) == 5
