"""The Python module's types hold."""

import importlib.util
import subprocess
import sys

import pytest

import tree

pytestmark = pytest.mark.skipif(not importlib.util.find_spec("mypy"), reason="mypy is not installed")


def mypy(path, cache):
    return subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache, path], capture_output=True, text=True)


def test_the_module_is_typed(tmp_path):
    ended = mypy(tree.ROOT / "python" / "stillcast", tmp_path)
    assert ended.returncode == 0, ended.stdout


def test_a_planted_violation_is_found(tmp_path):
    (tmp_path / "planted.py").write_text("def f() -> int:\n    return 'one'\n")
    assert "Incompatible return value" in mypy(tmp_path / "planted.py", tmp_path).stdout
