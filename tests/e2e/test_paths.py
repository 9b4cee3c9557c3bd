"""Paths that would climb out of what is served, spelled in hundreds of ways: none is answered with anything, makes a stream or
a file, or has the server open a file that it was not told of. What it opens is watched, not only what it answers."""

import collections
import itertools
import os
import re

import pytest

import pictures
import wire
from test_syscalls import Strace

pytestmark = pytest.mark.skipif("SANITIZER" in os.environ, reason="watches system calls, which are the same ones")
DOTS = ["..", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "%252e%252e", "%25252e%25252e", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae",
        "%u002e%u002e", "..%00", "..;", "...", "..%20", "..%09", "%2e%2e%0d%0a", "\xc0\xae\xc0\xae", "..%ff"]
SLASHES = ["/", "%2f", "%2F", "%252f", "\\", "%5c", "%255c", "//", "/./", "%c0%af", "%e0%80%af", "%u2215", "/%00/", ";/"]
SPELLINGS = ["".join(pair) for pair in itertools.product(DOTS, SLASHES)]
PLACES = [  # method, where, body
    ("GET", "/.pages/{}etc/passwd", None), ("GET", "/{}etc/passwd", None), ("GET", "/{}etc/passwd.jpg", None),
    ("GET", "/{}etc/passwd.mjpg", None), ("GET", "/api/streams/{}etc/passwd", None),
    ("PUT", "/{}escaped.jpg", pictures.jpeg(9)), ("POST", "/{}escaped.mjpg", pictures.jpeg(9)), ("DELETE", "/{}kept", None),
    ("POST", "/{}escaped/points", b"load 1\n"), ("POST", "/api/streams/{}kept/controls", b"{}"),
    ("GET", "http://HOST/{}etc/passwd.jpg", None),
]


class Opened(Strace):
    """paths: of all files that it named in a system call."""

    def __init__(self, pid, out):
        super().__init__(pid, out, "-e", "trace=%file", "-s", "4096")

    @property
    def paths(self):
        return set(re.findall(r'"([^"]*)"', self.out.read_text()))


class Asker:
    """Asks over one connection for as long as the server keeps it."""

    def __init__(self, server):
        self.server, self.conn = server, wire.Conn(server)

    def ask(self, method, target, body):
        self.conn.send_request(method, target, [], body)
        answer = self.conn.read_answer(method)
        if answer["connection"] == "close":
            self.conn.close()
            self.conn = wire.Conn(self.server)
        return answer


def names(server):
    return sorted(one["name"] for one in wire.get(server, "/api/streams").json["streams"])


def test_no_spelling_of_a_path_leaves_what_is_served(server, tmp_path):
    assert len(SPELLINGS) >= 200 and len(SPELLINGS) * len(PLACES) >= 1200
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    (folder / "watched.jpg").write_bytes(pictures.jpeg(1))
    s = server("--sandbox=off", "watched=watch:watched.jpg", "--save", "kept=kept.jpg", cwd=folder)
    wire.put(s, "kept", pictures.jpeg(1))
    wire.eventually(lambda: (folder / "kept.jpg").exists())
    before = sorted(tmp_path.rglob("*"))
    statuses = collections.Counter()
    with Opened(s.pid, tmp_path.parent / f"{tmp_path.name}.strace") as opened:
        asker = Asker(s)
        for (method, place, body), spelling in itertools.product(PLACES, SPELLINGS):
            target = place.replace("HOST", asker.conn.host).format(spelling * 4)
            answer = asker.ask(method, target, body)
            assert 400 <= answer.status < 500 and b"root:" not in answer.body, (method, target, answer.status)
            statuses[answer.status] += 1
        assert names(s) == ["kept", "watched"] and sorted(tmp_path.rglob("*")) == before
        assert asker.ask("GET", "/.pages/style.css", None).status == asker.ask("GET", "/kept.jpg", None).status == 200
        wire.put(s, "kept", pictures.jpeg(2))  # files that it may open are seen to be opened
        (folder / "new.jpg").write_bytes(pictures.jpeg(2))
        (folder / "new.jpg").rename(folder / "watched.jpg")
        wire.eventually(lambda: wire.get(s, "/api/streams/watched").json["seq"] == 2)
        wire.eventually(lambda: pictures.check((folder / "kept.jpg").read_bytes()) == 2)
    named = {os.path.normpath(folder / path) for path in opened.paths}
    assert {str(folder / "watched.jpg"), str(folder / "kept.jpg")} <= named
    outside = [path for path in named if not f"{path}/".startswith(f"{folder}/")]
    assert not outside, outside
    print(f"\n{sum(statuses.values())} requests: {dict(statuses)}; {len(named)} files named, none outside")
