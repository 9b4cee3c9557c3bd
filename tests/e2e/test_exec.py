"""exec: pictures from commands, which run while somebody watches, come back, and never outlive the server."""

import os
import pathlib
import signal
import subprocess
import sys
import textwrap

import pytest

import pictures
import programs
import wire

HERE = str(pathlib.Path(__file__).parent)
CAMERA = textwrap.dedent(f"""\
    import os, select, sys, time
    sys.path.insert(0, {HERE!r})
    import pictures
    open("pids", "a").write(f"{{os.getpid()}}\\n")
    if len(sys.argv) > 1:
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            open("pids", "a").write(f"{{os.getpid()}}\\n")
            while True:
                signal.pause()
    while True:
        sys.stdout.buffer.write(pictures.jpeg(int(time.time() * 25)))
        sys.stdout.buffer.flush()
        select.select([], [], [], 0.04)
    """)


@pytest.fixture
def camera(tmp_path):
    """The command line of a script that shows the time, and notes its pid in the file "pids"."""
    (tmp_path / "camera.py").write_text(CAMERA)
    return f"{sys.executable} camera.py"


def pids(tmp_path):
    return [int(line) for line in (tmp_path / "pids").read_text().split()]


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid):
    return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def look(server, name="v"):
    return wire.get(server, f"/api/streams/{name}").json


def until_after(viewer, number):
    """Reads on, past placeholders, until a picture has come that was taken after that one."""
    while True:
        try:
            if pictures.check(viewer.part().picture) > number:
                return
        except AssertionError:
            pass  # a placeholder has no number


def test_it_runs_only_while_somebody_watches(server, camera, tmp_path):
    s = server(f"v=exec:{camera}#linger=0.2")
    wire.eventually(lambda: look(s)["state"] == "idle")
    assert not (tmp_path / "pids").exists()
    with wire.Viewer(s, "/v.mjpg") as viewer:
        until_after(viewer, 0)
        [pid] = pids(tmp_path)
        assert is_alive(pid)
    wire.eventually(lambda: not is_alive(pid))
    wire.eventually(lambda: look(s)["state"] == "idle")
    helper = children(s.pid)[0]
    wire.eventually(lambda: children(helper) == [])  # no zombie


def test_fps_shows_the_newest_picture_and_holds_the_command_up_never(server, camera):
    s = server(f"v=exec:{camera}#fps=5")
    with wire.Viewer(s, "/v.mjpg") as viewer:
        until_after(viewer, 0)
        numbers = [viewer.next_seq() for _ in range(6)]
    assert all(2 <= b - a <= 15 for a, b in zip(numbers, numbers[1:])), numbers  # 5 would be exact


def test_viewers_stay_when_the_command_is_killed_or_stopped_or_ends(server, camera, tmp_path):
    s = server(f"v=exec:{camera}#timeout=1")
    viewers = [wire.Viewer(s, "/v.mjpg") for _ in range(20)]
    for fault in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
        for viewer in viewers:
            until_after(viewer, 0)
        n_before, pid = len(pids(tmp_path)), pids(tmp_path)[-1]
        os.kill(pid, fault)
        wire.eventually(lambda: len(pids(tmp_path)) > n_before, 10)
        last = pictures.check(wire.get(s, "/v.jpg").body)
        for viewer in viewers:
            until_after(viewer, last)
        assert not is_alive(pid)
    assert look(s)["viewers"] == 20 and look(s)["retries"] == 3
    for viewer in viewers:
        viewer.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_server(server, camera, tmp_path, how):
    s = server(f"v=exec:{camera} stubborn#on_demand=no")
    wire.eventually(lambda: (tmp_path / "pids").exists() and len(pids(tmp_path)) == 2)
    [helper] = children(s.pid)
    family = [helper, *pids(tmp_path)]
    assert all(is_alive(pid) for pid in family)
    if how == signal.SIGKILL:
        s.expects_exit = -signal.SIGKILL
        s.process.kill()
    else:
        s.tell_to_stop()
    wire.eventually(lambda: not any(is_alive(pid) for pid in family), 8)


@pytest.mark.parametrize("command, sentence", [
    ("sh -c 'echo one; echo no camera >&2; exit 3'", "'sh' ended with exit status 3: no camera"),
    ("sh -c 'kill -SEGV $$'", "'sh' was ended by SIGSEGV"),
    ("true", "'true' ended without a picture"),
    ("sh -c 'echo waiting >&2; exec sleep 100'", "'sh' has written nothing for 1 s: waiting"),
    ("cat /dev/zero", "'cat' has written no whole picture for 1 s"),
    ("sh -c 'echo rtsp://me:secret@camera/1 >&2; exit 1'", "rtsp://***@camera/1"),
])
def test_what_went_wrong_is_told(server, command, sentence):
    s = server(f"v=exec:{command}#timeout=1#on_demand=no", "fine=test:")
    wire.eventually(lambda: look(s)["state"] == "lost" and sentence in look(s)["note"], 5, f"{look(s)}")
    wire.eventually(lambda: sentence in s.stderr)
    assert "secret" not in s.stderr
    wire.eventually(lambda: look(s)["retries"] >= 1)
    lost = wire.eventually(lambda: (found := s.metrics())["stillcast_lost", {"stream": "v"}] == 1 and found)
    assert lost["stillcast_lost", {"stream": "fine"}] == 0 and lost["stillcast_live", {"stream": "v"}] == 0
    assert wire.get(s, "/fine.jpg").status == 200


