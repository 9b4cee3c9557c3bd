"""Rights and keys: who may do what, that refusals tell nothing, and that every doubt is a no."""

import base64
import re
import select
import signal
import subprocess
import time
import urllib.parse

import pytest

import trust
import wire
from conftest import BINARY
from pictures import jpeg

pytestmark = pytest.mark.skipif(b"without OpenSSL" in subprocess.run([BINARY, "--keys", "/dev/null"],
                                                                    capture_output=True, timeout=20).stderr,
                                reason="a build without OpenSSL")


def command(*args):
    return subprocess.run([BINARY, *map(str, args)], capture_output=True, text=True, timeout=wire.patience(20))


class Keys:
    """A file of keys; keys["wall"] is the token of that key."""

    def __init__(self, path, **rights):
        self.path, self.tokens = path, {}
        for name, words in rights.items():
            self.add(name, *words.split())

    def add(self, name, *rights):
        ended = command("key", "add", "--keys", self.path, name, *rights)
        assert ended.returncode == 0, ended.stderr
        self.tokens[name] = ended.stdout.strip()

    def __getitem__(self, name):
        return self.tokens[name]

    def bearer(self, name):
        return [("Authorization", f"Bearer {self.tokens[name]}")]

    def basic(self, name, user=None):
        text = f"{user or name}:{self.tokens[name]}"
        return [("Authorization", "Basic " + base64.b64encode(text.encode()).decode())]

    def sign(self, name, stream, *more, url="http://x/"):
        ended = command("sign", "--keys", self.path, "--key", name, "--stream", stream, *more, url)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "keys", wall="view=lobby", printer="publish=printer/*", boss="view=* publish=* control=* metrics",
                meter="metrics")


RIGHTS = [  # method, target, who may
    ("GET", "/", "wall boss"), ("GET", "/lobby", "wall boss"), ("GET", "/printer/1", "boss"),
    ("GET", "/lobby.jpg", "wall boss"), ("GET", "/printer/1.jpg", "boss"), ("GET", "/none.jpg", "boss"),
    ("HEAD", "/lobby.mjpg", "wall boss"), ("HEAD", "/printer/1.mjpg", "boss"),
    ("GET", "/api/streams", "wall boss"), ("GET", "/api/streams/lobby", "wall boss"), ("GET", "/api/streams/printer/1", "boss"),
    ("GET", "/?action=snapshot", "wall boss"), ("GET", "/snapshot", "wall boss"),
    ("PUT", "/lobby.jpg", "boss"), ("PUT", "/printer/1.jpg", "printer boss"), ("PUT", "/printer.jpg", "boss"),
    ("POST", "/lobby.mjpg", "boss"), ("DELETE", "/lobby", "boss"), ("DELETE", "/printer/1", "printer boss"),
    ("GET", "/metrics", "boss meter"),
    ("GET", "/healthz", "wall printer boss meter nobody"), ("GET", "/.pages/style.css", "wall printer boss meter nobody"),
]


def test_each_may_what_his_key_says_and_nothing_else(server, keys):
    s = server("--keys", keys.path)
    for method, target, allowed in RIGHTS:
        for who in ("wall", "printer", "boss", "meter", "nobody"):
            for name in ("lobby", "printer/1"):
                assert wire.request(s, "PUT", f"/{name}.jpg", keys.bearer("boss"), jpeg(1)).status in (200, 201)
            body = jpeg(2) if method in ("PUT", "POST") else None
            for fields in ([], ) if who == "nobody" else (keys.bearer(who), keys.basic(who)):
                status = wire.request(s, method, target, fields, body).status
                refused = 401 if who == "nobody" else 403
                if who in allowed.split():
                    assert status not in (401, 403), (method, target, who, status)
                else:
                    assert status == refused, (method, target, who, status)


def test_lists_have_what_one_may_see(server, keys):
    s = server("--keys", keys.path)
    for name in ("a", "lobby", "printer/1"):
        wire.put(s, name, jpeg(7), keys.bearer("boss"))
    def names(who):
        return [one["name"] for one in wire.get(s, "/api/streams", keys.bearer(who)).json["streams"]]
    assert names("boss") == ["a", "lobby", "printer/1"] and names("wall") == ["lobby"]
    assert wire.get(s, "/snapshot", keys.bearer("wall")).status == 200  # the first of those, not of all
    assert wire.get(s, "/?action=snapshot_1", keys.bearer("wall")).status == 404


