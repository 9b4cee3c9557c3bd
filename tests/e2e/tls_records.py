"""TLS below what Python's ssl lets one do: whatever message behind the handshake, in whatever records, as many as wanted. ssl shakes hands
and tells the secrets; from then on records are made here. Suite: AES-128-GCM with SHA-256."""

import hashlib
import hmac
import socket
import ssl
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import wire

ALERT, HANDSHAKE, DATA = 21, 22, 23
NO_RENEGOTIATION = b"\x01\x64"
KEPT, REQUESTED = b"\x18\0\0\1\0", b"\x18\0\0\1\1"  # KeyUpdate, and whether the other side is to do the same


def digest(key, *parts):
    return hmac.digest(key, b"".join(parts), hashlib.sha256)


def expand_label(secret, label, n_bytes):
    """RFC 8446 section 7.1, without a context."""
    label = b"tls13 " + label
    return digest(secret, struct.pack("!HB", n_bytes, len(label)), label, b"\0\1")[:n_bytes]


def prf(secret, seed, n_bytes):
    """RFC 5246 section 5."""
    out, a = b"", seed
    while len(out) < n_bytes:
        a = digest(secret, a)
        out += digest(secret, a, seed)
    return out[:n_bytes]


class Side13:
    """What one side of TLS 1.3 writes."""

    def __init__(self, secret):
        self.begin(secret)

    def begin(self, secret):
        self.secret, self.n = secret, 0
        self.key, self.iv = AESGCM(expand_label(secret, b"key", 16)), int.from_bytes(expand_label(secret, b"iv", 12), "big")

    def update(self):
        self.begin(expand_label(self.secret, b"traffic upd", 32))

    def nonce(self):
        self.n += 1
        return (self.iv ^ self.n - 1).to_bytes(12, "big")

    def seal(self, kind, data):
        head = struct.pack("!BHH", DATA, 0x303, len(data) + 17)
        return head + self.key.encrypt(self.nonce(), data + bytes([kind]), head)

    def open(self, head, data):
        inner = self.key.decrypt(self.nonce(), data, head).rstrip(b"\0")
        return inner[-1], inner[:-1]


class Side12:
    """The same of TLS 1.2; Finished was the first record."""

    def __init__(self, key, iv):
        self.key, self.iv, self.n = AESGCM(key), iv, 1

    def extra(self, kind, n_bytes):
        self.n += 1
        return struct.pack("!QBHH", self.n - 1, kind, 0x303, n_bytes)

    def seal(self, kind, data):
        extra = self.extra(kind, len(data))
        return struct.pack("!BHH", kind, 0x303, len(data) + 24) + extra[:8] + self.key.encrypt(self.iv + extra[:8], data, extra)

    def open(self, head, data):
        return head[0], self.key.decrypt(self.iv + data[:8], data[8:], self.extra(head[0], len(data) - 24))


class Talk:
    """A connection behind its handshake. hello: the client's first message; ours and theirs: the two sides."""

    def __init__(self, server, folder, version, protocol="http/1.1"):
        self.socket = socket.create_connection((server.host, server.port), wire.patience(10))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = context.maximum_version = version
        context.set_ciphers("ECDHE+AESGCM")
        context.set_alpn_protocols([protocol])
        secrets = folder / f"secrets-{self.socket.getsockname()[1]}"
        context.keylog_filename = str(secrets)
        come, gone = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.shake(context.wrap_bio(come, gone, server_hostname="localhost"), come, gone)
        known = dict(line.split(" ")[::2] for line in secrets.read_text().splitlines() if line[0] != "#")
        if version == ssl.TLSVersion.TLSv1_3:
            self.ours, self.theirs = (Side13(bytes.fromhex(known[f"{who}_TRAFFIC_SECRET_0"])) for who in ("CLIENT", "SERVER"))
        else:
            keys = prf(bytes.fromhex(known["CLIENT_RANDOM"]), b"key expansion" + self.answer[11:43] + self.hello[6:38], 40)
            self.ours, self.theirs = Side12(keys[:16], keys[32:36]), Side12(keys[16:32], keys[36:])

    def shake(self, tls, come, gone):
        self.hello, self.answer, is_done = b"", b"", False
        while not is_done:
            try:
                tls.do_handshake()
                is_done = True
            except ssl.SSLWantReadError:
                pass
            said = gone.read()
            self.hello = self.hello or said[5:]
            self.socket.sendall(said)
            if not is_done:
                heard = self.socket.recv(65536)
                assert heard, "the server left in the middle of the handshake"
                self.answer += heard
                come.write(heard)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def records(self, *messages):
        """Records, a handshake message in each; behind a KeyUpdate with new keys."""
        out = b""
        for message in messages:
            out += self.ours.seal(HANDSHAKE, message)
            if message in (KEPT, REQUESTED):
                self.ours.update()
        return out

    def send(self, *messages):
        self.socket.sendall(self.records(*messages))

    def take(self, n_bytes):
        data = b""
        while len(data) < n_bytes:
            piece = self.socket.recv(n_bytes - len(data))
            if not piece:
                raise ConnectionResetError("the server has ended it")
            data += piece
        return data

    def read(self):
        """(kind, content) of the next record; ConnectionResetError at the end."""
        head = self.take(5)
        kind, data = self.theirs.open(head, self.take(int.from_bytes(head[3:], "big")))
        if (kind, data) == (HANDSHAKE, KEPT):
            self.theirs.update()
        return kind, data

    def read_to_end(self):
        """All records until the server is gone."""
        found = []
        try:
            while True:
                found.append(self.read())
        except (ConnectionResetError, BrokenPipeError):
            return found

    def ask(self, path="/healthz"):
        """The answer to a request, the records before it: (answer, records)."""
        self.socket.sendall(self.ours.seal(DATA, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()))
        before = []
        while True:
            kind, data = self.read()
            if kind == DATA:
                return data, before
            before.append((kind, data))
