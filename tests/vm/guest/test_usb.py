"""A USB webcam with MJPEG, as uvcvideo sees it: made up by usb_camera.c, plugged into a host controller without wires."""

import contextlib
import os
import pathlib
import subprocess

import pytest

import pictures
import wire
from conftest import ROOT, find_camera

N_PICTURES = 300
NAME = "stillcast test camera"


class Camera:
    """The running program: it shows DIRECTORY/1.jpg and so on, ten times a second."""

    def __init__(self, folder, bus):
        for number in range(1, N_PICTURES + 1):
            (folder / f"{number}.jpg").write_bytes(pictures.jpeg(number, 160, 120))
        program = ROOT / os.environ["BUILD"] / "tests/vm/usb_camera"
        self.process = subprocess.Popen([program, bus / "attach", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def until(self, word):
        """Reads what it says until that word."""
        for line in self.process.stdout:
            if line.strip() == word:
                return
        raise AssertionError(f"the camera ended before it said '{word}'")

    @property
    def device(self):
        return find_camera(NAME)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


@pytest.fixture
def camera(tmp_path, bus):
    with contextlib.closing(Camera(tmp_path, bus)) as one:
        wire.eventually(lambda: one.device, 10, "uvcvideo made no device")
        yield one
    wire.eventually(lambda: not one.device)


class Viewer(wire.Viewer):
    """Passes over what the server draws while there is no picture of the camera."""

    def part(self):
        while pictures.MAGIC not in (part := super().part()).picture:
            pass
        return part


@contextlib.contextmanager
def watching(server, camera):
    s = server(f"cam={camera.device}")
    with Viewer(s, "/cam.mjpg", timeout=60) as viewer:
        yield s, viewer


def test_its_jpegs_come_through_byte_by_byte(server, camera):
    """The viewer checks length and CRC of each."""
    with watching(server, camera) as (s, viewer):
        seen = [viewer.next_seq() for _ in range(15)]
        assert seen == sorted(set(seen))
        assert wire.get(s, "/api/streams/cam").json["rejected"] == 0


def test_a_viewer_stays_while_it_is_unplugged_and_plugged_in_again(server, camera):
    with watching(server, camera) as (s, viewer):
        before = viewer.next_seq()
        camera.tell("unplug")
        wire.eventually(lambda: wire.get(s, "/api/streams/cam").json["state"] != "live", 10)
        print(wire.get(s, "/api/streams/cam").json["note"])
        camera.tell("plug")
        assert viewer.until_seq(before + 20) >= before + 20


def test_half_a_picture_is_left_out_and_counted(server, camera):
    with watching(server, camera) as (s, viewer):
        viewer.next_seq()
        camera.tell("damage")
        wire.eventually(lambda: wire.get(s, "/api/streams/cam").json["rejected"] > 0, 10)
        camera.tell("mend")
        assert viewer.until_seq(viewer.last_seq + 3)


def test_what_is_set_reaches_the_camera_and_is_set_again_when_it_comes_back(server, camera):
    with watching(server, camera) as (s, viewer):
        viewer.next_seq()
        listed = wire.get(s, "/api/streams/cam/controls").json["controls"]
        assert [(c["name"], c["min"], c["max"], c["value"]) for c in listed] == [("brightness", -64, 64, 0)]
        assert wire.request(s, "POST", "/api/streams/cam/controls", (), b'{"brightness": 42}').status == 202
        camera.until("brightness 42")
        assert wire.request(s, "POST", "/api/streams/cam/controls", (), b'{"brightness": 65}').status == 400
        camera.tell("unplug")
        wire.eventually(lambda: wire.get(s, "/api/streams/cam").json["state"] != "live", 10)
        camera.tell("plug")
        camera.until("brightness 42")
        assert viewer.until_seq(viewer.last_seq + 5)
