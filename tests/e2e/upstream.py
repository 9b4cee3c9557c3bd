"""Servers to pull from, scripted: each connection is given to a function that writes what it likes. Ended with the test."""

import socket
import threading

import wire


class Request:
    """What the client asked: method, target, fields (lower-case names)."""

    def __init__(self, raw):
        lines = raw.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = lines[0].split(" ")
        self.fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}


class Peer:
    """One connection of a client, at the server's end."""

    def __init__(self, connection):
        self.socket = connection

    def read_request(self):
        """The next request, or None when the client has left."""
        raw = b""
        while not raw.endswith(b"\r\n\r\n"):
            byte = self.socket.recv(1)
            if not byte:
                return None
            raw += byte
        return Request(raw)

    def send(self, *pieces):
        for piece in pieces:
            self.socket.sendall(piece)

    def answer(self, body=b"", status="200 OK", **fields):
        """A whole answer with its length; names of fields are written with _ for -."""
        fields = {"Content-Length": len(body), **{name.replace("_", "-"): value for name, value in fields.items()}}
        head = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
        self.send(head.encode("latin-1") + b"\r\n" + body)

    def wait_for_end(self):
        """Until the client closes; what it sends meanwhile is thrown away."""
        while self.socket.recv(65536):
            pass

    def reset(self):
        wire.Conn.reset(self)


class Upstream:
    """Listens on a port of the system's choice and runs script(peer, n), n from 1, for every connection; tls: an SSLContext."""

    def __init__(self, script, family=socket.AF_INET, tls=None, port=0):
        self.script, self.tls = script, tls
        self.listener = socket.create_server(("::1" if family == socket.AF_INET6 else "127.0.0.1", port), family=family)
        self.port = self.listener.getsockname()[1]
        host = "[::1]" if family == socket.AF_INET6 else "127.0.0.1"
        self.host = f"{host}:{self.port}"
        self.url = f"{'https' if tls else 'http'}://{self.host}/"
        self.n_connections, self.problems, self.sockets = 0, [], []
        self.is_over = False
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        assert not self.problems, self.problems[:3]

    def stop(self):
        self.is_over = True
        for one in (self.listener, *self.sockets):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
        self.thread.join()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.n_connections += 1
            self.sockets.append(connection)
            threading.Thread(target=self._serve, args=(connection, self.n_connections), daemon=True).start()

    def _serve(self, connection, n):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
                self.sockets.append(connection)
            self.script(Peer(connection), n)
        except OSError:
            pass  # the client has left, or did not like our certificate
        except Exception as problem:  # noqa: BLE001: the test must fail with it
            if not self.is_over:
                self.problems.append(repr(problem))
        finally:
            connection.close()


def pump(one, other):
    """Sends on what one socket gets, to its end."""
    try:
        while (data := one.recv(65536)):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass
