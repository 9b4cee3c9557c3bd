"""The fixtures of the end-to-end tests, and the cameras that this machine's drivers make."""

import contextlib
import importlib.util
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/e2e"))

import wire  # noqa: E402

_spec = importlib.util.spec_from_file_location("e2e_conftest", ROOT / "tests/e2e/conftest.py")
e2e = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(e2e)
server, run = e2e.server, e2e.run

VIDEO = pathlib.Path("/sys/class/video4linux")
LIMIT_S = 60  # of a test, which takes some seconds; fifteen of them fit into the machine's time


def load(module, *options):
    subprocess.run(["modprobe", "-d", os.environ["MODULES"], module, *options], check=True)


def find_camera(name):
    """The device of a driver's first node with that name; None."""
    for node in sorted(VIDEO.glob("video*"), key=lambda path: int(path.name.removeprefix("video"))):
        with contextlib.suppress(OSError):  # it has just gone
            if re.match(name, (node / "name").read_text()):
                return f"/dev/{node.name}"
    return None


@pytest.fixture(autouse=True)
def limit():
    """A test that waits for ever, for a picture or a word, fails by its name."""

    def end(_signal, _frame):
        pytest.fail(f"not done within {LIMIT_S} s")

    signal.signal(signal.SIGALRM, end)
    signal.alarm(LIMIT_S)
    yield
    signal.alarm(0)


@pytest.fixture(scope="session")
def vivid():
    """A capture device with a webcam for an input."""
    load("vivid", "n_devs=1", "node_types=0x1", "num_inputs=1", "input_types=0")
    return wire.eventually(lambda: find_camera("vivid.*cap"), message="vivid has no device")


@pytest.fixture(scope="session")
def bus():
    """A USB host controller without any wires."""
    load("vhci-hcd")
    load("uvcvideo")
    return pathlib.Path("/sys/devices/platform/vhci_hcd.0")
