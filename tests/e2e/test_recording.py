"""Recordings: what ffmpeg puts into its containers comes out as it was, at its own pace."""

import io
import subprocess

import pytest
from PIL import Image

import pictures
import wire

FPS, COUNT = 10, 8
KINDS = [("rec.avi", "mjpeg"), ("rec.mkv", "mjpeg"), ("rec.mov", "mjpeg"), ("rec.mov", "png"), ("rec.mkv", "png")]


def png(number):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (number * 20, 0, 255)).save(out, "PNG")
    return out.getvalue()


def record(path, codec="mjpeg", count=COUNT):
    """As many pictures, which ffmpeg puts into the file without touching them. Gives them."""
    made = [pictures.jpeg(n) if codec == "mjpeg" else png(n) for n in range(count)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "image2pipe", "-c:v", codec, "-framerate", str(FPS), "-i", "-",
                    "-c", "copy", str(path)], input=b"".join(made), check=True, timeout=wire.patience(20))
    return made


@pytest.mark.parametrize("name,codec", KINDS)
def test_the_pictures_come_out_as_they_were_at_their_own_pace(server, tmp_path, name, codec):
    made = record(tmp_path / name, codec)
    s = server(f"v={name}#loop=yes", cwd=tmp_path)
    with wire.Viewer(s, "/v.mjpg") as viewer:
        viewer.begin()
        parts = [viewer.part() for _ in range(2 * COUNT)]
    seen = [made.index(part.picture) for part in parts]
    assert seen == [(seen[0] + i) % COUNT for i in range(2 * COUNT)]
    lasted = float(parts[COUNT].timestamp) - float(parts[1].timestamp)
    assert (COUNT - 1) / FPS * 0.8 < lasted < (COUNT - 1) / FPS * 2


def test_speed(server, tmp_path):
    record(tmp_path / "rec.avi")
    s = server("v=rec.avi#loop=yes#speed=4", cwd=tmp_path)
    wire.eventually(lambda: wire.get(s, "/api/streams/v").json["fps"] > 2.5 * FPS)


def test_other_codecs_are_named_and_ffmpeg_recommended(server, tmp_path):
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x48:d=0.2", "-c:v", "mpeg4",
                    str(tmp_path / "rec.mp4")], check=True, timeout=wire.patience(20))
    s = server("v=rec.mp4", cwd=tmp_path)
    wire.eventually(lambda: wire.get(s, "/api/streams/v").json["state"] == "lost")
    note = wire.get(s, "/api/streams/v").json["note"]
    assert "mpeg4" in note and "exec:ffmpeg" in note


def test_a_list_of_other_files_is_not_followed(server, tmp_path):
    """Formats that name further files or hosts are not read, whatever the file is called."""
    record(tmp_path / "rec.avi")
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile rec.avi\n")
    s = server("v=list.mp4", cwd=tmp_path)
    wire.eventually(lambda: wire.get(s, "/api/streams/v").json["state"] == "lost")
    assert wire.get(s, "/api/streams/v").json["seq"] <= 1  # the placeholder


def sized(n_bytes):
    """A JPEG of so many bytes, by a comment in it."""
    plain = pictures.jpeg(1)
    rest = n_bytes - len(plain) - 4
    return plain[:2] + b"\xff\xfe" + (rest + 2).to_bytes(2, "big") + bytes(rest) + plain[2:]


def test_a_picture_of_the_largest_size_is_played_and_a_larger_one_is_left_out(server, tmp_path):
    made = [sized(20479), sized(20480), sized(20481), pictures.jpeg(2)]
    subprocess.run(["ffmpeg", "-v", "error", "-f", "image2pipe", "-c:v", "mjpeg", "-framerate", "20", "-i", "-", "-c", "copy",
                    str(tmp_path / "rec.avi")], input=b"".join(made), check=True, timeout=wire.patience(20))
    s = server("v=rec.avi#on_demand=no", "--max-frame", "20K", cwd=tmp_path)
    wire.eventually(lambda: wire.get(s, "/api/streams/v").json["state"] == "ended")
    ended = wire.get(s, "/api/streams/v").json
    assert (ended["frames_in"], ended["rejected"], ended["bytes_in"] > 40000) == (3, 1, True), ended
    wire.eventually(lambda: "a picture of 20481 bytes is too large (--max-frame)" in s.stderr)
