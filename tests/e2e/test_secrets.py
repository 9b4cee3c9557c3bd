"""Every secret that there is, through everything at debug level: in no log, answer, metric, argument or environment; and the search
finds one that is told on purpose."""

import base64
import hashlib
import hmac
import re
import signal
import urllib.parse

import pytest

import trust
import wire
from pictures import jpeg
from test_keys import Keys, pytestmark as needs_openssl, query_of
from test_passwords import add, basic
from pulling import upstream  # noqa: F401, a fixture

pytestmark = needs_openssl
TOLD = "told-on-purpose-0123456789"


def forms(secret):
    """A secret as it is, percent-encoded, in hexadecimal, and inside something longer in base64, wherever it begins there."""
    raw = secret.encode()
    found = {secret, urllib.parse.quote(secret, safe=""), raw.hex(), raw.hex().upper()}
    for pad in range(3):
        text = base64.b64encode(b"\0" * pad + raw).decode().rstrip("=")
        core = text[(0, 2, 3)[pad]:len(text) - ((pad + len(raw)) % 3 != 0)]
        found |= {core, core.replace("+", "-").replace("/", "_")}
    return found


def leaks(secrets, told):
    """Which secret stands where."""
    return {(name, place) for name, secret in secrets.items() for place, text in told.items()
            if any(form in text for form in forms(secret))}


def refuse(status, **fields):
    """A server that says this to everybody."""
    def script(peer, n):
        while peer.read_request():
            peer.answer(b"", status, **fields)
    return script


def sources(folder, upstream, canary):  # noqa: F811
    """Streams that log in, are refused, are sent on, and say so."""
    (folder / "password").write_text(canary["camera's in a file"])
    (folder / "fields").write_text(f"X-Key: {canary['field in a file']}\n")
    camera = upstream(refuse("401 Unauthorized", WWW_Authenticate='Basic realm="cam"'))
    proxy = upstream(refuse("407 Proxy Authentication Required", Proxy_Authenticate='Basic realm="p"'))
    moved = upstream(refuse("302 Found", Location=f"http://me:{canary['in a redirection']}@elsewhere.test/?key={canary['in a redirection']}"))
    on = "#on_demand=no"
    return [f"a=http://me:{canary['in a URL']}@{camera.host}/{on}", f"b={camera.url}#user=me#password_file=password{on}",
            f"c=http://camera.test/#proxy=http://me:{canary['proxy']}@{proxy.host}{on}", f"d={moved.url}?key={canary['in a query']}{on}",
            f"e={camera.url}#header_file=fields{on}",
            f"f=exec:sh -c 'echo cannot open rtsp://me:{canary['of a command']}@camera.test/ >&2; echo {TOLD} >&2; exit 1'{on}"]


ON_THE_COMMAND_LINE = {"in a URL", "proxy", "in a query", "of a command"}  # where people put them who need not hide them there


def ask_everything(server, logins, query, bad):
    """All that is answered, heads included."""
    told = ""
    targets = ["/", "/lobby", "/lobby.jpg", "/api/streams", "/metrics", "/nothing.jpg", "/?login", *(f"/api/streams/{name}" for name in "abcdef"),
               *(f"{path}?{query}" for path in ("/lobby.jpg", "/a%20b", "/..", "/api/none", "/lobby.jpg?x=1&" + query))]
    for fields in logins:
        for target in targets:
            answer = wire.get(server, target, fields)
            told += answer.head.raw.decode("latin-1") + answer.body.decode("latin-1")
        for method in ("PUT", "DELETE", "PATCH"):
            answer = wire.request(server, method, f"/lobby.jpg?{query}", [*fields, ("Accept", "application/json")], b"no picture")
            told += answer.head.raw.decode("latin-1") + answer.body.decode("latin-1")
    for head in (f"GET /lobby.jpg?{query} HTTP/9.9\r\nAuthorization: Bearer {bad}\r\n\r\n", f"GET /?{query} HTTP/1.1\r\nHost: {bad}.test\r\n\r\n",
                 f"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {bad}\r\nbad line\r\n\r\n"):
        with wire.Conn(server) as conn:
            conn.send(head.encode())
            told += conn.read_answer().text if "Host: " in head else conn.read_rest().decode("latin-1")
    return told


