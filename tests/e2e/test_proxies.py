"""Behind nginx, HAProxy and Caddy, with the configuration that docs/proxies.md gives, and under a path."""

import contextlib
import http.client
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

import pytest

import trust
import wire
from conftest import ROOT
from pictures import jpeg
from test_keys import Keys, pytestmark  # noqa: F401, a build without OpenSSL has no keys

SBIN = f"{os.environ['PATH']}:/usr/sbin:/sbin"
CLIENT = "127.0.0.2"  # another address than the proxy's


def recipe(language):
    text = (ROOT / "docs/proxies.md").read_text()
    return re.search(rf"```{language}\n(.*?)```", text, re.S).group(1)


def nginx(folder, port, upstream):
    location = re.sub(r"127\.0\.0\.1:808\d", upstream, recipe("nginx"))
    (folder / "nginx.conf").write_text(f"""daemon off; pid {folder}/pid; error_log stderr; events {{}}
        http {{ access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
        uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; server {{ listen 127.0.0.1:{port}; {location} }} }}""")
    return ["nginx", "-c", folder / "nginx.conf", "-p", folder]


def haproxy(folder, port, upstream, language="haproxy"):
    text = re.sub(r"127\.0\.0\.1:808\d", upstream, recipe(language))
    (folder / "haproxy.cfg").write_text(re.sub(r"bind :\d+", f"bind 127.0.0.1:{port}", text))
    return ["haproxy", "-db", "-f", folder / "haproxy.cfg"]


