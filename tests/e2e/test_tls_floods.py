"""What TLS lets a client ask for again and again, and bytes that never become data: the work is bounded, the connection ends,
and those who watch see nothing of it."""

import concurrent.futures
import contextlib
import os
import socket
import ssl
import struct
import subprocess
import time

import pytest

import trust
import wire
from conftest import BINARY
from pictures import jpeg
from test_soak import resident_kib

tls_records = pytest.importorskip("tls_records", reason="python3-cryptography is not installed")
from tls_records import ALERT, HANDSHAKE, KEPT, NO_RENEGOTIATION, REQUESTED, Talk  # noqa: E402

pytestmark = pytest.mark.skipif(b"no TLS" in subprocess.run([BINARY, "--tls-cert", "x", "--tls-key", "x"],
                                                              capture_output=True, timeout=20).stderr,
                                reason="a build without OpenSSL")
MESSAGES_MAX, VAIN_MAX_BYTES = 32, 65536
V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
IS_EXACT = "SANITIZER" not in os.environ


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return trust.pair(tmp_path_factory.mktemp("trust"))


@pytest.fixture
def site(server, pair):
    one = server(*pair.args)
    one.tls = pair.client
    return one


def n_floods(site):
    return site.metrics()["stillcast_tls_floods_total"]


def cpu_s(site):
    return time.clock_gettime(~site.pid << 3 | 2)


# The limits, at them and one beyond

@pytest.mark.parametrize("version", [V12, V13], ids=["renegotiation", "KeyUpdate"])
def test_so_many_messages_are_answered_and_one_more_ends_it(site, tmp_path, version):
    with Talk(site, tmp_path, version) as talk:
        message, reply = (REQUESTED, (HANDSHAKE, KEPT)) if version == V13 else (talk.hello, (ALERT, NO_RENEGOTIATION))
        talk.send(*[message] * MESSAGES_MAX)
        answer, before = talk.ask()
        assert before == [reply] * MESSAGES_MAX and answer.endswith(b"ok\n")
    with Talk(site, tmp_path, version) as talk:
        talk.send(*[message] * (MESSAGES_MAX + 1))
        assert talk.read_to_end() == [reply] * MESSAGES_MAX
    assert n_floods(site) == 1


def test_new_keys_that_are_not_to_be_answered_count_too(site, tmp_path):
    with Talk(site, tmp_path, V13) as talk:
        talk.send(*[KEPT] * MESSAGES_MAX)
        answer, before = talk.ask()
        assert not before and answer.endswith(b"ok\n")
        talk.send(*[KEPT] * 4)  # a second may have passed
        assert talk.read_to_end() == []
    assert n_floods(site) == 1


OP_TLSEXT_PADDING = 1 << 4  # of OpenSSL; ssl does not name it


