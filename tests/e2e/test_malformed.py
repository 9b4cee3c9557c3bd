"""Every row of tests/data/requests.txt sent to the real server, with a request pipelined behind it: a canary, which
must not be answered behind anything malformed. The same table is the parser's unit test."""

import pathlib
import re
import socket

import wire

TABLE = pathlib.Path(__file__).resolve().parents[1] / "data" / "requests.txt"
CANARY = b"GET /api/canary HTTP/1.1\r\nHost: localhost\r\n\r\n"
SPLIT_MOST_BYTES = 400  # longer ones are sent whole
CODE = re.compile(rb"\{(\d+)\*([^}]*)\}|\\x([0-9a-f]{2})|\\(.)")


def decode(text):
    """The bytes that a row stands for."""
    def one(found):
        times, what, code, letter = found.groups()
        if times:
            return decode(what) * int(times)
        return bytes([int(code, 16)]) if code else {b"r": b"\r", b"n": b"\n", b"t": b"\t"}.get(letter, letter)
    return CODE.sub(one, text)


def rows():
    for line in TABLE.read_bytes().splitlines():
        if line and not line.startswith(b"#"):
            verdict, name, raw = line.split(b" | ", 2)
            yield verdict.decode(), name.decode(), decode(raw)


ROWS = list(rows())
BAD = [(400 if verdict == "body" else int(verdict), name, raw) for verdict, name, raw in ROWS if verdict not in ("ok", "last")]
GOOD = [row for row in ROWS if row[0] in ("ok", "last")]


def send_pieces(conn, pieces):
    """Sends on, also when the server has already answered and closed; what it said is read by the caller."""
    conn.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        for piece in pieces:
            conn.send(piece)
    except (BrokenPipeError, ConnectionResetError):
        pass


def check_refused(server, status, pieces):
    with wire.Conn(server) as conn:
        send_pieces(conn, pieces)
        answer = conn.read_answer()
        assert answer.status == status, f"{answer.status}: {answer.text}"
        assert answer["connection"] == "close"
        assert re.fullmatch(r"\S[ -~]{9,}\n", answer.text), f"no sentence: {answer.text!r}"
        conn.expect_end()


def problems_of(check, table):
    """name: what is wrong with it, for all of the table, so that one failure does not hide the others."""
    problems = {}
    for row in table:
        try:
            check(*row)
        except (AssertionError, OSError) as problem:
            problems[row[1]] = f"{type(problem).__name__}: {problem}"
    return problems


def test_the_table_is_what_it_should_be():
    assert len(BAD) >= 200 and len(GOOD) >= 30
    names = [name for _, name, _ in ROWS]
    assert len(set(names)) == len(names)
    assert decode(rb"a\r\n\\{3*b\t}\x00\xff") == b"a\r\n\\b\tb\tb\t\x00\xff"


def test_nothing_malformed_lets_the_canary_be_answered(one_server):
    assert problems_of(lambda status, name, raw: check_refused(one_server, status, [raw + CANARY]), BAD) == {}
    assert wire.get(one_server, "/healthz").status == 200


def test_nothing_malformed_becomes_lawful_byte_by_byte(one_server):
    def check(status, name, raw):
        if len(raw) <= SPLIT_MOST_BYTES:
            data = raw + CANARY
            check_refused(one_server, status, (data[i:i + 1] for i in range(len(data))))
    assert problems_of(check, BAD) == {}


def test_the_malformed_is_refused_without_waiting_for_more(one_server):
    """What ends in a blank line or an offence is answered at once: the deadline of 10 s is not needed."""
    assert problems_of(lambda status, name, raw: check_refused(one_server, status, [raw]), BAD) == {}


def test_every_malformed_head_is_counted(one_server):
    heads = [row for row in BAD if row[2].split(b" ")[0] != b"POST"]
    before = one_server.metrics()["stillcast_bad_requests_total"]
    assert problems_of(lambda status, name, raw: check_refused(one_server, status, [raw]), heads) == {}
    assert one_server.metrics()["stillcast_bad_requests_total"] == before + len(heads)


def check_served(server, verdict, raw, pieces):
    is_kept = verdict == "ok" and b" HTTP/1.1\r\n" in raw  # the server keeps no HTTP/1.0 connection
    method = raw.split()[0].decode()
    with wire.Conn(server) as conn:
        send_pieces(conn, pieces)
        answer = conn.read_answer(method)
        assert answer.status in (200, 204), f"{answer.status}: {answer.text}"
        assert answer["connection"] == (None if is_kept else "close")
        if is_kept:
            canary = conn.read_answer()
            assert canary.status == 404 and "canary" in canary.text
            assert conn.is_silent(0)
        else:
            conn.expect_end()


def test_everything_lawful_is_served_and_so_is_what_follows(one_server):
    assert problems_of(lambda verdict, name, raw: check_served(one_server, verdict, raw, [raw + CANARY]), GOOD) == {}


def test_everything_lawful_is_served_byte_by_byte(one_server):
    def check(verdict, name, raw):
        if len(raw) <= SPLIT_MOST_BYTES:
            data = raw + CANARY
            check_served(one_server, verdict, raw, (data[i:i + 1] for i in range(len(data))))
    assert problems_of(check, GOOD) == {}


def test_a_thousand_lawful_requests_in_one_write(one_server):
    with wire.Conn(one_server) as conn:
        conn.send(CANARY * 1000)
        for _ in range(1000):
            assert conn.read_answer().status == 404
        assert conn.is_silent(0)
