"""Cameras, by one that a preloaded library makes up (fake_camera.c): formats, faults, unplugging."""

import io
import json
import os
import pathlib
import re
import time

import pytest
from PIL import Image

import pictures
import wire
from conftest import BINARY

LIBRARY = pathlib.Path(BINARY).parent / "tests" / "e2e" / "libfake_camera.so"
SANITIZED = any(s in pathlib.Path(BINARY).read_bytes() for s in (b"__asan_init", b"__tsan_init"))
pytestmark = [
    pytest.mark.skipif(not LIBRARY.exists(), reason="no fake_camera in this build"),
    pytest.mark.skipif(SANITIZED, reason="a sanitizer comes first, and takes mmap for itself"),
    pytest.mark.skipif(b"v4l2:PATH" not in pathlib.Path(BINARY).read_bytes(), reason="a build without cameras"),
]


class Camera:
    """The file that the camera is, and its switches."""

    def __init__(self, folder):
        self.path = folder / "video0"
        self.jpeg = folder / "picture.jpg"
        self.jpeg.write_bytes(pictures.jpeg(5, 64, 48))
        self.plug()

    def plug(self):
        self.path.touch()

    def unplug(self):
        self.path.unlink()

    def switch(self, name, is_on=True):
        file = self.path.with_name(f"video0.{name}")
        file.touch() if is_on else file.unlink()

    def env(self, formats):
        return {"LD_PRELOAD": str(LIBRARY), "FAKE_CAMERA": str(self.path), "FAKE_CAMERA_FORMATS": formats,
                "FAKE_CAMERA_JPEG": str(self.jpeg)}


@pytest.fixture
def camera(tmp_path):
    return Camera(tmp_path)


def start(server, camera, formats="MJPG YUYV", options="", *args):
    return server(f"cam=v4l2:{camera.path}#on_demand=no{options}", *args, env=camera.env(formats))


def look(one):
    return wire.get(one, "/api/streams/cam").json


def first_picture(one):
    return wire.eventually(lambda: (answer := wire.get(one, "/cam.jpg")).status == 200 and answer, 10).body


def note(one, words):
    def said():
        got = look(one)["note"]
        assert words in got, got
        return True
    wire.eventually(said, 10)


def test_jpegs_are_passed_on_byte_for_byte(server, camera):
    one = start(server, camera)
    assert first_picture(one) == camera.jpeg.read_bytes()


@pytest.mark.parametrize("size", ["64x48", "128x96"])
@pytest.mark.parametrize("name, fourcc", [("yuyv", "YUYV"), ("uyvy", "UYVY"), ("nv12", "NV12"), ("yu12", "YU12"),
                                          ("rgb24", "RGB3"), ("grey", "GREY")])
