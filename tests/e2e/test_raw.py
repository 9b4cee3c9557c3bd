"""Requests that no library sends. After each that is malformed the connection is closed, and what was pipelined
behind it is never answered; the controls show that the same checks let good requests through."""

import pytest

import pictures
import wire

CANARY = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
HOST = b"Host: localhost\r\n"
PICTURE = pictures.image("PNG", 4, 4)


def get(*fields, line=b"GET /healthz HTTP/1.1\r\n", host=HOST):
    return line + host + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


def put(*fields, body=PICTURE):
    return get(*fields, line=b"PUT /plot.jpg HTTP/1.1\r\n") + body


LENGTH = b"Content-Length: %d" % len(PICTURE)
CHUNKED = b"Transfer-Encoding: chunked"
WHOLE = wire.chunked(PICTURE)

GOOD = {
    "plain": get(),
    "CRLF in front": b"\r\n\r\n" + get(),
    "absolute target": get(line=b"GET http://localhost/healthz HTTP/1.1\r\n"),
    "tab around a value": get(b"X-A: \t b \t"),
    "empty value": get(b"X-A:"),
    "no blank behind the colon": get(b"X-A:b"),
    "obs-text in a value": get(b"X-A: \xe4\xf6"),
    "fields in any case": get(b"aCCept: */*"),
    "put": put(LENGTH),
    "put chunked": put(CHUNKED, body=WHOLE),
    "put chunked, trailer": put(CHUNKED, body=WHOLE[:-2] + b"X-A: b\r\n\r\n"),
    "put chunked, zeros in front of a size": put(CHUNKED, body=b"000" + WHOLE),
    "options *": get(line=b"OPTIONS * HTTP/1.1\r\n"),
}

