"""watch: a picture that other programs rewrite, as they really do it."""

import os
import shutil
import threading

import pytest
from PIL import Image

import bars
import wire
from pictures import jpeg
from viewing import step, watch

RESEND = ["--resend", "100ms"]


class PillowViewer(wire.Viewer):
    def next_seq(self):
        return bars.decode(self.part().picture)


def save_in_place(path, number):
    Image.fromarray(bars.pixels(number)).save(path)


def save_and_rename(path, number):
    new = path.with_name("new-" + path.name)
    Image.fromarray(bars.pixels(number)).save(new)
    new.rename(path)


def save_and_link(path, number):
    """As `ln -sfn` does."""
    Image.fromarray(bars.pixels(number)).save(path.with_name(f"{number}{path.suffix}"))
    path.with_name("link").symlink_to(f"{number}{path.suffix}")
    path.with_name("link").rename(path)


def state(server):
    stream = wire.get(server, "/api/streams/plot").json
    return stream["state"], stream["note"]


@pytest.mark.parametrize("save", [save_in_place, save_and_rename, save_and_link])
@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif"])
def test_every_picture_that_pillow_saves_is_shown(server, tmp_path, save, suffix):
    path = tmp_path / f"plot.{suffix}"
    save(path, 0)
    s = server(f"watch:{path}", *RESEND)
    with watch(s, PillowViewer, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 0
        step(viewer, lambda number: save(path, number), 15)
    assert wire.get(s, "/api/streams/plot").json["rejected"] == 0


def write_slowly(path, number):
    """In place, in small pieces, each of them on disk before the next."""
    data = jpeg(number, size_bytes=12_000)
    with open(path, "wb", buffering=0) as file:
        for at in range(0, len(data), 1000):
            file.write(data[at:at + 1000])


def write_and_rename(path, number):
    write_slowly(path.with_name("new"), number)
    path.with_name("new").rename(path)


@pytest.mark.parametrize("write", [write_slowly, write_and_rename])
def test_no_half_picture_is_ever_seen(server, tmp_path, write):
    """Every picture tells when it is torn: its viewers check each bit."""
    path, n = tmp_path / "plot.jpg", 300
    path.write_bytes(jpeg(1, size_bytes=12_000))
    s = server(f"watch:{path}")
    with watch(s, wire.Viewer, "/plot.mjpg") as viewer, watch(s, wire.Browser, "/plot.mjpg") as browser:
        writer = threading.Thread(target=lambda: [write(path, number) for number in range(2, n + 1)])
        writer.start()
        try:
            assert viewer.until_seq(n) == browser.until_seq(n) == n
        finally:
            writer.join()


def test_a_picture_that_is_written_over_is_no_mixture(server, tmp_path):
    """Old and new bytes together look like one whole picture where the old one is not cut off first."""
    path, n = tmp_path / "plot.jpg", 101
    path.write_bytes(jpeg(1))
    s = server(f"watch:{path}")
    with watch(s, wire.Viewer, "/plot.mjpg") as viewer:
        for number in range(2, n + 1, 2):
            with open(path, "r+b", buffering=0) as file:
                file.write(jpeg(number))
                file.truncate()
            with open(path, "r+b", buffering=0) as file:
                file.write(jpeg(number + 1)[:1500])
                wire.get(s, "/healthz")  # time to look at the half of it
                file.write(jpeg(number + 1)[1500:])
                file.truncate()
            assert viewer.until_seq(number + 1) == number + 1


def test_half_a_picture_waits_for_its_other_half(server, tmp_path):
    path = tmp_path / "plot.jpg"
    path.write_bytes(jpeg(1))
    s = server(f"watch:{path}#recheck=0.2")
    with watch(s, wire.Viewer, "/plot.mjpg") as viewer, open(path, "wb", buffering=0) as file:
        assert viewer.next_seq() == 1
        file.write(jpeg(2)[:1500])
        assert viewer.is_silent(0.5), "longer than it takes to be called quiet"
        file.write(jpeg(2)[1500:])
        assert viewer.next_seq() == 2, "though the writer holds the file open"


def test_a_broken_picture_is_told_and_the_last_one_stays(server, tmp_path):
    path = tmp_path / "plot.jpg"
    path.write_bytes(jpeg(1))
    s = server(f"watch:{path}#recheck=0.1")
    with watch(s, wire.Viewer, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 1
        path.write_bytes(b"no picture at all")
        wire.eventually(lambda: wire.get(s, "/api/streams/plot").json["rejected"] == 1)
        assert str(path) in wire.eventually(lambda: s.stderr) and viewer.is_silent()
        path.write_bytes(jpeg(2))
        assert viewer.next_seq() == 2


def test_a_file_that_does_not_exist_yet(server, tmp_path):
    path = tmp_path / "a" / "b" / "plot.jpg"
    s = server(f"plot=watch:{path}")
    wire.eventually(lambda: state(s)[1])
    assert state(s)[0] == "waiting" and str(path) in state(s)[1] and "does not exist yet" in state(s)[1]
    path.parent.mkdir(parents=True)
    path.write_bytes(jpeg(1))
    wire.eventually(lambda: state(s) == ("live", ""))
    with watch(s, wire.Viewer, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 1


def test_a_file_goes_and_comes_back(server, tmp_path):
    path = tmp_path / "plot.jpg"
    path.write_bytes(jpeg(1))
    s = server(f"watch:{path}#recheck=0.2")
    with watch(s, wire.Viewer, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 1
        for number in range(2, 12):
            path.unlink()
            if number == 5:
                wire.eventually(lambda: "is gone" in state(s)[1])
                assert state(s)[0] == "live" and viewer.is_silent(), "the last picture stays"
            path.write_bytes(jpeg(number))
            assert viewer.next_seq() == number
    assert state(s) == ("live", "")


@pytest.mark.parametrize("remove", [shutil.rmtree, lambda folder: folder.rename(folder.with_name(f"old-{os.urandom(4).hex()}"))],
                         ids=["removed", "renamed"])
def test_a_folder_on_the_way_goes_and_comes_back(server, tmp_path, remove):
    folder = tmp_path / "out"
    path = folder / "deep" / "plot.jpg"
    path.parent.mkdir(parents=True)
    path.write_bytes(jpeg(1))
    s = server(f"watch:{path}")
    with watch(s, wire.Viewer, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 1
        for number in range(2, 8):
            remove(folder)
            path.parent.mkdir(parents=True)
            path.write_bytes(jpeg(number))
            assert viewer.next_seq() == number


def test_a_link_on_the_way_is_turned(server, tmp_path):
    """As Kubernetes turns the folders of its mounted configuration."""
    def turn(number):
        (tmp_path / f"data-{number}").mkdir()
        (tmp_path / f"data-{number}" / "plot.jpg").write_bytes(jpeg(number))
        (tmp_path / "new").symlink_to(f"data-{number}")
        (tmp_path / "new").rename(tmp_path / "data")

    turn(0)
    s = server(f"watch:{tmp_path}/data/plot.jpg", *RESEND)
    with watch(s, wire.Viewer, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 0
        step(viewer, turn, 10)


def test_a_folder_shows_its_newest_picture(server, tmp_path):
    folder = tmp_path / "shots"
    folder.mkdir()
    for number in (3, 1, 2):
        (folder / f"{number}.jpg").write_bytes(jpeg(number))
        os.utime(folder / f"{number}.jpg", (1000 + number, 1000 + number))
    s = server(f"watch:{folder}", *RESEND)
    with watch(s, wire.Viewer, "/shots.mjpg") as viewer:
        assert viewer.next_seq() == 3
        for number in range(4, 20):
            (folder / f"shot-{number}.jpg").write_bytes(jpeg(number))
            assert viewer.until_seq(number) == number
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / "again.jpg").write_bytes(jpeg(20))
        assert viewer.until_seq(20) == 20
