"""The command line: what it prints, how it ends, what it says when something is wrong."""

import os
import pathlib
import re
import signal
import socket
import subprocess

import pytest

import pictures
import wire
from conftest import BINARY


def write_pictures(folder, n=3):
    paths = [folder / f"p{i}.jpg" for i in range(1, n + 1)]
    for i, path in enumerate(paths, 1):
        path.write_bytes(pictures.jpeg(i))
    return paths


def complains(ended, code, *words):
    """It ended with this code and one sentence that has all the words; nothing else was printed."""
    assert ended.code == code, ended.stderr
    lines = ended.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("stillcast: "), ended.stderr
    for word in words:
        assert str(word) in lines[0]
    assert ended.stdout == ""


def is_ended(one, timeout=5):
    return one.process.wait(wire.patience(timeout))


# What is printed

def test_help_and_version_go_to_standard_output(run):
    for args, first in ((["--help"], "stillcast: still"), (["-h"], "stillcast: still"),
                        (["--help=man"], ".TH STILLCAST 1"), (["--version"], "stillcast "), (["-V"], "stillcast ")):
        ended = run(*args)
        assert ended.code == 0 and ended.stderr == ""
        assert ended.stdout.startswith(first)


def test_the_ready_line_is_all_of_standard_output(server):
    one = server()
    assert one.stdout == f"stillcast ready: {one.url}\n"
    assert f"curl -T picture.jpg {one.url}yours.jpg" in wire.eventually(lambda: one.stderr)
    assert wire.get(one, "/healthz").status == 200


def test_every_listener_is_in_the_ready_line(server):
    one = server("--listen=127.0.0.1:0", "-l[::1]:0")
    urls = one.stdout.removeprefix("stillcast ready: ").split()
    assert len(urls) == 3 and len(set(urls)) == 3
    assert one.stdout == f"stillcast ready: {' '.join(urls)}\n"
    assert urls[2].startswith("http://[::1]:")


def test_ipv6_is_served(server):
    one = server(listen="[::1]:0")
    assert one.host == "::1"
    one.host = "::1"
    with wire.Conn(one) as conn:
        assert conn.request("GET", "/healthz", host=f"[::1]:{one.port}").status == 200


def test_a_unix_socket_is_served_and_removed(server, tmp_path):
    path = tmp_path / "s"
    one = server(listen=f"unix:{path}")
    assert one.stdout == f"stillcast ready: unix:{path}\n"
    hint = f"curl --unix-socket {path} -T picture.jpg http://localhost/yours.jpg"
    assert hint in wire.eventually(lambda: one.stderr)
    (tmp_path / "picture.jpg").write_bytes(pictures.jpeg(1))
    published = subprocess.run([*hint.split(), "-sS", "-f"], cwd=tmp_path, capture_output=True, check=True)
    assert b'"seq"' in published.stdout
    one.stop()
    assert not path.exists()


def test_a_unix_socket_left_by_a_killed_server_is_taken_over(server, tmp_path):
    path = tmp_path / "s"
    one = server(listen=f"unix:{path}")
    one.expects_exit = -signal.SIGKILL
    one.process.kill()
    is_ended(one)
    assert path.exists()
    server(listen=f"unix:{path}")


def test_a_log_level_silences_what_is_below(server):
    one = server("--log-level", "error")
    one.stop()
    assert one.stderr == ""


# How it ends

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_in_order_with_a_viewer(server, tmp_path, number):
    one = server(*write_pictures(tmp_path, 1))
    name = wire.get(one, "/api/streams").json["streams"][0]["name"]
    viewer = wire.Viewer(one, f"/{name}.mjpg")
    assert viewer.part().seq == 1
    one.process.send_signal(number)
    viewer.read_rest()  # a reset would raise
    viewer.close()
    assert is_ended(one) == 0
    wire.eventually(lambda: f"{number.name}: stopping" in one.stderr)


def test_a_second_signal_ends_it_at_once(server):
    one = server("--drain", "1h", "--stall-timeout", "1h", "--max-frame", "32M")
    wire.put(one, "big", pictures.jpeg(1, size_bytes=8_000_000))
    with wire.Conn(one, receive_bytes=4096) as frozen:
        frozen.send_request("GET", "/big.mjpg")
        frozen.read(1)
        one.process.send_signal(signal.SIGTERM)
        wire.eventually(lambda: "stopping" in one.stderr)
        assert one.process.poll() is None
        one.process.send_signal(signal.SIGTERM)
        one.expects_exit = -signal.SIGTERM
        assert is_ended(one) == -signal.SIGTERM