def test_a_refusal_does_not_tell_whether_there_is_such_a_stream(server, keys):
    s = server("--keys", keys.path, "--guess-delay", 0)
    wire.put(s, "there", jpeg(1), keys.bearer("boss"))
    wire.put(s, "lobby", jpeg(1), keys.bearer("boss"))
    answers = {}
    for method, pattern in [("GET", "/{}"), ("GET", "/{}.jpg"), ("GET", "/{}.mjpg"), ("GET", "/api/streams/{}"),
                            ("PUT", "/{}.jpg"), ("DELETE", "/{}"), ("POST", "/{}.mjpg")]:
        for fields in ([], keys.bearer("wall"), [("Authorization", "Bearer nonsense")]):
            for name in ("there", "none2"):
                answer = wire.request(s, method, pattern.format(name), fields, jpeg(1) if method in ("PUT", "POST") else None)
                assert answer.status in (401, 403, 429), (method, pattern, name, answer.status)
                lines = [line for line in answer.head.fields if line[0] != "Date"]
                answers.setdefault((method, pattern, str(fields)), []).append((answer.status, lines, answer.body))
    for what, (one, other) in answers.items():
        assert one == other or {one[0], other[0]} == {401, 429}, what


def test_a_name_must_go_with_its_token(server, keys):
    s = server("--keys", keys.path, "--guess-delay", 0)
    for fields in (keys.basic("boss", user="wall"), keys.basic("boss", user="BOSS"), [("Authorization", "Basic Ym9zczo=")],
                   [("Authorization", f"Bearer {keys['boss']}x")], [("Authorization", f"Bearer {keys['boss'][:-1]}")],
                   [("Authorization", keys["boss"])], [*keys.bearer("boss"), *keys.bearer("boss")],
                   [("Authorization", "Bearer -")]):
        answer = wire.get(s, "/metrics", fields)
        assert answer.status == 401 and 'Basic realm="stillcast"' in answer.head.raw.decode(), fields
    assert wire.get(s, "/metrics", keys.bearer("boss")).status == 200
    for target in (f"/metrics?token={keys['boss']}", f"/metrics?access_token={keys['boss']}", f"/metrics?sig={keys['boss']}"):
        assert wire.get(s, target).status == 401, target  # no token in a query


def test_anybody_is_a_key_of_its_own(server, keys):
    keys.add("anybody", "view=public/*")
    s = server("--keys", keys.path, "--guess-delay", "10ms")
    for name in ("public/a", "lobby"):
        wire.put(s, name, jpeg(1), keys.bearer("boss"))
    assert wire.get(s, "/public/a.jpg").status == 200 and wire.get(s, "/lobby.jpg").status == 401
    assert wire.get(s, "/public/a.jpg", keys.bearer("printer")).status == 200  # who has a key is somebody, too
    assert wire.get(s, "/public/a.jpg", [("Authorization", "Bearer wrong")]).status == 401
    assert [one["name"] for one in wire.get(s, "/api/streams").json["streams"]] == ["public/a"]
    assert [one["name"] for one in wire.get(s, "/api/streams", keys.bearer("wall")).json["streams"]] == ["lobby", "public/a"]


# Links

def query_of(url):
    return urllib.parse.urlsplit(url).query


def test_a_signed_link_shows_one_stream(server, keys):
    s = server("--keys", keys.path, "--resend", "100ms", "--guess-delay", 0)
    for name in ("lobby", "other"):
        wire.put(s, name, jpeg(5), keys.bearer("boss"))
    assert keys.sign("wall", "lobby", url="https://cam.example").startswith("https://cam.example/lobby.mjpg?key=wall&exp=")
    assert keys.sign("wall", "lobby", url="http://x/cams/").startswith("http://x/cams/lobby.mjpg?key=")
    assert "/x.jpg?a=1&key=" in keys.sign("wall", "lobby", url="http://x/x.jpg?a=1")
    query = query_of(keys.sign("wall", "lobby"))
    assert wire.get(s, f"/lobby.jpg?{query}").status == 200
    assert wire.get(s, f"/lobby.jpg?t=1&{query}&x=2").status == 200
    assert wire.get(s, f"/api/streams/lobby?{query}").json.get("link") is None  # a link makes no link
    boss = query_of(keys.sign("boss", "lobby"))
    for method, target in [("GET", "/other.jpg"), ("GET", "/"), ("GET", "/api/streams"), ("GET", "/metrics"), ("GET", "/snapshot"),
                           ("PUT", "/lobby.jpg"), ("DELETE", "/lobby")]:
        answer = wire.request(s, method, f"{target}?{boss}", [], jpeg(1) if method == "PUT" else None)
        assert answer.status in (401, 403), (method, target, answer.status)
    assert wire.get(s, "/metrics", keys.bearer("boss")).status == 200


