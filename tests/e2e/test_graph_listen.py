"""Graphite's plaintext protocol: whoever connects to a graph's address or sends datagrams to it is drawn, whoever sends
nonsense, too much or nothing is told of or shown the door, and nobody else can reach it unless that was said."""

import os
import pathlib
import re
import resource
import select
import signal
import socket
import struct
import time

import pytest
import programs
import wire
from test_graph import inked, look, picture

KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


class Sender:
    """Sends to the address where the stream takes numbers, as /api/streams tells it."""

    def __init__(self, server, name="x", address=None):
        url = address or look(server, name)["listens"]
        kind, host, port = re.fullmatch(r"(tcp|udp)://(\S+):(\d+)", url).groups()
        family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
        self.socket = socket.socket(family, KINDS[kind])
        self.socket.settimeout(wire.patience(10))
        self.socket.connect((host.strip("[]"), int(port)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def is_closed(self, seconds=0):
        """By the other end, with nothing said."""
        if not select.select([self.socket], [], [], seconds)[0]:
            return False
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


def rejected(server, name="x"):
    return look(server, name)["rejected"]


def kept(tmp_path):
    """What the graph's history has, as "name value"."""
    found = re.findall(r"^p \d+ (\S+) (.*)$", (tmp_path / "history").read_text(errors="replace"), re.MULTILINE)
    return sorted(f"{name} {float(value):g}" for value, name in found)


def cpu_ticks(server):
    with open(f"/proc/{server.pid}/stat") as file:
        return sum(map(int, file.read().rsplit(")")[1].split()[11:13]))


def wave(n=400, name="wave"):
    now = time.time()
    return [b"%s %d %.3f\n" % (name.encode(), i % 40, now - 9 + i * 9 / n) for i in range(n)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_is_drawn(server, kind):
    one = server(f"x=graph:{kind}://127.0.0.1:0#window=10s")
    before = inked(picture(one, "x"))
    with Sender(one) as sender:
        for line in wave():
            sender.send(line.replace(b"\n", b"\r\n") if kind == "tcp" else line.strip())
        wire.eventually(lambda: inked(picture(one, "x")) > before + 500)
    assert rejected(one) == 0
    wire.eventually(lambda: f"stream=x takes numbers at {look(one, 'x')['listens']}" in one.stderr)


def test_collectd_sends_its_processors_with_what_the_guide_says(server, tmp_path):
    guide = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "graphs.md").read_text()
    match = re.search(r"graph:tcp://127.0.0.1:2003(#match=[^#]+)", guide).group(1)
    settings = re.search(r"```xml\n(.*?)```", guide, re.DOTALL).group(1)
    one = server(f"x=graph:tcp://127.0.0.1:0{match}#state=history")
    port = look(one, "x")["listens"].rsplit(":")[-1]
    (tmp_path / "conf").write_text(f'Interval 0.2\nHostname "here"\nBaseDir "{tmp_path}"\n' + settings.replace("2003", port))
    with programs.Program("collectd", "-f", "-C", tmp_path / "conf", "-P", tmp_path / "pid"):
        wire.eventually(lambda: len([line for line in kept(tmp_path) if line.startswith("here.cpu-0.percent-user ")]) > 2, 20)
    assert all(re.match(r"here\.cpu-\d+\.percent-user ", line) for line in kept(tmp_path))


def test_a_stream_that_listens_nowhere_says_so(server):
    assert look(server("x=graph:"), "x")["listens"] is None


def test_an_ipv6_address_is_one(server):
    with Sender(server("x=graph:tcp://[::1]:0")) as sender:
        assert sender.socket.family == socket.AF_INET6


def test_senders_do_not_cut_each_others_lines(server, tmp_path):
    one = server("x=graph:tcp://127.0.0.1:0#window=10s#state=history")
    with Sender(one) as a, Sender(one) as b:
        for piece_a, piece_b in zip(("al", "pha 1", "1\n", "nonsense\n"), ("beta", " 2", "2\n", "nonsense\n")):
            a.send(piece_a.encode())
            b.send(piece_b.encode())
        wire.eventually(lambda: rejected(one) == 2)
    assert kept(tmp_path) == ["alpha 11", "beta 22"]


def test_the_last_line_may_do_without_its_newline(server, tmp_path):
    one = server("x=graph:tcp://127.0.0.1:0#state=history")
    with Sender(one) as sender:
        sender.send(b"last 42")
    wire.eventually(lambda: kept(tmp_path) == ["last 42"])


@pytest.mark.parametrize("kind", KINDS)
def test_nonsense_is_counted_the_first_is_quoted_and_the_rest_is_taken(server, tmp_path, kind):
    one = server(f"x=graph:{kind}://127.0.0.1:0#state=history")
    with Sender(one) as sender:
        for line in (b"a 1\n", b"\xff\x1b[31mnonsense\n", b"b nan-sense\n", b"c inf\n", b"d 4\n"):
            sender.send(line)
        wire.eventually(lambda: rejected(one) == 3)
        wire.eventually(lambda: kept(tmp_path) == ["a 1", "d 4"])
    wire.eventually(lambda: re.search(r'line 2, "\?\?\[31mnonsense": it is no', one.stderr))
    assert one.stderr.count("refused numbers") == 1


def test_only_names_that_match_are_taken(server, tmp_path):
    one = server("x=graph:tcp://127.0.0.1:0#match=*.cpu.*#state=history")
    with Sender(one) as sender:
        sender.send(b"host.cpu.user 1\nhost.disk.read 2\nend\n")
        wire.eventually(lambda: rejected(one) == 1)
    assert kept(tmp_path) == ["host.cpu.user 1"]


def test_a_line_may_have_64_kib_and_not_one_byte_more(server, tmp_path):
    one = server("x=graph:tcp://127.0.0.1:0#state=history")
    with Sender(one) as sender:
        sender.send(b"a 1" + b" " * (65536 - 3) + b"\n" + b"b 2" + b" " * (65537 - 3) + b"\nc 3\n")
        wire.eventually(lambda: kept(tmp_path) == ["a 1", "c 3"])
    assert rejected(one) == 1
    wire.eventually(lambda: "longer than 64 KiB" in one.stderr)


def test_one_connection_too_many_is_closed_and_the_others_go_on(server, tmp_path):
    one = server("x=graph:tcp://127.0.0.1:0#connections=3#state=history")
    senders = [Sender(one) for _ in range(3)]
    with Sender(one) as fourth:
        assert fourth.is_closed(wire.patience(5))
    wire.eventually(lambda: rejected(one) == 1)
    assert not any(sender.is_closed() for sender in senders)
    wire.eventually(lambda: "there are 3 already (#connections=)" in one.stderr)
    senders.pop().socket.close()
    senders.append(wire.eventually(lambda: (s := Sender(one)).is_closed(0.1) or s))
    for i, sender in enumerate(senders):
        sender.send(b"sender%d 1\n" % i)
    wire.eventually(lambda: kept(tmp_path) == ["sender0 1", "sender1 1", "sender2 1"])
    for sender in senders:
        sender.socket.close()


def test_whoever_is_silent_for_too_long_is_closed_and_whoever_speaks_is_not(server):
    one = server("x=graph:tcp://127.0.0.1:0#idle=1s")
    with Sender(one) as silent, Sender(one) as speaking:
        begun = time.monotonic()
        while not silent.is_closed(0.1):
            speaking.send(b"a 1\n")
            assert time.monotonic() - begun < wire.patience(5)
        assert time.monotonic() - begun > 0.9
        assert not speaking.is_closed()
    assert rejected(one) == 0


def test_a_web_page_cannot_have_a_browser_send_numbers(server, tmp_path):
    one = server("x=graph:tcp://127.0.0.1:0#state=history")
    with Sender(one) as browser:
        browser.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7\r\n\r\nevil 1\n")
        assert browser.is_closed(wire.patience(5))
    wire.eventually(lambda: rejected(one) == 1)
    assert kept(tmp_path) == []
    wire.eventually(lambda: "speaks HTTP at tcp://" in one.stderr)


def test_a_sender_that_is_reset_harms_nobody(server):
    one = server("x=graph:tcp://127.0.0.1:0#window=10s")
    with Sender(one) as sender:
        sender.send(b"a 1\nb")
        sender.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with Sender(one) as sender:
        sender.send(b"".join(wave()))
        wire.eventually(lambda: inked(picture(one, "x")) > 500)


def test_without_descriptors_it_waits_and_goes_on_when_there_are_some(server, tmp_path):
    one = server("x=graph:tcp://127.0.0.1:0#state=history")
    address = look(one, "x")["listens"]
    before = resource.prlimit(one.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(one.pid, resource.RLIMIT_NOFILE, (3, before[1]))
    with Sender(one, address=address) as sender:
        sender.send(b"waited 1\n")
        begun = cpu_ticks(one)
        assert not sender.is_closed(0.3)
        used = cpu_ticks(one) - begun
        resource.prlimit(one.pid, resource.RLIMIT_NOFILE, before)
        wire.eventually(lambda: kept(tmp_path) == ["waited 1"])
    assert used < 15  # of 100 a second: it did not spin


@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_thousand_points_a_second_are_taken(server, kind):
    one = server(f"x=graph:{kind}://127.0.0.1:0#window=10s")
    n, now = 100_000, time.time()
    lines = b"".join(b"series%d %d %.4f\n" % (i % 8, i % 97, now - 9 + i * 9 / n) for i in range(n))
    step = 65536 if kind == "tcp" else 1400
    with Sender(one) as sender:
        begun = time.monotonic()
        at = 0
        while at < len(lines):
            end = lines.rfind(b"\n", at, at + step) + 1
            sender.send(lines[at:end])
            at = end
        sender.send(b"end\n")
        wire.eventually(lambda: rejected(one) > 0)
        assert time.monotonic() - begun < wire.patience(1)
    if kind == "tcp":
        assert rejected(one) == 1
        assert inked(picture(one, "x")) > 2000


def test_datagrams_that_are_lost_are_counted_and_told_of(server, tmp_path):
    one = server("x=graph:udp://127.0.0.1:0#state=history")
    with Sender(one) as sender:
        os.kill(one.pid, signal.SIGSTOP)
        for i in range(8000):
            sender.send(b"a %d" % i + b" " * 1000)
        os.kill(one.pid, signal.SIGCONT)
        wire.eventually(lambda: len(kept(tmp_path)) > 10)
        sender.send(b"last 1")
        wire.eventually(lambda: "last 1" in kept(tmp_path))
        wire.eventually(lambda: rejected(one) == 8001 - len(kept(tmp_path)))
    wire.eventually(lambda: "datagrams were lost: they came faster than they were read" in one.stderr)


@pytest.mark.parametrize("kind", KINDS)
def test_other_machines_reach_it_only_when_that_was_said(run, server, kind):
    ended = run(f"x=graph:{kind}://0.0.0.0:0", "--listen", "127.0.0.1:0")
    assert ended.code == 78 and "#insecure=yes" in ended.stderr
    assert look(server(f"x=graph:{kind}://0.0.0.0:0#insecure=yes"), "x")["listens"].startswith(f"{kind}://0.0.0.0:")


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_that_is_taken_is_told(run, kind):
    with socket.socket(socket.AF_INET, KINDS[kind]) as other:
        other.bind(("127.0.0.1", 0))
        if kind == "tcp":
            other.listen()
        ended = run(f"x=graph:{kind}://127.0.0.1:{other.getsockname()[1]}", "--listen", "127.0.0.1:0")
    assert ended.code == 69 and "another program" in ended.stderr


@pytest.mark.parametrize("option,code,sentence", [
    ("tcp://[::1", 64, "write tcp://ADDRESS:PORT"), ("tcp://192.0.2.1:0#insecure=yes", 69, "cannot be listened on"),
    ("tcp://127.0.0.1:0#connections=0", 64, "connections"), ("tcp://127.0.0.1:0#connections=1025", 64, "connections"),
    ("tcp://127.0.0.1:0#idle=1ms", 64, "idle")])
def test_what_cannot_be_listened_on_is_refused(run, option, code, sentence):
    ended = run(f"x=graph:{option}", "--listen", "127.0.0.1:0")
    assert ended.code == code and sentence in ended.stderr