@pytest.mark.parametrize("command, end", [
    ("sh -c 'exit 0'", {"status": 0}),
    ("sh -c 'exit 255'", {"status": 255}),
    ("sh -c 'kill -SEGV $$'", {"signal": "SEGV"}),
])
def test_how_a_command_ended_is_a_field(server, command, end):
    s = server(f"v=exec:{command}#on_demand=no", f"g=graph:exec {command}", "fine=test:")
    for name in "v", "g":
        wire.eventually(lambda: look(s, name)["retries"] > 0 or look(s, name)["state"] == "ended", message=name)
        assert look(s, name)["exit"] == end, look(s, name)
    assert look(s, "fine")["exit"] is None


def test_a_command_may_take_its_time(server, tmp_path):
    for n in (1, 2):
        (tmp_path / f"{n}.jpg").write_bytes(pictures.jpeg(n))
    s = server("v=exec:sh -c 'cat 1.jpg; sleep 0.5; cat 2.jpg; exec sleep 100'#timeout=20#on_demand=no")
    wire.eventually(lambda: look(s)["seq"] and pictures.check(wire.get(s, "/v.jpg").body) == 2)
    assert look(s)["retries"] == 0 and look(s)["state"] == "live"


def test_restarts_are_limited(server, tmp_path):
    (tmp_path / "1.jpg").write_bytes(pictures.jpeg(1))
    s = server("v=exec:sh -c 'echo x >>starts; cat 1.jpg; exit 1'#restarts=2#on_demand=no")
    wire.eventually(lambda: "failed 2 times within a minute" in look(s)["note"])
    assert (tmp_path / "starts").read_text() == "x\n" * 2


def test_an_end_that_is_wanted_is_the_end(server, tmp_path):
    (tmp_path / "1.jpg").write_bytes(pictures.jpeg(1))
    s = server("v=exec:cat 1.jpg#at_end=keep#on_demand=no")
    wire.eventually(lambda: look(s)["state"] == "ended")
    assert wire.get(s, "/v.jpg").body == pictures.jpeg(1)


def test_it_is_told_what_is_wanted(server, tmp_path):
    (tmp_path / "1.jpg").write_bytes(pictures.jpeg(1))
    server("door=exec:sh -c 'env >told; cat 1.jpg; sleep 100'#size=320x240#fps=7#on_demand=no")
    wire.eventually(lambda: (tmp_path / "told").exists() and "STILLCAST_FPS" in (tmp_path / "told").read_text())
    told = dict(line.split("=", 1) for line in (tmp_path / "told").read_text().splitlines() if "=" in line)
    assert {k: v for k, v in told.items() if k.startswith("STILLCAST_") and k[10:] in ("STREAM", "WIDTH", "HEIGHT", "FPS")} == {
        "STILLCAST_STREAM": "door", "STILLCAST_WIDTH": "320", "STILLCAST_HEIGHT": "240", "STILLCAST_FPS": "7"}


@pytest.mark.parametrize("source, words", [
    ("exec:no-such-program", "there is no program 'no-such-program' in $PATH"),
    ("exec:/no/such/program", "there is no program '/no/such/program': install it, or correct its path"),
    ("exec:/proc/self/status", "chmod +x"),
    ("exec:cat 'x", "is not closed"),
    ("exec:", "there is no command"),
    ("exec:cat#timeout=0.5", "timeout"),
    ("exec:cat#restarts=101", "restarts"),
])
def test_what_can_never_run_is_refused(run, source, words):
    ended = run("--listen", "127.0.0.1:0", source)
    assert ended.code and words in ended.stderr


# --- real programs ---

def frames_of(server, n=5):
    with wire.Viewer(server, "/v.mjpg", timeout=20) as viewer:
        return [viewer.part().picture for _ in range(n)]


def size(picture):
    import io
    from PIL import Image
    return Image.open(io.BytesIO(picture)).size


@pytest.mark.parametrize("output", ["-f mpjpeg", "-f mjpeg", "-f image2pipe -c:v png"])
def test_ffmpeg(server, output):
    programs.need("ffmpeg")
    s = server(f"v=exec:ffmpeg -loglevel error -re -f lavfi -i testsrc=size=320x240:rate=25 {output} -")
    assert [size(picture) for picture in frames_of(s) if len(picture)][-1] == (320, 240)
    assert look(s)["rejected"] == 0 and look(s)["retries"] == 0


@pytest.mark.parametrize("mux", ["", "! multipartmux"])
def test_gstreamer(server, mux):
    programs.need("gst-launch-1.0")
    s = server("v=exec:gst-launch-1.0 -q videotestsrc is-live=true ! video/x-raw,width=320,height=240 ! "
               f"jpegenc {mux} ! fdsink")
    assert size(frames_of(s)[-1]) == (320, 240)
    assert look(s)["rejected"] == 0 and look(s)["retries"] == 0


def test_matplotlib_as_the_recipe_has_it(server, tmp_path):
    if subprocess.run([sys.executable, "-c", "import matplotlib"], capture_output=True).returncode:
        pytest.skip("matplotlib is not here")
    recipes = (pathlib.Path(HERE).parents[1] / "docs" / "recipes.md").read_text()
    (tmp_path / "plot.py").write_text(recipes.partition("```python\n")[2].partition("```")[0])
    s = server(f"v=exec:{sys.executable} plot.py#timeout=60")
    assert size(frames_of(s, 3)[-1])[0] >= 320
    assert look(s)["rejected"] == 0