def test_a_link_expires_for_who_comes_and_not_for_who_is_there(server, keys):
    s = server("--keys", keys.path, "--resend", "100ms")
    wire.put(s, "lobby", jpeg(5), keys.bearer("boss"))
    query = query_of(keys.sign("wall", "lobby", "--for", "1s"))
    with wire.Viewer(s, f"/lobby.mjpg?{query}") as viewer:
        assert viewer.next_seq() == 5
        wire.eventually(lambda: wire.get(s, f"/lobby.jpg?{query}").status == 403, 5)
        wire.put(s, "lobby", jpeg(6), keys.bearer("boss"))
        assert viewer.until_seq(6) == 6


def test_a_key_that_is_revoked_is_gone_with_its_links(server, keys):
    s = server("--keys", keys.path, "--guess-delay", 0)
    wire.put(s, "lobby", jpeg(5), keys.bearer("boss"))
    query = query_of(keys.sign("wall", "lobby"))
    with wire.Viewer(s, "/lobby.mjpg", keys.bearer("wall")) as viewer:
        assert viewer.next_seq() == 5
        assert command("key", "revoke", "--keys", keys.path, "wall").returncode == 0
        assert wire.get(s, "/lobby.jpg", keys.bearer("wall")).status == 200  # until it is told
        s.process.send_signal(signal.SIGHUP)
        wire.eventually(lambda: wire.get(s, "/lobby.jpg", keys.bearer("wall")).status in (401, 429))
        assert wire.get(s, f"/lobby.jpg?{query}").status in (401, 429)
        assert wire.get(s, "/lobby.jpg", keys.bearer("boss")).status == 200
        wire.put(s, "lobby", jpeg(6), keys.bearer("boss"))
        assert viewer.until_seq(6) == 6  # who was let in stays until he leaves


def test_the_api_gives_links_to_who_has_a_key(server, keys):
    s = server("--keys", keys.path)
    wire.put(s, "lobby", jpeg(5), keys.bearer("boss"))
    link = wire.get(s, "/api/streams/lobby", keys.bearer("wall")).json["link"]
    assert wire.get(s, f"/lobby.jpg?{link}").status == 200
    ends = int(re.search(r"exp=(\d+)", link).group(1))
    assert 200 < ends - time.time() < 400
    assert wire.get(s, "/api/streams", keys.bearer("wall")).json["streams"][0]["link"]


def test_keys_are_the_same_over_http_2(server, keys, tmp_path):
    pair = trust.pair(tmp_path)
    s = server("--keys", keys.path, *pair.args, "--guess-delay", "10ms")
    s.tls = pair.client
    wire.put(s, "lobby", jpeg(5), keys.bearer("boss"))
    query = query_of(keys.sign("wall", "lobby"))

    def ask(target, *words):
        ended = subprocess.run(["curl", "-sk", "--http2", "-o", tmp_path / "got", "-w", "%{http_code}", *words, s.url + target],
                               capture_output=True, text=True, timeout=wire.patience(20))
        return int(ended.stdout)
    login = ["-u", f"wall:{keys['wall']}"]
    assert [ask("lobby.jpg"), ask("lobby.jpg", *login), ask("other.jpg", *login), ask(f"lobby.jpg?{query}")] == [401, 200, 403, 200]
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    put = ["-T", tmp_path / "a.jpg"]
    assert [ask("lobby.jpg", *put), ask("lobby.jpg", *put, *login), ask(f"lobby.jpg?{query}", *put)] == [401, 403, 403]
    wrong = [ask("lobby.jpg", "-H", "Authorization: Bearer no") for _ in range(11)]
    assert wrong == [401] * 10 + [429]


# Guesses

def s_metrics(server, keys):
    return wire.Metrics(wire.get(server, "/metrics", keys.bearer("meter")).text)


