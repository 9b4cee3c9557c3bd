"""Every kind of chart in every theme looks as it did when somebody last looked at it: docs/graphs holds those pictures.
After a change that is wanted: TZ=UTC build/tests/data/write_graphs docs/graphs, and look at them."""

import os
import pathlib
import subprocess

import conftest
import numpy
import PIL.Image
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "docs" / "graphs"
WRITER = pathlib.Path(conftest.BINARY).parent / "tests" / "data" / "write_graphs"
NAMES = sorted(path.name for path in GOLDEN.glob("*.png"))
pytestmark = pytest.mark.skipif(not WRITER.exists(), reason="this build does not draw")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("graphs")
    subprocess.run([WRITER, folder], check=True, env={**os.environ, "TZ": "UTC"})
    return folder


def difference(one, other):
    """The share of pixels that differ so that one would see it. Letters may lie a little otherwise with other fonts."""
    one, other = (numpy.asarray(PIL.Image.open(path).convert("RGB")).astype(int) for path in (one, other))
    return 1.0 if one.shape != other.shape else (abs(one - other).max(axis=2) > 48).mean()


@pytest.mark.parametrize("name", NAMES)
def test_the_chart_looks_as_it_did(drawn, name):
    assert difference(drawn / name, GOLDEN / name) < 0.002


def test_all_that_is_drawn_is_there_small_and_shown(drawn):
    page = (ROOT / "docs" / "drawing.md").read_text()
    assert sorted(path.name for path in drawn.iterdir()) == NAMES
    for name in NAMES:
        assert (GOLDEN / name).stat().st_size < 40_000, name
        assert f"graphs/{name}" in page, name


@pytest.mark.parametrize("one,other", [("line-dark.png", "step-dark.png"), ("gauge-dark.png", "gauge-light.png"),
                                       ("bar-dark.png", "bar-stacked-dark.png")])
def test_another_chart_is_told_from_it(one, other):
    assert difference(GOLDEN / one, GOLDEN / other) > 0.01
