"""stillcast.serve(in_process=True): libstillcast by ctypes, in a process of its own for each test."""

import os
import pathlib
import subprocess
import sys

import pytest

import wire
from conftest import BINARY, ROOT

pytestmark = pytest.mark.skipif(bool(os.environ.get("SANITIZER")), reason="a sanitizer must be there before Python is")

ENV = {**os.environ, "PYTHONPATH": f"{ROOT / 'python'}:{ROOT / 'tests' / 'e2e'}",
       "STILLCAST_LIBRARY": str(pathlib.Path(BINARY).parent / "libstillcast.so.0")}
BEGIN = """
import logging, os, signal, sys, threading
import pictures, stillcast, wire
from test_python_serve import at
def serve(*sources, **options):
    return stillcast.serve(*sources, **{"listen": "127.0.0.1:0", **options}, in_process=True)
"""


def script(body, code=0, env=None):
    """Runs it; gives what it printed and what it logged or complained."""
    ended = subprocess.run([sys.executable, "-c", BEGIN + body], env={**ENV, **(env or {})}, capture_output=True, text=True,
                           timeout=wire.patience(30))
    assert ended.returncode == code, ended.stderr
    return ended.stdout, ended.stderr


def test_a_script_serves_without_a_second_process():
    out, err = script("""
with serve() as server:
    live = server.publisher("some/plot")
    assert live.wanted
    with live:
        live.send(pictures.jpeg(1)); assert live.flush()
        with wire.Viewer(at(server.url), "/some/plot.mjpg") as viewer:
            assert viewer.next_seq() == 1
            wire.eventually(lambda: live.viewers == 1)
            live.send(pictures.jpeg(2))
            viewer.until_seq(2)
        wire.eventually(lambda: live.viewers == 0)
    assert not [name for name in os.listdir("/proc/self/task") if os.path.exists(f"/proc/{name}/children") and
                open(f"/proc/{name}/children").read()]
print([thread.name for thread in threading.enumerate()], len(os.listdir("/proc/self/task")))
""")
    assert (out, err) == ("['MainThread'] 1\n", "")


def test_sources_and_options_are_those_of_the_command_line():
    out, _ = script("""
with serve("cam=watch:/nonexistent/x.png", max_streams=2, read_only=True) as server:
    one = at(server.url)
    print([stream["name"] for stream in wire.get(one, "/api/streams").json["streams"]])
    print(wire.request(one, "PUT", "/x.jpg", (), pictures.jpeg(1)).status)
    with server.publisher("mine") as live:     # read-only is for those outside
        live.send(pictures.jpeg(3)); print(live.flush())
    print(pictures.check(wire.get(one, "/mine.jpg").body))
""")
    assert out == "['cam']\n403\nTrue\n3\n"


@pytest.mark.parametrize("call, words", [
    ("serve(listen='nonsense')", "nonsense"), ("serve(no_such=1)", "--no-such"), ("serve('demo')", "command line"),
    ("serve('-')", "standard input"), ("serve('x=-#fps=3')", "standard input"), ("serve(user='nobody')", "--user"),
    ("serve('cam=nosuch:x')", "nosuch"), ("serve(help=True)", "command line"), ("serve(listen='0.0.0.0:0')", "--insecure"),
])
def test_what_does_not_start_says_why(call, words):
    out, _ = script(f"""
try:
    {call}
except RuntimeError as error:
    print(error)
""")
    assert words in out


def test_what_is_refused_is_raised():
    out, _ = script("""
with serve(max_frame="2K") as server:
    for name, picture in (("plot", b"words"), ("plot", pictures.jpeg(1, size_bytes=20000)), ("a..b/.c", pictures.jpeg(1))):
        try:
            with server.publisher(name) as live:
                live.send(picture)
        except stillcast.PublishError as error:
            print(error)
""")
    lines = out.splitlines()
    assert len(lines) == 3 and "no picture" in lines[0] and "--max-frame" in lines[1] and "a..b" in lines[2]


def test_signals_stay_the_scripts_and_the_log_is_pythons():
    out, err = script("""
logging.basicConfig(level=logging.DEBUG, format="%(name)s %(levelname)s")
before = {number: signal.getsignal(number) for number in signal.valid_signals()}
server = serve("cam=watch:/nonexistent/x.png")
assert before == {number: signal.getsignal(number) for number in signal.valid_signals()}
assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()
try:
    os.kill(os.getpid(), signal.SIGINT)
    signal.pause()
except KeyboardInterrupt:
    print("mine")
logging.getLogger("stillcast").error("said")
server.close(); server.close()
""")
    assert out == "mine\n" and "stillcast ERROR" in err and not [line for line in err.splitlines() if not line.startswith("stillcast ")]


def test_the_last_picture_is_there_until_the_end_and_the_end_is_clean():
    out, err = script("""
server = serve()
live = server.publisher("plot")
viewer = wire.Viewer(at(server.url), "/healthz", ())
live.send(pictures.jpeg(1))
""")
    assert (out, err) == ("", "")


def test_a_child_of_a_fork_leaves_the_server_alone():
    out, _ = script("""
server = serve()
live = server.publisher("plot")
live.send(pictures.jpeg(1)); assert live.flush()
child = os.fork()
if child == 0:
    server.close()
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
live.send(pictures.jpeg(2)); assert live.flush()
print(pictures.check(wire.get(at(server.url), "/plot.jpg").body))
""")
    assert out == "2\n"


def test_a_library_that_is_not_there_is_told():
    out, _ = script("""
try:
    serve(library="/nonexistent/libstillcast.so")
except FileNotFoundError as error:
    print(error)
""")
    assert "$STILLCAST_LIBRARY" in out
