"""Slow, long, lossy and broken lines: a network namespace for the server and one for each viewer, a TUN device in both, and a
thread between them that lets packets wait, queue and vanish. The kernel's own emulator (netem) is not everywhere."""

import contextlib
import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
QUEUE_S = 0.5  # what a line has room for; more is lost
PACKET_BYTES = 2048
SEED = 110  # one by which connecting does not take seconds


class Impossible(Exception):
    """No namespaces or devices here; says why."""


def ip(*words):
    done = subprocess.run(["ip", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Impossible(f"ip {' '.join(map(str, words))}: {done.stderr.strip()}")


def enter(namespace):
    """namespace: an open file."""
    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) < 0:
        raise Impossible(f"setns: {os.strerror(ctypes.get_errno())}")


@contextlib.contextmanager
def inside(namespace):
    """This thread's sockets that are made in the block belong to the namespace."""
    with open("/proc/thread-self/ns/net", "rb") as ours, open(f"/run/netns/{namespace}", "rb") as other:
        enter(other)
        try:
            yield
        finally:
            enter(ours)


def tun(name, namespace, address, peer):
    """A TUN device with that address, in that namespace. Gives its descriptor."""
    try:
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH14x", name.encode(), IFF_TUN | IFF_NO_PI))
    except OSError as error:
        raise Impossible(f"/dev/net/tun: {error.strerror}") from error
    ip("link", "set", name, "netns", namespace)
    ip("-n", namespace, "addr", "add", address, "peer", peer, "dev", name)
    ip("-n", namespace, "link", "set", name, "up", "mtu", "1500")
    return fd


class Direction:
    """One way of a line: from one device to the other."""

    def __init__(self, line, source_fd, target_fd, seed):
        self.line, self.source_fd, self.target_fd = line, source_fd, target_fd
        self.chance, self.waiting, self.free_at, self.last_due, self.n = random.Random(seed), [], 0.0, 0.0, 0

    def take(self, now):
        """Whatever has come goes into the line, or is lost."""
        while True:
            try:
                packet = os.read(self.source_fd, PACKET_BYTES)
            except OSError:
                return
            line = self.line
            begins = max(now, self.free_at)
            if line.is_cut or self.chance.random() < line.loss or begins - now > QUEUE_S:
                continue
            self.free_at = begins + len(packet) * 8 / line.rate_bit_s
            due = self.free_at + line.delay_s + self.chance.uniform(-line.jitter_s, line.jitter_s)
            self.last_due = max(due, self.last_due)  # a line does not change the order
            self.n += 1
            heapq.heappush(self.waiting, (self.last_due, self.n, packet))

    def give(self, now):
        while self.waiting and self.waiting[0][0] <= now:
            packet = heapq.heappop(self.waiting)[2]
            with contextlib.suppress(OSError):  # the device has gone, or is not ready yet
                if not self.line.is_cut:
                    os.write(self.target_fd, packet)

    def next_due(self):
        return self.waiting[0][0] if self.waiting else None


class Line:
    """Between the server's namespace and one of its own, far; host is the server's address on it."""

    def __init__(self, near, number, delay_s=0.0, jitter_s=0.0, loss=0.0, rate_bit_s=1e9):
        self.delay_s, self.jitter_s, self.loss, self.rate_bit_s, self.is_cut = delay_s, jitter_s, loss, rate_bit_s, False
        self.far, self.host = f"{near}f{number}", f"10.231.{number}.1"
        self.fds, self.is_over = [], threading.Event()
        self.thread = threading.Thread(target=self.run)
        ip("netns", "add", self.far)
        peer = f"10.231.{number}.2"
        self.fds = [tun(f"sc{os.getpid()}a{number}", near, self.host, peer), tun(f"sc{os.getpid()}b{number}", self.far, peer, self.host)]
        self.ways = [Direction(self, *self.fds, SEED + 2 * number), Direction(self, *self.fds[::-1], SEED + 2 * number + 1)]
        self.thread.start()

    def run(self):
        while not self.is_over.is_set():
            dues = [due for due in (way.next_due() for way in self.ways) if due is not None]
            wait = min([0.1] + [max(0.0, due - time.monotonic()) for due in dues])
            select.select(self.fds, [], [], wait)
            for way in self.ways:
                now = time.monotonic()
                way.take(now)
                way.give(now)

    def close(self):
        self.is_over.set()
        if self.thread.ident:
            self.thread.join()
        for fd in self.fds:
            os.close(fd)
        subprocess.run(["ip", "netns", "del", self.far], capture_output=True, check=False)

    def break_far_end(self):
        """The far end is gone without a word, as a machine that lost its power."""
        self.is_cut = True
        subprocess.run(["ip", "netns", "del", self.far], capture_output=True, check=False)


@contextlib.contextmanager
def lines(*profiles):
    """Gives the server's namespace and a line for each profile: the keywords of Line."""
    near, made = f"sclink{os.getpid()}", []
    try:
        ip("netns", "add", near)
        ip("-n", near, "link", "set", "lo", "up")
        for number, profile in enumerate(profiles, 1):
            made.append(Line(near, number, **profile))
        yield near, made
    except FileNotFoundError as error:
        raise Impossible("no ip") from error
    finally:
        for line in made:
            line.close()
        subprocess.run(["ip", "netns", "del", near], capture_output=True, check=False)
