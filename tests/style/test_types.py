"""The Python module's types hold, and it takes nothing that its oldest Python does not have."""

import importlib.util
import re
import subprocess
import sys

import pytest

import tree

pytestmark = pytest.mark.skipif(not importlib.util.find_spec("mypy"), reason="mypy is not installed")
OLDEST = re.search(r'^requires-python = ">=(3\.\d+)"$', (tree.ROOT / "python" / "pyproject.toml").read_text(), re.M).group(1)


def mypy(path, cache):
    return subprocess.run([sys.executable, "-m", "mypy", "--strict", "--python-version", OLDEST, "--cache-dir", cache, path],
                          capture_output=True, text=True)


def test_the_module_is_typed_and_runs_with_the_oldest_python_that_it_claims(tmp_path):
    ended = mypy(tree.ROOT / "python" / "stillcast", tmp_path)
    assert ended.returncode == 0, ended.stdout


PLANTED = """import asyncio, itertools
def f() -> int:
    return 'one'
Number = int | float
asyncio.timeout(1)
itertools.pairwise([1])
zip([1], [2], strict=True)
"""


def test_planted_violations_are_found(tmp_path):
    (tmp_path / "planted.py").write_text(PLANTED)
    found = mypy(tmp_path / "planted.py", tmp_path).stdout
    assert {int(line) for line in re.findall(r"planted.py:(\d+): error", found)} == {3, 4, 5, 6, 7}, found


def test_a_planted_statement_of_a_newer_python_is_found(tmp_path):
    (tmp_path / "planted.py").write_text("def f(x: int) -> None:\n    match x:\n        case 1: pass\n")
    assert "3.10" in mypy(tmp_path / "planted.py", tmp_path).stdout