def test_who_guesses_is_slowed_and_keeps_nobody_out(server, keys):
    s = server("--keys", keys.path, "--guess-delay", 0)
    wire.put(s, "lobby", jpeg(5), keys.bearer("boss"))
    wrong = [("Authorization", "Bearer sc_wrong")]
    statuses = [wire.get(s, "/lobby.jpg", wrong).status for _ in range(14)]
    assert statuses == [401] * 10 + [429] * 4
    assert wire.get(s, "/lobby.jpg", wrong)["retry-after"] == "60"
    assert wire.get(s, "/lobby.jpg", keys.bearer("wall")).status == 200  # the right one, from the same address
    assert wire.get(s, "/lobby.jpg").status == 401
    metrics = wire.Metrics(wire.get(s, "/metrics", keys.bearer("meter")).text)
    assert metrics["stillcast_auth_failures_total"] == 15 and metrics["stillcast_auth_limited_total"] == 5
    wire.eventually(lambda: "auth_fail from 127.0.0.1" in s.stderr)
    assert s.stderr.count("auth_fail from 127.0.0.1") <= 10  # a line every 10 ms at the most


class Guess(wire.Conn):
    """Asks with a wrong key, from an address of this machine; seconds() is how long the answer took."""

    def __init__(self, server, fields, source="127.0.0.1"):
        self.began = time.monotonic()
        super().__init__(server, source=source)
        self.send_request("GET", "/lobby.jpg", fields)

    def seconds(self, status):
        answer = self.read_answer()
        took = time.monotonic() - self.began
        assert answer.status == status, answer.text
        self.socket.close()
        return took


def test_a_wrong_key_is_answered_late_and_nobody_else(server, keys):
    """50 at a time, of five addresses: each waits its second or two, all together, and a good key meanwhile none."""
    s = server("--keys", keys.path)
    wire.put(s, "lobby", jpeg(5), keys.bearer("boss"))
    wrong = [("Authorization", "Bearer sc_wrong")]
    guesses = [Guess(s, wrong, f"127.0.0.{1 + n % 5}") for n in range(50)]
    wire.eventually(lambda: s_metrics(s, keys)["stillcast_auth_delayed"] == 50)
    for fields, status in ((keys.bearer("wall"), 200), ([], 401)):
        with Guess(s, fields) as quick:
            assert quick.seconds(status) < wire.patience(0.5)
    with Guess(s, wrong) as eleventh:
        assert eleventh.seconds(429) < wire.patience(0.5)
    took = []
    waiting = {guess.socket: guess for guess in guesses}
    while waiting:
        ready, _, _ = select.select(list(waiting), [], [], wire.patience(10))
        assert ready, "no answer"
        took += [waiting.pop(one).seconds(401) for one in ready]
    assert min(took) >= 1 and max(took) < 2 + wire.patience(0.5) and max(took) - min(took) > 0.2, took
    metrics = s_metrics(s, keys)
    assert metrics["stillcast_auth_delayed"] == 0 and metrics["stillcast_auth_failures_total"] == 51


def test_only_so_many_wrong_keys_wait(server, keys):
    """A quarter of all connections and one: three of eight."""
    s = server("--keys", keys.path, "--max-connections", 8, "--guess-delay", "30s")
    wrong = [("Authorization", "Bearer sc_wrong")]
    guesses = [Guess(s, wrong) for _ in range(3)]
    wire.eventually(lambda: s_metrics(s, keys)["stillcast_auth_delayed"] == 3)
    with Guess(s, wrong) as fourth:
        assert fourth.seconds(429) < wire.patience(5)
    assert s_metrics(s, keys)["stillcast_limit_hits_total", {"limit": "guess_delay"}] == 1
    guesses.pop().socket.close()
    wire.eventually(lambda: s_metrics(s, keys)["stillcast_auth_delayed"] == 2)
    guesses.append(Guess(s, wrong))
    wire.eventually(lambda: s_metrics(s, keys)["stillcast_auth_delayed"] == 3)
    s.tell_to_stop()  # who waits is answered when the server ends
    assert all(guess.seconds(401) < wire.patience(20) for guess in guesses)


# Doubts