def test_no_secret_is_told_anywhere(server, upstream, tmp_path):  # noqa: F811
    names = ["wrong token", "password", "wrong password", "in a URL", "camera's in a file", "field in a file", "proxy", "in a query",
             "in a redirection", "of a command", "where a name stands"]
    canary = {name: f"canary-{hashlib.sha256(name.encode()).hexdigest()[:20]}" for name in names}
    keys = Keys(tmp_path / "keys", wall="view=lobby", boss="view=* publish=* control=* metrics")
    has_passwords = add(keys.path, "ann", canary["password"], "view=*", "metrics").returncode == 0
    pair = trust.pair(tmp_path)
    s = server(*sources(tmp_path, upstream, canary), "--keys", keys.path, "--log-level", "debug", "--guess-delay", 0, *pair.args)
    s.tls = pair.client
    wire.put(s, "lobby", jpeg(1), keys.bearer("boss"))
    query = query_of(keys.sign("wall", "lobby"))
    digest = re.search(r"wall sha256:(\w{64})", keys.path.read_text()).group(1)
    secrets = {**canary, "token": keys["wall"], "other token": keys["boss"], "digest of a token": digest,
               "signature": re.search("sig=(.*)", query).group(1),
               "what signs": hmac.new(bytes.fromhex(digest), b"stillcast signs links", "sha256").hexdigest(),
               **{f"hash {n}": text for n, text in enumerate(re.findall(r"\$y\$\S+\$(\S+)", keys.path.read_text()))},
               **{f"TLS key, line {n}": line for n, line in enumerate(pair.key.read_text().splitlines()[1:-1])}}
    del secrets["where a name stands"]  # a Host that is refused is told, with the option that would take it
    logins = [keys.bearer("wall"), keys.basic("wall"), keys.bearer("boss"), basic("ann", canary["password"]), basic("ann", canary["wrong password"]),
              [("Authorization", f"Bearer {canary['wrong token']}")], [("Authorization", f"Digest {canary['wrong token']}")], []]
    for name in "abcdef":
        wire.eventually(lambda: wire.get(s, f"/api/streams/{name}", keys.bearer("boss")).json["note"], 10, f"{name} says nothing")
    told = {"answers": ask_everything(s, logins, query, canary["where a name stands"])}
    s.process.send_signal(signal.SIGHUP)
    wire.eventually(lambda: "were read again" in s.stderr and TOLD in s.stderr)
    told["environ"] = open(f"/proc/{s.pid}/environ").read()
    told["argv"] = open(f"/proc/{s.pid}/cmdline").read()
    s.stop()
    told["log"] = s.stderr + s.stdout
    assert not has_passwords or ("hash 0" in secrets and 'HTTP/1.1 200' in told["answers"])
    expected = {(name, "argv") for name in ON_THE_COMMAND_LINE}
    assert leaks(secrets, told) == expected, {(name, place): [line for line in told[place].splitlines() if any(f in line for f in forms(secrets[name]))][:1]
                                              for name, place in leaks(secrets, told) - expected}
    assert len(secrets) >= 15 and len(told["log"]) > 1000 and len(told["answers"]) > 50_000
    assert ("purpose", "log") in leaks({"purpose": TOLD}, told), "the search finds what a command writes into the log"


@pytest.mark.parametrize("secret", ["canary-0123456789", "with/a+b c%", "Übung macht den Meister"])
def test_the_search_finds_what_is_told(secret):
    raw = secret.encode()
    for text in (f"x{secret}y", urllib.parse.quote(secret, safe=""), raw.hex(), base64.b64encode(b"user:" + raw).decode(),
                 base64.b64encode(b"u:" + raw).decode(), base64.urlsafe_b64encode(b"me:" + raw + b"\0").decode()):
        assert leaks({"it": secret}, {"log": f"a line\n{text}\n"}) == {("it", "log")}, text
    assert leaks({"it": secret}, {"log": f"a line\n{secret[1:]}\n"}) == set()
