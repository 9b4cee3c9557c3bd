"""Great numbers of what costs nothing to ask for: names that are not there, streams that there is no room for, passwords that
are wrong. Nothing is kept of them, and others do not notice."""

import base64
import collections
import os
import random
import re
import statistics
import threading
import time

import pytest

import wire
from pictures import jpeg
from test_keys import Keys
from test_passwords import add, pytestmark as needs_libcrypt
from test_soak import resident_kib

pytestmark = [needs_libcrypt, pytest.mark.skipif("SANITIZER" in os.environ, reason="counts memory and milliseconds")]
N_NAMES, N_PUBLISHED, N_GRAPHS, N_PASSWORDS = 1_000_000, 10_000, 500, 100_000
N_TOKENS = int(os.environ.get("TOKENS", 200_000))  # over the network; tests/unit/test_tokens.c tries a million
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
BATCH = 1000


class Flood:
    """Requests one behind the other on one connection, without waiting for answers. request(n) are the bytes of the n-th one.
    statuses: how often each came."""

    def __init__(self, server, n, request, source=None):
        self.n, self.request, self.statuses = n, request, collections.Counter()
        self.conn = wire.Conn(server, source=source, timeout=60)
        self.thread = threading.Thread(target=self._send)

    def _send(self):
        for first in range(0, self.n, BATCH):
            self.conn.send(b"".join(self.request(n) for n in range(first, min(first + BATCH, self.n))))

    def answers(self):
        """Gives how many have come, again and again, until all have."""
        self.thread.start()
        n, rest = 0, b""
        while n < self.n:
            data = rest + self.conn.socket.recv(1 << 20)
            assert len(data) > len(rest), f"the server closed after {n} answers"
            found = STATUS.findall(data)
            self.statuses.update(map(int, found))
            n += len(found)
            rest = data[-12:] if not STATUS.search(data[-12:]) else b""
            yield n
        self.thread.join()
        self.conn.close()

    def run(self):
        for _ in self.answers():
            pass
        return dict(self.statuses)


def get_of(forms):
    return lambda n: (f"GET {forms[n % len(forms)].format(n)} HTTP/1.1\r\nHost: localhost\r\n\r\n").encode()


def put_of(n):
    return b"PUT /plot-%d.jpg HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (n, len(PICTURE), PICTURE)


PICTURE = jpeg(1)


def test_a_million_names_that_are_not_there_leave_nothing(server):
    s = server()
    ask = get_of(["/none-{}.jpg", "/none-{}.mjpg", "/api/streams/none-{}", "/a/b/none-{}.png"])
    Flood(s, 20_000, ask).run()
    series, before_kib = s.metrics().values.keys(), resident_kib(s)
    began = time.monotonic()
    statuses = Flood(s, N_NAMES, ask).run()
    took_s, grown_kib = time.monotonic() - began, resident_kib(s) - before_kib
    assert statuses == {404: N_NAMES}, statuses
    assert s.metrics().values.keys() == series and grown_kib <= 256, grown_kib  # a quarter of a byte each
    print(f"\n{N_NAMES} names that are not there in {took_s:.1f} s: {statuses}, {grown_kib:+} KiB of {before_kib}")


def test_ten_thousand_streams_are_asked_for_and_64_are_made(server):
    s = server()
    assert Flood(s, 64, put_of).run() == {201: 64}
    series, before_kib = s.metrics().values.keys(), resident_kib(s)
    assert Flood(s, N_PUBLISHED, lambda n: put_of(n + 64)).run() == {503: N_PUBLISHED}
    for n in range(N_GRAPHS):  # each on a connection of its own, for it ends with a body that nobody reads
        assert wire.request(s, "POST", f"/graph-{n}/points", body=b"load 1\n").status == 503
    grown_kib = resident_kib(s) - before_kib
    assert grown_kib <= 256, grown_kib
    after = s.metrics()
    assert after.values.keys() == series and len(wire.get(s, "/api/streams").json["streams"]) == 64
    assert after["stillcast_limit_hits_total", {"limit": "max_streams"}] == N_PUBLISHED + N_GRAPHS
    assert Flood(s, 64, put_of).run() == {200: 64}, "those that are there go on"


