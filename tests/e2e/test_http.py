"""What holds for every address: bodies in any pieces, methods, our own names, scripts of other origins."""

import pytest

import pictures
import wire

PICTURE = pictures.image("PNG", 4, 4)


def put(*fields, body=PICTURE):
    return b"PUT /plot.jpg HTTP/1.1\r\nHost: localhost\r\n" + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


LENGTH = b"Content-Length: %d" % len(PICTURE)
CHUNKED = b"Transfer-Encoding: chunked"
WHOLE = wire.chunked(PICTURE)

PUTS = {
    "with a length": put(LENGTH),
    "chunked": put(CHUNKED, body=WHOLE),
    "chunked, with a trailer": put(CHUNKED, body=WHOLE[:-2] + b"X-A: b\r\n\r\n"),
    "chunked, zeros in front of a size": put(CHUNKED, body=b"000" + WHOLE),
}


@pytest.mark.parametrize("name", PUTS)
def test_bodies_split_at_every_byte(one_server, name):
    raw = PUTS[name]
    with wire.Conn(one_server) as conn:
        for at in range(1, len(raw)):
            conn.send(raw[:at])
            conn.send(raw[at:])
            assert conn.read_answer().status in (200, 201), at


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
