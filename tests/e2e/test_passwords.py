"""Keys with passwords: who knows his comes in, a look at one costs no loop and no neighbour anything."""

import base64
import os
import pty
import re
import signal
import subprocess

import pytest

import trust
import wire
from conftest import BINARY
from pictures import jpeg
from test_keys import Guess, Keys, command, query_of

pytestmark = pytest.mark.skipif(b"without" in subprocess.run([BINARY, "key", "add", "--password", "--keys", "/nonexistent/keys", "a", "view=*"],
                                                             input=b"12345678", capture_output=True, timeout=20).stderr,
                                reason="a build without OpenSSL or libcrypt")
RIGHT = "Übung macht den Meister:1"


def add(path, name, password, *rights):
    return subprocess.run([BINARY, "key", "add", "--password", "--keys", path, name, *rights], input=f"{password}\n",
                          capture_output=True, text=True, timeout=wire.patience(20))


def basic(user, password):
    return [("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())]


@pytest.fixture
def keys(tmp_path):
    keys = Keys(tmp_path / "keys", boss="view=* publish=* metrics")
    for name, password, rights in (("ann", RIGHT, "view=lobby publish=lobby"), ("bob", "another one", "view=*")):
        ended = add(keys.path, name, password, *rights.split())
        assert ended.returncode == 0 and ended.stdout == "", ended.stderr
    return keys


def metrics(server, keys):
    return wire.Metrics(wire.get(server, "/metrics", keys.bearer("boss")).text)


def n_checks(server, keys):
    return metrics(server, keys)["stillcast_password_checks_total"]


def test_who_knows_his_password_may_what_his_key_says(server, keys):
    s = server("--keys", keys.path, "--guess-delay", 0)
    wire.put(s, "lobby", jpeg(5), keys.bearer("boss"))
    wire.put(s, "other", jpeg(6), keys.bearer("boss"))
    hashes = re.findall(r"\$y\$\S+", keys.path.read_text())
    assert len(hashes) == 2
    ann = basic("ann", RIGHT)
    assert wire.get(s, "/lobby.jpg", ann).status == 200
    assert wire.get(s, "/other.jpg", ann).status == 403 and wire.get(s, "/metrics", ann).status == 403
    assert wire.request(s, "PUT", "/lobby.jpg", ann, jpeg(7)).status == 200
    with wire.Viewer(s, "/lobby.mjpg", basic("bob", "another one")) as viewer:  # a stream, before it is known
        assert viewer.next_seq() == 7
    wrong = [basic("ann", "another one"), basic("bob", RIGHT), basic("ann", RIGHT + " "), basic("ANN", RIGHT), basic("ann", ""),
             basic("boss", RIGHT), basic("ann", keys["boss"]), basic("ann", hashes[0]), basic("", RIGHT),
             [("Authorization", f"Bearer {hashes[0]}")]]
    for fields in wrong:
        answer = wire.get(s, "/lobby.jpg", fields)
        assert answer.status == 401 and answer.text == "there is no such key\n", fields
    assert wire.get(s, "/lobby.jpg", basic("ann", "eleventh")).status == 429
    assert wire.get(s, "/lobby.jpg", ann).status == 200, "who is known is known, from the same address"


def test_a_page_of_pictures_asks_once_and_a_reload_asks_again(server, keys):
    s = server("--keys", keys.path)
    wire.put(s, "lobby", jpeg(5), keys.bearer("boss"))
    before = n_checks(s, keys)

    def all_at_once():
        seen = [Guess(s, basic("ann", RIGHT)) for _ in range(100)]
        return {one.read_answer().status for one in seen}
    assert all_at_once() == {200} and n_checks(s, keys) == before + 1
    assert all_at_once() == {200} and n_checks(s, keys) == before + 1
    s.process.send_signal(signal.SIGHUP)
    wire.eventually(lambda: "were read again" in s.stderr)
    assert all_at_once() == {200} and n_checks(s, keys) == before + 2
    link = wire.get(s, "/api/streams/lobby", basic("ann", RIGHT)).json["link"]  # pages use links for their pictures
    assert wire.get(s, f"/lobby.jpg?{link}").status == 200
    command("key", "revoke", "--keys", keys.path, "ann")
    add(keys.path, "ann", "a new password", "view=lobby")
    signed = query_of(keys.sign("ann", "lobby"))
    s.process.send_signal(signal.SIGHUP)
    wire.eventually(lambda: wire.get(s, "/lobby.jpg", basic("ann", "a new password")).status == 200)
    assert wire.get(s, "/lobby.jpg", basic("ann", RIGHT)).status == 401
    assert wire.get(s, f"/lobby.jpg?{link}").status == 401 and wire.get(s, f"/lobby.jpg?{signed}").status == 200


def test_ten_guesses_a_minute_are_looked_at_and_cost_others_nothing(server, keys):
    s = server("--keys", keys.path)
    wire.put(s, "lobby", jpeg(5), keys.bearer("boss"))
    assert wire.get(s, "/lobby.jpg", basic("bob", "another one")).status == 200
    before = n_checks(s, keys)
    guesses = [Guess(s, basic("ann" if n % 2 else "nobody", f"guess number {n}")) for n in range(40)]
    for fields in (keys.bearer("boss"), basic("bob", "another one")):
        with Guess(s, fields) as other:
            assert other.seconds(200) < wire.patience(0.5)
    with Guess(s, basic("ann", RIGHT), "127.0.0.9") as elsewhere:  # has to wait for ten checks, but not for an answer to guesses
        assert elsewhere.seconds(200) < wire.patience(2)
    answers = [one.read_answer().status for one in guesses]
    assert sorted(answers) == [401] * 10 + [429] * 30
    assert n_checks(s, keys) == before + 11, "an unknown name is looked at as long as a known one"


def thread_ns(server, name):
    """How long that thread has run."""
    for task in os.scandir(f"/proc/{server.pid}/task"):
        with open(f"{task.path}/comm") as comm, open(f"{task.path}/schedstat") as stat:
            if comm.read().strip() == name:
                return int(stat.read().split()[0])
    raise AssertionError(f"no thread {name}")


def test_a_thread_of_its_own_does_the_work_and_not_without_end(server, keys):
    s = server("--keys", keys.path, "--guess-delay", 0)
    before = thread_ns(s, "passwords")
    guesses = [wire.Conn(s, source=f"127.0.0.{2 + n % 8}") for n in range(80)]
    for n, one in enumerate(guesses):
        one.send_request("GET", "/", basic("ann", f"guess number {n}"))
    answers = [one.read_answer() for one in guesses]
    busy = [answer for answer in answers if answer.status == 503]
    n_looked_at = sum(answer.status == 401 for answer in answers)
    assert n_looked_at + len(busy) == 80 and n_looked_at >= 32
    assert busy and all(answer["retry-after"] == "2" for answer in busy)
    now = metrics(s, keys)
    assert now["stillcast_password_checks_refused_total"] == len(busy)
    assert now["stillcast_password_checks_total"] == n_looked_at
    assert thread_ns(s, "passwords") - before > n_looked_at * 2_000_000


@pytest.mark.parametrize("way", ["a length", "chunks", "100-continue", "HTTP/2"])
def test_a_body_waits_for_the_check(server, keys, tmp_path, way):
    """The first thing that is heard of ann is a picture of 3 MB."""
    pair = trust.pair(tmp_path)
    s = server("--keys", keys.path, *(pair.args if way == "HTTP/2" else []))
    s.tls = pair.client if way == "HTTP/2" else None
    picture = jpeg(5, size_bytes=3_000_000)
    (tmp_path / "a.jpg").write_bytes(picture)
    words = {"a length": ["-H", "Expect:"], "chunks": ["-H", "Transfer-Encoding: chunked", "-H", "Expect:"],
             "100-continue": ["-H", "Expect: 100-continue", "--expect100-timeout", "60"], "HTTP/2": ["--http2", "-k"]}[way]
    ended = subprocess.run(["curl", "-sS", "-u", f"ann:{RIGHT}", "-T", tmp_path / "a.jpg", *words, s.url + "lobby.jpg", "-w", "%{http_code}"],
                           capture_output=True, text=True, timeout=wire.patience(30))
    assert ended.stdout.endswith("201"), ended
    assert wire.get(s, "/lobby.jpg", basic("ann", RIGHT)).body == picture and n_checks(s, keys) == 1


def test_who_leaves_while_he_is_checked_leaves_nothing(server, keys):
    s = server("--keys", keys.path)
    for n in range(8):
        with Guess(s, basic("ann", f"guess number {n}"), f"127.0.0.{2 + n}"):
            pass
    wire.eventually(lambda: n_checks(s, keys) == 8)
    wire.eventually(lambda: metrics(s, keys)["stillcast_connections"] == 1)
    asked = iter(range(1, 10_000))
    before = metrics(s, keys)["stillcast_requests_total"]
    waiting = [Guess(s, basic("ann", f"guess number {n}"), f"127.0.0.{20 + n}") for n in range(20)]
    wire.eventually(lambda: metrics(s, keys)["stillcast_requests_total"] - before >= 20 + next(asked))
    s.tell_to_stop()  # and who is still there is answered
    assert {one.read_answer().status for one in waiting} <= {401, 503}


# The command

def test_the_password_is_asked_for_and_neither_shown_nor_an_argument(tmp_path):
    def at_terminal(*lines):
        """What the terminal showed, and the exit code."""
        child, terminal = pty.fork()
        if child == 0:
            os.execv(BINARY, [BINARY, "key", "add", "--password", "--keys", str(tmp_path / "keys"), "ann", "view=*"])
        shown = b""
        for line in lines:
            while not shown.endswith(b": "):
                shown += os.read(terminal, 1)
            os.write(terminal, line.encode())
            shown += b"\n"
        try:
            while more := os.read(terminal, 1000):
                shown += more
        except OSError:  # the other end is gone
            pass
        os.close(terminal)
        return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for lines, word in ((["first words\n", "other words\n"], "two passwords"), (["short\n", "short\n"], "8 to 256"), (["abc\x03\n"], "cannot read"),
                        (["tab\tulators\n", "tab\tulators\n"], "control")):
        shown, code = at_terminal(*lines)
        assert code != 0 and word in shown and not (tmp_path / "keys").exists(), shown
    shown, code = at_terminal(f"{RIGHT}\n", f"{RIGHT}\n")
    assert code == 0 and "Meister" not in shown and "Password: " in shown, shown
    assert "Meister" not in (tmp_path / "keys").read_text() and "ann $y$" in (tmp_path / "keys").read_text()


@pytest.mark.parametrize("n_bytes, code", [(7, 64), (8, 0), (256, 0), (257, 64), (5000, 64)])
def test_a_password_has_a_length(tmp_path, n_bytes, code):
    ended = add(tmp_path / "keys", "ann", "x" * n_bytes, "view=*")
    assert ended.returncode == code and len(ended.stderr.splitlines()) == (code != 0), ended.stderr
    assert add(tmp_path / "keys", "anybody", "x" * 9, "view=*").returncode == 64


def test_a_hash_that_is_none_is_refused(run, keys):
    good = keys.path.read_text()
    for bad in (good.replace("$y$", "$6$", 1), good.replace("$y$j9T$", "$y$", 1), re.sub(r"(\$y\$\S+)", r"\1x", good, count=1)):
        keys.path.write_text(bad)
        ended = run("--listen", "127.0.0.1:0", "--keys", keys.path)
        assert ended.code == 78 and "no hash of yescrypt" in ended.stderr and "$" not in ended.stderr, ended.stderr