BAD = {
    "no version": (get(line=b"GET /healthz\r\n"), 400),
    "HTTP/0.9": (get(line=b"GET /healthz HTTP/0.9\r\n"), 505),
    "HTTP/2.0": (get(line=b"GET /healthz HTTP/2.0\r\n"), 505),
    "HTTP/1.2": (get(line=b"GET /healthz HTTP/1.2\r\n"), 505),
    "HTTP/1.10": (get(line=b"GET /healthz HTTP/1.10\r\n"), 400),
    "http in lower case": (get(line=b"GET /healthz http/1.1\r\n"), 400),
    "two blanks": (get(line=b"GET  /healthz HTTP/1.1\r\n"), 400),
    "blank in the target": (get(line=b"GET /heal thz HTTP/1.1\r\n"), 400),
    "blank in front": (b" " + get(), 400),
    "blank behind the version": (get(line=b"GET /healthz HTTP/1.1 \r\n"), 400),
    "tab for a blank": (get(line=b"GET\t/healthz HTTP/1.1\r\n"), 400),
    "LF behind the request line": (get(line=b"GET /healthz HTTP/1.1\n"), 400),
    "LF behind a field": (b"GET /healthz HTTP/1.1\r\nHost: localhost\n\r\n", 400),
    "CR in a value": (get(b"X-A: a\rb"), 400),
    "NUL in a value": (get(b"X-A: a\0b"), 400),
    "NUL in the target": (get(line=b"GET /heal\0thz HTTP/1.1\r\n"), 400),
    "control in a value": (get(b"X-A: a\x01b"), 400),
    "DEL in the target": (get(line=b"GET /heal\x7fthz HTTP/1.1\r\n"), 400),
    "umlaut in the target": (get(line=b"GET /heal\xc3\xa4thz HTTP/1.1\r\n"), 400),
    "fragment in the target": (get(line=b"GET /healthz#a HTTP/1.1\r\n"), 400),
    "target without slash": (get(line=b"GET healthz HTTP/1.1\r\n"), 400),
    "authority target": (get(line=b"GET localhost:80 HTTP/1.1\r\n"), 400),
    "folded field": (get(b"X-A: a\r\n b"), 400),
    "folded first field": (b"GET /healthz HTTP/1.1\r\n X-A: b\r\nHost: localhost\r\n\r\n", 400),
    "blank in front of the colon": (get(b"X-A : b"), 400),
    "field without colon": (get(b"X-A b"), 400),
    "field without name": (get(b": b"), 400),
    "quote in a name": (get(b'"X": b'), 400),
    "umlaut in a name": (get(b"\xc3\xa4: b"), 400),
    "no Host": (get(host=b""), 400),
    "two Hosts": (get(HOST.strip()), 400),
    "two Hosts of one line": (get(host=b"Host: localhost, localhost\r\n"), 400),
    "Host with a path": (get(host=b"Host: localhost/a\r\n"), 400),
    "Host with a user": (get(host=b"Host: a@localhost\r\n"), 400),
    "Host with a blank": (get(host=b"Host: local host\r\n"), 400),
    "Host with a port that is none": (get(host=b"Host: localhost:x\r\n"), 400),
    "Host that differs from the target's": (get(line=b"GET http://127.0.0.1/healthz HTTP/1.1\r\n"), 421),
    "empty Host": (get(host=b"Host:\r\n"), 400),
    "length and chunked": (put(LENGTH, CHUNKED, body=WHOLE), 400),
    "chunked and length": (put(CHUNKED, LENGTH, body=WHOLE), 400),
    "two lengths": (put(LENGTH, b"Content-Length: 5"), 400),
    "two equal lengths": (put(LENGTH, LENGTH), 400),
    "a list of lengths": (put(LENGTH + b", %d" % len(PICTURE)), 400),
    "length with a sign": (put(b"Content-Length: +%d" % len(PICTURE)), 400),
    "negative length": (put(b"Content-Length: -1"), 400),
    "hexadecimal length": (put(b"Content-Length: 0x44"), 400),
    "length with a blank": (put(b"Content-Length: 4 4"), 400),
    "empty length": (put(b"Content-Length:"), 400),
    "length above 64 bits": (put(b"Content-Length: 99999999999999999999"), 400),
    "chunked in capitals": (put(b"Transfer-Encoding: Chunked", body=WHOLE), 501),
    "two codings": (put(b"Transfer-Encoding: chunked, chunked", body=WHOLE), 501),
    "gzip, chunked": (put(b"Transfer-Encoding: gzip, chunked", body=WHOLE), 501),
    "identity": (put(b"Transfer-Encoding: identity"), 501),
    "a coding with a prefix": (put(b"Transfer-Encoding: xchunked", body=WHOLE), 501),
    "a vertical tab in the coding": (put(b"Transfer-Encoding: \x0bchunked", body=WHOLE), 400),
    "two Transfer-Encodings": (put(CHUNKED, CHUNKED, body=WHOLE), 400),
    "empty Transfer-Encoding": (put(b"Transfer-Encoding:", body=WHOLE), 501),
    "chunked in HTTP/1.0": (put(CHUNKED, body=WHOLE).replace(b"HTTP/1.1", b"HTTP/1.0"), 400),
    "chunk size with a sign": (put(CHUNKED, body=b"+" + WHOLE), 400),
    "chunk size with 0x": (put(CHUNKED, body=b"0x" + WHOLE), 400),
    "chunk size of nine digits": (put(CHUNKED, body=b"000000000" + WHOLE), 400),
    "chunk extension": (put(CHUNKED, body=b"1;a=b\r\nx\r\n0\r\n\r\n"), 400),
    "chunk with LF": (put(CHUNKED, body=WHOLE.replace(b"\r\n", b"\n", 1)), 400),
    "chunk without CRLF behind": (put(CHUNKED, body=b"4\r\nabcdX0\r\n\r\n"), 400),
    "chunk with a blank": (put(CHUNKED, body=b"4 \r\nabcd\r\n0\r\n\r\n"), 400),
    "no chunk size": (put(CHUNKED, body=b"\r\nabcd\r\n"), 400),
    "Expect of something else": (put(LENGTH, b"Expect: a miracle"), 417),
    "a method with a brace": (get(line=b"G{T /healthz HTTP/1.1\r\n"), 400),
    "CONNECT": (get(line=b"CONNECT localhost:80 HTTP/1.1\r\n"), 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40), 400),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
}


@pytest.fixture(scope="module")
def one_server(tmp_path_factory):
    """One server for the whole table: nothing here may change what the next request gets."""
    import conftest
    s = conftest.Server([], "127.0.0.1:0", {}, tmp_path_factory.mktemp("raw")).wait_ready()
    yield s
    s.stop()


@pytest.mark.parametrize("name", GOOD)
def test_good_requests_are_served_and_the_connection_goes_on(one_server, name):
    with wire.Conn(one_server) as conn:
        conn.send(GOOD[name] + CANARY)
        assert conn.read_answer().status in (200, 201, 204)
        assert conn.read_answer().status == 200, "the canary"


@pytest.mark.parametrize("name", BAD)
def test_malformed_requests_end_the_connection(one_server, name):
    raw, status = BAD[name]
    before = one_server.metrics()["stillcast_bad_requests_total"]
    with wire.Conn(one_server) as conn:
        conn.send(raw + CANARY)
        answer = conn.read_answer()
        assert answer.status == status, answer.text
        assert answer["connection"] == "close" and answer.text.endswith("\n") and len(answer.text) > 10
        conn.expect_end()
    assert one_server.metrics()["stillcast_bad_requests_total"] == before + 1


@pytest.mark.parametrize("name", ["plain", "CRLF in front", "put", "put chunked", "put chunked, trailer"])
def test_good_requests_split_at_every_byte(one_server, name):
    raw = GOOD[name]
    with wire.Conn(one_server) as conn:
        for at in range(1, len(raw)):
            conn.send(raw[:at])
            conn.send(raw[at:])
            assert conn.read_answer().status in (200, 201), at


@pytest.mark.parametrize("name", ["length and chunked", "folded field", "LF behind a field", "chunk extension"])
def test_malformed_requests_split_anywhere(one_server, name):
    raw, status = BAD[name]
    for at in range(1, len(raw), 5):
        with wire.Conn(one_server) as conn:
            conn.send(raw[:at])
            try:
                conn.send(raw[at:])
            except (BrokenPipeError, ConnectionResetError):
                pass  # it was refused before the second half
            assert conn.read_answer().status == status, at


@pytest.mark.parametrize("method, target, status, allow", [
    ("POST", "/metrics", 405, "GET, HEAD, OPTIONS"), ("PUT", "/plot.mjpg2", 405, None), ("PUT", "/healthz", 405, "GET, HEAD, OPTIONS"),
    ("BREW", "/healthz", 501, None), ("get", "/healthz", 501, None), ("TRACE", "/", 501, None),
    ("PATCH", "/plot.jpg", 501, None), ("DELETE", "/", 405, "GET, HEAD, OPTIONS"), ("GET", "/.pages/none.css", 404, None),
    ("GET", "/api/none", 404, None), ("GET", "/.git/config", 404, None),
])
def test_methods_and_addresses_that_do_not_fit(one_server, method, target, status, allow):
    with wire.Conn(one_server) as conn:
        answer = conn.request(method, target)
        assert answer.status == status, answer.text
        assert allow is None or answer["allow"] == allow
        assert conn.request("GET", "/healthz").status == 200, "the connection goes on"


@pytest.mark.parametrize("target, allow", [("/plot.jpg", {"GET", "HEAD", "PUT", "POST", "OPTIONS"}), ("/healthz", {"GET", "HEAD", "OPTIONS"}),
                                           ("/plot.mjpg", {"GET", "HEAD", "PUT", "POST", "OPTIONS"})])
def test_options_tells_what_is_there(one_server, target, allow):
    answer = wire.request(one_server, "OPTIONS", target)
    assert answer.status == 204 and set(answer["allow"].split(", ")) == allow
    assert answer["access-control-allow-origin"] is None


@pytest.mark.parametrize("host, status", [
    ("localhost", 200), ("localhost:1234", 200), ("127.0.0.1", 200), ("[::1]:80", 200), ("192.168.7.7:8080", 200), ("LOCALHOST.", 200),
    ("a.localhost", 200), ("evil.example", 421), ("localhost.evil.example", 421), ("127.0.0.1.evil.example", 421), ("0x7f.1", 421),
])
def test_only_our_own_names_are_answered(one_server, host, status):
    before = one_server.metrics()["stillcast_wrong_host_total"]
    with wire.Conn(one_server) as conn:
        answer = conn.request("GET", "/healthz", host=host)
        assert answer.status == status, answer.text
        assert status == 200 or "--server-name" in answer.text
    assert one_server.metrics()["stillcast_wrong_host_total"] == before + (status == 421)


def test_server_names(server):
    s = server("--server-name", "cam.example")
    for host, status in (("cam.example", 200), ("cam.example:81", 200), ("other.example", 421)):
        with wire.Conn(s) as conn:
            assert conn.request("GET", "/", host=host).status == status
    s = server("--server-name", "*")
    with wire.Conn(s) as conn:
        assert conn.request("GET", "/", host="anything.example").status == 200


@pytest.mark.parametrize("option, origin, allowed", [
    (None, "https://a.example", None), ("https://a.example", "https://a.example", "https://a.example"),
    ("https://a.example", "https://b.example", None), ("https://a.example", "http://a.example", None),
])
@pytest.mark.parametrize("target", ["/plot.jpg", "/plot.mjpg", "/api/streams", "/none.jpg"])
def test_scripts_of_other_origins_read_only_where_allowed(server, option, origin, allowed, target):
    s = server(*(["--cors", option] if option else []))
    wire.put(s, "plot", PICTURE)
    with wire.Conn(s) as conn:
        conn.send_request("GET", target, {"Origin": origin})
        head = conn.read_head()
        assert head["access-control-allow-origin"] == allowed
        assert head["access-control-allow-credentials"] is None
        assert head["vary"] == ("Origin" if option else None)


def test_half_a_request_and_a_close_harm_nobody(one_server):
    for raw in (b"G", b"GET / HTTP/1.1\r\nHos", put(LENGTH)[:-5], b"\r\n", b""):
        for end in (wire.Conn.close, wire.Conn.reset, wire.Conn.send_end):
            conn = wire.Conn(one_server)
            conn.send(raw)
            end(conn)
            conn.close()
    assert wire.get(one_server, "/healthz").status == 200
    wire.eventually(lambda: one_server.metrics()["stillcast_connections"] <= 1)
