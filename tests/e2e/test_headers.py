"""Every answer, of whatever address and with whatever status, has the headers that protect who gets it, and none that lets a
foreign page's script read it."""

import pytest

import trust
import wire
from pictures import jpeg
from test_keys import Keys
from test_passwords import pytestmark as needs_libcrypt

pytestmark = needs_libcrypt
FOREIGN = ("Origin", "https://evil.example")
SIX = [("Content-Length", "6")]
ROWS = [  # status, method, target, fields, body
    *((200, "GET", target, (), None) for target in (
        "/", "/plot", "/plot.jpg", "/plot.mjpg", "/api/streams", "/api/streams/plot", "/metrics", "/healthz", "/snapshot", "/stream",
        "/video_feed", "/?action=snapshot", "/?action=stream", "/.pages/style.css")),
    (200, "HEAD", "/plot.jpg", (), None), (204, "OPTIONS", "/plot.jpg", (), None), (201, "PUT", "/new.jpg", (), jpeg(1)),
    (304, "GET", "/plot.jpg", [("If-Modified-Since", "Tue, 01 Jan 2036 00:00:00 GMT")], None),
    (400, "GET", "/../x", (), None), (415, "PUT", "/x.jpg", (), b"no picture"), (400, "GET", "/plot.jpg?after=x", (), None),
    (401, "GET", "/plot.jpg", [("Authorization", "Bearer none")], None), (403, "DELETE", "/plot", [FOREIGN], None),
    (404, "GET", "/none.jpg", (), None), (404, "GET", "/api/streams/none", [("Accept", "application/json")], None),
    (405, "DELETE", "/metrics", (), None), (408, "PUT", "/slow.jpg", [("Content-Length", "10")], b"x"),
    (411, "PUT", "/x.jpg", (), None), (413, "PUT", "/x.jpg", [("Content-Length", "99999999")], None),
    (414, "GET", "/" + "x" * 5000, (), None), (417, "PUT", "/x.jpg", [("Expect", "x"), *SIX], b"xxxxxx"),
    (421, "GET", "/plot.jpg", "evil.example", None), (431, "GET", "/", [(f"X-{n}", "y") for n in range(120)], None),
    (501, "BREW", "/plot.jpg", (), None), (501, "X" * 40, "/", (), None),
]


def check(answer):
    """What holds for all."""
    assert answer["x-content-type-options"] == "nosniff" and answer["referrer-policy"] == "no-referrer", answer.head.raw
    assert answer["access-control-allow-origin"] is None and answer["access-control-allow-credentials"] is None
    policy = answer["content-security-policy"] or ""
    if (answer["content-type"] or "").startswith("text/html"):
        assert "default-src 'self'" in policy or "default-src 'none'" in policy, policy
        assert "frame-ancestors" in policy
    if (answer["content-type"] or "").startswith(("image/", "multipart/")):
        assert "default-src 'none'" in policy and "sandbox" in policy


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    return Keys(tmp_path_factory.mktemp("keys") / "keys", boss="view=* publish=* control=* metrics")


def test_every_answer_has_the_headers_that_protect(server, guarded):
    s = server("--keys", guarded.path, "--guess-delay", 0, "--publish-timeout", "200ms")
    key = guarded.bearer("boss")
    wire.put(s, "plot", jpeg(1), key)
    for status, method, target, fields, body in ROWS:
        host, fields = (fields, []) if isinstance(fields, str) else (None, list(fields))
        mine = [] if any(name == "Authorization" for name, _ in fields) else key
        foreign = [] if any(name == "Origin" for name, _ in fields) or method not in ("GET", "HEAD", "OPTIONS") else [FOREIGN]
        with wire.Conn(s) as conn:
            conn.send_request(method, target, [*fields, *mine, *foreign], body, host)
            answer = conn.read_head()
        assert answer.status == status, (method, target, answer.status)
        check(wire.Answer(answer, b""))


def test_who_is_refused_at_the_door_gets_them_too(server):
    s = server("--max-connections", 1)
    with wire.Conn(s) as first:
        assert first.request("GET", "/healthz").status == 200
        with wire.Conn(s) as second:
            answer = second.read_answer()
        assert answer.status == 503
        check(answer)
        assert first.request("GET", "/healthz").status == 200


def test_a_redirection_has_them_too(server, tmp_path):
    pair = trust.pair(tmp_path)
    s = server(*pair.args, "--redirect-listen", "127.0.0.1:0")
    plain = next(url for url in s.stdout.split() if url.startswith("http://"))
    s.host, s.port = "127.0.0.1", int(plain.rstrip("/").rpartition(":")[2])
    answer = wire.get(s, "/plot.jpg", [FOREIGN])
    assert answer.status in (301, 307, 308) and answer["location"].startswith("https://")
    check(answer)
