"""Programs that others wrote, run as a person runs them: found or skipped, read and written with a deadline, ended by
their own pid."""

import errno
import os
import select
import shutil
import subprocess
import tempfile
import time

import pytest

import wire

PACKAGES = {"ffmpeg": "ffmpeg", "ffprobe": "ffmpeg", "curl": "curl", "vlc-wrapper": "vlc-bin", "cvlc": "vlc-bin",
            "gst-launch-1.0": "gstreamer1.0-tools", "setpriv": "util-linux",
            "motion": "motion", "ustreamer": "ustreamer", "collectd": "collectd-core"}


def need(*names):
    """Skips the test unless all of these programs are installed."""
    for name in names:
        if not shutil.which(name):
            pytest.skip(f"{name} is not installed; it is in Debian's package {PACKAGES[name]}")


class Program:
    """A running program. stdin: nothing, None for a pipe that write() fills, or what another one prints (output)."""

    def __init__(self, *command, stdin=subprocess.DEVNULL, cwd=None, env=None):
        self.command = [str(word) for word in command]
        need(self.command[0])
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(self.command, bufsize=0, stdin=subprocess.PIPE if stdin is None else stdin,
                                        stdout=subprocess.PIPE, stderr=self.errors, cwd=cwd, env=env)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                os.set_blocking(pipe.fileno(), False)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(wire.patience(5))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for file in (self.process.stdin, self.process.stdout, self.errors):
            if file:
                file.close()

    def __str__(self):
        self.errors.seek(0)
        return f"{' '.join(self.command)}: {self.errors.read().decode('utf-8', 'replace')[-2000:]}"

    @property
    def output(self):
        """What it prints, as the input of another program; then only that one may read it."""
        os.set_blocking(self.process.stdout.fileno(), True)
        return self.process.stdout

    def write(self, data, timeout=20):
        """All of it into its standard input."""
        deadline, left = time.monotonic() + wire.patience(timeout), memoryview(data)
        while left:
            assert select.select([], [self.process.stdin], [], 0.1)[1] or time.monotonic() < deadline, f"takes nothing: {self}"
            try:
                left = left[self.process.stdin.write(left) or 0:]
            except BrokenPipeError:
                raise AssertionError(f"takes no more: {self}") from None

    def end_input(self):
        self.process.stdin.close()

    def _fill(self, deadline):
        assert select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0], f"prints no more: {self}"
        data = self.process.stdout.read(1 << 20)
        self.buffer += data or b""
        return data != b""

    def read(self, n_bytes, timeout=20):
        """Exactly so many bytes of what it prints."""
        deadline = time.monotonic() + wire.patience(timeout)
        while len(self.buffer) < n_bytes:
            assert self._fill(deadline), f"ended after {len(self.buffer)} of {n_bytes} bytes: {self}"
        data, self.buffer = self.buffer[:n_bytes], self.buffer[n_bytes:]
        return data

    def read_rest(self, timeout=20):
        """All until it prints no more, for ever."""
        deadline = time.monotonic() + wire.patience(timeout)
        while self._fill(deadline):
            pass
        data, self.buffer = self.buffer, b""
        return data

    def wait(self, timeout=20):
        """Until it ends by itself; gives its exit code."""
        try:
            return self.process.wait(wire.patience(timeout))
        except subprocess.TimeoutExpired:
            raise AssertionError(f"does not end: {self}") from None


def run(*command, cwd=None, stdin=b""):
    """Runs a program to its end, which must be a good one; gives what it printed."""
    need(command[0])
    ended = subprocess.run([str(word) for word in command], input=stdin, capture_output=True, cwd=cwd,
                           timeout=wire.patience(20))
    assert ended.returncode == 0, f"{command} ended with {ended.returncode}: {ended.stderr.decode('utf-8', 'replace')}"
    return ended.stdout


def _open_to_write(path):
    """None as long as nobody reads."""
    try:
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise


class FifoWriter:
    """Writes into a FIFO as a program of its own would; its end leaves."""

    def __init__(self, path):
        self.fd = wire.eventually(lambda: _open_to_write(path), 5, "nobody reads the FIFO")
        os.set_blocking(self.fd, True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)

    def write(self, data, piece_bytes=1 << 20):
        while data:
            data = data[os.write(self.fd, data[:piece_bytes]):]
