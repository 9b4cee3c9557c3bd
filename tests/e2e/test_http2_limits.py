"""What one HTTP/2 connection may do in vain: all of it, and it goes on; more, and it is sent away and counted. What comes back as
time goes by is in tests/unit/test_budget.c; that others do not notice in test_http2.py."""

import pytest

import wire

frames = pytest.importorskip("hyperframe.frame", reason="python3-hyperframe is not installed")
http2 = pytest.importorskip("http2", reason="python3-h2 is not installed")

ENHANCE_YOUR_CALM = 11
LAST = 19_999  # a stream behind all others
REGAINED = 50  # may come back while so much is sent


def times(frame):
    return lambda rude, n: b"".join(frame(rude, i) for i in range(n))


def reset(rude, i):
    return rude.request(2 * i + 1) + frames.RstStreamFrame(2 * i + 1, error_code=8).serialize()


def ping(rude, i):
    return frames.PingFrame(0, opaque_data=b"12345678").serialize()


def priority(rude, i):
    return frames.PriorityFrame(2 * i + 1, depends_on=0, stream_weight=1).serialize()


def acknowledged(rude, i):
    return frames.SettingsFrame(0).serialize()


def empty_data(rude, n):
    return rude.request(1, is_end=False, path=b"/plot.jpg", method=b"PUT") + frames.DataFrame(1, data=b"").serialize() * n


def settings_of(rude, n):
    return frames.SettingsFrame(0, settings={0x80 + i: i for i in range(n)}).serialize()


def continuations(rude, n):
    """A whole request in so many pieces behind its first."""
    first = frames.Frame.parse_frame_header(memoryview(rude.request(1)[:9]))[0]
    block = rude.request(1)[9:]
    assert isinstance(first, frames.HeadersFrame) and len(block) > n
    head = frames.HeadersFrame(1, data=block[:len(block) - n])
    head.flags.add("END_STREAM")
    rest = [frames.ContinuationFrame(1, data=block[len(block) - n + i:len(block) - n + i + 1]) for i in range(n)]
    rest[-1].flags.add("END_HEADERS")
    return b"".join(frame.serialize() for frame in [head, *rest])


# name: what n of them are, how many there may be, how many are too many
BUDGETS = {
    "resets": (times(reset), 100, 101 + REGAINED),
    "pings": (times(ping), 100, 101),  # in one piece, so that nothing comes back
    "priorities": (times(priority), 4096, 4097 + 100 * REGAINED),
    "empty-data": (empty_data, 100, 101 + REGAINED),
    "continuations": (continuations, 8, 9),
    "settings": (settings_of, 16, 17),
    "acknowledgements": (times(acknowledged), 100, 101),
}


class Watched(http2.Rude):
    """It has been welcomed, and hears all that is said to it."""

    def __init__(self, server):
        super().__init__(server)
        self.heard = b""
        self.until(lambda told: any(isinstance(one, frames.SettingsFrame) and "ACK" in one.flags for one in told))

    def told(self):
        found, rest = [], self.heard
        while len(rest) >= 9:
            frame, length = frames.Frame.parse_frame_header(memoryview(rest[:9]))
            if len(rest) < 9 + length:
                break
            frame.parse_body(memoryview(rest[9:9 + length]))
            found.append(frame)
            rest = rest[9 + length:]
        return found

    def until(self, check):
        """Returns whether it came before the end."""
        while not check(self.told()):
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                return False
            self.heard += data
        return True

    def is_answered(self):
        self.socket.sendall(self.request(LAST))
        return self.until(lambda told: any(isinstance(one, frames.HeadersFrame) and one.stream_id == LAST for one in told))

    def is_sent_away(self):
        self.until(lambda told: False)
        return http2.goaway(self.heard) in (ENHANCE_YOUR_CALM, None)  # None: it was cut before that could be said


def floods(server):
    return server.metrics()["stillcast_limit_hits_total", {"limit": "http2"}]


@pytest.mark.parametrize("name", BUDGETS)
def test_a_connection_may_use_up_its_budget_and_not_one_more(server, name):
    make, most, too_many = BUDGETS[name]
    s = server()
    with Watched(s) as frugal:
        frugal.socket.sendall(make(frugal, most))
        assert frugal.is_answered(), f"{most} {name} are too many"
    assert floods(s) == 0
    with Watched(s) as flooder:
        try:
            flooder.socket.sendall(make(flooder, too_many))
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert flooder.is_sent_away()
    wire.eventually(lambda: floods(s) == 1)
