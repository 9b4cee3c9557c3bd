"""HTTP/2 held to RFC 9113 and RFC 7541 case by case (http2_cases.py): every rule that a client can break, and every freedom that it has."""

import os
import re
import socket
import threading

import pytest

import wire
from conftest import BINARY, Server

http2_raw = pytest.importorskip("http2_raw", reason="python3-hpack is not installed")
from http2_cases import CASES, PICTURE  # noqa: E402

pytestmark = [pytest.mark.skipif(not re.search(rb"nghttp2_session_mem_recv", open(BINARY, "rb").read()), reason="a build without nghttp2"),
              pytest.mark.skipif(os.environ.get("SANITIZER") == "__tsan_init", reason="one connection at a time: nothing races")]
DRIP_MOST_BYTES = 400  # longer ones are sent whole only


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    one = Server([], "127.0.0.1:0", {}, tmp_path_factory.mktemp("site")).wait_ready()
    wire.put(one, "plot", PICTURE)
    yield one
    one.stop()


def problems_of(server, cases, is_dripped=False):
    """case: what is wrong with it."""
    problems = {}
    for case in cases:
        try:
            with http2_raw.Talk(server, case.data, is_dripped) as talk:
                case.check(talk)
        except (AssertionError, OSError) as problem:
            problems[str(case)] = str(problem)
    return problems


def test_the_table_is_what_it_should_be():
    sections = {case.section for case in CASES}
    print(f"{len(CASES)} cases of {len(sections)} sections, {sum(case.is_error for case in CASES)} of them of errors")
    assert len(CASES) >= 147 and len(set(map(str, CASES))) == len(CASES)
    assert {f"9113 6.{n}" for n in range(1, 11)} < sections and {"7541 4.2", "7541 5.1", "7541 5.2"} < sections


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_as_the_rfc_has_it(site, case):
    with http2_raw.Talk(site, case.data) as talk:
        case.check(talk)


def test_it_is_the_same_byte_by_byte(site):
    assert problems_of(site, [case for case in CASES if len(case.data) <= DRIP_MOST_BYTES], is_dripped=True) == {}


# Servers that must not pass

class Fake:
    """Answers each connection with what say(bytes that came) gives; is_end: it closes then."""

    def __init__(self, say, is_end):
        self.say, self.is_end = say, is_end
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self.listener.getsockname()
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def serve(self):
        while True:
            try:
                conn = self.listener.accept()[0]
            except OSError:
                return
            with conn:
                self.talk(conn)

    def talk(self, conn):
        conn.settimeout(wire.patience(10))
        conn.sendall(http2_raw.settings())
        try:
            while data := conn.recv(1 << 20):
                conn.sendall(self.say(data))
                if self.is_end:
                    conn.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def takes_anything(data):
    """Each PING, and each stream that is spoken of, gets a good answer."""
    pongs = [http2_raw.ping(text, http2_raw.ACK) for text in re.findall(rb"ask \d{4}", data)]
    oks = [http2_raw.headers(number, http2_raw.indexed(8)) for number in (1, 3)] if b"PRI" in data else []
    return b"".join(oks + pongs)


def takes_nothing(data):
    return http2_raw.goaway()


def test_a_server_that_puts_up_with_everything_fails_at_every_error():
    of_errors = [case for case in CASES if case.is_error]
    with Fake(takes_anything, is_end=False) as server:
        assert problems_of(server, of_errors).keys() == {str(case) for case in of_errors}


def test_a_server_that_sends_everybody_away_fails_at_everything():
    with Fake(takes_nothing, is_end=True) as server:
        assert problems_of(server, CASES).keys() == {str(case) for case in CASES}
