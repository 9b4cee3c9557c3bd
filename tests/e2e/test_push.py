"""push: pictures that are published to a name of the command line, with what is laid over them: numbered as ever, shown
when it is done, worked on beside the network."""

import io
import subprocess
import threading

import conftest
import pictures
import PIL.Image
import pytest
import wire
from test_drawing import CORNERS, logo, pixels, plain_jpeg, shown

HELP = subprocess.run([conftest.BINARY, "--help"], capture_output=True, text=True, check=True).stdout
drawing = pytest.mark.skipif("text:" not in HELP, reason="this build does not draw")


def look(server, name="plot"):
    return wire.get(server, f"/api/streams/{name}").json


def changed(one, picture, name="plot"):
    return abs(shown(one, name) - pixels(picture)).max(axis=2) > 40


@drawing
@pytest.mark.parametrize("corner", ("top", "bottom-right"))
def test_text_and_logo_are_laid_over_what_is_published_and_nothing_else_changes(server, tmp_path, corner):
    picture = plain_jpeg(480, 320)
    other = "top-left" if corner == "bottom-right" else "bottom-right"
    one = server(f"plot=push:#overlay=%F {{stream.name}}#overlay_at={corner}#logo={logo(tmp_path)}#logo_at={other}")
    wire.put(one, "plot", picture)
    where = changed(one, picture)
    for name, (x, y) in CORNERS.items():
        cell = where[y * 160:(y + 1) * 160, x * 160:(x + 1) * 160]
        assert (cell.sum() > 300) == (name in (corner, other)), name
    untouched = slice(128, 192)
    assert (shown(one, "plot")[untouched] == pixels(picture)[untouched]).all()


@drawing
def test_the_publisher_is_told_the_number_that_the_picture_is_shown_with(server):
    one = server("plot=push:#overlay=%T")
    for seq in range(1, 30):
        answer = wire.put(one, "plot", pictures.jpeg(seq, 320, 240))
        assert answer["seq"] == seq
        seen = wire.get(one, "/plot.jpg")
        assert seen["x-sequence"] == str(seq) and seen["etag"]
        assert wire.get(one, "/plot.jpg", {"If-None-Match": seen["etag"]}).status == 304
    assert (look(one)["seq"], look(one)["frames_in"], look(one)["rejected"], look(one)["state"]) == (29, 29, 0, "live")


@drawing
def test_viewers_get_what_is_laid_over_pictures_of_a_long_publisher_the_last_one_too(server):
    one = server("plot=push:#overlay=x#overlay_at=top-left#overlay_color=white")
    images = [plain_jpeg(480, 320), plain_jpeg(640, 320), plain_jpeg(320, 320)]
    with wire.Viewer(one, "/plot.mjpg") as viewer:
        answer = wire.request(one, "POST", "/plot.mjpg", {"Content-Type": "multipart/x-mixed-replace; boundary=frame"},
                              wire.multipart(*images))
        assert (answer.status, answer.json["frames"], answer.json["seq"]) == (200, 3, 3), answer.text
        while (last := pixels(viewer.part().picture)).shape[1] != 320:
            pass
    assert abs(last - pixels(images[2]))[:60, :60].max() > 100
    assert look(one)["frames_in"] == 3


@drawing
def test_pictures_that_come_faster_than_they_are_worked_on_give_way_to_the_newest(server):
    one = server("plot=push:#overlay=%T")
    picture = pictures.jpeg(1, 1920, 1080)
    senders = [threading.Thread(target=lambda: [wire.put(one, "plot", picture) for _ in range(10)]) for _ in range(4)]
    with wire.Viewer(one, "/plot.mjpg") as viewer:
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        wire.eventually(lambda: look(one)["seq"] == 40)
        while viewer.part().picture != wire.get(one, "/plot.jpg").body:
            pass
    assert look(one)["frames_in"] == 40 and look(one)["rejected"] == 0


@drawing
def test_what_cannot_carry_an_overlay_is_shown_as_it_is_and_told_once(server):
    one = server("plot=push:#overlay=%T")
    for width in (40, 50, 60):
        png = io.BytesIO()
        PIL.Image.new("RGB", (width, 30)).save(png, "PNG")
        wire.put(one, "plot", png.getvalue())
        assert wire.get(one, "/plot.png").body == png.getvalue()
    wire.eventually(lambda: one.stderr.count("no overlay: it can only be laid over usual JPEGs") == 1)


def test_a_name_without_options_is_there_before_anybody_publishes_and_stays(server):
    one = server("plot=push:", "--keep", "1ms")
    assert look(one)["state"] == "waiting"
    for number in (1, 2):
        wire.put(one, "plot", pictures.jpeg(number))
        assert pictures.check(wire.get(one, "/plot.jpg").body) == number
    answer = wire.request(one, "DELETE", "/plot")
    assert answer.status == 409 and "'plot' is one that the server was started with" in answer.text


def test_a_damaged_picture_is_refused_to_the_publisher_and_the_last_one_stays(server):
    one = server("plot=push:")
    wire.put(one, "plot", pictures.jpeg(1))
    answer = wire.request(one, "PUT", "/plot.jpg", (), pictures.jpeg(2)[:-300])
    assert answer.status == 400 and look(one)["rejected"] == 1
    assert pictures.check(wire.get(one, "/plot.jpg").body) == 1


def test_a_pace_is_kept_and_whoever_looks_does_not_wait_for_it(server):
    one = server("plot=push:#fps=0.05")
    wire.put(one, "plot", pictures.jpeg(1))
    assert pictures.check(wire.get(one, "/plot.jpg").body) == 1
    wire.put(one, "plot", pictures.jpeg(2))
    assert pictures.check(wire.get(one, "/plot.jpg").body) == 1


def test_an_svg_that_is_allowed_is_shown_and_nothing_older_follows_it(server):
    one = server("plot=push:", "--svg", "plot")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    wire.put(one, "plot", svg)
    assert wire.get(one, "/plot.svg").body == svg
    assert wire.request(one, "PUT", "/plot.jpg", (), pictures.jpeg(1)).status == 415
    assert wire.get(one, "/plot.svg").body == svg


def test_it_is_saved_as_it_is_shown(server, tmp_path):
    one = server("plot=push:#save=shown.jpg" + ("#overlay=x" if "text:" in HELP else ""))
    wire.put(one, "plot", pictures.jpeg(1, 320, 240))
    body = wire.get(one, "/plot.jpg").body
    wire.eventually(lambda: (tmp_path / "shown.jpg").exists() and (tmp_path / "shown.jpg").read_bytes() == body)


def test_something_behind_push_is_refused(run):
    ended = run("plot=push:here.jpg", "--listen", "127.0.0.1:0")
    assert ended.code == 64 and "published to the stream's name, here /plot.jpg" in ended.stderr