def test_drain_limits_the_wait_for_a_frozen_viewer(server):
    one = server("--drain", "100ms", "--stall-timeout", "1h", "--max-frame", "32M")
    wire.put(one, "big", pictures.jpeg(1, size_bytes=8_000_000))
    with wire.Conn(one, receive_bytes=4096) as frozen:
        frozen.send_request("GET", "/big.mjpg")
        frozen.read(1)
        one.process.send_signal(signal.SIGTERM)
        assert is_ended(one) == 0


def test_a_source_that_ends_can_end_it(run, tmp_path):
    path, = write_pictures(tmp_path, 1)
    ended = run("--listen=127.0.0.1:0", f"a=files:{path}#loop=no#fps=100#at_end=exit")
    assert ended.code == 0
    assert "#at_end=exit has ended" in ended.stderr


def test_a_closed_standard_output_does_not_matter(tmp_path):
    path, = write_pictures(tmp_path, 1)
    command = f'exec "$0" --listen 127.0.0.1:0 "a=files:{path}#loop=no#fps=100#at_end=exit" >&-'
    ended = subprocess.run(["sh", "-c", command, BINARY], capture_output=True, timeout=wire.patience(20))
    assert ended.returncode == 0, ended.stderr


def test_a_service_manager_is_told(server, tmp_path):
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(tmp_path / "notify"))
    manager.settimeout(wire.patience(5))
    one = server(env={"NOTIFY_SOCKET": str(tmp_path / "notify")})
    assert manager.recv(100) == b"READY=1"
    os.kill(one.pid, signal.SIGHUP)  # the end of a terminal, which a service has not
    wire.eventually(lambda: "there are no keys and certificates to read again" in one.stderr)
    one.stop()
    assert manager.recv(100) == b"STOPPING=1"
    manager.close()