def test_raw_pictures_look_as_the_camera_saw_them(server, camera, name, fourcc, size):
    one = start(server, camera, f"MJPG {fourcc}", f"#format={name}#size={size}")
    shown = Image.open(io.BytesIO(first_picture(one)))
    width, height = map(int, size.split("x"))
    assert shown.size == (width, height)
    assert shown.mode == ("L" if name == "grey" else "RGB")
    left, right = (shown.convert("RGB").getpixel((width * i // 4, height // 2)) for i in (1, 3))
    wanted = ((76, 76, 76), (29, 29, 29)) if name == "grey" else ((255, 0, 0), (0, 0, 255))
    for got, want in zip((left, right), wanted):
        assert all(abs(a - b) < 12 for a, b in zip(got, want)), (left, right)


@pytest.mark.parametrize("value, wanted", [("full", 76), ("limited", 70)])
def test_the_range_of_raw_pictures_may_be_told(server, camera, value, wanted):
    one = start(server, camera, "GREY", f"#range={value}")
    shown = Image.open(io.BytesIO(first_picture(one)))
    assert abs(shown.getpixel((shown.width // 4, shown.height // 2)) - wanted) <= 2


def test_without_a_wish_it_takes_what_needs_no_encoding_at_its_largest_good_size(server, camera):
    one = start(server, camera, "YUYV MJPG")
    assert first_picture(one) == camera.jpeg.read_bytes()
    two = start(server, camera, "GREY YUYV")
    assert Image.open(io.BytesIO(first_picture(two))).size == (128, 96)


@pytest.mark.parametrize("options, words", [
    ("#format=nv12", "does not do nv12; it has: mjpeg (64x48 128x96), yuyv (64x48 128x96)"),
    ("#size=640x480", "does not do 640x480 as mjpeg; it has: mjpeg (64x48 128x96)"),
])
def test_what_the_camera_cannot_do_is_told_with_what_it_can(server, camera, options, words):
    note(start(server, camera, options=options), words)


def test_formats_that_nobody_knows_are_refused_at_start(run, camera):
    ended = run(f"v4l2:{camera.path}#format=xyz", "--listen", "127.0.0.1:0")
    assert ended.code == 64 and "mjpeg, jpeg, yuyv" in ended.stderr


@pytest.mark.parametrize("switch, words", [("busy", "another program uses this camera; 'sudo stillcast devices' tells which"),
                                           ("forbidden", "permission denied; its group may use it: 'sudo usermod -aG ")])
def test_a_camera_that_cannot_be_had_says_why_and_is_had_when_it_can(server, camera, switch, words):
    camera.switch(switch)
    one = start(server, camera)
    note(one, words)
    camera.switch(switch, False)
    wire.eventually(lambda: look(one)["state"] == "live", 15)


def test_a_camera_that_is_missing_is_waited_for(server, camera):
    camera.unplug()
    one = start(server, camera)
    note(one, "there is no such camera; ")
    camera.plug()
    wire.eventually(lambda: look(one)["state"] == "live", 15)


def test_unplugging_cuts_no_viewer_and_plugging_in_brings_pictures_back(server, camera):
    one = start(server, camera)
    first_picture(one)
    with wire.Viewer(one, "/cam.mjpg") as viewer:
        for _ in range(2):
            for _ in range(3):
                assert viewer.part().picture == camera.jpeg.read_bytes()
            camera.unplug()
            note(one, "the camera is gone; is it plugged in?")
            camera.plug()
            wire.eventually(lambda: look(one)["state"] == "live", 15)
            wire.eventually(lambda: viewer.part().picture == camera.jpeg.read_bytes(), 15)


def test_half_pictures_are_left_out_and_counted(server, camera):
    camera.switch("damaged")
    one = start(server, camera)
    with wire.Viewer(one, "/cam.mjpg") as viewer:
        for _ in range(6):
            assert viewer.part().picture == camera.jpeg.read_bytes()
    assert look(one)["rejected"] >= 4
    assert one.stderr.count("half a picture came") == 1


def test_the_time_is_the_drivers(server, camera):
    one = start(server, camera)  # which says that each was taken a second ago
    with wire.Viewer(one, "/cam.mjpg") as viewer:
        part = viewer.part()
        age = time.time() - float(part.timestamp)
    assert 0.9 < age < 3, age


def test_nobody_watches_so_the_camera_rests(server, camera):
    one = server(f"cam=v4l2:{camera.path}#linger=0", env=camera.env("MJPG"))
    wire.eventually(lambda: look(one)["state"] == "idle")
    with wire.Viewer(one, "/cam.mjpg") as viewer:
        assert viewer.part().picture == camera.jpeg.read_bytes()
        wire.eventually(lambda: look(one)["state"] == "live")
    wire.eventually(lambda: look(one)["state"] == "idle", 10)
    descriptors = len(os.listdir(f"/proc/{one.pid}/fd"))
    for _ in range(5):
        with wire.Viewer(one, "/cam.mjpg") as viewer:
            viewer.part()
        wire.eventually(lambda: look(one)["state"] == "idle", 10)
    assert len(os.listdir(f"/proc/{one.pid}/fd")) <= descriptors + 1


def controls(one):
    return {each["name"]: each for each in wire.get(one, "/api/streams/cam/controls").json["controls"]}


def set_controls(one, body, name="cam", fields=()):
    body = json.dumps(body).encode() if isinstance(body, dict) else body
    return wire.request(one, "POST", f"/api/streams/{name}/controls", fields, body)


def is_at(one, **values):
    wire.eventually(lambda: all(controls(one)[name]["value"] == value for name, value in values.items()), 10, values)


def test_controls_are_listed_with_all_that_a_page_needs(server, camera):
    one = start(server, camera)
    first_picture(one)
    got = controls(one)
    rest = {"read_only": False, "inactive": False, "wanted": None, "problem": None}
    assert got["brightness"] == {"name": "brightness", "type": "integer", "value": 0, "default": 0, "min": -64, "max": 64,
                                 "step": 2} | rest
    assert got["white_balance_automatic"] == {"name": "white_balance_automatic", "type": "boolean", "value": True,
                                              "default": True} | rest
    assert got["power_line_frequency"]["menu"] == [{"value": 0, "text": "Disabled"}, {"value": 1, "text": "50 Hz"},
                                                   {"value": 2, "text": "60 Hz"}]
    assert got["white_balance_temperature"]["inactive"] and got["focus_absolute"]["read_only"]
    assert len(got) == 5, "a button has no value"


def test_controls_are_set_and_set_again_when_the_camera_comes_back(server, camera):
    one = start(server, camera)
    first_picture(one)
    answer = set_controls(one, {"brightness": -64, "power_line_frequency": "60 hz", "white_balance_automatic": False})
    assert answer.status == 202 and answer.json["wanted"]["brightness"] == -64
    wanted = {"brightness": -64, "power_line_frequency": 2, "white_balance_automatic": False}
    is_at(one, **wanted)
    camera.unplug()
    wire.eventually(lambda: look(one)["state"] == "lost", 10)
    assert not wire.get(one, "/api/streams/cam/controls").json["open"]
    assert set_controls(one, {"brightness": 64}).status == 202
    camera.plug()
    wire.eventually(lambda: look(one)["state"] == "live", 15)
    is_at(one, **wanted | {"brightness": 64})


@pytest.mark.parametrize("body, words", [
    ({"brightnes": 1}, "the camera has no control 'brightnes'; it has brightness, white_balance_automatic, "),
    ({"brightness": 66}, "'brightness' takes -64 to 64 in steps of 2, not 66"),
    ({"brightness": -66}, "takes -64 to 64"), ({"brightness": 1}, "in steps of 2"), ({"brightness": 1.5}, "a whole number"),
    ({"brightness": 2**63}, "JSON"), ({"brightness": None}, "a whole number"), ({"brightness": "bright"}, "a text of its menu"),
    ({"power_line_frequency": 3}, "takes 0 (Disabled), 1 (50 Hz), 2 (60 Hz), not 3"), ({"focus_absolute": 1}, "can only be read"),
    ({}, "a JSON object such as"), (b"brightness=1", "a JSON object such as"), (b"[1]", "a JSON object such as"),
    (b'{"brightness": 0, "brightness": 2}', "duplicate"), (b"\xff", "a JSON object such as"), ({"a" * 40: 1}, "has no control"),
])
def test_what_cannot_be_set_is_told_and_nothing_is_set(server, camera, body, words):
    one = start(server, camera)
    first_picture(one)
    if isinstance(body, dict) and body:
        body = {"white_balance_automatic": False} | body
    answer = set_controls(one, body)
    assert answer.status == 400 and words in answer.json["error"]["text"], answer
    assert all(each["wanted"] is None for each in controls(one).values())


def test_bodies_of_controls_have_a_limit(server, camera):
    one = start(server, camera)
    first_picture(one)
    start_, end = b'{"brightness": 4', b"}"
    assert set_controls(one, start_ + b" " * (8192 - len(start_ + end)) + end).status == 202
    assert set_controls(one, start_ + b" " * (8193 - len(start_ + end)) + end).status == 413
    assert one.metrics()["stillcast_limit_hits_total", {"limit": "body"}] == 1


def test_a_control_that_the_camera_refuses_is_told_and_disturbs_nothing(server, camera):
    one = start(server, camera)
    first_picture(one)
    camera.switch("stuck")
    assert set_controls(one, {"brightness": 2}).status == 202
    wire.eventually(lambda: controls(one)["brightness"]["problem"] == "Input/output error", 10)
    assert controls(one)["brightness"]["value"] == 0 and look(one)["state"] == "live"


def test_controls_of_what_is_no_camera_and_of_a_camera_that_was_never_open(server, camera):
    one = server(f"cam=v4l2:{camera.path}", f"files={camera.jpeg}", env=camera.env("MJPG"))
    answer = wire.get(one, "/api/streams/cam/controls").json
    assert answer == {"name": "cam", "open": False, "controls": []}
    answer = set_controls(one, {"brightness": 2})
    assert answer.status == 409 and "it is opened for its first viewer" in answer.json["error"]["text"]
    for name, words in (("files", "is no camera"), ("none", "there is no stream")):
        for answer in (wire.get(one, f"/api/streams/{name}/controls"),
                       set_controls(one, {"brightness": 2}, name)):
            assert answer.status == 404 and words in answer.json["error"]["text"]


def test_foreign_pages_and_read_only_servers_set_nothing(server, camera):
    one = start(server, camera)
    assert set_controls(one, {"brightness": 2}, fields={"Origin": "http://evil.example"}).status == 403
    two = start(server, camera, "MJPG", "", "--read-only")
    assert set_controls(two, {"brightness": 2}).status == 403


def test_controls_of_the_command_line_are_set_whenever_it_is_opened(server, camera):
    one = start(server, camera, options="#control.brightness=-2#control.white_balance_automatic=no")
    first_picture(one)
    is_at(one, brightness=-2, white_balance_automatic=False)


@pytest.mark.parametrize("option, words", [("control.brightness=65", "#control.brightness: 'brightness' takes -64 to 64"),
                                           ("control.bright=2", "#control.bright: the camera has no control 'bright'")])
def test_controls_of_the_command_line_that_cannot_be_are_told(server, camera, option, words):
    note(start(server, camera, options="#" + option), words)


@pytest.mark.parametrize("option", ["control.brightness=much", "control.brightness=", "control.=1", "control=1",
                                    "control.brightness=99999999999"])
def test_options_that_are_no_control_are_refused_at_start(run, camera, option):
    assert run(f"v4l2:{camera.path}#{option}", "--listen", "127.0.0.1:0").code == 64


def test_devices_lists_what_a_camera_can_do_and_who_uses_it(run, camera):
    with open(camera.path):
        ended = run("devices", str(camera.path), env=camera.env("MJPG YUYV H264"))
    assert ended.code == 0
    assert f"{camera.path}: A camera of paper (paper)\n    mjpeg\n      64x48 at 25, 12.5 fps\n      128x96" in ended.stdout
    assert "    yuyv\n" in ended.stdout and "    H264 (not read here" in ended.stdout
    assert "controls: brightness=0 (-64 to 64), " in ended.stdout
    assert re.search(rf"used by .*\(pid {os.getpid()}\)", ended.stdout), ended.stdout


def test_devices_as_json(run, camera):
    ended = run("devices", "--json", str(camera.path), env=camera.env("MJPG"))
    one, = json.loads(ended.stdout)
    assert (one["path"], one["card"], one["driver"], one["problem"]) == (str(camera.path), "A camera of paper", "paper", None)
    assert one["formats"] == [{"format": "mjpeg", "is_read": True, "sizes": [
        {"width": 64, "height": 48, "fps": [25.0, 12.5]}, {"width": 128, "height": 96, "fps": [25.0, 12.5]}]}]
    assert one["used_by"] == [] and ended.code == 0


@pytest.mark.parametrize("switch, words", [("busy", "another program uses this camera"), ("forbidden", "its group may use it: "),
                                           ("gone", "there is no such camera")])
def test_devices_tells_what_keeps_it_from_a_camera(run, camera, switch, words):
    camera.unplug() if switch == "gone" else camera.switch(switch)
    for args in ((), ("--json",)):
        ended = run("devices", *args, str(camera.path), env=camera.env("MJPG"))
        assert ended.code == 69 and words in ended.stdout


@pytest.mark.parametrize("sandbox", ["off", "require"])
def test_who_holds_a_camera_is_named(server, camera, sandbox):
    me = pathlib.Path("/proc/self/comm").read_text().strip()
    camera.switch("busy")
    with open(camera.path):
        one = start(server, camera, "MJPG", "", f"--sandbox={sandbox}")
        note(one, f"another program uses this camera: {me} (pid {os.getpid()})")


@pytest.mark.skipif(bool(list(pathlib.Path("/dev").glob("video*"))), reason="this machine has cameras")
def test_without_a_camera_devices_says_so(run):
    ended = run("devices")
    assert ended.code == 69 and ended.stdout.startswith("there is no camera: ")
    assert json.loads(run("devices", "--json").stdout) == []


def test_devices_has_a_help_and_refuses_other_options(run):
    assert run("devices", "--help").stdout.startswith("stillcast devices [--json] [PATH...]")
    ended = run("devices", "--jason")
    assert ended.code == 64 and "it has --json" in ended.stderr
