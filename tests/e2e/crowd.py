"""Many viewers in one thread, each picture of each of them checked: torn, foreign or out of order is a problem."""

import random
import re
import resource
import selectors
import socket
import struct
import threading
import time

import pictures

LENGTH = re.compile(rb"Content-Length: (\d+)\r\n")
READ_BYTES = 1 << 18


def allow_descriptors(n):
    """Returns whether this process may have so many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < n:
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return True


class Member:
    """One viewer: what has come of it and was not understood yet."""

    def __init__(self, server, name, receive_bytes=None):
        self.name, self.buffer, self.seq, self.n_seen, self.is_begun = name, b"", 0, 0, False
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.connect((server.host, server.port))
        self.socket.sendall(f"GET /{name}.mjpg HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n\r\n".encode())
        self.socket.setblocking(False)

    def take(self, data):
        """Gives how many whole pictures there are now."""
        self.buffer += data
        n = 0
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return n
            if not self.is_begun:
                assert self.buffer.startswith(b"HTTP/1.1 200 "), self.buffer[:200]
                self.is_begun, self.buffer = True, self.buffer[end + 4:]
                continue
            found = LENGTH.search(self.buffer, 0, end + 2)
            assert found, f"{self.name}: part head {self.buffer[:end]!r}"
            start, length = end + 4, int(found.group(1))
            if len(self.buffer) < start + length:
                return n
            self.see(self.buffer[start:start + length])
            self.buffer = self.buffer[start + length:]
            n += 1

    def see(self, picture):
        if picture[6:6 + len(pictures.MAGIC)] == pictures.MAGIC:  # not a placeholder
            seq = pictures.check(picture)
            assert seq >= self.seq, f"{self.name}: {seq} after {self.seq}"
            self.seq = seq
        self.n_seen += 1


class Crowd:
    """So many viewers at a time, so many a second leaving and coming, until the end of the block."""

    def __init__(self, server, names, n_members, churn_hz=0, seed=1):
        self.server, self.names, self.n_wanted, self.churn_hz = server, names, n_members, churn_hz
        self.chance = random.Random(seed)
        self.selector, self.members, self.problems = selectors.EpollSelector(), [], []
        self.n_pictures = self.n_visits = self.n_lost = self.n_resets_due = 0
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()
        assert not self.problems, self.problems[:3]

    def reset(self, n):
        """So many leave at once, rudely."""
        self.n_resets_due = n

    def come(self):
        member = Member(self.server, self.chance.choice(self.names))
        self.members.append(member)
        self.selector.register(member.socket, selectors.EVENT_READ, member)
        self.n_visits += 1

    def leave(self, member, is_rude):
        self.selector.unregister(member.socket)
        if is_rude:
            member.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        member.socket.close()
        self.members.remove(member)

    def read(self, member):
        try:
            data = member.socket.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except ConnectionResetError:
            data = b""
        if not data:
            self.n_lost += 1
            self.leave(member, False)
            return
        self.n_pictures += member.take(data)

    def turn(self, churn_at):
        for key, _ in self.selector.select(0.02):
            self.read(key.data)
        while self.n_resets_due and self.members:
            self.leave(self.members[0], True)
            self.n_resets_due -= 1
        if self.churn_hz and time.monotonic() >= churn_at:
            if len(self.members) >= self.n_wanted:
                self.leave(self.chance.choice(self.members), self.chance.random() < 0.5)
            churn_at += 1 / self.churn_hz
        for _ in range(20):  # a few at a time: the others must be read
            if len(self.members) < self.n_wanted:
                self.come()
        return churn_at

    def run(self):
        try:
            churn_at = time.monotonic()
            while not self.is_over.is_set():
                churn_at = self.turn(churn_at)
        except Exception as problem:  # noqa: BLE001: the test must fail with it
            self.problems.append(repr(problem))
        for member in list(self.members):
            self.leave(member, self.chance.random() < 0.5)
        self.selector.close()
