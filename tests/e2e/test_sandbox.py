"""What the server gives up before it reads from the network, and what works all the same."""

import os
import pathlib
import shutil
import subprocess

import pytest

import pictures
import wire
from conftest import BINARY, ROOT

SANITIZED = any(s in pathlib.Path(BINARY).read_bytes() for s in (b"__asan_init", b"__tsan_init"))


def status(server):
    lines = pathlib.Path(f"/proc/{server.pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def is_to_be_had():
    done = subprocess.run([BINARY, "--sandbox=require", "--listen", "127.0.0.1:0", "--log-level=loud"], capture_output=True)
    assert done.returncode  # the level is none
    return not SANITIZED and b"seccomp_load" in pathlib.Path(BINARY).read_bytes()


@pytest.mark.parametrize("mode, seccomp", [("require", "2"), ("try", "2"), ("off", "0")])
def test_a_sandboxed_server_shows_and_takes_pictures(server, tmp_path, mode, seccomp):
    if not is_to_be_had():
        pytest.skip("a build without its sandbox")
    (tmp_path / "shots").mkdir()
    (tmp_path / "shots" / "plot.jpg").write_bytes(pictures.jpeg(1))
    one = server("--sandbox", mode, "watch:shots/plot.jpg", "--listen", "unix:here.sock", "--cors", "*")
    assert status(one)["Seccomp"] == seccomp
    assert (status(one)["NoNewPrivs"] == "1") == (mode != "off")
    wire.eventually(lambda: wire.get(one, "/plot.jpg").status == 200)
    shutil.rmtree(tmp_path / "shots")
    (tmp_path / "shots").mkdir()
    (tmp_path / "shots" / "plot.jpg").write_bytes(pictures.jpeg(2))
    wire.eventually(lambda: pictures.check(wire.get(one, "/plot.jpg").body) == 2)
    wire.put(one, "door", pictures.jpeg(3))
    assert pictures.check(wire.get(one, "/door.jpg").body) == 3


def test_who_asks_for_a_sandbox_that_is_not_there_is_told_so():
    if is_to_be_had():
        pytest.skip("there is one")
    done = subprocess.run([BINARY, "--sandbox=require", "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 78 and "built without its sandbox" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_root_becomes_somebody_else_after_it_listens(server):
    one = server("--user", "nobody")
    assert "0" not in status(one)["Uid"].split() and "0" not in status(one)["Gid"].split()
    wire.put(one, "door", pictures.jpeg(3))


@pytest.mark.parametrize("user, code, words", [("no-such-user-here", 67, "there is no such user")])
def test_a_user_that_cannot_be_is_refused_at_start(user, code, words):
    done = subprocess.run([BINARY, "--user", user, "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=20)
    assert done.returncode == code and words in done.stderr and user in done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd")
def test_the_unit_leaves_little_exposed():
    unit = pathlib.Path(BINARY).parent / "dist" / "stillcast.service"
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit)], capture_output=True,
                          text=True, timeout=60)
    level = [line for line in done.stdout.splitlines() if "Overall exposure level" in line]
    assert level and float(level[0].split(":")[1].split()[0]) <= 1.5, done.stdout + done.stderr
