"""In a notebook, which is IPython's shell: a publisher shows itself, and %%stillcast publishes what a cell draws."""

import os
import types

import pytest

import pictures
import wire
from conftest import BINARY
from publishing import stillcast

pytestmark = pytest.mark.skipif("SANITIZER" in os.environ, reason="nothing here is made in C")
interactive = pytest.importorskip("IPython.core.interactiveshell", reason="python3-ipython is not installed")


@pytest.fixture(scope="module")
def ipython(tmp_path_factory):
    """A shell that draws as Jupyter does: a cell's figures are shown and closed when it has run."""
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="python3-matplotlib is not installed")
    inline = pytest.importorskip("matplotlib_inline.backend_inline", reason="python3-matplotlib-inline is not installed")
    folder = str(tmp_path_factory.mktemp("ipython"))
    shell = interactive.InteractiveShell(ipython_dir=folder, user_module=types.ModuleType("cells"), colors="NoColor")
    shell.history_manager.enabled = False
    usual = pyplot.get_backend()
    pyplot.switch_backend(f"module://{inline.__name__}")
    pyplot.ion()
    shell.events.register("post_execute", inline.flush_figures)
    yield shell
    pyplot.ioff()
    pyplot.switch_backend(usual)


@pytest.fixture
def cell(ipython, monkeypatch):
    """Runs a cell as a person does; gives its value, or raises."""
    monkeypatch.setenv("STILLCAST", BINARY)

    def run(text):
        result = ipython.run_cell(text)
        result.raise_error()
        return result.result
    run("%load_ext stillcast")
    yield run
    run("%unload_ext stillcast")


def test_a_publisher_shows_the_live_picture():
    html = stillcast.Publisher("http://localhost:8080/a/b")._repr_html_()
    assert html.startswith('<img src="http://localhost:8080/a/b.mjpg"') and "onerror" in html
    assert "<script" not in stillcast.Publisher('http://localhost:8080/"><script>')._repr_html_()


def test_a_cell_publishes_the_picture_of_its_last_line(cell, one_server):
    target = one_server.url + "cell"
    shown = cell(f"%%stillcast {target}\nfrom PIL import Image\ncolor = (20, 200, 20)\nImage.new('RGB', (64, 48), color)")
    assert shown.size == (64, 48) and cell("color") == (20, 200, 20)
    live = cell(f"%stillcast {target}")
    assert live.url == target and live.flush()
    assert pictures.pixel(wire.get(one_server, "/cell.jpg").body)[1] > 180


@pytest.mark.parametrize("last", ["", "axes.plot([1, 2]);", "axes.set_title('two')", "axes.hist([1, 2])", "figure"])
def test_a_cell_publishes_its_figure(cell, one_server, last):
    target = one_server.url + f"figure{len(last)}"
    cell(f"%%stillcast {target}\nimport matplotlib.pyplot as plt\nfigure, axes = plt.subplots(figsize=(2, 1), dpi=100)\n{last}")
    assert cell(f"%stillcast {target}").flush()
    state = wire.get(one_server, f"/api/streams/figure{len(last)}").json
    assert (state["width"], state["height"]) == (200, 100)


@pytest.mark.parametrize("text, error", [("None", "drew nothing"), ("x = 5", "drew nothing"), ("7", "not int"), ("1 / 0", "zero")])
def test_a_cell_without_a_picture_says_so_once(cell, one_server, text, error, capsys):
    with pytest.raises((ValueError, TypeError, ZeroDivisionError), match=error):
        cell(f"%%stillcast {one_server.url}nothing\n{text}")
    assert capsys.readouterr().out.count("Traceback (most recent call last)") == 1


def test_a_name_alone_is_served_for_the_notebook(cell):
    live, other = cell("%stillcast plot"), cell("%stillcast other")
    assert live.url.endswith("/plot") and live.url[:-4] == other.url[:-5]
    cell("%%stillcast plot\nfrom PIL import Image\nImage.new('L', (8, 8))")
    assert live.flush() and live.counts["sent"] == 1
