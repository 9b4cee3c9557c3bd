"""What a person types, from the file system to the wire: slideshows, watched files and folders, pipes, demand."""

import itertools
import os
import shutil
import subprocess
import threading

import conftest
import pictures
import pytest
import wire


def replace(path, picture):
    part = path.with_suffix(".part")
    part.write_bytes(picture)
    part.rename(path)


def look(server, name):
    return wire.get(server, f"/api/streams/{name}").json


def becomes(server, name, state):
    def check():
        stream = look(server, name)
        assert stream["state"] == state, stream
        return stream
    return wire.eventually(check, 10)


def numbers(viewer, n):
    """The numbers of the next n different pictures."""
    return [number for number, _ in itertools.islice(itertools.groupby(iter(lambda: viewer.part().seq, None)), n)]


def test_a_folder_is_shown_in_natural_order_and_new_pictures_join(server, tmp_path):
    folder = tmp_path / "holiday"
    folder.mkdir()
    for number in (1, 2, 10):
        (folder / f"{number}.jpg").write_bytes(pictures.jpeg(number))
    one = server("holiday#fps=10")
    with wire.Viewer(one, "/holiday.mjpg") as viewer:
        seen = numbers(viewer, 6)
        assert "".join(f"{n} " for n in seen) in "1 2 10 " * 4
        (folder / "3.jpg").write_bytes(pictures.jpeg(3))
        assert 3 in numbers(viewer, 8)


def test_a_broken_picture_is_counted_and_the_show_goes_on(server, tmp_path):
    for number in (1, 2):
        (tmp_path / f"{number}.jpg").write_bytes(pictures.jpeg(number))
    (tmp_path / "broken.jpg").write_bytes(pictures.jpeg(3)[:1000])
    one = server("show=*.jpg#fps=20")
    wire.eventually(lambda: look(one, "show")["rejected"] >= 2)
    with wire.Viewer(one, "/show.mjpg") as viewer:
        assert set(numbers(viewer, 4)) == {1, 2}
    assert one.stderr.count("broken.jpg") == 1, one.stderr
    assert one.metrics()["stillcast_frames_rejected_total", {"stream": "show"}] >= 2


def test_when_every_picture_is_broken_the_stream_is_lost_and_says_so(server, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"this is no picture")
    one = server("show=files:a.jpg")
    stream = becomes(one, "show", "lost")
    assert "'a.jpg'" in stream["note"]
    replace(path, pictures.jpeg(5))
    becomes(one, "show", "live")
    assert pictures.check(wire.get(one, "/show.jpg").body) == 5
    assert look(one, "show")["retries"] >= 1


@pytest.mark.parametrize("how", ["rename", "rewrite"])
def test_a_watched_file_is_shown_whenever_it_is_written(server, tmp_path, how):
    path = tmp_path / "plot.jpg"
    write = replace if how == "rename" else lambda to, picture: to.write_bytes(picture)
    one = server("watch:plot.jpg")
    assert "does not exist yet" in becomes(one, "plot", "waiting")["note"]
    write(path, pictures.jpeg(1))
    with wire.Viewer(one, "/plot.mjpg") as viewer:
        for number in range(2, 30):
            write(path, pictures.jpeg(number, size_bytes=200_000))
            assert viewer.until_seq(number) == number


def test_a_watched_file_may_go_with_its_folder_and_come_back(server, tmp_path):
    folder = tmp_path / "out"
    one = server("plot=watch:out/plot.jpg")
    for number in range(1, 5):
        folder.mkdir()
        (folder / "plot.jpg").write_bytes(pictures.jpeg(number))
        wire.eventually(lambda: wire.get(one, "/plot.jpg").status == 200
                        and pictures.check(wire.get(one, "/plot.jpg").body) == number)
        shutil.rmtree(folder)
        wire.eventually(lambda: "is gone" in look(one, "plot")["note"])
        assert pictures.check(wire.get(one, "/plot.jpg").body) == number


def test_a_watched_folder_shows_its_newest_picture(server, tmp_path):
    folder = tmp_path / "shots"
    folder.mkdir()
    one = server("watch:shots")
    replace(folder / "1.jpg", pictures.jpeg(1))
    with wire.Viewer(one, "/shots.mjpg") as viewer:
        for number in range(2, 20):
            replace(folder / f"{number}.jpg", pictures.jpeg(number))
            assert viewer.until_seq(number) == number