def hello_of(n_bytes):
    """A client's first message, padded (RFC 7685) so that so many bytes are on the wire, in records as large as may be."""
    told = ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.options &= ~OP_TLSEXT_PADDING
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), told, server_hostname="localhost").do_handshake()
    body = told.read()[9:]
    extensions_at = 35 + body[34] + 2  # behind version, random and session; then suites and compression
    extensions_at += int.from_bytes(body[extensions_at - 2:extensions_at], "big")
    extensions_at += 1 + body[extensions_at]
    extensions = body[extensions_at + 2:]
    n_message = n_bytes - 5 * -(-n_bytes // (16384 + 5))
    n_padding = n_message - 4 - extensions_at - 2 - len(extensions) - 4
    extensions += struct.pack("!HH", 21, n_padding) + bytes(n_padding)
    body = body[:extensions_at] + struct.pack("!H", len(extensions)) + extensions
    message = b"\1" + len(body).to_bytes(3, "big") + body
    assert len(message) == n_message
    return message


def records_of(message, each=16384):
    return b"".join(struct.pack("!BHH", HANDSHAKE, 0x301, len(message[i:i + each])) + message[i:i + each] for i in range(0, len(message), each))


def heard(site, data):
    """The first bytes that come back."""
    with socket.create_connection((site.host, site.port), wire.patience(10)) as raw, contextlib.suppress(ConnectionError):
        raw.sendall(data)
        return raw.recv(3)
    return b""


def test_a_handshake_has_so_many_bytes_and_not_one_more(site):
    longest = records_of(hello_of(VAIN_MAX_BYTES))
    assert len(longest) == VAIN_MAX_BYTES and heard(site, longest) == b"\x16\x03\x03"  # hello to you
    assert n_floods(site) == 0
    too_long = records_of(hello_of(VAIN_MAX_BYTES + 1))
    assert len(too_long) == VAIN_MAX_BYTES + 1 and heard(site, too_long) == b""
    wire.eventually(lambda: n_floods(site) == 1)
    assert site.metrics()["stillcast_tls_failures_total"] == 2  # the first has left, too


# Floods

@contextlib.contextmanager
def innocents(site):
    """Two who watch, one of them by HTTP/1 behind TLS and one who comes each time; gives a function that shows them pictures until
    what is given to it is done, each seen, and gives how many."""
    wire.put(site, "plot", jpeg(1))
    with wire.Viewer(site, "/plot.mjpg") as program, wire.Browser(site, "/plot.mjpg") as browser, wire.Conn(site) as publisher:
        number = 1

        def until(done):
            nonlocal number
            while not done():
                number += 1
                assert publisher.request("PUT", "/plot.jpg", body=jpeg(number)).status == 200
                assert program.until_seq(number) == number == browser.until_seq(number), "each picture, in the middle of it"
            return number
        yield until


def flood(site, attack, n_attackers):
    """attack(n) once alone, for what it costs, then n_attackers times, two at a time, beside those who watch."""
    before_s = cpu_s(site)
    attack(0)
    wire.eventually(lambda: n_floods(site) == 1)
    spent_s = cpu_s(site) - before_s
    with innocents(site) as until, concurrent.futures.ThreadPoolExecutor(2) as pool:
        until(lambda: True)
        before_kib = resident_kib(site)
        attacks = [pool.submit(attack, n) for n in range(n_attackers)]
        n_pictures = until(lambda: all(one.done() for one in attacks)) - 1
        grown_kib = resident_kib(site) - before_kib
        for one in attacks:
            one.result()
    assert n_pictures > 0 and n_floods(site) == 1 + n_attackers
    wire.eventually(lambda: site.metrics()["stillcast_connections"] == 1)
    lag_ms = site.metrics()["stillcast_loop_lag_max_seconds"] * 1000
    print(f"\nan attacker costs {spent_s * 1000:.2f} ms of CPU; beside {n_attackers} of them {n_pictures} pictures to 2 viewers meanwhile; "
          f"{grown_kib:+} KiB, longest turn {lag_ms:.1f} ms")
    if IS_EXACT:
        assert grown_kib < 1024 and lag_ms <= 100
        assert spent_s <= 0.05
    return n_pictures


def pour(talk, data):
    """Sends all that the server takes until it ends the connection; reads nothing before."""
    with contextlib.suppress(ConnectionError):
        talk.socket.sendall(data)
    return talk.read_to_end()


def test_a_thousand_wishes_to_renegotiate(site, tmp_path):
    n_attackers, each = 20, 50

    def attack(n):
        with Talk(site, tmp_path, V12) as talk:
            refused = pour(talk, talk.records(*[talk.hello] * each))
            assert len(refused) <= MESSAGES_MAX and set(refused) <= {(ALERT, NO_RENEGOTIATION)}
    flood(site, attack, n_attackers)


@pytest.mark.parametrize("message", [REQUESTED, KEPT], ids=["answered", "not answered"])
def test_thousands_of_new_keys(site, tmp_path, message):
    def attack(n):
        with Talk(site, tmp_path, V13) as talk:
            assert len(pour(talk, talk.records(*[message] * 2000))) <= MESSAGES_MAX
    flood(site, attack, 5)


def test_messages_in_pieces_of_a_byte(site, tmp_path):
    """Each a record of its own: one message of 128 KiB, which OpenSSL would take, is 4 MB of them."""
    def attack(n):
        with Talk(site, tmp_path, V12) as talk:
            head = b"\1\1\xff\xff"
            assert pour(talk, b"".join(talk.ours.seal(HANDSHAKE, head[i:i + 1] or b"\0") for i in range(20_000))) == []
    flood(site, attack, 5)


def test_a_viewer_that_floods_by_http1_is_not_even_read(site, tmp_path):
    wire.put(site, "plot", jpeg(1))
    with Talk(site, tmp_path, V13) as talk:
        answer, _ = talk.ask("/plot.mjpg")
        assert answer.startswith(b"HTTP/1.1 200 ")
        before_s = cpu_s(site)
        talk.socket.setblocking(False)
        flood = talk.records(*[KEPT] * 2000)
        with contextlib.suppress(BlockingIOError):
            for _ in range(200):
                talk.socket.send(flood)
        assert site.metrics()["stillcast_viewers", {"stream": "plot"}] == 1 and n_floods(site) == 0
        assert cpu_s(site) - before_s < wire.patience(0.05)
