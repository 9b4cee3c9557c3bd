"""Pulling by TLS: whom we believe, and what people are told when we do not."""

import ssl

import pytest

import trust
import wire
from pictures import jpeg
from pulling import begin, part, proxy, told, upstream  # noqa: F401
from test_source_life import look


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """good: for 127.0.0.1; other: for another name; expired."""
    folder = tmp_path_factory.mktemp("trust")
    made = {"good": trust.pair(folder, "good", names=("127.0.0.1",)), "other": trust.pair(folder, "other", names=("camera.example",)),
            "expired": trust.pair(folder, "expired", names=("127.0.0.1",))}
    trust.expire(made["expired"], folder)
    return made


def tls(pair, **versions):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    for name, value in versions.items():
        setattr(context, name, value)
    return context


def stream(peer, n):
    begin(peer)
    for number in range(1, 40):
        peer.send(part(jpeg(number, size_bytes=30000)))
    peer.wait_for_end()


def test_a_certificate_that_is_trusted(server, upstream, pairs):  # noqa: F811
    up = upstream(stream, tls=tls(pairs["good"]))
    s = server(f"v={up.url}#ca={pairs['good'].cert}")
    with wire.Viewer(s, "/v.mjpg") as viewer:
        assert viewer.until_seq(39) == 39
    wire.eventually(lambda: look(s)["frames_in"] == 39 and look(s)["rejected"] == 0)


UNTRUSTED = {
    "unknown": ("good", "", ["certificate is refused", "self-signed", "#ca=FILE"]),
    "signed by another one": ("good", "other", ["certificate is refused", "#ca=FILE"]),
    "of another name": ("other", "other", ["certificate is refused", "127.0.0.1"]),
    "expired": ("expired", "expired", ["certificate is refused", "expired"]),
}


@pytest.mark.parametrize("name", UNTRUSTED)
def test_a_certificate_that_is_not(server, upstream, pairs, name):  # noqa: F811
    shown, trusted, words = UNTRUSTED[name]
    up = upstream(stream, tls=tls(pairs[shown]))
    option = f"#ca={pairs[trusted].cert}" if trusted else ""
    s = server(f"v={up.url}{option}#on_demand=no")
    told(s, up.url, *words)
    assert look(s)["frames_in"] == 0


@pytest.mark.parametrize("shown", ["good", "other", "expired"])
def test_any_certificate_will_do_when_a_person_says_so_and_is_warned(server, upstream, pairs, shown):  # noqa: F811
    s = server(f"v={upstream(stream, tls=tls(pairs[shown])).url}#insecure=yes#on_demand=no")
    wire.eventually(lambda: look(s)["frames_in"] == 39)
    wire.eventually(lambda: "any certificate" in s.stderr)


def test_plain_and_tls_mixed_up(server, upstream, pairs):  # noqa: F811
    plain = upstream(lambda peer, n: peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    secure = upstream(stream, tls=tls(pairs["good"]))
    s = server(f"v=https://{plain.host}/#on_demand=no", f"w=http://{secure.host}/#on_demand=no")
    told(s, "perhaps it is http://")
    told(s, f"http://{secure.host}/", name="w")


def test_from_https_no_redirect_leads_to_http(server, upstream, pairs):  # noqa: F811
    plain = upstream(stream)
    up = upstream(lambda peer, n: (peer.read_request(), peer.answer(b"", "302 Found", Location=plain.url)), tls=tls(pairs["good"]))
    s = server(f"v={up.url}#ca={pairs['good'].cert}#redirects=5#on_demand=no")
    told(s, "it sends us on to", plain.url)
    assert plain.n_connections == 0


def test_tls_through_a_proxy(server, upstream, pairs):  # noqa: F811
    seen = []
    up = upstream(stream, tls=tls(pairs["good"]))
    s = server(f"v={up.url}#proxy={upstream(proxy(seen)).url}#ca={pairs['good'].cert}#on_demand=no")
    wire.eventually(lambda: look(s)["frames_in"] == 39)
    assert seen == [("CONNECT", up.host)]