def test_a_hundred_thousand_passwords_open_nothing_and_keep_nobody_waiting(server, tmp_path):
    keys = Keys(tmp_path / "keys", boss="view=* publish=* metrics")
    for name in ("ann", "bob"):
        assert add(keys.path, name, f"the password of {name}", "view=lobby").returncode == 0

    def login(name, password):
        return base64.b64encode(f"{name}:{password}".encode()).decode()

    def guess_of(n):
        secret = login("ann" if n % 2 else f"nobody-{n}", f"the password of nr {n}")
        return f"GET /lobby.jpg HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {secret}\r\n\r\n".encode()

    def seconds(name):
        began = time.monotonic()
        assert wire.get(s, "/lobby.jpg", [("Authorization", "Basic " + login(name, f"the password of {name}"))]).status == 200
        return time.monotonic() - began

    def count(name):
        return wire.Metrics(wire.get(s, "/metrics", keys.bearer("boss")).text)[f"stillcast_{name}_total"]
    s = server("--keys", keys.path, "--guess-delay", 0)
    wire.put(s, "lobby", jpeg(1), keys.bearer("boss"))
    seconds("ann")
    before, began, took = count("password_checks"), time.monotonic(), []
    flood = Flood(s, N_PASSWORDS, guess_of, source="127.0.0.66")
    for n in flood.answers():
        if n > 10 and len(took) < 20:
            took.append(seconds("bob" if not took else "ann"))  # his has not been looked at before
    minutes = 1 + (time.monotonic() - began) // 60
    assert flood.statuses == {401: 10 * minutes, 429: N_PASSWORDS - 10 * minutes}
    assert count("password_checks") - before == 10 * minutes + 1 and count("auth_failures") == N_PASSWORDS
    assert statistics.median(took) <= wire.patience(0.1) and took[0] <= wire.patience(0.5), took
    print(f"\n{N_PASSWORDS} wrong passwords in {time.monotonic() - began:.1f} s, 10 looked at; a new login took "
          f"{took[0] * 1000:.0f} ms meanwhile, {len(took) - 1} others {statistics.median(took) * 1000:.0f} ms")


def test_no_token_of_many_opens_anything_and_who_has_the_right_one_is_never_kept_waiting(server, tmp_path):
    keys = Keys(tmp_path / "keys", boss="view=* publish=* metrics")
    chance = random.Random(0)

    def guess_of(n):
        token = base64.urlsafe_b64encode(chance.randbytes(32)).decode().rstrip("=")
        return f"GET /lobby.jpg HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sc_{token}\r\n\r\n".encode()
    s = server("--keys", keys.path, "--guess-delay", 0)
    wire.put(s, "lobby", jpeg(1), keys.bearer("boss"))
    Flood(s, 2_000, guess_of).run()
    before_kib, began, took = resident_kib(s), time.monotonic(), []
    flood = Flood(s, N_TOKENS, guess_of)  # from the same address as the one who has a key
    for _ in flood.answers():
        if len(took) < 50:
            asked = time.monotonic()
            assert wire.get(s, "/lobby.jpg", keys.bearer("boss")).status == 200
            took.append(time.monotonic() - asked)
    minutes = 1 + (time.monotonic() - began) // 60
    assert set(flood.statuses) <= {401, 429} and flood.statuses[429] >= N_TOKENS - 10 * minutes, flood.statuses
    assert statistics.median(took) <= wire.patience(0.1) and resident_kib(s) - before_kib <= 256
    print(f"\n{N_TOKENS} wrong tokens in {time.monotonic() - began:.1f} s: {dict(flood.statuses)}; {len(took)} requests with the right "
          f"one took {statistics.median(took) * 1000:.0f} ms, {max(took) * 1000:.0f} ms at the most; {resident_kib(s) - before_kib:+} KiB")
