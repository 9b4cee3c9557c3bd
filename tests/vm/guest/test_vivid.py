"""Raw pictures from vivid, the kernel's own test driver: a wall of colour bars in any format."""

import io
import json

import pytest
from PIL import Image

import wire

SIZE = (320, 180)
# the bars of vivid's first pattern, at 75 %
BARS = [(191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191), (0, 0, 0)]


def see(viewer):
    part = viewer.part()
    assert part.media_type == "image/jpeg"
    return Image.open(io.BytesIO(part.picture)).convert("RGB")


def bars(picture):
    """The colour in the middle of each bar, below what vivid writes over them."""
    return [picture.getpixel(((2 * i + 1) * picture.width // 16, picture.height * 9 // 10)) for i in range(8)]


def distance(one, other):
    return max(abs(a - b) for a, b in zip(one, other))


def watch_until_real(viewer):
    """The first picture that is no placeholder."""
    return wire.eventually(lambda: (picture := see(viewer)).size == SIZE and picture, 20, "no picture of the camera came")


@pytest.mark.parametrize("name", ["yuyv", "uyvy", "nv12", "yu12", "rgb24"])
def test_each_raw_format_has_its_colours(server, vivid, name):
    s = server(f"cam={vivid}#format={name}#size={SIZE[0]}x{SIZE[1]}")
    with wire.Viewer(s, "/cam.mjpg") as viewer:
        found = bars(watch_until_real(viewer))
        print(name, found)
        assert all(distance(seen, bar) < 8 for seen, bar in zip(found, BARS)), found


def test_grey_has_their_brightness(server, vivid):
    s = server(f"cam={vivid}#format=grey#size={SIZE[0]}x{SIZE[1]}")
    with wire.Viewer(s, "/cam.mjpg") as viewer:
        found = [r for r, g, b in bars(watch_until_real(viewer)) if r == g == b]
        assert len(found) == 8 and found == sorted(found, reverse=True) and abs(found[0] - 191) < 8 and found[-1] < 8, found


def test_pictures_go_on_with_the_driver_s_time(server, vivid):
    s = server(f"cam={vivid}#size={SIZE[0]}x{SIZE[1]}#fps=10")
    with wire.Viewer(s, "/cam.mjpg") as viewer:
        watch_until_real(viewer)
        parts = [viewer.part() for _ in range(8)]
        times = [float(part.timestamp) for part in parts]
        assert times == sorted(set(times))
        assert len({part.picture for part in parts}) == len(parts)  # vivid writes the time and a number over it


def test_a_size_that_the_camera_lacks_is_answered_with_those_it_has(server, vivid):
    s = server(f"cam={vivid}#format=yuyv#size=333x222#on_demand=no")
    note = wire.eventually(lambda: wire.get(s, "/api/streams/cam").json.get("note"))
    print(note)
    assert "333x222" in note and "320x180" in note


def test_a_busy_camera_is_said_to_be_busy_and_who_has_it(server, vivid):
    first = server(f"cam={vivid}#on_demand=no")
    wire.eventually(lambda: wire.get(first, "/api/streams/cam").json["state"] == "live", 20)
    second = server(f"cam={vivid}#on_demand=no")
    wire.eventually(lambda: f"another program uses this camera: stillcast (pid {first.pid})" in wire.get(second, "/api/streams/cam").json.get("note", ""), 20)


def test_a_control_may_be_part_of_the_source(server, vivid):
    s = server(f"cam={vivid}#format=grey#size={SIZE[0]}x{SIZE[1]}#control.brightness=30")
    with wire.Viewer(s, "/cam.mjpg") as viewer:
        watch_until_real(viewer)
        wire.eventually(lambda: bars(see(viewer))[0][0] < 120, 20, "it did not become darker")
        held = {c["name"]: c["value"] for c in wire.get(s, "/api/streams/cam/controls").json["controls"]}
        assert held["brightness"] == 30


def test_devices_are_listed_with_who_uses_them(server, run, vivid):
    s = server(f"cam={vivid}#on_demand=no")
    wire.eventually(lambda: wire.get(s, "/api/streams/cam").json["state"] == "live", 20)
    found = {one["path"]: one for one in json.loads(run("devices", "--json").stdout)}[vivid]
    assert (found["card"], found["driver"], found["problem"]) == ("vivid", "vivid", None)
    assert {"yuyv", "uyvy", "nv12", "yu12", "rgb24", "grey"} <= {each["format"] for each in found["formats"]}
    assert [user["pid"] for user in found["used_by"]] == [s.pid], found["used_by"]
    print(run("devices").stdout[:1000])
