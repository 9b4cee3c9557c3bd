"""docs/http.md and the README keep up with the server: what it answers is told there."""

import os
import re
import shlex
import subprocess
import sys

import pytest

import pictures
import wire
from conftest import ROOT

HTTP = (ROOT / "docs" / "http.md").read_text()
README = (ROOT / "README.md").read_text()


def told(word):
    return re.search(rf"`[^`]*\b{re.escape(word)}\b[^`]*`", HTTP)


@pytest.fixture
def watched(server):
    """A server with one stream that is being watched."""
    one = server()
    wire.put(one, "plot", pictures.jpeg(1))
    viewer = wire.Viewer(one, "/plot.mjpg")
    viewer.part()
    yield one
    viewer.close()


def test_every_metric_is_told(watched):
    names = re.findall(r"^# TYPE (\S+)", wire.get(watched, "/metrics").text, re.M)
    assert len(names) > 20
    assert [name for name in names if not told(name)] == []


def test_every_field_of_the_json_is_told(watched):
    def keys(value):
        if isinstance(value, dict):
            yield from value
            value = list(value.values())
        if isinstance(value, list):
            for inner in value:
                yield from keys(inner)

    found = set()
    for target in ("/api/streams", "/api/streams/plot"):
        found |= set(keys(wire.get(watched, target).json))
    found |= set(keys(wire.put(watched, "plot", pictures.jpeg(2))))
    found |= set(keys(wire.get(watched, "/none.jpg", {"Accept": "application/json"}).json))
    assert len(found) > 20
    assert [key for key in sorted(found) if not told(key) and f'"{key}"' not in HTTP] == []


def test_every_get_row_of_the_url_table_is_served(watched):
    rows = re.findall(r"^\| `GET [^|]*", HTTP, re.M)
    targets = [t for row in rows for t in re.findall(r"`(?:GET )?(/[^`]*)`", row)]
    assert len(targets) > 10
    for target in targets:
        with wire.Conn(watched) as conn:
            conn.send_request("GET", target.replace("NAME", "plot").replace("_N", "_0"))
            assert conn.read_head().status == 200, target


@pytest.mark.parametrize("text", [HTTP, README], ids=["http.md", "README.md"])
def test_every_option_that_is_written_exists(run, text):
    shown = run("--help").stdout
    ours = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - {"--boundarydonotcross"}
    assert [option for option in sorted(ours) if f"{option}" not in shown] == []


def snippet(one, first_line):
    """The README's Python that begins so, with this server's address."""
    code = next(c for c in re.findall(r"```python\n(.*?)```", README, re.S) if c.startswith(first_line))
    assert "http://localhost:8080/" in code
    return code.replace("http://localhost:8080/", one.url)


def test_the_publisher_in_python_publishes(server, tmp_path):
    pytest.importorskip("matplotlib", reason="python3-matplotlib is not installed")
    one = server()
    code = "import matplotlib.figure; fig = matplotlib.figure.Figure((4, 3), 100)\n" + snippet(one, "import stillcast")
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=wire.patience(30),
                   env={**os.environ, "PYTHONPATH": str(ROOT / "python")})
    shown = wire.get(one, "/api/streams/plot").json
    assert (shown["seq"], shown["width"], shown["height"]) == (1, 400, 300)


@pytest.fixture
def demo(server):
    """What `make run` serves."""
    return server("demo")


def shell_lines(one, heading):
    """The lines of the shell blocks behind that heading that talk to the server, with its address."""
    part = README.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", part, re.S)).splitlines()
    return [line.replace("http://localhost:8080/", one.url) for line in lines if "http://localhost:8080/" in line]


def run_line(line, folder):
    subprocess.run(["sh", "-c", line], check=True, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL,
                   timeout=wire.patience(20))


def test_the_viewer_in_python_views_the_demo(demo):
    code = snippet(demo, "import cv2") + "assert is_there and picture.shape == (540, 960, 3)\n"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=wire.patience(20))


def test_the_lines_that_watch_work_with_the_demo(demo, tmp_path):
    lines = [line for line in shell_lines(demo, "Live pictures out") if not line.startswith(("vlc ", "ffplay "))]
    assert len(lines) == 3
    for line in lines:
        run_line(line.replace("-t 10 ", "-t 1 "), tmp_path)
    for path in ("now.jpg", "next.jpg"):
        assert pictures.pixel((tmp_path / path).read_bytes())
    assert (tmp_path / "test.mp4").stat().st_size > 1000


def test_the_lines_that_publish_work_with_the_demo(demo, tmp_path):
    (tmp_path / "plot.png").write_bytes(pictures.image("PNG"))
    subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=1",
                    "video.mp4"], cwd=tmp_path, check=True, timeout=wire.patience(20))
    lines = shell_lines(demo, "Pictures in")
    assert len(lines) == 3
    for line in lines:
        run_line(line, tmp_path)
    assert wire.get(demo, "/api/streams/loss").status == 200
    assert wire.get(demo, "/plot.jpg").body == pictures.image("PNG")
    assert wire.get(demo, "/api/streams/video").json["frames_in"] == 10


def test_the_command_lines_are_taken(server, tmp_path):
    (tmp_path / "photos").mkdir()
    for path in ("a.jpg", "photos/b.jpg"):
        (tmp_path / path).write_bytes(pictures.jpeg(1))
    block = re.search(r"## Pictures in\n\n```sh\n(.*?)```", README, re.S).group(1)
    lines = [line.split("#  ")[0].split("   ")[0] for line in block.splitlines() if line.startswith("stillcast ")]
    assert len(lines) > 3
    for line in lines:
        server(*shlex.split(line.replace("*.jpg", "a.jpg"))[1:])


def test_every_file_that_the_readme_links_is_there():
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert len(links) > 2
    assert [link for link in links if not (ROOT / link).exists()] == []