def caddy(folder, port, upstream):
    text = re.sub(r"127\.0\.0\.1:808\d", upstream, recipe("caddy"))
    text = re.sub(r"(?m)^:\d+", f"http://127.0.0.1:{port}", text)
    (folder / "Caddyfile").write_text("{\n    admin off\n}\n" + text)
    return ["caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]


class Proxy:
    """Looks to wire.py like a server; its clients come from CLIENT."""

    def __init__(self, folder, configure, server, port_of=None, **more):
        self.host, self.port, self.tls = "127.0.0.1", wire.free_port(), None
        command = configure(folder, self.port, f"127.0.0.1:{port_of or server.port}", **more)
        self.process = subprocess.Popen([str(word) for word in command], env={**os.environ, "PATH": SBIN, "HOME": str(folder)},
                                        stdout=subprocess.DEVNULL, stderr=open(folder / "proxy.log", "wb"))
        self.log = folder / "proxy.log"
        wire.eventually(self.is_there, 10, "the proxy does not listen")

    def is_there(self):
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as one:
            return one.connect_ex((self.host, self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(wire.patience(20))


@pytest.fixture
def proxy(tmp_path):
    running = []

    def start(name, *args, **more):
        if not shutil.which(name, path=SBIN):
            pytest.skip(f"no {name} here")
        folder = pathlib.Path(tmp_path / "proxy")
        folder.mkdir(exist_ok=True)
        running.append(Proxy(folder, *args, **more))
        return running[-1]
    yield start
    for one in running:
        one.stop()


@pytest.fixture
def as_client(monkeypatch):
    """Connections of wire.py come from CLIENT."""
    connect = socket.socket.connect

    def bound(self, address):
        if self.family == socket.AF_INET:
            self.bind((CLIENT, 0))
        return connect(self, address)
    monkeypatch.setattr(socket.socket, "connect", bound)


@pytest.mark.parametrize("configure", [nginx, haproxy, caddy])
def test_all_works_under_a_path_behind(server, proxy, tmp_path, as_client, configure):
    keys = Keys(tmp_path / "keys", boss="view=* publish=*")
    s = server("--keys", keys.path, "--trusted-proxy", "127.0.0.1", "--guess-delay", 0)
    front = proxy(configure.__name__, configure, s)
    key, origin = keys.basic("boss"), [("Origin", f"http://127.0.0.1:{front.port}")]
    assert wire.request(front, "PUT", "/cams/a/b.jpg", key + origin, jpeg(1, size_bytes=200_000)).status == 201
    assert wire.request(front, "PUT", "/cams/a/b.jpg", key + [("Origin", "http://evil.example")], jpeg(1)).status == 403
    with contextlib.closing(http.client.HTTPConnection(front.host, front.port, timeout=wire.patience(10))) as conn:
        conn.request("GET", "/cams/a/b.mjpg", headers=dict(key))
        stream = conn.getresponse()  # proxies make chunks of it
        assert stream.status == 200
        for number in range(2, 8):  # each comes before the next is there
            wire.request(front, "PUT", "/cams/a/b.jpg", key, jpeg(number, size_bytes=30_000))
            got, deadline = b"", time.monotonic() + wire.patience(4)
            while jpeg(number, size_bytes=30_000) not in got:
                assert time.monotonic() < deadline, f"{number} did not come"
                got += stream.read1(65536)
    page = wire.request(front, "GET", "/cams/a/b", key + [("Accept-Encoding", "identity")])
    assert page.status == 200 and 'href="../.pages/style.css"' in page.text
    assert wire.get(front, "/cams/.pages/style.css").status == 200
    assert wire.get(front, "/cams/a/b.jpg").status == 401
    assert wire.get(front, "/cams/a/b.jpg", [("Authorization", "Bearer no"), ("X-Forwarded-For", "6.6.6.6")]).status == 401
    wire.eventually(lambda: f"auth_fail from {CLIENT}" in s.stderr)
    assert "6.6.6.6" not in s.stderr


def test_haproxy_passes_tls_on_and_says_whose_it_is(server, proxy, tmp_path, as_client):
    keys, pair = Keys(tmp_path / "keys", boss="view=* publish=*"), trust.pair(tmp_path)
    s = server("--keys", keys.path, "--trusted-proxy", "127.0.0.1", "--proxy-listen", "127.0.0.1:0", *pair.args)
    port = int(s.stdout.split()[-1].rsplit(":", 1)[1].strip("/"))
    front = proxy("haproxy", haproxy, s, port_of=port, language="haproxy-tcp")
    front.tls = s.tls = pair.client
    assert wire.request(front, "PUT", "/a.jpg", keys.bearer("boss"), jpeg(1)).status == 201
    assert wire.get(front, "/a.jpg", [("Authorization", "Bearer no")]).status == 401
    wire.eventually(lambda: f"auth_fail from {CLIENT}" in s.stderr)


def test_who_is_no_proxy_gets_nothing_where_proxies_come(server):
    s = server("--trusted-proxy", "127.0.0.3", "--proxy-listen", "127.0.0.1:0")
    s.port = int(s.stdout.split()[-1].rsplit(":", 1)[1].strip("/"))
    get = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    def say(data, address="127.0.0.3", pieces=1):
        with socket.socket() as one:
            one.settimeout(wire.patience(10))
            one.bind((address, 0))
            one.connect((s.host, s.port))
            got = b""
            try:
                for i in range(0, len(data), max(1, len(data) // pieces)):
                    one.sendall(data[i:i + max(1, len(data) // pieces)])
                while chunk := one.recv(4096):
                    got += chunk
            except ConnectionError:
                pass
            return got
    v1 = b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"
    assert say(v1 + get).endswith(b"ok\n") and say(v1 + get, pieces=40).endswith(b"ok\n")
    assert say(v1 + get, address="127.0.0.1") == b""  # says it, and is nobody
    assert say(get) == b"" and say(b"PROXY nonsense\r\n" + get) == b""


def test_a_path_that_is_passed_on(server, run):
    s = server("--base-path", "/cams/x")
    assert wire.request(s, "PUT", "/cams/x/plot.jpg", [], jpeg(1)).status == 201
    assert wire.get(s, "/cams/x/plot.jpg").status == 200 and wire.get(s, "/cams/x/").status == 200
    assert wire.get(s, "/cams/x")["location"] == "/cams/x/"
    for target in ("/", "/plot.jpg", "/cams/", "/cams/xy", "/cams/x2/plot.jpg", "/healthz"):
        assert wire.get(s, target).status == 404, target
    for path in ("cams", "/", "/cams/", "/a//b", "/a/../b", "/a b", "/.a"):
        assert run("--base-path", path).code == 64, path
    for args in (["--trusted-proxy", "example.org"], ["--trusted-proxy", "10.0.0.0/33"], ["--proxy-listen", "127.0.0.1:0"],
                 [f"--trusted-proxy=10.0.0.{n}" for n in range(17)]):
        assert run(*args).code == 64, args
    server(*[f"--trusted-proxy=10.0.0.{n}" for n in range(16)])
