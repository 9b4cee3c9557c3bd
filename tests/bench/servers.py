"""The servers that are compared. All have one shape, the foreign ones in peers/ too:

    server.name                     as the table shows it
    server.available()              None, or why it cannot run here, in a few words
    with server.serve(picture, fps) as serving:
                                    starts it, on a port that the system chose, showing that picture (a Picture, stamped
                                    anew each time where the server lets us) so many times a second; ends it again
    serving.pids                    the processes whose CPU time it costs
    serving.host, .port, .path      where a viewer finds the stream
    serving.options                 for the load client, such as ["-0"] for HTTP/1.0

A server must not answer 200 before it has a picture, or be waited for in serve()."""

import contextlib
import dataclasses
import functools
import os
import pathlib
import re
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
OUT = ROOT / "build" / "bench"
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import pictures  # noqa: E402
import trust  # noqa: E402


def program(name):
    """The path of one of the C programs here."""
    return str(BUILD / "tests" / "bench" / f"bench_{name}")


@dataclasses.dataclass
class Picture:
    """A JPEG file of about so many bytes, of noise, that decodes."""
    path: pathlib.Path
    len_bytes: int


@functools.lru_cache(maxsize=None)
def picture(size_bytes):
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{size_bytes // 1000}k.jpg"
    path.write_bytes(pictures.jpeg(1, size_bytes=size_bytes))
    return Picture(path, path.stat().st_size)


@functools.lru_cache(maxsize=None)
def certificate():
    """A pair that vouches for itself, both also in one file: .cert, .key, .pem."""
    OUT.mkdir(parents=True, exist_ok=True)
    pair = trust.pair(OUT)
    pair.pem = OUT / "site.pem"
    pair.pem.write_text(pair.cert.read_text() + pair.key.read_text())
    return pair


@dataclasses.dataclass
class Way:
    """How viewers come: name, and what the load client is told."""
    name: str
    options: tuple = ()

    @property
    def is_tls(self):
        return "-e" in self.options


PLAIN, TLS, H2C, H2 = Way("HTTP/1.1"), Way("HTTP/1.1 over TLS", ("-e",)), Way("HTTP/2", ("-2",)), Way("HTTP/2 over TLS", ("-e", "-2"))


def stillcast(way, *options, host="127.0.0.1"):
    """The command of a server that listens for viewers first, then for a publisher, who comes plain."""
    listen = f"https://{host}:0" if way.is_tls else f"http://{host}:0"
    return [BUILD / "stillcast", "--listen", listen, "--listen", f"http://{host}:0", *(certificate().args if way.is_tls else []),
            "--log-level", "error", *options]


@dataclasses.dataclass
class Serving:
    pids: list
    port: int
    path: str
    host: str = "127.0.0.1"
    options: list = dataclasses.field(default_factory=list)


@contextlib.contextmanager
def running(command, **options):
    """A process, told to end and waited for whatever happens."""
    process = subprocess.Popen([str(word) for word in command], **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def ready_ports(command, env=None):
    """A process that tells its URLs in a ready line on standard output; gives (pid, ports)."""
    with running(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **(env or {})}) as process:
        for line in process.stdout:
            ports = re.findall(r"https?://[0-9.]+:(\d+)/", line) if "ready: " in line else []
            if ports:
                threading.Thread(target=process.stdout.read, daemon=True).start()
                yield process.pid, [int(port) for port in ports]
                return
        raise RuntimeError(f"{command[0]} did not start")


@contextlib.contextmanager
def ready(command, env=None):
    """The same; gives (pid, its first port)."""
    with ready_ports(command, env) as (pid, ports):
        yield pid, ports[0]


@contextlib.contextmanager
def feeding(address, path, a_picture, *options, prefix=()):
    """Publishes, from when each stream has its first picture; gives the process, whose standard input ends it and
    whose last line tells what it did."""
    command = [*prefix, program("feed"), *options, address, path, a_picture.path]
    with running(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout.readline() != "feeding\n":
            raise RuntimeError("nothing could be published")
        yield process


class Stillcast:
    """options: its own, such as --plain-send."""

    def __init__(self, name="stillcast", *options):
        self.name, self.options = name, options

    def available(self):
        return None

    def start(self, *options):
        """Just the server; gives (pid, port)."""
        return ready([BUILD / "stillcast", "--listen", "127.0.0.1:0", "--log-level", "error", *self.options, *options])

    @contextlib.contextmanager
    def serve(self, a_picture, fps):
        with self.start() as (pid, port), feeding(f"127.0.0.1:{port}", "/bench.mjpg", a_picture, "-f", fps):
            yield Serving([pid], port, "/bench.mjpg")


class Carried(Stillcast):
    """The same for viewers who come another way."""

    def __init__(self, way, *options):
        super().__init__(f"stillcast, {way.name}", *options)
        self.way = way

    @contextlib.contextmanager
    def serve(self, a_picture, fps):
        with ready_ports(stillcast(self.way, *self.options)) as (pid, ports):
            with feeding(f"127.0.0.1:{ports[1]}", "/bench.mjpg", a_picture, "-f", fps):
                yield Serving([pid], ports[0], "/bench.mjpg", options=list(self.way.options))


class Limit:
    """No server but the bare loop that sends. way: send, sendfile, uring, tls; loops: processes that share the viewers."""

    def __init__(self, way="send", loops=1):
        self.name, self.way, self.loops = f"bare {way}" + (f", {loops} loops" if loops > 1 else ""), way, loops

    def available(self):
        try:
            with self.serve(picture(8000), 30):
                return None
        except RuntimeError:
            return "not to be had here"

    @contextlib.contextmanager
    def serve(self, a_picture, fps):
        is_tls = self.way == "tls"
        env = {"LIMIT_PEM": str(certificate().pem)} if is_tls else {}
        with ready([program("limit"), "-j", self.loops, self.way, fps, a_picture.path], env) as (pid, port):
            children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            yield Serving([pid, *map(int, children)], port, "/", options=["-e"] if is_tls else [])
