"""libstillcast in a program of one's own: examples/serve.c, as the build makes it and as its own comment says."""

import os
import pathlib
import subprocess

import pytest

import pictures
import wire
from conftest import BINARY, ROOT, Server

BUILD = pathlib.Path(BINARY).parent
SANITIZER = os.environ.get("SANITIZER")


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / name for name in ("one.jpg", "two three.jpg")]
    for number, path in enumerate(paths, 1):
        path.write_bytes(pictures.jpeg(number))
    return paths


def shown(program, args, env=None):
    """Runs the program until both pictures were seen by a viewer, then ends it."""
    running = subprocess.Popen([program, "127.0.0.1:0", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**os.environ, **(env or {})})
    try:
        one = Server.__new__(Server)
        url = running.stdout.readline().decode()
        assert url.endswith("/show\n"), running.stderr.read()
        one.host, one.port = "127.0.0.1", int(url.split(":")[2].split("/")[0])
        with wire.Viewer(one, "/show.mjpg") as viewer:
            seen = {viewer.part().seq for _ in range(2)}
        assert wire.get(one, "/api/streams/show").json["origin"] == "source"
        assert wire.request(one, "DELETE", "/show").status == 409
        return seen
    finally:
        running.kill()
        running.communicate()


def test_the_example_shows_its_pictures(files):
    assert shown(BUILD / "examples" / "serve", files) == {1, 2}


@pytest.mark.parametrize("args, words", [
    ([], "usage: serve ADDR:PORT PICTURE"),
    (["nonsense", "one.jpg"], "'nonsense'"),
    (["0.0.0.0:0", "one.jpg"], "0.0.0.0:0 can be reached"),
    (["127.0.0.1:0", "none.jpg"], "'none.jpg' cannot be opened"),
    (["127.0.0.1:0", "text.txt"], "no picture"),
])
def test_the_example_tells_what_is_wrong(files, args, words):
    folder = files[0].parent
    (folder / "text.txt").write_text("words")
    ended = subprocess.run([BUILD / "examples" / "serve", *args], capture_output=True, text=True, cwd=folder,
                           timeout=wire.patience(20))
    assert ended.returncode != 0 and words in ended.stderr


@pytest.mark.skipif(bool(SANITIZER), reason="what is installed has no sanitizer")
def test_what_is_installed_builds_it(files, tmp_path):
    root = tmp_path / "root"
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", root], check=True)
    folder = next(root.rglob("stillcast.pc")).parent
    env = {**os.environ, "PKG_CONFIG_LIBDIR": str(folder), "PKG_CONFIG_SYSROOT_DIR": str(root)}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "stillcast"], check=True, capture_output=True, text=True,
                           env=env).stdout.split()
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", ROOT / "examples" / "serve.c", "-o", tmp_path / "serve", *flags],
                   check=True)
    assert shown(tmp_path / "serve", files, {"LD_LIBRARY_PATH": str(folder.parent)}) == {1, 2}
    manual = next(root.rglob("stillcast.1")).read_bytes()
    assert manual == (ROOT / "docs" / "stillcast.1").read_bytes()
    assert subprocess.run([next(root.rglob("bin/stillcast")), "--version"], check=True, capture_output=True).stdout.startswith(b"stillcast ")
