"""Starts the real server: the binary in $STILLCAST (default build/stillcast), on a port that the
system chooses, ended by its own pid. Nothing here knows how the server is made."""

import os
import pathlib
import re
import signal
import subprocess
import threading

import pytest

import wire

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = str(ROOT / os.environ.get("STILLCAST", "build/stillcast"))
READY = re.compile(r"stillcast ready: (\S+)")
REPORT = re.compile(r"(ERROR|WARNING): (Address|Thread|Leak|UndefinedBehavior)Sanitizer|runtime error:|Assertion .* failed")
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # what a shell's "&" or nohup has ignored, a server ignores
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
for tool in ("lsan", "tsan"):  # what is known of libraries that we use; see the files
    known = f"suppressions={ROOT}/tests/{tool}.supp:print_suppressions=0"
    os.environ[f"{tool.upper()}_OPTIONS"] = ":".join(filter(None, [os.environ.get(f"{tool.upper()}_OPTIONS"), known]))


class Server:
    """A running stillcast. url, host, port, pid; stderr and stdout as text so far."""

    def __init__(self, args, listen, env, cwd, stdin=subprocess.DEVNULL, prefix=()):
        self.args = [*prefix, BINARY] + (["--listen", listen] if listen else []) + [a if isinstance(a, bytes) else str(a) for a in args]
        self.process = subprocess.Popen(
            self.args, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **env}, cwd=cwd)
        self.output = {"stdout": "", "stderr": ""}
        self.expects_exit = 0
        self.is_told = False
        self.readers = [self._follow("stdout", self.process.stdout), self._follow("stderr", self.process.stderr)]
        self.url = None
        self.tls = None  # an ssl.SSLContext: connections of wire.py speak TLS

    def _follow(self, name, pipe):
        def follow():
            for line in iter(pipe.readline, b""):
                self.output[name] += line.decode("utf-8", "replace")
            pipe.close()
        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        return thread

    @property
    def stderr(self):
        return self.output["stderr"]

    @property
    def stdout(self):
        return self.output["stdout"]

    @property
    def pid(self):
        return self.process.pid

    def wait_ready(self):
        def ready():
            found = READY.search(self.stdout) or READY.search(self.stderr)
            assert found or self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.stderr}"
            return found
        self.url = wire.eventually(ready, 10, "no ready line").group(1)
        found = re.match(r"https?://(\[[^]]+\]|[^:/]+):(\d+)/$", self.url)
        if found:
            self.host, self.port = found.group(1).strip("[]"), int(found.group(2))
        return self

    def metrics(self):
        """The counters as they are now: metrics()["name", {"stream": "plot"}]."""
        return wire.Metrics(wire.get(self, "/metrics").text)

    def tell_to_stop(self):
        """SIGTERM, once: a second one would stop it at once."""
        if not self.is_told and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.is_told = True

    def stop(self):
        """Waits for what every end must be: the expected exit code, and no sanitizer report."""
        self.tell_to_stop()
        try:
            code = self.process.wait(wire.patience(20))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = "none 20 s after SIGTERM"
        for reader in self.readers:
            reader.join()
        report = REPORT.search(self.stderr)
        assert not report, f"{report.group(0)}\n{self.stderr}"
        assert code == self.expects_exit, f"exit {code} instead of {self.expects_exit}\n{self.stderr}"


@pytest.fixture
def server(tmp_path):
    """Factory: server("plot=watch:x.png", "--max-streams", 3) gives a ready Server; all are stopped after
    the test. listen: another --listen, or None for none; env, cwd (default tmp_path), stdin as subprocess takes them;
    prefix: a command that runs it."""
    running = []

    def start(*args, listen="127.0.0.1:0", env=None, cwd=None, stdin=subprocess.DEVNULL, prefix=()):
        one = Server(args, listen, env or {}, cwd or tmp_path, stdin, prefix)
        running.append(one)
        return one.wait_ready()

    yield start
    problems = []
    for one in reversed(running):
        try:
            one.stop()
        except AssertionError as problem:
            problems.append(str(problem))
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="module")
def one_server(tmp_path_factory):
    """One server without options for a whole file: for tests that change nothing for the next one."""
    one = Server([], "127.0.0.1:0", {}, tmp_path_factory.mktemp("server")).wait_ready()
    yield one
    one.stop()


class Ended:
    """What a run that ends by itself left behind: code, stdout, stderr."""

    def __init__(self, args, stdin, env, cwd):
        ended = subprocess.run([BINARY, *map(str, args)], input=stdin, capture_output=True,
                               timeout=wire.patience(20), env={**os.environ, **env}, cwd=cwd)
        self.code = ended.returncode
        self.stdout = ended.stdout.decode("utf-8", "replace")
        self.stderr = ended.stderr.decode("utf-8", "replace")
        assert not REPORT.search(self.stderr), self.stderr


@pytest.fixture
def run(tmp_path):
    """run("--help"), run("--listen", "nonsense"): for everything that ends by itself, failures above all."""
    def run_it(*args, stdin=b"", env=None, cwd=None):
        return Ended(args, stdin, env or {}, cwd or tmp_path)
    return run_it
