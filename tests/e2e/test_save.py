"""#save and --save: the newest picture in a file, always whole, whatever becomes of the disk."""

import os
import shutil
import stat
import subprocess
import threading

import pytest

import pictures
import wire


def look(server, name="v"):
    return wire.get(server, f"/api/streams/{name}").json


def number_in(path):
    return pictures.check(path.read_bytes())


@pytest.fixture
def disk(tmp_path):
    """A disk of 128 KiB."""
    path = tmp_path / "disk"
    path.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", path], capture_output=True).returncode:
        pytest.skip("only root mounts a disk")
    yield path
    subprocess.run(["umount", "-l", path], check=True)


def test_readers_never_see_half_of_a_picture(server, tmp_path):
    s = server("--save", f"v={tmp_path}/v.jpg")
    wire.put(s, "v", pictures.jpeg(0, size_bytes=100000))
    wire.eventually(lambda: (tmp_path / "v.jpg").exists())
    seen, is_over = [], threading.Event()

    def read():
        while not is_over.is_set():
            seen.append(number_in(tmp_path / "v.jpg"))

    reader = threading.Thread(target=read)
    reader.start()
    with wire.Conn(s) as conn:
        for number in range(1, 5001):
            conn.request("PUT", "/v.jpg", body=pictures.jpeg(number, size_bytes=100000))
            if number >= 200 and len(set(seen)) > 3:
                break
    wire.eventually(lambda: number_in(tmp_path / "v.jpg") == number)
    is_over.set()
    reader.join()
    assert seen == sorted(seen) and len(set(seen)) > 3
    assert [p.name for p in tmp_path.iterdir()] == ["v.jpg"]
    assert len(set(seen)) <= look(s)["saved"] <= number + 1 and look(s)["save_failures"] == 0


def test_a_source_is_saved_as_asked_and_runs_for_it(server, tmp_path):
    (tmp_path / "1.jpg").write_bytes(pictures.jpeg(1))
    owner = "#save_owner=nobody:" if os.geteuid() == 0 else ""
    s = server(f"v=exec:sh -c 'cat 1.jpg; sleep 100'#save=out.jpg#save_fps=5#save_mode=0640{owner}")
    wire.eventually(lambda: (tmp_path / "out.jpg").exists())
    status = (tmp_path / "out.jpg").stat()
    assert number_in(tmp_path / "out.jpg") == 1 and stat.S_IMODE(status.st_mode) == 0o640
    assert not owner or status.st_uid != 0
    assert s.metrics()["stillcast_saved_total", {"stream": "v"}] == 1


def test_save_fps_is_a_limit_and_the_last_picture_is_kept(server, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    s = server("v=pipe:fifo#save=out.jpg#save_fps=2")
    with open(tmp_path / "fifo", "wb", buffering=0) as fifo:
        for number in range(1, 31):
            fifo.write(pictures.jpeg(number))
            wire.eventually(lambda n=number: look(s)["frames_in"] == n)
        wire.eventually(lambda: number_in(tmp_path / "out.jpg") == 30)
    assert 2 <= look(s)["saved"] <= 5


def test_a_placeholder_is_not_saved(server, tmp_path):
    (tmp_path / "1.jpg").write_bytes(pictures.jpeg(1))
    s = server("v=exec:sh -c 'cat 1.jpg 2>/dev/null; exit 1'#save=out.jpg#on_demand=no")
    wire.eventually(lambda: (tmp_path / "out.jpg").exists())
    (tmp_path / "1.jpg").unlink()
    wire.eventually(lambda: wire.get(s, "/v.jpg").status == 503, 10)
    assert number_in(tmp_path / "out.jpg") == 1


def test_a_stream_that_was_deleted_and_comes_again_is_saved_again(server, tmp_path):
    s = server("--save", "v=out.jpg")
    wire.put(s, "v", pictures.jpeg(1))
    wire.eventually(lambda: number_in(tmp_path / "out.jpg") == 1 if (tmp_path / "out.jpg").exists() else False)
    assert wire.request(s, "DELETE", "/v").status in (200, 204)
    wire.put(s, "v", pictures.jpeg(2))
    wire.eventually(lambda: number_in(tmp_path / "out.jpg") == 2)


def expect_trouble(s, path, sentence, break_it, mend_it):
    wire.put(s, "v", pictures.jpeg(1, size_bytes=50000))
    wire.eventually(lambda: path.exists() and number_in(path) == 1)
    break_it()
    for number in range(2, 6):
        wire.put(s, "v", pictures.jpeg(number, size_bytes=50000))
    wire.eventually(lambda: look(s)["save_failures"] >= 2, 8)
    assert wire.get(s, "/v.jpg").body == pictures.jpeg(5, size_bytes=50000)  # the stream goes on
    wire.eventually(lambda: sentence in s.stderr)
    assert s.stderr.count("cannot be saved") == 1
    mend_it()
    wire.eventually(lambda: path.exists() and number_in(path) == 5, 8)
    wire.eventually(lambda: "again" in s.stderr.rpartition("is saved as")[2])


def test_a_full_disk_is_told_once_and_got_over(server, disk):
    s = server("--save", f"v={disk}/v.jpg", "--sandbox=off")
    filler = disk / "filler"

    def fill():
        filler.write_bytes(bytes(65536))
    expect_trouble(s, disk / "v.jpg", "No space left on device", fill, filler.unlink)
    assert [p.name for p in disk.iterdir()] == ["v.jpg"]


def test_a_folder_that_goes_and_comes_again_is_told_once_and_got_over(server, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    s = server("--save", f"v={folder}/v.jpg")
    expect_trouble(s, folder / "v.jpg", "No such file or directory", lambda: shutil.rmtree(folder), folder.mkdir)


def test_what_is_in_the_way_is_told_once_and_got_over(server, tmp_path):
    path = tmp_path / "v.jpg"
    s = server("--save", f"v={path}")

    def block():
        path.unlink()
        path.mkdir()
    expect_trouble(s, path, "s a directory", block, path.rmdir)


@pytest.mark.parametrize("args, words", [
    (["--save", "v"], "write NAME=PATH"),
    (["--save", "../v=x.jpg"], "name"),
    (["--save", "v=/tmp"], "is a folder"),
    (["--save", "v=x/"], "is a folder"),
    (["--save", "v=/dev/null"], "is no file"),
    (["--save", "a=x.jpg", "--save", "b=x.jpg"], "cannot hold both 'a' and 'b'"),
    (["watch:x.jpg#save_fps=1"], "'#save_fps' needs '#save=PATH'"),
    (["watch:x.jpg#save=y.jpg#save_mode=0888"], "no mode such as 0644"),
    (["watch:x.jpg#save=y.jpg#save_mode=1777"], "no mode such as 0644"),
    (["watch:x.jpg#save=y.jpg#save_fps=1001"], "save_fps"),
    (["watch:x.jpg#save=y.jpg#save_owner=no-such-user"], "no-such-user"),
])
def test_what_cannot_be_is_refused(run, args, words):
    ended = run("--listen", "127.0.0.1:0", *args)
    assert ended.code and words in ended.stderr
