"""Pulling from other servers that ask who we are, or send us elsewhere: logging in, secrets, redirects."""

import hashlib
import os
import re

import pytest

import wire
from pictures import jpeg
from pulling import basic, told, unauthorized, upstream  # noqa: F401, a fixture
from test_source_life import is_in, look

# --- logging in ---

def digest(user, password, algorithm="MD5", qop="auth"):
    """Answers only a right response to its own nonce (RFC 7616)."""
    hashed = hashlib.md5 if algorithm == "MD5" else hashlib.sha256
    H = lambda *texts: hashed(":".join(texts).encode()).hexdigest()  # noqa: E731
    nonce = os.urandom(8).hex()

    def is_right(request):
        scheme, _, rest = request.fields.get("authorization", "").partition(" ")
        said = {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', rest)}
        if scheme != "Digest" or said.get("nonce") != nonce or said.get("uri") != request.target:
            return False
        between = [said["nc"], said["cnonce"], qop] if qop else []
        return said["response"] == H(H(user, "cam", password), nonce, *between, H(request.method, request.target))

    def script(peer, n):
        while (request := peer.read_request()):
            if is_right(request):
                return peer.answer(jpeg(2), Content_Type="image/jpeg")
            unauthorized(peer, f'Digest realm="cam", nonce="{nonce}", algorithm={algorithm}' + (f', qop="{qop}"' if qop else ""))
    return script


LOGINS = {"basic": basic, "digest": digest, "digest without qop": lambda u, p: digest(u, p, qop=None),
          "digest SHA-256": lambda u, p: digest(u, p, "SHA-256")}


@pytest.mark.parametrize("name", LOGINS)
def test_who_is_asked_for_a_password_gives_it(server, upstream, tmp_path, name):
    secret = "s:e@c/ret%"
    (tmp_path / "secret").write_text(secret + "\n")
    up = upstream(LOGINS[name]("me", secret))
    s = server(f"url=http://me:s%3Ae%40c%2Fret%25@{up.host}/a?b=c#on_demand=no",
               f"file={up.url}#user=me#password_file=secret#on_demand=no")
    for stream in ("url", "file"):
        wire.eventually(lambda: look(s, stream)["frames_in"] == 1)


@pytest.mark.parametrize("login, says", [("", "http://USER:PASSWORD@HOST/"), ("me:wrong@", "refuses this user or password")])
@pytest.mark.parametrize("name", LOGINS)
def test_who_has_no_password_or_a_wrong_one_is_told(server, upstream, name, login, says):
    up = upstream(LOGINS[name]("me", "secret"))
    s = server(f"v=http://{login}{up.host}/#on_demand=no")
    assert "wrong" not in told(s, f"'http://{up.host}/'", says)


def test_no_secret_is_shown_anywhere(server, upstream, tmp_path):
    (tmp_path / "fields").write_text("Authorization: Bearer canary3\r\n\nX-Key: canary4\n")
    seen = []

    def script(peer, n):
        seen.append(peer.read_request())
        peer.answer(b"", "404 Not Found")
    up = upstream(script)
    s = server("--log-level", "debug", f"v=http://canary1:canary2@{up.host}/?key=canary5#on_demand=no",
               f"w={up.url}#header=X-One: canary6#header_file=fields#on_demand=no",
               "x=https://canary7:canary8@127.0.0.1:1/#on_demand=no", "y=http://canary9:x@no.invalid/#on_demand=no")
    for name in "vwxy":
        is_in(s, "lost", name)
    everything = s.stderr + s.stdout + "".join(wire.get(s, target).text for target in (
        "/", "/v", "/api/streams", "/api/streams/v", "/metrics"))
    assert "404" in everything and "canary" not in everything
    assert {"x-one": "canary6", "authorization": "Bearer canary3", "x-key": "canary4"}.items() <= next(
        request.fields.items() for request in seen if request.target == "/")


@pytest.mark.parametrize("n_bytes, is_taken", [(16383, True), (16384, False)])
def test_the_largest_file_of_a_password(run, server, upstream, tmp_path, n_bytes, is_taken):
    password = "x" * 50
    (tmp_path / "p").write_text(password + "\n" * (n_bytes - len(password)))
    up = upstream(basic("me", password))
    argument = f"v={up.url}#user=me#password_file=p#on_demand=no"
    if not is_taken:
        assert "is no text of less than" in run("--listen", "127.0.0.1:0", argument).stderr
        return
    s = server(argument)
    wire.eventually(lambda: look(s)["frames_in"] == 1)


# --- redirects ---

def redirect(status, to):
    def script(peer, n):
        peer.read_request()
        peer.answer(b"elsewhere", f"{status} Moved", Location=to)
    return script


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_when_allowed_and_no_further(server, upstream, status):
    up = upstream(lambda peer, n: (peer.read_request(), peer.answer(jpeg(1), Content_Type="image/jpeg")))
    one = upstream(redirect(status, up.url))
    two = upstream(redirect(status, one.url))
    s = server(f"none={one.url}#on_demand=no", f"one={one.url}#redirects=1#on_demand=no",
               f"v={two.url}#redirects=1#on_demand=no", f"two={two.url}#redirects=2#on_demand=no")
    for name in ("one", "two"):
        wire.eventually(lambda: look(s, name)["frames_in"] == 1)
    told(s, up.url, "#redirects=1", name="none")
    told(s, up.url, name="v")


@pytest.mark.parametrize("to", ["file:///etc/hostname", "ftp://127.0.0.1/x.jpg", "gopher://127.0.0.1/", "//", "http://", ""])
def test_redirects_lead_to_http_only(server, upstream, to):
    s = server(f"v={upstream(redirect(302, to)).url}#redirects=5#on_demand=no")
    told(s, "it sends us on to")


def test_a_redirect_to_itself_ends(server, upstream):
    seen = []

    def script(peer, n):
        while (request := peer.read_request()):
            seen.append((n, request.target))
            peer.answer(b"", "302 Found", Location="/again")
    s = server(f"v={upstream(script).url}#redirects=10#on_demand=no")
    told(s, "it sends us on to")
    assert [target for n, target in seen if n == 1] == ["/", *["/again"] * 10]


def test_another_host_gets_neither_password_nor_fields(server, upstream, tmp_path):
    seen = {}

    def other(peer, n):
        seen["other"] = peer.read_request().fields
        unauthorized(peer, 'Basic realm="cam"')

    def first(peer, n):
        while (request := peer.read_request()):
            if request.target == "/":
                peer.answer(b"", "302 Found", Location="/b")
            elif "authorization" not in request.fields:
                unauthorized(peer, 'Basic realm="cam"')
            else:
                seen["own"] = request.fields
                peer.answer(b"", "302 Found", Location=there.url)
    there = upstream(other)
    here = upstream(first)
    s = server(f"v=http://me:secret@{here.host}/#redirects=2#header=X-Key: 1#on_demand=no")
    told(s, f"'{there.url}'", "not for this host")
    assert seen["own"]["x-key"] == "1" and "authorization" in seen["own"]
    assert not {"authorization", "x-key"} & set(seen["other"])