@pytest.mark.parametrize("is_journal", [True, False])
def test_systemd_s_journal_gets_levels_instead_of_the_time(tmp_path, is_journal):
    with open(tmp_path / "log", "w+b") as log:
        it = os.fstat(log.fileno() if is_journal else 0)
        ended = subprocess.run([BINARY, "--listen", "127.0.0.1:0", "x=-#at_end=exit"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=log, env={**os.environ, "JOURNAL_STREAM": f"{it.st_dev}:{it.st_ino}"}, timeout=wire.patience(20))
        refused = subprocess.run([BINARY, "--no-such-option"], stderr=log, env={**os.environ, "JOURNAL_STREAM": f"{it.st_dev}:{it.st_ino}"},
                                 timeout=wire.patience(20))
    lines = (tmp_path / "log").read_text().splitlines()
    assert (ended.returncode, refused.returncode) == (0, 64) and len(lines) > 1
    assert lines[-1].startswith("<3>stillcast: unknown option" if is_journal else "stillcast: unknown option")
    assert all(re.match(r"<[346]>[a-z.]+ " if is_journal else r"\d\d:\d\d:\d\d\.", line) for line in lines[:-1]), lines


# What is wrong

def test_a_port_in_use_is_told_with_a_way_out(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        complains(run("--listen", address), 69, address, "another program", "--listen")


def test_a_second_instance_on_the_same_port_is_refused_and_the_first_serves_on(server, run):
    one = server()
    complains(run("--listen", f"127.0.0.1:{one.port}"), 69, one.port)
    assert wire.get(one, "/healthz").status == 200


def test_a_second_instance_on_the_same_unix_socket_is_refused(server, run, tmp_path):
    server(listen=f"unix:{tmp_path}/s")
    complains(run("--listen", f"unix:{tmp_path}/s"), 69, tmp_path / "s")
    assert (tmp_path / "s").exists()


def test_an_address_of_another_machine_is_refused(run):
    complains(run("--listen=192.0.2.1:0", "--insecure"), 69, "no such address")


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0"])
def test_publishing_by_everybody_must_be_asked_for(run, server, address):
    complains(run("--listen", address), 78, address, "--insecure", "--read-only")
    for option in ("--insecure", "--read-only"):
        server(option, listen=address)


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80", "unix:", ""])
def test_an_address_that_is_none_is_refused(run, address):
    complains(run("--listen", address), 64, f"'{address}'")


@pytest.mark.parametrize("source", ["missing.jpg", "a=files:missing.jpg", "missing-*.jpg", "/nowhere/at/all/", "a=b/c.jpg", "../x=files:y"])
def test_a_file_that_is_not_there_is_told(run, source):
    complains(run("--listen=127.0.0.1:0", source), 66, source.removeprefix("a=").removeprefix("files:"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_told(run, tmp_path):
    path, = write_pictures(tmp_path, 1)
    path.chmod(0)
    complains(run("--listen=127.0.0.1:0", path), 66, path)


def test_two_streams_of_one_name_are_refused(run, tmp_path):
    path, = write_pictures(tmp_path, 1)
    complains(run("--listen=127.0.0.1:0", f"cam=files:{path}", f"cam=watch:{path}"), 64, "cam", "two")


@pytest.mark.parametrize("name", [".a", "api", "a b", "x" * 65])
def test_a_name_that_is_none_is_refused(run, tmp_path, name):
    path, = write_pictures(tmp_path, 1)
    complains(run("--listen=127.0.0.1:0", f"{name}=files:{path}"), 64, f"'{name[:20]}")


def test_more_streams_than_allowed_are_refused(run, tmp_path):
    a, b = write_pictures(tmp_path, 2)
    complains(run("--listen=127.0.0.1:0", "--max-streams", "1", f"a=files:{a}", f"b=files:{b}"), 64, "--max-streams")


@pytest.mark.parametrize("args, words", [
    (["--lisen", ":0"], ["--lisen", "did you mean '--listen'"]),
    (["--zebra"], ["--zebra", "--help"]),
    (["--listen"], ["--listen needs a value", "ADDR:PORT"]),
    (["--max-frame", "many"], ["--max-frame", "many", "16M"]),
    (["--threads", "65"], ["0 to 64", "65"]),
    (["--insecure", "--insecure"], ["--insecure is given twice"]),
    (["demo", "a.jpg"], ["demo", "a.jpg"]),
    (["--listen", "127.0.0.1:0", "nosuch:thing"], ["nosuch"]),
])
def test_a_wrong_command_line_is_told(run, args, words):
    complains(run(*args), 64, *words)


def test_an_unknown_option_of_a_source_is_told(run, tmp_path):
    path, = write_pictures(tmp_path, 1)
    complains(run("--listen=127.0.0.1:0", f"a=files:{path}#sorted=time"), 64, "sorted", "sort")


@pytest.mark.skipif("SANITIZER" in os.environ, reason="sanitizers need descriptors of their own")
def test_too_few_descriptors_are_told():
    command = 'ulimit -n 10; exec "$0" --listen 127.0.0.1:0 test:'
    ended = subprocess.run(["sh", "-c", command, BINARY], capture_output=True, text=True, timeout=wire.patience(20))
    assert ended.returncode == 71 and ended.stderr.count("\n") == 1 and "'ulimit -n 4096'" in ended.stderr, ended.stderr


# The demo

def curl_line(one):
    return wire.eventually(lambda: [line for line in one.stderr.splitlines() if "curl -T" in line])[0].split("with: ")[1]


def test_the_demo_shows_pictures_and_takes_one(server, tmp_path):
    folder = tmp_path / "tmp"
    folder.mkdir()
    one = server("demo", env={"TMPDIR": str(folder)})
    streams = {s["name"]: s for s in wire.get(one, "/api/streams").json["streams"]}
    assert set(streams) == {"clock", "load", "test", "slides", "yours"}
    for name in ("clock", "load", "test", "slides"):
        viewer = wire.Viewer(one, f"/{name}.mjpg")
        assert viewer.part().picture != viewer.part().picture
        viewer.close()
    (tmp_path / "picture.jpg").write_bytes(pictures.jpeg(7))
    subprocess.run([*curl_line(one).split(), "-sS", "-f"], cwd=tmp_path, check=True, capture_output=True)
    assert pictures.check(wire.get(one, "/yours.jpg").body) == 7
    assert [p.stat().st_mode & 0o777 for p in folder.iterdir()] == [0o700]
    one.stop()
    assert list(folder.iterdir()) == []


def test_a_read_only_demo_waits_for_nobody(server):
    one = server("demo", "--read-only")
    assert {s["name"] for s in wire.get(one, "/api/streams").json["streams"]} == {"clock", "load", "test", "slides"}
    assert "curl" not in one.stderr


def test_the_demo_goes_on_where_no_folder_can_be_made(server):
    one = server("demo", env={"TMPDIR": "/nowhere/at/all"})
    wire.eventually(lambda: "no slides: " in one.stderr)
    assert wire.get(one, "/test.jpg").status == 200
