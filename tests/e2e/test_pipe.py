"""-, and FIFOs: pictures one behind the other from any program, for as long as there are programs."""

import fcntl
import os
import signal
import struct
import subprocess
import termios

import pytest

import bars
import pictures
import wire
from pictures import jpeg
from programs import FifoWriter, Program
from viewing import step, watch


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


@pytest.fixture
def pipe():
    """A read end for the server, a write end that close() ends."""
    read_end, write_end = os.pipe()
    file = os.fdopen(write_end, "wb", buffering=0)
    yield read_end, file
    file.close()
    os.close(read_end)


def look(server, name="v"):
    return wire.get(server, f"/api/streams/{name}").json


# --- standard input ---

@pytest.mark.parametrize("piece_bytes", [1, 1000, 1 << 20])
def test_pictures_from_standard_input_in_any_pieces(server, pipe, piece_bytes):
    read_end, file = pipe
    s = server("v=-", stdin=read_end)
    numbers = range(1, 4) if piece_bytes == 1 else range(1, 30)

    def write(number):
        picture = jpeg(number, width=24, height=16)
        for at in range(0, len(picture), piece_bytes):
            file.write(picture[at:at + piece_bytes])

    write(0)
    with watch(s, wire.Viewer, "/v.mjpg") as viewer:
        assert viewer.next_seq() == 0
        assert step(viewer, write, len(numbers)) == 0
    assert look(s)["rejected"] == 0


def test_the_name_of_standard_input_is_live(server, pipe):
    read_end, file = pipe
    s = server("-", stdin=read_end)
    assert [stream["name"] for stream in wire.get(s, "/api/streams").json["streams"]] == ["live"]
    assert look(s, "live")["state"] == "waiting"
    file.write(pictures.image("PNG"))
    wire.eventually(lambda: look(s, "live")["state"] == "live")
    assert wire.get(s, "/live.jpg").body == pictures.image("PNG")


def test_kinds_may_follow_each_other(server, pipe):
    read_end, file = pipe
    s = server("v=-", stdin=read_end)
    file.write(jpeg(1))
    with watch(s, wire.Viewer, "/v.mjpg") as viewer:
        assert viewer.part().picture == jpeg(1)
        for number in range(5):
            for kind in ("PNG", "JPEG"):
                picture = bars.encode(number, kind)
                file.write(picture)
                part = viewer.part()
                assert part.picture == picture and part.media_type == f"image/{kind.lower()}"


def test_rubbish_between_pictures_is_passed_over(server, pipe):
    read_end, file = pipe
    s = server("v=-", stdin=read_end)
    file.write(b"Warning: no camera found, trying again\n" + jpeg(1) + b"\n\0\0" + jpeg(2)[:900] + jpeg(3) + b"\n")
    with watch(s, wire.Viewer, "/v.mjpg") as viewer:
        assert viewer.until_seq(3) == 3
        file.write(jpeg(4))
        assert viewer.next_seq() == 4
    wire.eventually(lambda: look(s)["frames_in"] == 3 and look(s)["rejected"] >= 1)


def test_what_is_no_picture_is_told_what_would_be(server, pipe):
    read_end, file = pipe
    s = server("v=-", stdin=read_end)
    file.write(b"no picture at all\n" * 100)
    file.close()
    wire.eventually(lambda: "'-': what is no whole picture was passed over: it takes JPEG" in s.stderr)
    assert look(s)["rejected"] == 1


def test_the_last_picture_stays_when_standard_input_ends(server, pipe):
    read_end, file = pipe
    s = server("v=-", stdin=read_end)
    file.write(jpeg(1) + jpeg(2) + jpeg(3)[:1000])
    file.close()
    wire.eventually(lambda: look(s)["state"] == "ended")
    with wire.Viewer(s, "/v.mjpg") as viewer:
        assert viewer.next_seq() == 2
        assert viewer.is_silent(), "nobody is told to go"
    assert pictures.check(wire.get(s, "/v.jpg").body) == 2