def test_half_a_file_is_never_shown(server, tmp_path):
    path = tmp_path / "plot.jpg"
    path.write_bytes(pictures.jpeg(1))
    one = server("watch:plot.jpg#recheck=0.05")
    becomes(one, "plot", "live")
    whole = pictures.jpeg(2, size_bytes=100_000)
    with open(path, "wb", buffering=0) as out:
        for at in range(0, len(whole), 10_000):
            out.write(whole[at:at + 10_000])
            assert pictures.check(wire.get(one, "/plot.jpg").body) in (1, 2)
    wire.eventually(lambda: pictures.check(wire.get(one, "/plot.jpg").body) == 2)
    assert look(one, "plot")["rejected"] == 0


def test_a_fifo_serves_one_writer_after_the_other(server, tmp_path):
    os.mkfifo(tmp_path / "cam")
    one = server("cam")

    def write(number):
        with open(tmp_path / "cam", "wb") as out:
            out.write(pictures.jpeg(number, size_bytes=300_000))

    write(1)
    with wire.Viewer(one, "/live.mjpg") as viewer:
        for number in range(2, 10):
            write(number)
            assert viewer.until_seq(number) == number
    assert becomes(one, "live", "live")["rejected"] == 0


def test_standard_input_keeps_its_last_picture(tmp_path):
    process = subprocess.Popen([conftest.BINARY, "--listen=127.0.0.1:0", "-"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, cwd=tmp_path)
    try:
        ready = conftest.READY.search(process.stdout.readline().decode())
        host, port = ready.group(1).removeprefix("http://").rstrip("/").split(":")
        one = type("Server", (), {"host": host, "port": int(port), "url": ready.group(1)})

        def write(number):
            process.stdin.write(pictures.jpeg(number))
            process.stdin.flush()

        write(1)
        with wire.Viewer(one, "/live.mjpg") as viewer:
            for number in range(2, 10):
                write(number)
                assert viewer.until_seq(number) == number
        process.stdin.close()
        becomes(one, "live", "ended")
        assert pictures.check(wire.get(one, "/live.jpg").body) == 9
    finally:
        process.terminate()
        assert process.wait(wire.patience(20)) == 0
        process.stdout.close()


def test_a_terminal_as_standard_input_is_refused():
    leader, terminal = os.openpty()
    ended = subprocess.run([conftest.BINARY, "--listen=127.0.0.1:0", "-"], stdin=terminal, capture_output=True,
                           timeout=wire.patience(20))
    os.close(leader)
    os.close(terminal)
    assert ended.returncode == 64
    assert b"plotter | stillcast -" in ended.stderr


def test_on_demand_it_runs_only_while_somebody_watches(server, tmp_path):
    for number in (1, 2):
        (tmp_path / f"{number}.jpg").write_bytes(pictures.jpeg(number))
    one = server("show=*.jpg#fps=20#on_demand=yes#linger=0.2")
    assert becomes(one, "show", "idle")["frames_in"] == 0
    for _ in range(2):
        with wire.Viewer(one, "/show.mjpg") as viewer:
            assert set(numbers(viewer, 3)) == {1, 2}
            assert look(one, "show")["state"] == "live"
        before = becomes(one, "show", "idle")["frames_in"]
        assert look(one, "show")["frames_in"] == before


def test_it_stops_while_its_sources_do_all_sorts_of_things(server, tmp_path):
    (tmp_path / "1.jpg").write_bytes(pictures.jpeg(1))
    (tmp_path / "broken.jpg").write_bytes(b"x")
    os.mkfifo(tmp_path / "cam")
    writer = threading.Thread(target=lambda: open(tmp_path / "cam", "wb").close(), daemon=True)
    writer.start()
    one = server("a=1.jpg", "b=broken.jpg", "cam", "watch:nothing/at/all", "idle=1.jpg#on_demand=yes", "end=1.jpg#loop=no")
    writer.join(wire.patience(5))
    becomes(one, "b", "lost")
    becomes(one, "end", "ended")
    one.stop()


def test_a_note_is_told_whatever_the_name_and_wherever_it_is_cut(server):
    one = server(f"a=watch:{'é' * 100}/x.png", f"b=watch:x{'é' * 100}/x.png", b"c=watch:\xff\xfe/x.png")
    for name in "abc":
        wire.eventually(lambda: look(one, name)["note"].startswith("waiting for '"))
