"""HTTP/2 frame by frame: a client that keeps the rules (python3-h2), and one that breaks them (hyperframe)."""

import socket

import h2.config
import h2.connection
import h2.events
import hyperframe.frame as frames

import wire

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Client:
    """One connection to the server by prior knowledge. events[stream id]: what came for it; body(id), head(id)."""

    def __init__(self, server):
        self.authority = f"{server.host}:{server.port}"
        self.socket = socket.create_connection((server.host, server.port), wire.patience(10))
        self.conn = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8", validate_outbound_headers=False))
        self.heads, self.bodies, self.ended, self.resets = {}, {}, set(), {}
        self.goaway, self.is_closed = None, False
        self.holds = set()  # streams whose window is not given back
        self.conn.initiate_connection()
        self.conn.increment_flow_control_window(2 ** 30)
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        data = self.conn.data_to_send()
        if data:
            self.socket.sendall(data)

    def ask(self, path, method="GET", fields=(), body=None, is_open=False, authority=None):
        number = self.conn.get_next_available_stream_id()
        head = [(":method", method), (":path", path), (":scheme", "http"), (":authority", authority or self.authority)]
        self.conn.send_headers(number, head + list(fields), end_stream=body is None and not is_open)
        self.bodies[number] = b""
        if body is not None:
            self.send(number, body, not is_open)
        self.flush()
        return number

    def send(self, number, data, is_end):
        while data or is_end:
            room = min(self.conn.local_flow_control_window(number), self.conn.max_outbound_frame_size)
            if room == 0 and data:
                self.hear()
                continue
            piece, data = data[:room], data[room:]
            self.conn.send_data(number, piece, end_stream=is_end and not data)
            self.flush()
            if not data:
                return

    def hear(self):
        """Reads once. Returns whether the connection is still there."""
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            self.is_closed = True
            return False
        events = self.conn.receive_data(data)
        over = {event.stream_id for event in events
                if isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset))}
        for event in events:
            self.note(event, over)
        self.flush()
        return True

    def note(self, event, over):
        number = getattr(event, "stream_id", None)
        if isinstance(event, h2.events.ResponseReceived):
            self.heads[number] = dict(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self.bodies[number] = self.bodies.get(number, b"") + event.data
            if number not in self.holds and event.flow_controlled_length:
                self.conn.increment_flow_control_window(event.flow_controlled_length)
                if number not in over:
                    self.conn.increment_flow_control_window(event.flow_controlled_length, number)
        elif isinstance(event, h2.events.StreamEnded):
            self.ended.add(number)
        elif isinstance(event, h2.events.StreamReset):
            self.resets[number] = event.error_code
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.goaway = event.error_code

    def until(self, check):
        while not check():
            assert self.hear(), "the server closed the connection"

    def answer(self, number):
        """(status, head, body) of a whole answer."""
        self.until(lambda: number in self.ended or number in self.resets)
        assert number not in self.resets or number in self.ended, f"reset: {self.resets[number]}"
        return int(self.heads[number][":status"]), self.heads[number], self.bodies[number]

    def get(self, path, **more):
        return self.answer(self.ask(path, **more))

    def parts(self, number, n):
        """The first n pictures of a multipart stream."""
        def found():
            pictures, rest = [], self.bodies[number]
            while b"\r\n\r\n" in rest:
                head, rest = rest.split(b"\r\n\r\n", 1)
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                if len(rest) < length:
                    break
                pictures.append(rest[:length])
                rest = rest[length:]
            return pictures
        self.until(lambda: len(found()) >= n)
        return found()[:n]


class Rude:
    """Sends whatever frames it is told to."""

    def __init__(self, server):
        self.authority = f"{server.host}:{server.port}"
        self.socket = socket.create_connection((server.host, server.port), wire.patience(10))
        self.socket.sendall(PREFACE + frames.SettingsFrame(0).serialize())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def request(self, number, is_end=True, path=b"/healthz", method=b"GET"):
        """HEADERS without any compression (RFC 7541 section 6.2.2)."""
        fields = [(b":method", method), (b":scheme", b"http"), (b":path", path), (b":authority", self.authority.encode())]
        block = b"".join(b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value for name, value in fields)
        frame = frames.HeadersFrame(number, data=block)
        frame.flags.add("END_HEADERS")
        if is_end:
            frame.flags.add("END_STREAM")
        return frame.serialize()

    def send_until_told_to_go(self, pieces):
        """Gives the error of the GOAWAY that answers the pieces; None: the connection just ended."""
        heard = b""
        self.socket.settimeout(0)
        for piece in pieces:
            while piece:
                try:
                    heard += self.socket.recv(65536)
                    if goaway(heard) is not None:
                        return goaway(heard)
                except BlockingIOError:
                    pass
                except OSError:
                    return goaway(heard)
                try:
                    piece = piece[self.socket.send(piece):]
                except BlockingIOError:
                    continue
                except OSError:
                    return goaway(heard)
        raise AssertionError("it may go on for ever")


def goaway(heard):
    """The error of the GOAWAY in these bytes."""
    found = None
    while len(heard) >= 9:
        frame, length = frames.Frame.parse_frame_header(memoryview(heard[:9]))
        if len(heard) < 9 + length:
            break
        frame.parse_body(memoryview(heard[9:9 + length]))
        if isinstance(frame, frames.GoAwayFrame):
            found = frame.error_code
        heard = heard[9 + length:]
    return found
