"""What the peers share: foreign programs, their ports, and a camera for them."""

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import time

import servers
from PIL import Image

DEVICE = "/dev/video-standin"
_LIBRARY = "tests/bench/peers/libv4l2_standin.so"


def missing(program, package):
    """None, or what to install."""
    return None if shutil.which(program) else f"not installed: apt install {package}"


def free_port():
    """For programs that cannot say which port the system chose for them."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


LISTEN, ESTABLISHED = "0A", "01"


def is_listening(port, states=(LISTEN,)):
    """Without connecting, as some serve only the first who does. states: of sockets at that port that count, as /proc/net/tcp has them."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] in states for line in list(table)[1:])


def _size(path):
    with Image.open(path) as opened:
        return opened.size


@functools.cache
def _library():
    subprocess.run(["ninja", "-C", servers.BUILD, _LIBRARY], check=True, stdout=subprocess.DEVNULL)
    return str(servers.BUILD / _LIBRARY)


def camera(path, fps, size=None):
    """An environment in which DEVICE is a camera that shows that JPEG file, stamped anew each time.
    size: what it claims to be, for programs that take no small ones."""
    width, height = size or _size(path)
    return {**os.environ, "LD_PRELOAD": _library(), "V4L2_STANDIN_PICTURE": str(path), "V4L2_STANDIN_FPS": str(fps),
            "V4L2_STANDIN_WIDTH": str(width), "V4L2_STANDIN_HEIGHT": str(height)}


def _shows_a_picture(port, path):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as viewer:
        viewer.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        with viewer.makefile("rb") as answer:
            return any(line.startswith(b"\xff\xd8") for line in answer)
    return False


def _wait_until(check, process):
    until = time.monotonic() + 15
    while not check():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
        if process.returncode is not None or time.monotonic() > until:
            raise RuntimeError(f"{process.args[0]} does not serve")


@contextlib.contextmanager
def serving(command, port, path, is_shown_later=False, **options):
    """A Serving, from when its process listens, or shows a picture where that is later."""
    with servers.running(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         **options) as process:
        _wait_until(lambda: is_listening(port), process)
        if is_shown_later:
            _wait_until(lambda: _shows_a_picture(port, path), process)
        yield servers.Serving([process.pid], port, path)