def test_at_end_exit_ends_the_program_behind_the_last_picture(server, pipe):
    read_end, file = pipe
    s = server("v=-#at_end=exit", stdin=read_end)
    file.write(jpeg(1))
    with watch(s, wire.Viewer, "/v.mjpg") as viewer, watch(s, wire.Browser, "/v.mjpg") as browser:
        assert viewer.next_seq() == browser.next_seq() == 1
        file.write(jpeg(2))
        file.close()
        assert viewer.next_seq() == browser.next_seq() == 2
        viewer.expect_end()
        browser.expect_end()
    assert s.process.wait(wire.patience(10)) == 0


def test_standard_input_that_is_none_is_told(run):
    ended = run("--listen", "127.0.0.1:0", "-#at_end=reopen")
    assert ended.code == 64 and "standard input cannot be opened again" in ended.stderr


# --- FIFOs ---

@pytest.mark.parametrize("argument", ["v=pipe:{}", "v={}"])
def test_writers_come_one_after_another(server, fifo, argument):
    s = server(argument.format(fifo))
    assert look(s)["state"] == "waiting"
    for number in range(1, 11):
        with FifoWriter(fifo) as writer:
            writer.write(jpeg(number), piece_bytes=777)
        wire.eventually(lambda: look(s)["seq"] == number)
        assert pictures.check(wire.get(s, "/v.jpg").body) == number and look(s)["state"] == "live"
    assert look(s)["rejected"] == 0


def test_a_viewer_sees_the_pictures_of_all_writers(server, fifo):
    s = server(f"v={fifo}", "--resend", "100ms")

    def one_program(number):
        with FifoWriter(fifo) as writer:
            writer.write(jpeg(number))

    one_program(0)
    with watch(s, wire.Viewer, "/v.mjpg") as viewer:
        assert viewer.next_seq() == 0
        step(viewer, one_program, 30)


def is_empty(fifo):
    """Whether all that was written into it has been read."""
    with open(fifo, "rb", buffering=0, opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)) as end:
        return struct.unpack("i", fcntl.ioctl(end, termios.FIONREAD, bytes(4)))[0] == 0


def test_a_writer_that_is_killed_inside_a_picture_harms_nobody(server, fifo):
    s = server(f"v={fifo}", "--resend", "100ms")
    with FifoWriter(fifo) as writer:
        writer.write(jpeg(1))
    with watch(s, wire.Viewer, "/v.mjpg") as viewer:
        assert viewer.next_seq() == 1
        for number in range(2, 6):
            with subprocess.Popen(["sh", "-c", 'exec cat >"$0"', fifo], stdin=subprocess.PIPE, bufsize=0) as cat:
                cat.stdin.write(jpeg(1000)[:2500])
                wire.eventually(lambda: is_empty(fifo), 5, "the half picture is not read")
                cat.send_signal(signal.SIGKILL)
            with FifoWriter(fifo) as writer:
                writer.write(jpeg(number))
            assert viewer.until_seq(number) == number
    wire.eventually(lambda: look(s)["frames_in"] == 5)


def test_at_end_keep_does_not_open_it_again(server, fifo):
    s = server(f"v={fifo}#at_end=keep")
    with FifoWriter(fifo) as writer:
        writer.write(jpeg(1))
    wire.eventually(lambda: look(s)["state"] == "ended")
    assert pictures.check(wire.get(s, "/v.jpg").body) == 1


def test_a_file_of_pictures_is_played_at_a_pace(server, tmp_path):
    (tmp_path / "film.mjpeg").write_bytes(b"".join(jpeg(number) for number in range(1, 11)))
    s = server("v=pipe:film.mjpeg#fps=20")
    with watch(s, wire.Viewer, "/v.mjpg") as viewer:
        assert viewer.until_seq(10) == 10
    wire.eventually(lambda: look(s)["state"] == "ended")
    assert look(s)["frames_in"] == 10


def test_cat_of_files_is_a_stream(server, tmp_path):
    """As in: cat *.jpg | stillcast -"""
    for number in range(1, 6):
        (tmp_path / f"{number}.jpg").write_bytes(jpeg(number))
    with Program("sh", "-c", "cat *.jpg", cwd=tmp_path) as cat:
        s = server("v=-", stdin=cat.output)
        wire.eventually(lambda: look(s)["state"] == "ended")
    assert look(s)["frames_in"] == 5 and pictures.check(wire.get(s, "/v.jpg").body) == 5
