"""In a notebook: a publisher shows itself, and %%stillcast publishes what a cell draws. The shell is as IPython's."""

import types

import pytest
from PIL import Image

import pictures
import wire
from conftest import BINARY
from publishing import stillcast


class Shell:
    """What of IPython's the module uses."""

    def register_magic_function(self, function, kind, name):
        assert (kind, name) == ("line_cell", "stillcast")
        self.magic = function

    def run_cell(self, cell):
        scope = {"Image": Image}
        *lines, last = cell.strip().split("\n")
        exec("\n".join(lines), scope)
        return types.SimpleNamespace(result=eval(last, scope), raise_error=lambda: None)


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setenv("STILLCAST", BINARY)
    one = Shell()
    stillcast.load_ipython_extension(one)
    yield one
    notebook = one.magic.__self__
    for publisher in notebook._publishers.values():
        publisher.close()
    if notebook._server:
        notebook._server.close()


def test_a_publisher_shows_the_live_picture():
    html = stillcast.Publisher("http://localhost:8080/a/b")._repr_html_()
    assert html.startswith('<img src="http://localhost:8080/a/b.mjpg"') and "onerror" in html
    assert "<script" not in stillcast.Publisher('http://localhost:8080/"><script>')._repr_html_()


def test_a_cell_publishes_the_picture_of_its_last_line(shell, one_server):
    target = one_server.url + "cell"
    assert shell.magic(target, "color = (20, 200, 20)\nImage.new('RGB', (64, 48), color)") is None
    live = shell.magic(target)
    assert live.url == target and live.flush()
    assert pictures.pixel(wire.get(one_server, "/cell.jpg").body)[1] > 180


def test_a_cell_publishes_its_figure(shell, one_server):
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="python3-matplotlib is not installed")
    pyplot.switch_backend("Agg")
    shell.magic(one_server.url + "figure", "import matplotlib.pyplot as plt\nplt.figure(figsize=(2, 1), dpi=100)\nNone")
    pyplot.close("all")
    assert shell.magic(one_server.url + "figure").flush()
    assert wire.get(one_server, "/api/streams/figure").json["width"] == 200
    with pytest.raises(ValueError, match="drew nothing"):
        shell.magic(one_server.url + "figure", "None")


def test_a_name_alone_is_served_for_the_notebook(shell):
    live, other = shell.magic("plot"), shell.magic("other")
    assert live.url.endswith("/plot") and live.url[:-4] == other.url[:-5]
    live.send(pictures.jpeg(1))
    assert live.flush()
