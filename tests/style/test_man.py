"""docs/stillcast.1 is what the program prints, and man pages' own checkers have nothing against it."""

import os
import shutil
import subprocess

import pytest

import tree

PAGE = tree.ROOT / "docs" / "stillcast.1"
BINARY = tree.ROOT / tree.BUILD / "stillcast"
ENV = {**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""}


def mandoc(page):
    """What mandoc has to say, from warnings up; the page has no date on purpose: it is the build's."""
    found = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(page)], capture_output=True, text=True)
    return [line for line in found.stdout.splitlines() if "missing date" not in line]


def groff(page):
    return subprocess.run(["man", "--warnings", "-l", "-P", "cat", str(page)], capture_output=True, text=True,
                          env=ENV).stderr.splitlines()


CHECKERS = {"mandoc": mandoc, "man": groff}


def test_the_committed_page_is_what_the_program_prints():
    printed = subprocess.run([str(BINARY), "--help=man"], capture_output=True, check=True).stdout
    assert PAGE.read_bytes() == printed, f"it is not up to date: {tree.BUILD}/stillcast --help=man > docs/stillcast.1"


@pytest.mark.parametrize("name", CHECKERS)
def test_the_page_is_clean(name):
    if not shutil.which(name):
        pytest.skip(f"there is no {name}")
    assert CHECKERS[name](PAGE) == []


@pytest.mark.parametrize("name", CHECKERS)
def test_a_planted_mistake_is_found(name, tmp_path):
    if not shutil.which(name):
        pytest.skip(f"there is no {name}")
    page = tmp_path / "bad.1"
    page.write_text(PAGE.read_text() + ".XX \\*[nothing] \\fQ\n.RE\n")
    assert CHECKERS[name](page)
