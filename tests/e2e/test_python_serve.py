"""stillcast.serve(): the server that a script starts lives as long as the script, and no longer."""

import logging
import os
import pathlib
import signal
import socket
import subprocess
import sys

import pytest

import pictures
import wire
from conftest import BINARY, ROOT, Server
from publishing import stillcast

ENV = {**os.environ, "PYTHONPATH": str(ROOT / "python"), "STILLCAST": BINARY}
SCRIPT = """
import os, signal, sys, stillcast
server = stillcast.serve(listen="127.0.0.1:0")
print(server.url, server.pid, flush=True)
live = server.publisher("plot")
live.send(sys.argv[1])
if sys.argv[2] == "stay":
    signal.pause()
elif sys.argv[2] == "raise":
    raise KeyError("mine")
elif sys.argv[2] == "exit":
    assert live.flush()
    os._exit(7)
"""


def at(url):
    """What wire.py connects to."""
    one = Server.__new__(Server)
    one.host, one.port = "127.0.0.1", int(url.split(":")[2].strip("/"))
    return one


def is_gone(pid):
    status = pathlib.Path(f"/proc/{pid}/status")
    try:
        return "State:\tZ" in status.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def picture(tmp_path):
    (tmp_path / "1.jpg").write_bytes(pictures.jpeg(1))
    return tmp_path / "1.jpg"


@pytest.fixture
def serve():
    """stillcast.serve with the binary under test, on a port that the system chooses."""
    def start(*sources, **options):
        return stillcast.serve(*sources, **{"binary": BINARY, "listen": "127.0.0.1:0", **options})
    return start


def test_a_script_serves_what_it_draws(serve):
    with serve() as server:
        with server.publisher("some/plot") as live:
            live.send(pictures.jpeg(1))
            assert live.flush()
        assert live.url == server.url + "some/plot"
        assert pictures.check(wire.get(at(server.url), "/some/plot.jpg").body) == 1
        pid = server.pid
    assert is_gone(pid)


def test_sources_and_options_are_those_of_the_command_line(serve):
    with serve("cam=watch:/nonexistent/x.png", max_streams=2, read_only=True, server_name=["one.example", "two.example"],
               insecure=False) as server:
        one = at(server.url)
        assert [stream["name"] for stream in wire.get(one, "/api/streams").json["streams"]] == ["cam"]
        assert wire.request(one, "PUT", "/x.jpg", (), pictures.jpeg(1)).status == 403
        assert wire.get(one, "/healthz", {"Host": "two.example"}).status == 200
        assert wire.get(one, "/", {"Host": "three.example"}).status == 421


@pytest.mark.parametrize("options, error, words", [
    ({"listen": "nonsense"}, RuntimeError, "nonsense"),
    ({"no_such": 1}, RuntimeError, "--no-such"),
    ({"binary": "/nonexistent/stillcast"}, Exception, "nonexistent"),
], ids=["listen", "option", "binary"])
def test_what_does_not_start_says_why(serve, options, error, words):
    with pytest.raises(error, match=words):
        serve(**options)


def test_without_a_binary_the_way_out_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("STILLCAST", str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError, match=r"install it, or name it by \$STILLCAST"):
        stillcast.serve()


def test_a_taken_usual_port_is_no_obstacle(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(stillcast.daemon, "USUAL_PORT", taken.getsockname()[1])
        with stillcast.serve(binary=BINARY) as server:
            assert at(server.url).port != taken.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as found:
        free = found.getsockname()[1]
    monkeypatch.setattr(stillcast.daemon, "USUAL_PORT", free)
    with stillcast.serve(binary=BINARY) as server:
        assert at(server.url).port == free


def test_closing_delivers_what_there_is(serve):
    with serve() as server:
        live = server.publisher("plot")
        live.send(bytearray(pictures.jpeg(1, 640, 480)))
    assert live.counts["sent"] == 1 and live.closed


LAST = """
import atexit, sys
atexit.register(lambda: print(live.counts["sent"]))
import stillcast
server = stillcast.serve(listen="127.0.0.1:0")
live = stillcast.Publisher(server.url + "plot")
live.send(sys.argv[1])
"""


def test_the_end_of_the_script_delivers_what_there_is(picture):
    ended = subprocess.run([sys.executable, "-c", LAST, picture], env=ENV, capture_output=True, text=True, timeout=wire.patience(20))
    assert (ended.stdout, ended.stderr) == ("1\n", "")


def test_what_the_server_logs_is_logged_here(serve, caplog):
    with caplog.at_level(logging.INFO, "stillcast"):
        serve().close()
    assert [record.getMessage() for record in caplog.records if "SIGTERM: stopping" in record.getMessage()]


@pytest.mark.parametrize("end, code", [("fall off", 0), ("raise", 1), ("exit", 7), ("killed", -signal.SIGKILL)])
def test_it_does_not_outlive_the_script(picture, end, code):
    script = subprocess.Popen([sys.executable, "-c", SCRIPT, picture, "stay" if end == "killed" else end], env=ENV,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        url, pid = script.stdout.readline().split()
        if end == "killed":
            wire.eventually(lambda: wire.get(at(url), "/plot.jpg").status == 200)
            script.kill()
        script.communicate(timeout=wire.patience(20))
        assert script.returncode == code
        wire.eventually(lambda: is_gone(pid), 10, "the server is still there")
    finally:
        script.kill()
        script.communicate()


INTERRUPTED = """
import os, signal, sys, stillcast
server = stillcast.serve(listen="127.0.0.1:0")
try:
    print("ready", flush=True)
    signal.pause()
except KeyboardInterrupt:
    live = server.publisher("last")
    live.send(sys.argv[1])
    print(live.flush(), flush=True)
"""


def test_ctrl_c_is_for_the_script_which_then_ends_its_server(picture):
    script = subprocess.Popen([sys.executable, "-c", INTERRUPTED, picture], env=ENV, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert script.stdout.readline() == "ready\n"
        os.killpg(script.pid, signal.SIGINT)
        assert script.communicate(timeout=wire.patience(20)) == ("True\n", "")
    finally:
        script.kill()
        script.communicate()