def test_every_doubt_about_the_file_is_a_no(server, run, keys, tmp_path):
    good = keys.path.read_text()
    link = tmp_path / "link"
    link.symlink_to(keys.path)
    for what, word in [("missing", "No such file"), (link, "symbolic link"), (tmp_path, "no regular file")]:
        ended = run("--listen", "127.0.0.1:0", "--keys", what)
        assert ended.code == 78 and word in ended.stderr, ended.stderr
    bad = tmp_path / "bad"
    for text, mode, word in [("", 0o600, "is empty"), (good, 0o604, "chmod 600"), (good, 0o620, "chmod 600"),
                             ("# none\n", 0o600, "has no keys"), (good + "x\n", 0o600, "line 7"), (good * 2, 0o600, "two keys"),
                             (good + "a\0b", 0o600, "no text"), (good.replace("view", "veiw", 1), 0o600, "no right"),
                             (good.replace("sha256:", "sha256:0", 1), 0o600, "64 hexadecimal")]:
        bad.write_text(text)
        bad.chmod(mode)
        ended = run("--listen", "127.0.0.1:0", "--keys", bad)
        assert ended.code == 78 and word in ended.stderr, (text, ended.stderr)
        assert not re.search(r"[0-9a-f]{20}", ended.stderr), "a digest is told"
    s = server("--keys", keys.path)
    for i, (text, mode) in enumerate([("", 0o600), (good, 0o644), (good + "x\n", 0o600)], 1):
        keys.path.write_text(text)
        keys.path.chmod(mode)
        s.process.send_signal(signal.SIGHUP)
        wire.eventually(lambda: s.stderr.count("error app SIGHUP: the old one stays") == i)
        assert wire.get(s, "/metrics", keys.bearer("meter")).status == 200
        assert wire.get(s, "/metrics").status == 401


def test_a_file_of_keys_has_a_size(server, run, keys):
    most = 1024 * 1024
    good = keys.path.read_text()
    keys.path.write_text(good + "#" * (most - len(good)))
    assert wire.get(server("--keys", keys.path), "/metrics", keys.bearer("meter")).status == 200
    keys.path.write_text(good + "#" * (most - len(good) + 1))
    ended = run("--listen", "127.0.0.1:0", "--keys", keys.path)
    assert ended.code == 78 and "larger than 1 MiB" in ended.stderr, ended.stderr


def test_other_addresses_need_keys_and_tls(run, server, keys, tmp_path):
    ended = run("--listen", "0.0.0.0:0")
    assert ended.code == 78 and "--keys" in ended.stderr and "127.0.0.1" in ended.stderr
    ended = run("--listen", "0.0.0.0:0", "--keys", keys.path)
    assert ended.code == 78 and "--tls-cert" in ended.stderr and "proxy" in ended.stderr
    viewing = Keys(tmp_path / "viewing", wall="view=*")
    s = server("--listen", "0.0.0.0:0", "--keys", viewing.path)
    wire.eventually(lambda: "has no TLS: keys and pictures are readable" in s.stderr)
    pair = trust.pair(tmp_path)
    s = server("--listen", "0.0.0.0:0", "--keys", keys.path, *pair.args)
    s.tls = pair.client
    assert wire.get(s, "/").status == 401
    server("--listen", "0.0.0.0:0", "--keys", keys.path, "--insecure")


# The commands

def test_the_commands_keep_to_what_a_server_takes(keys, tmp_path):
    assert command("key", "list", "--keys", keys.path).stdout == (
        "wall view=lobby\nprinter publish=printer/*\nboss view=* publish=* control=* metrics\nmeter metrics\n")
    assert keys.path.stat().st_mode & 0o777 == 0o600
    assert len(set(keys.tokens.values())) == 4 and all(re.fullmatch(r"sc_[\w-]{43}", t) for t in keys.tokens.values())
    assert not any(token in keys.path.read_text() for token in keys.tokens.values())
    before = keys.path.read_text()
    for args in (["add", "wall", "view=*"], ["add", "new"], ["add", "new", "see=*"], ["add", "a b", "view=*"],
                 ["add", "new", "view=*\nboss2 - view=*"], ["revoke", "nobody"], ["revoke"], ["remove", "wall"], []):
        ended = command("key", *args[:1], "--keys", keys.path, *args[1:])
        assert ended.returncode in (64, 78) and len(ended.stderr.splitlines()) == 1 and not ended.stdout, args
        assert keys.path.read_text() == before
    for args in (["--key", "wall", "--stream", "other", "http://x/"], ["--key", "none", "--stream", "lobby", "http://x/"],
                 ["--key", "wall", "--stream", "lobby", "--for", "25h", "http://x/"], ["--key", "wall", "--stream", "lobby"],
                 ["--key", "wall", "--stream", "../x", "http://x/"], ["--key", "wall", "--stream", "lobby", "x"]):
        ended = command("sign", "--keys", keys.path, *args)
        assert ended.returncode in (64, 78) and not ended.stdout, args
    assert command("key", "revoke", "--keys", keys.path, "printer").returncode == 0
    assert command("key", "list", "--keys", keys.path).stdout.split()[::2] == ["wall", "boss", "publish=*", "metrics", "metrics"]
