"""What RFC 9113 and RFC 7541 ask of a server, case by case: section, name, what is sent behind the preface, what must come.
There is a stream "plot" with a picture; /plot.mjpg stays open, /healthz answers "ok"."""

import pictures
from http2_expect import answer, answers, either, error, is_alive, nothing, of_error, over, refused, sees, stream
from http2_raw import (ACK, CANCEL, COMPRESSION_ERROR, CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, FLOW_CONTROL_ERROR,
                       FRAME_SIZE_ERROR, GOAWAY, HEADERS, LAST, NO_ERROR, PADDED, PING, PREFACE, PRIORITIZED, PRIORITY, PROTOCOL_ERROR,
                       PUSH_PROMISE, REFUSED_STREAM, RST_STREAM, SETTINGS, STREAM_CLOSED, WINDOW_UPDATE, frame, goaway, head, headers,
                       huffman, in_pieces, indexed, integer, padded, ping, plain, priority, remembered, request, reset, settings, string,
                       table_size, window)

BEGIN = PREFACE + settings()
PICTURE = pictures.jpeg(1)
MAX_WINDOW = 2 ** 31 - 1
CASES = []


class Case:
    """check(talk) fails unless what must come has come; is_error: it is for something that no server may put up with."""

    def __init__(self, section, name, check, data):
        self.section, self.name, self.check, self.data = section, name, check, data
        self.is_error = getattr(check, "is_error", False)

    def __str__(self):
        return f"{self.section}, {self.name}"


def case(section, name, check, *pieces, begin=BEGIN):
    CASES.append(Case(section, name, check, begin + b"".join(pieces)))


def watch(number=1):
    """A stream that stays half-closed: it is answered without end."""
    return request(number=number, path=b"/plot.mjpg")


def put(*fields, number=1, flags=END_HEADERS):
    """A stream that stays open: its body is to come."""
    return request(*fields, number=number, flags=flags, method=b"PUT", path=b"/strict.jpg")


def data(payload=b"", flags=END_STREAM, number=1):
    return frame(DATA, flags, number, payload)


def length(n):
    return b"content-length", b"%d" % n


def filled(n_bytes):
    """A request's block of just so many bytes."""
    return head() + plain(b"x", b"y" * (n_bytes - len(head()) - 6))


# RFC 9113, 3: beginnings

def hello(talk):
    talk.settle()
    assert talk.n_acks == 1 and talk.settings[3] >= 100, talk.settings
    is_alive(talk)


case("9113 3.4", "the server says its settings and acknowledges ours", hello)
case("9113 3.4", "a request in the first bytes, before the server has said anything", answer(200, body=b"ok\n"), request())


def not_http2(talk):
    """It is no request of HTTP/1 either."""
    heard = b"".join(iter(lambda: talk.socket.recv(65536), b""))
    assert heard.startswith(b"HTTP/1.1 505 "), heard


case("9113 3.4", "a preface with one wrong byte", not_http2, begin=PREFACE.replace(b"SM", b"SN") + settings() + request())
case("9113 3.4", "a preface twice", over(PROTOCOL_ERROR, FRAME_SIZE_ERROR), PREFACE)
case("9113 3.4", "an HTTP/1 request behind the preface", over(PROTOCOL_ERROR, FRAME_SIZE_ERROR), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
for what, first in [("HEADERS", request()), ("PING", ping()), ("WINDOW_UPDATE", window(0, 1)), ("a frame of an unknown type", frame(0x33)),
                    ("the acknowledgement of SETTINGS", settings(flags=ACK))]:
    case("9113 3.4", f"{what} instead of SETTINGS", over(PROTOCOL_ERROR), first, settings(), begin=PREFACE)

# 4: frames and header blocks

case("9113 4.1", "a frame of an unknown type on the connection", nothing, frame(0x16, 0, 0, b"x" * 8))
case("9113 4.1", "a frame of an unknown type on an idle stream", nothing, frame(0xff, 0xff, 77, b"x" * 8))
case("9113 4.1", "a frame of an unknown type on a stream that is answered", nothing, watch(), frame(0x16, 0, 1, b"x" * 8))
case("9113 4.1", "a frame of an unknown type between DATA", answer(200, 201), put(), data(PICTURE[:9], 0), frame(0x16, 0, 1), data(PICTURE[9:]))
case("9113 4.1", "flags without meaning in PING", nothing, frame(PING, 0xfe, 0, b"12345678"))
case("9113 4.1", "flags without meaning in HEADERS", answer(200), headers(flags=LAST | 0xd2 & ~PADDED & ~PRIORITIZED))
case("9113 4.1", "flags without meaning in DATA", answer(200, 201), put(), data(PICTURE, 0xf6 | END_STREAM))
case("9113 4.1", "flags without meaning in SETTINGS, WINDOW_UPDATE, RST_STREAM and PRIORITY", nothing, frame(SETTINGS, 0xfe), frame(WINDOW_UPDATE, 0xff, 0, b"\0\0\0\1"),
     frame(PRIORITY, 0xff, 5, b"\0\0\0\0\1"), watch(), frame(RST_STREAM, 0xff, 1, b"\0\0\0\x08"))
case("9113 4.1", "the reserved bit of a stream's number, set in PING", nothing, frame(PING, 0, 1 << 31, b"12345678"))
case("9113 4.1", "the reserved bit of a stream's number, set in HEADERS", answer(200), request(number=1 << 31 | 1))

case("9113 4.2", "DATA of 16384 bytes", answer(400, 415), put(), data(b"x" * 16384))
case("9113 4.2", "DATA of 16385 bytes", error(FRAME_SIZE_ERROR), put(), data(b"x" * 16385))
case("9113 4.2", "HEADERS of 16384 bytes", answer(431), headers(block=filled(16384)))
case("9113 4.2", "HEADERS of 16385 bytes", over(FRAME_SIZE_ERROR), headers(block=filled(16385)))
case("9113 4.2", "SETTINGS of 16386 bytes", over(FRAME_SIZE_ERROR), frame(SETTINGS, 0, 0, b"\xff\0\0\0\0\0" * 2731))
case("9113 4.2", "a frame of an unknown type of 16384 bytes", nothing, frame(0x16, 0, 0, bytes(16384)))
case("9113 4.2", "a frame of an unknown type of 16385 bytes", over(FRAME_SIZE_ERROR), frame(0x16, 0, 0, bytes(16385)))
case("9113 4.2", "a frame that is told to be of 16 MiB", over(FRAME_SIZE_ERROR), frame(DATA, 0, 1, length=2 ** 24 - 1))

case("9113 4.3", "a header block that refers to nothing", over(COMPRESSION_ERROR), headers(block=head() + indexed(120)))
case("9113 4.3", "a header block that is cut short", over(COMPRESSION_ERROR), headers(block=head()[:-1]))
case("9113 4.3", "a header block of another stream is as broken", over(COMPRESSION_ERROR), watch(), headers(number=3, block=b"\x00\x85\xf2"))
case("9113 4.3", "the block of a request that is refused is still remembered", answers(3),
     headers(block=head() + remembered(b"Upper", b"x") + remembered(b"x-b", b"y")), headers(number=3, block=head() + indexed(62)))
for what, other in [("PING", ping()), ("SETTINGS", settings()), ("DATA", data(number=1)), ("PRIORITY", priority(1)), ("WINDOW_UPDATE", window(1, 1)),
                    ("RST_STREAM", reset(1)), ("a frame of an unknown type", frame(0x16, 0, 1)), ("HEADERS of another stream", request(number=3)),
                    ("CONTINUATION of another stream", frame(CONTINUATION, END_HEADERS, 3))]:
    case("9113 4.3", f"{what} within a header block", over(PROTOCOL_ERROR), headers(block=head()[:20], flags=END_STREAM), other,
         frame(CONTINUATION, END_HEADERS, 1, head()[20:]))

# 5: streams


def or_passed_over(check):
    """RFC 9113 lets a server treat it as an error, where RFC 7540 made it; it must never be taken."""
    return either(check, nothing)


for what, other in [("DATA", data(b"x")), ("RST_STREAM", reset(1)), ("WINDOW_UPDATE", window(1, 1)), ("CONTINUATION", frame(CONTINUATION, END_HEADERS, 1))]:
    case("9113 5.1", f"{what} on an idle stream", over(PROTOCOL_ERROR), other)
case("9113 5.1", "WINDOW_UPDATE on a stream that the server could begin", over(PROTOCOL_ERROR), window(2, 1))
case("9113 5.1", "RST_STREAM on a stream that the server could begin", over(PROTOCOL_ERROR), reset(2))
case("9113 5.1", "PRIORITY on an idle stream", nothing, priority(9))
case("9113 5.1", "DATA on a stream that we have ended", error(STREAM_CLOSED), watch(), data(b"x"))
case("9113 5.1", "HEADERS on a stream that we have ended", error(STREAM_CLOSED), watch(), request())
case("9113 5.1", "CONTINUATION on a stream that we have ended", over(PROTOCOL_ERROR, STREAM_CLOSED), watch(), frame(CONTINUATION, END_HEADERS, 1, head()))
case("9113 5.1", "WINDOW_UPDATE, PRIORITY and RST_STREAM on a stream that we have ended", nothing, watch(), window(1, 5), priority(1), reset(1))
case("9113 5.1", "DATA behind our RST_STREAM", or_passed_over(error(STREAM_CLOSED)), put(), reset(1), data(b"x"))
case("9113 5.1", "HEADERS behind our RST_STREAM", error(STREAM_CLOSED), put(), reset(1), request())
case("9113 5.1", "CONTINUATION behind our RST_STREAM", over(PROTOCOL_ERROR, STREAM_CLOSED), put(), reset(1), frame(CONTINUATION, END_HEADERS, 1, head()))
case("9113 5.1", "WINDOW_UPDATE, PRIORITY and RST_STREAM behind our RST_STREAM", nothing, watch(), reset(1), window(1, 5), priority(1), reset(1))


def behind_the_end(later, check):
    """later goes out when stream 1 has been answered."""
    def then(talk):
        talk.until(lambda: 1 in talk.ended)
        talk.send(later)
        check(talk)
    then.is_error = getattr(check, "is_error", False)
    return then


case("9113 5.1", "DATA on a stream that both have ended", behind_the_end(data(b"x"), or_passed_over(error(STREAM_CLOSED))), request())
case("9113 5.1", "HEADERS on a stream that both have ended", behind_the_end(request(), error(STREAM_CLOSED)), request())
case("9113 5.1", "CONTINUATION on a stream that both have ended", behind_the_end(frame(CONTINUATION, END_HEADERS, 1, head()), over(PROTOCOL_ERROR, STREAM_CLOSED)), request())
case("9113 5.1", "WINDOW_UPDATE, PRIORITY and RST_STREAM on a stream that both have ended", behind_the_end(window(1, 5) + priority(1) + reset(1), nothing), request())

case("9113 5.1.1", "a request on a stream with an even number", over(PROTOCOL_ERROR), request(number=2))
case("9113 5.1.1", "a request on stream 0", over(PROTOCOL_ERROR), request(number=0))
case("9113 5.1.1", "numbers may be left out", answers(1, 5, 101), request(number=1), request(number=5), request(number=101))
case("9113 5.1.1", "a number lower than the one before", over(PROTOCOL_ERROR), request(number=5), request(number=3))
case("9113 5.1.1", "a number that was left out, later", over(PROTOCOL_ERROR), request(number=1), request(number=9), request(number=11), request(number=7))
case("9113 5.1.1", "a number a second time", error(PROTOCOL_ERROR, STREAM_CLOSED), watch(), watch())
case("9113 5.1.1", "the highest number", answer(200, number=MAX_WINDOW - 4), request(number=MAX_WINDOW - 4))


def one_too_many(talk):
    talk.until(lambda: len(talk.heads) + len(talk.resets) >= 257)
    talk.settle()
    assert (talk.resets == {513: REFUSED_STREAM} and len(talk.heads) == 256) or (talk.is_closed and talk.goaway[0] == PROTOCOL_ERROR), talk.resets


case("9113 5.1.2", "more streams than the server allows", one_too_many, *[watch(2 * n + 1) for n in range(257)])
case("9113 5.1.2", "more streams than the server allows, which is known by now", one_too_many, settings(flags=ACK), *[watch(2 * n + 1) for n in range(257)])
case("9113 5.1.2", "streams that are over do not count", answer(200, number=801), *[watch(2 * n + 1) for n in range(200)],
     *[reset(2 * n + 1) for n in range(90)], *[watch(2 * n + 1) for n in range(200, 289)], request(number=801))


def own_window(talk):
    """Stream 1 is not given a window: stream 3 does not need it."""
    answer(200, number=3)(talk)
    assert 1 in talk.heads and not talk.bodies[1], "without a window there is no DATA"


case("9113 5.2", "a stream without a window holds up no other", own_window, settings((4, 0)), request(path=b"/plot.jpg"), request(number=3), window(3, 1000))
case("9113 5.3", "PRIORITY of a stream that depends on itself", either(nothing, error(PROTOCOL_ERROR)), watch(), priority(1, depends_on=1))
case("9113 5.3", "HEADERS of a stream that depends on itself", either(answer(200), error(PROTOCOL_ERROR)), headers(flags=LAST | PRIORITIZED, block=b"\0\0\0\1\x0f" + head()))
case("9113 5.3", "exclusive dependencies on streams that are not there", answers(1, 3), priority(7, 1 << 31), priority(1, 1 << 31 | 99),
     headers(flags=LAST | PRIORITIZED, block=b"\x80\0\0\x63\xff" + head()), request(number=3))


def names_the_last(number):
    def check(talk):
        over(PROTOCOL_ERROR)(talk)
        assert talk.goaway[1] == number, talk.goaway
    return of_error(check)


case("9113 5.4.1", "GOAWAY tells the last stream that was looked at", names_the_last(5), request(number=1), request(number=5), frame(PING, 0, 3, b"12345678"))
case("9113 5.4.1", "GOAWAY tells 0 when there was none", names_the_last(0), frame(PING, 0, 3, b"12345678"))
case("9113 5.4.1", "nothing is answered behind a connection error", over(PROTOCOL_ERROR), frame(PING, 0, 3, b"12345678"), request())


def spares(number):
    def check(talk):
        stream(PROTOCOL_ERROR)(talk)
        assert number in talk.heads
    return of_error(check)


case("9113 5.4.2", "a stream's error spares those before it", spares(3), put(length(2)), watch(3), data(b"x"))
case("9113 5.4.2", "a stream's error spares those behind it", spares(3), request((b"Upper", b"x")), watch(3))
case("9113 5.4.2", "no RST_STREAM answers RST_STREAM", nothing, watch(), reset(1, PROTOCOL_ERROR), reset(1, STREAM_CLOSED))
case("9113 5.5", "unknown settings", nothing, settings((0x99, 1), (0xffff, 2 ** 32 - 1)))
case("9113 5.5", "unknown frames between the frames of a request", answer(200, 201), frame(0x50, 0, 1), put(), frame(0x51, 1, 1, b"z"), data(PICTURE))

# 6.1: DATA

case("9113 6.1", "DATA on stream 0", over(PROTOCOL_ERROR), put(), data(b"x", number=0))
case("9113 6.1", "a body in one frame", answer(200, 201), put(length(len(PICTURE))), data(PICTURE))
case("9113 6.1", "a body in frames of one byte", answer(200, 201), put(), *[data(PICTURE[i:i + 1], 0) for i in range(60)], data(PICTURE[60:]))
case("9113 6.1", "a body that is ended by an empty frame", answer(200, 201), put(), data(PICTURE, 0), data())
case("9113 6.1", "padding", answer(200, 201), put(length(len(PICTURE))), data(padded(PICTURE, 255), END_STREAM | PADDED))
case("9113 6.1", "padding of no bytes", answer(200, 201), put(), data(padded(PICTURE, 0), END_STREAM | PADDED))
case("9113 6.1", "padding and nothing else", answer(200, 201), put(), data(padded(b"", 9), PADDED), data(PICTURE))
case("9113 6.1", "padding longer than the frame by one", over(PROTOCOL_ERROR), put(), data(b"\x06hello", END_STREAM | PADDED))
case("9113 6.1", "padding longer than the frame by far", over(PROTOCOL_ERROR), put(), data(b"\xffhello", END_STREAM | PADDED))
case("9113 6.1", "padding without its length", over(FRAME_SIZE_ERROR, PROTOCOL_ERROR), put(), data(b"", END_STREAM | PADDED))
case("9113 6.1", "padding counts for flow control", answer(200, 201), put(), *[data(padded(PICTURE[:1] if i == 0 else b"", 255), PADDED) for i in range(300)],
     data(PICTURE[1:]))

# 6.2: HEADERS

PRIORITY_FIELDS = b"\0\0\0\0\x0f"
case("9113 6.2", "padding", answer(200), headers(flags=LAST | PADDED, block=padded(head(), 200)))
case("9113 6.2", "padding of no bytes", answer(200), headers(flags=LAST | PADDED, block=padded(head(), 0)))
case("9113 6.2", "a priority", answer(200), headers(flags=LAST | PRIORITIZED, block=PRIORITY_FIELDS + head()))
case("9113 6.2", "padding and a priority", answer(200), headers(flags=LAST | PADDED | PRIORITIZED, block=padded(PRIORITY_FIELDS + head(), 7)))
case("9113 6.2", "padding longer than the frame", over(PROTOCOL_ERROR), headers(flags=LAST | PADDED, block=b"\xff" + head()))
case("9113 6.2", "padding longer than the frame by one", over(PROTOCOL_ERROR), headers(flags=LAST | PADDED, block=bytes([len(head()) + 1]) + head()))
case("9113 6.2", "padding that leaves no room for the priority", over(PROTOCOL_ERROR, FRAME_SIZE_ERROR), headers(flags=LAST | PADDED | PRIORITIZED, block=b"\x02\0\0\0\0\0\0"))
case("9113 6.2", "a priority that is cut short", over(FRAME_SIZE_ERROR, PROTOCOL_ERROR), headers(flags=LAST | PRIORITIZED, block=b"\0\0\0\0"))
case("9113 6.2", "padding without its length", over(FRAME_SIZE_ERROR, PROTOCOL_ERROR), headers(flags=LAST | PADDED, block=b""))
case("9113 6.2", "an empty block", refused(PROTOCOL_ERROR), headers(block=b""))
case("9113 6.2", "a request without END_STREAM is answered when it needs no body", answer(200), request(flags=END_HEADERS), data())

# 6.3: PRIORITY

case("9113 6.3", "PRIORITY on stream 0", over(PROTOCOL_ERROR), priority(0))
case("9113 6.3", "PRIORITY of 4 bytes", error(FRAME_SIZE_ERROR), watch(), frame(PRIORITY, 0, 1, bytes(4)))
case("9113 6.3", "PRIORITY of 6 bytes", error(FRAME_SIZE_ERROR), watch(), frame(PRIORITY, 0, 1, bytes(6)))
case("9113 6.3", "PRIORITY on open, ended, idle and foreign streams", nothing, watch(), put(number=3), priority(1), priority(3, 1, 255), priority(15), priority(4))

# 6.4: RST_STREAM

case("9113 6.4", "RST_STREAM on stream 0", over(PROTOCOL_ERROR), reset(0))
case("9113 6.4", "RST_STREAM of 3 bytes", over(FRAME_SIZE_ERROR), watch(), frame(RST_STREAM, 0, 1, bytes(3)))
case("9113 6.4", "RST_STREAM of 5 bytes", over(FRAME_SIZE_ERROR), watch(), frame(RST_STREAM, 0, 1, bytes(5)))
case("9113 6.4", "RST_STREAM of no bytes", over(FRAME_SIZE_ERROR), watch(), frame(RST_STREAM, 0, 1))
case("9113 6.4", "RST_STREAM before the request", over(PROTOCOL_ERROR), reset(1), request())


def falls_silent(talk):
    talk.settle()
    n_bytes = len(talk.bodies.get(1, b""))
    nothing(talk)
    assert len(talk.bodies.get(1, b"")) == n_bytes and 1 not in talk.ended, "it is answered all the same"


case("9113 6.4", "a stream that was reset is not gone on with", falls_silent, watch(), reset(1))
case("9113 6.4", "an upload that was reset is not answered", falls_silent, put(), data(PICTURE[:50], 0), reset(1))

# 6.5: SETTINGS

case("9113 6.5", "SETTINGS on a stream", over(PROTOCOL_ERROR), watch(), frame(SETTINGS, 0, 1))
case("9113 6.5", "an acknowledgement with something in it", over(FRAME_SIZE_ERROR), frame(SETTINGS, ACK, 0, bytes(6)))
case("9113 6.5", "an acknowledgement with one byte", over(FRAME_SIZE_ERROR), frame(SETTINGS, ACK, 0, bytes(1)))
for n in (1, 5, 7, 11):
    case("9113 6.5", f"SETTINGS of {n} bytes", over(FRAME_SIZE_ERROR), frame(SETTINGS, 0, 0, bytes(n)))
case("9113 6.5", "SETTINGS of nothing", nothing, settings(), settings())
case("9113 6.5.2", "ENABLE_PUSH of 2", over(PROTOCOL_ERROR), settings((2, 2)))
case("9113 6.5.2", "ENABLE_PUSH of 0 and 1", nothing, settings((2, 0)), settings((2, 1)))
case("9113 6.5.2", "INITIAL_WINDOW_SIZE of 2^31", over(FLOW_CONTROL_ERROR), settings((4, 2 ** 31)))
case("9113 6.5.2", "INITIAL_WINDOW_SIZE of 2^31 - 1", answer(200), settings((4, MAX_WINDOW)), request())
case("9113 6.5.2", "MAX_FRAME_SIZE of 16383", over(PROTOCOL_ERROR), settings((5, 16383)))
case("9113 6.5.2", "MAX_FRAME_SIZE of 16384 and of 2^24 - 1", nothing, settings((5, 16384)), settings((5, 2 ** 24 - 1)), settings((5, 16384)))
case("9113 6.5.2", "MAX_FRAME_SIZE of 2^24", over(PROTOCOL_ERROR), settings((5, 2 ** 24)))
case("9113 6.5.2", "HEADER_TABLE_SIZE of 0", answers(1, 3), settings((1, 0)), request(), request(number=3))
case("9113 6.5.2", "HEADER_TABLE_SIZE of 2^32 - 1", answers(1, 3), settings((1, 2 ** 32 - 1)), request(), request(number=3))
case("9113 6.5.2", "MAX_CONCURRENT_STREAMS of 0 is about pushes", answer(200), settings((3, 0)), request())
case("9113 6.5.2", "MAX_HEADER_LIST_SIZE of 1 is advice", nothing, settings((6, 1)))
case("9113 6.5.2", "settings of later RFCs: ENABLE_CONNECT_PROTOCOL, NO_RFC7540_PRIORITIES", nothing, begin=PREFACE + settings((8, 1), (9, 1)))


def acknowledges(n):
    def check(talk):
        talk.settle()
        assert talk.n_acks == n, f"{talk.n_acks} acknowledgements of {n}"
        is_alive(talk)
    return check


case("9113 6.5.3", "each SETTINGS is acknowledged", acknowledges(6), *[settings((4, n)) for n in range(5)])


def is_last_wins(talk):
    talk.until(lambda: 1 in talk.heads)
    assert sees(talk, 7, lambda: len(talk.bodies.get(1, b""))) == 7, talk.bodies


case("9113 6.5.3", "the last of the same settings counts", is_last_wins, settings((4, 1), (4, 60000), (4, 7)), request(path=b"/plot.jpg"))

# 6.6 and 8.4: PUSH_PROMISE

case("9113 6.6", "PUSH_PROMISE of a client", over(PROTOCOL_ERROR), watch(), frame(PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\2" + head()))
case("9113 6.6", "PUSH_PROMISE of a client on stream 0", over(PROTOCOL_ERROR), frame(PUSH_PROMISE, END_HEADERS, 0, b"\0\0\0\2" + head()))
case("9113 8.4", "PUSH_PROMISE of a client on an idle stream", over(PROTOCOL_ERROR), frame(PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\3" + head()))

# 6.7: PING


def echoes(*texts):
    def check(talk):
        talk.until(lambda: len(talk.pongs) == len(texts))
        assert talk.pongs == list(texts), talk.pongs
        is_alive(talk)
    return check


case("9113 6.7", "PING is answered with its own bytes", echoes(b"\0\1\2\3\xff\xfe\xfd\xfc"), ping(b"\0\1\2\3\xff\xfe\xfd\xfc"))
case("9113 6.7", "PINGs are answered in order", echoes(*[b"%08d" % n for n in range(20)]), *[ping(b"%08d" % n) for n in range(20)])
case("9113 6.7", "the answer to a PING is not answered", echoes(b"question"), ping(b"unasked.", ACK), ping(b"question"))
case("9113 6.7", "PING on a stream", over(PROTOCOL_ERROR), watch(), frame(PING, 0, 1, bytes(8)))
for n in (0, 7, 9):
    case("9113 6.7", f"PING of {n} bytes", over(FRAME_SIZE_ERROR), frame(PING, 0, 0, bytes(n)))

# 6.8: GOAWAY


def ends_in_peace(talk):
    """What was asked is answered, and then the server ends the connection without blame."""
    talk.until(lambda: False)
    assert 1 in talk.ended and (talk.goaway is None or talk.goaway[0] == NO_ERROR), talk.goaway


case("9113 6.8", "GOAWAY on a stream", over(PROTOCOL_ERROR), watch(), frame(GOAWAY, 0, 1, bytes(8)))
case("9113 6.8", "GOAWAY of 7 bytes", over(FRAME_SIZE_ERROR), frame(GOAWAY, 0, 0, bytes(7)))
case("9113 6.8", "what was asked before GOAWAY is answered", ends_in_peace, request(), goaway())
case("9113 6.8", "GOAWAY that says why", ends_in_peace, request(), goaway(0x55, text=b"so long"))

# 6.9: WINDOW_UPDATE

case("9113 6.9", "WINDOW_UPDATE of 0 on the connection", over(PROTOCOL_ERROR), window(0, 0))
case("9113 6.9", "WINDOW_UPDATE of 0 on a stream", error(PROTOCOL_ERROR), watch(), window(1, 0))
for n in (3, 5, 0):
    case("9113 6.9", f"WINDOW_UPDATE of {n} bytes", over(FRAME_SIZE_ERROR), frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\1\0"[:n]))
case("9113 6.9", "WINDOW_UPDATE of 3 bytes on a stream", over(FRAME_SIZE_ERROR), watch(), frame(WINDOW_UPDATE, 0, 1, b"\0\0\1"))
case("9113 6.9", "the reserved bit of WINDOW_UPDATE", nothing, frame(WINDOW_UPDATE, 0, 0, b"\x80\0\0\1"))
case("9113 6.9.1", "the connection's window at its most", nothing, window(0, MAX_WINDOW - 65535))
case("9113 6.9.1", "the connection's window one above its most", over(FLOW_CONTROL_ERROR), window(0, MAX_WINDOW - 65535 + 1))
case("9113 6.9.1", "the connection's window far above its most", over(FLOW_CONTROL_ERROR), window(0, MAX_WINDOW), window(0, MAX_WINDOW))
case("9113 6.9.1", "a stream's window at its most", nothing, put(), window(1, MAX_WINDOW - 65535))
case("9113 6.9.1", "a stream's window one above its most", error(FLOW_CONTROL_ERROR), put(), window(1, MAX_WINDOW - 65535 + 1))
case("9113 6.9.1", "a stream's window far above its most", error(FLOW_CONTROL_ERROR), put(), window(1, MAX_WINDOW), window(1, MAX_WINDOW))


def grows(*steps):
    """(what is sent, how many bytes of the body are there behind it)."""
    def check(talk):
        for sent, n_bytes in steps:
            talk.send(sent)
            came = sees(talk, n_bytes, lambda: len(talk.bodies.get(1, b"")))
            assert came == n_bytes, f"{came} bytes, not {n_bytes}"
        is_alive(talk)
    return check


ask_picture = request(path=b"/plot.jpg")
case("9113 6.9.1", "not a byte more than the stream's window", grows((b"", 1), (window(1, 1), 2), (window(1, 30), 32)), settings((4, 1)), ask_picture)
case("9113 6.9.2", "settings open the window of a stream that is there", grows((b"", 0), (settings((4, 3)), 3), (settings((4, 8)), 8)), settings((4, 0)), ask_picture)
case("9113 6.9.2", "a window below zero", grows((b"", 5), (settings((4, 2)), 5), (window(1, 3), 5), (window(1, 1), 6)), settings((4, 5)), ask_picture)
case("9113 6.9.2", "settings that lift a stream's window above its most", over(FLOW_CONTROL_ERROR), settings((4, 0)), watch(), window(1, MAX_WINDOW), settings((4, 1 << 20)))
case("9113 6.9.2", "settings do not touch the connection's window", nothing, settings((4, MAX_WINDOW)), window(0, MAX_WINDOW - 65535))
case("9113 6.9.2", "one PUT after the other, more than any window", answer(200, 201, number=201),
     *[put(number=2 * n + 1) + data(PICTURE, number=2 * n + 1) for n in range(101)])


def connection_window(talk):
    """All streams together get what the connection's window has, and the rest when it opens."""
    for n_bytes in (65535, 65635):
        came = sees(talk, n_bytes, lambda: sum(map(len, talk.bodies.values())))
        assert came == n_bytes, f"{came} bytes, not {n_bytes}"
        talk.send(window(0, 100))


n_asked = 65535 // len(PICTURE) + 5
case("9113 6.9.1", "not a byte more than the connection's window", connection_window, *[request(number=2 * n + 1, path=b"/plot.jpg") for n in range(n_asked)])

# 6.10: CONTINUATION

case("9113 6.10", "a head in two pieces", answer(200), in_pieces(head(), 1))
case("9113 6.10", "a head in nine pieces", answer(200), in_pieces(head(), 8))
case("9113 6.10", "a head in ten pieces", over(ENHANCE_YOUR_CALM), in_pieces(head(), 9))
case("9113 6.10", "HEADERS without anything, and all in CONTINUATION", answer(200), headers(block=b"", flags=END_STREAM), frame(CONTINUATION, END_HEADERS, 1, head()))
case("9113 6.10", "a CONTINUATION without anything", answer(200), headers(flags=END_STREAM), frame(CONTINUATION, END_HEADERS, 1))
case("9113 6.10", "flags without meaning in CONTINUATION", answer(200), headers(block=b"", flags=END_STREAM), frame(CONTINUATION, 0xff, 1, head()))
case("9113 6.10", "padded HEADERS and CONTINUATION", answer(200), headers(block=padded(head()[:9], 5), flags=END_STREAM | PADDED), frame(CONTINUATION, END_HEADERS, 1, head()[9:]))
case("9113 6.10", "CONTINUATION on stream 0", over(PROTOCOL_ERROR), headers(block=b"", flags=END_STREAM), frame(CONTINUATION, END_HEADERS, 0, head()))
case("9113 6.10", "CONTINUATION behind a whole head", over(PROTOCOL_ERROR, STREAM_CLOSED), put(), frame(CONTINUATION, END_HEADERS, 1, head()))
case("9113 6.10", "CONTINUATION behind the last CONTINUATION", over(PROTOCOL_ERROR, STREAM_CLOSED), in_pieces(head(), 1), frame(CONTINUATION, END_HEADERS, 1, head()))
case("9113 6.10", "CONTINUATION behind DATA", over(PROTOCOL_ERROR, STREAM_CLOSED), put(), data(b"x", 0), frame(CONTINUATION, END_HEADERS, 1, head()))
case("9113 6.10", "a head that never ends and then another", over(PROTOCOL_ERROR), headers(flags=END_STREAM), request(number=3))
case("9113 6.10", "trailers in pieces", answer(200, 201), put(), data(PICTURE, 0), in_pieces(plain(b"x-sum", b"1234567890"), 2))

# 7: error codes

case("9113 7", "RST_STREAM with a code that nobody knows", nothing, watch(), reset(1, 0xffffffff))
case("9113 7", "GOAWAY with a code that nobody knows", ends_in_peace, request(), goaway(0xffffffff))

# 8.1: requests and answers

case("9113 8.1", "trailers", answer(200, 201), put(), data(PICTURE, 0), headers(block=plain(b"x-sum", b"1")))
case("9113 8.1", "trailers that do not end the stream", error(PROTOCOL_ERROR), put(), data(PICTURE, 0), headers(block=plain(b"x-sum", b"1"), flags=END_HEADERS))
case("9113 8.1", "a pseudo-header field in trailers", error(PROTOCOL_ERROR), put(), data(PICTURE, 0), headers(block=plain(b":path", b"/")))
case("9113 8.1", "HEAD has no body", answer(200, body=b""), request(method=b"HEAD"))
case("9113 8.1", "OPTIONS", answer(200, 204), request(method=b"OPTIONS"))
case("9113 8.1", "OPTIONS *", answer(200, 204, 400, 404), request(method=b"OPTIONS", path=b"*"))
case("9113 8.1", "an answer may come before the body", answer(413), put(length(1 << 40)))
case("9113 8.1", "a method that nobody knows", answer(501), request(method=b"BREW"))
case("9113 8.1.1", "fewer bytes than Content-Length", error(PROTOCOL_ERROR), put(length(len(PICTURE) + 1)), data(PICTURE))
case("9113 8.1.1", "more bytes than Content-Length", error(PROTOCOL_ERROR), put(length(len(PICTURE) - 1)), data(PICTURE))
case("9113 8.1.1", "fewer bytes than Content-Length in several frames", error(PROTOCOL_ERROR), put(length(len(PICTURE) + 1)), data(PICTURE[:9], 0), data(PICTURE[9:]))
case("9113 8.1.1", "more bytes than Content-Length in several frames", error(PROTOCOL_ERROR), put(length(9)), data(PICTURE[:9], 0), data(PICTURE[9:]))
case("9113 8.1.1", "a Content-Length and no body", error(PROTOCOL_ERROR), put(length(5), flags=LAST))
case("9113 8.1.1", "trailers behind fewer bytes than Content-Length", error(PROTOCOL_ERROR), put(length(len(PICTURE) + 1)), data(PICTURE, 0), headers(block=plain(b"x", b"1")))
case("9113 8.1.1", "Content-Length twice", refused(PROTOCOL_ERROR), put(length(len(PICTURE)), length(len(PICTURE))), data(PICTURE))
for value in (b"-1", b"+5", b"5,5", b"0x5", b"", b"99999999999999999999"):
    case("9113 8.1.1", f"Content-Length: {value.decode()!r}", refused(PROTOCOL_ERROR), put((b"content-length", value)), data(b"hello"))

# 8.2: fields

for what, name in [("upper case", b"X-Test"), ("a space", b"x test"), ("a colon", b"x:test"), ("NUL", b"x\0"), ("CR", b"x\r"), ("LF", b"x\n"), ("DEL", b"x\x7f"),
                   ("a byte above 127", b"x\xfc"), ("nothing", b"")]:
    case("9113 8.2.1", f"{what} in a field's name", refused(PROTOCOL_ERROR), request((name, b"v")))
for what, value in [("NUL", b"a\0b"), ("CR", b"a\rb"), ("LF", b"a\nb"), ("CR LF and another field", b"a\r\nx-other: b")]:
    case("9113 8.2.1", f"{what} in a field's value", refused(PROTOCOL_ERROR), request((b"x-test", value)))
for what, value in [("a space before", b" v"), ("a space behind", b"v "), ("a tab before", b"\tv"), ("a tab behind", b"v\t")]:
    case("9113 8.2.1", f"{what} a field's value", refused(PROTOCOL_ERROR), request((b"x-test", value)))
case("9113 8.2.1", "an upper case name in trailers", error(PROTOCOL_ERROR), put(), data(PICTURE, 0), headers(block=plain(b"X-Sum", b"1")))
case("9113 8.2.1", "an empty value, and one of all that may be in it", answer(200), request((b"x-a", b""), (b"x-b", bytes([0x21, 0x20, 9, 0x7e, 0x80, 0xff]))))
for name, value in [(b"connection", b"close"), (b"connection", b"x-test"), (b"keep-alive", b"timeout=5"), (b"proxy-connection", b"keep-alive"), (b"transfer-encoding", b"chunked"),
                    (b"upgrade", b"h2c"), (b"te", b"gzip"), (b"te", b"trailers, deflate;q=0.5")]:
    case("9113 8.2.2", f"{name.decode()}: {value.decode()}", refused(PROTOCOL_ERROR), request((name, value)))
case("9113 8.2.2", "te: trailers", answer(200), request((b"te", b"trailers")))
case("9113 8.2.2", "connection in trailers", error(PROTOCOL_ERROR), put(), data(PICTURE, 0), headers(block=plain(b"connection", b"close")))
case("9113 8.2.3", "a cookie in pieces", answer(200), request((b"cookie", b"a=1"), (b"cookie", b"b=2")))

# 8.3: pseudo-header fields

case("9113 8.3", "a pseudo-header field that nobody knows", refused(PROTOCOL_ERROR), request((b":test", b"1")))
case("9113 8.3", "one of answers", refused(PROTOCOL_ERROR), request((b":status", b"200")))
case("9113 8.3", "one behind the others", refused(PROTOCOL_ERROR), headers(block=head((b"x-test", b"1"), (b":path", b"/"), path=None)))
case("9113 8.3", ":authority behind the others", refused(PROTOCOL_ERROR), headers(block=head((b"x-test", b"1"), (b":authority", b"localhost"), authority=None)))
case("9113 8.3", "in any order among themselves", answer(200), headers(block=plain(b":path", b"/healthz") + head(path=None)))
for name, value in [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/healthz"), (b":authority", b"localhost")]:
    case("9113 8.3.1", f"{name.decode()} twice", refused(PROTOCOL_ERROR), headers(block=plain(name, value) + head()))
for name in ("method", "scheme", "path"):
    case("9113 8.3.1", f"no :{name}", refused(PROTOCOL_ERROR), request(**{name: None}))
    case("9113 8.3.1", f"an empty :{name}", refused(PROTOCOL_ERROR), request(**{name: b""}))
for path in (b"healthz", b"*", b"http://localhost/healthz", b"/a b", b"/a\tb", b"/\x80", b"/a#b"):
    case("9113 8.3.1", f":path {path!r}", refused(PROTOCOL_ERROR), request(path=path))
for method in (b"G T", b"GET\r", b"GET /x"):
    case("9113 8.3.1", f":method {method!r}", refused(PROTOCOL_ERROR), request(method=method))
case("9113 8.3.1", "a host instead of :authority", answer(200), request((b"host", b"localhost"), authority=None))
case("9113 8.3.1", "a host that says the same as :authority", answer(200), request((b"host", b"localhost")))
case("9113 8.3.1", "a host that says something else than :authority", refused(PROTOCOL_ERROR), request((b"host", b"127.0.0.1")))
case("9113 8.3.1", "neither host nor :authority", refused(PROTOCOL_ERROR), request(authority=None))
case("9113 8.3.1", "two hosts", refused(PROTOCOL_ERROR), request((b"host", b"localhost"), (b"host", b"localhost"), authority=None))
for authority in (b"", b"user@localhost", b"local host", b"localhost/x", b"localhost:port", b"localhost,localhost"):
    case("9113 8.3.1", f":authority {authority!r}", refused(PROTOCOL_ERROR, statuses=(400, 421)), request(authority=authority))
case("9113 8.3.1", "a :scheme that we are not", answer(200, 400, 421), request(scheme=b"ftp"))
case("9113 8.5", "CONNECT as it should be is not for us", refused(PROTOCOL_ERROR, statuses=(400, 405, 501)), request(method=b"CONNECT", scheme=None, path=None))
case("9113 8.5", "CONNECT with a :path", refused(PROTOCOL_ERROR, statuses=(400, 405, 501)), request(method=b"CONNECT"))
case("9113 8.5", "a :protocol (RFC 8441), which we have not offered", refused(PROTOCOL_ERROR), headers(block=plain(b":protocol", b"websocket") + head(method=b"CONNECT")))

# RFC 7541: header compression

GET = indexed(2) + indexed(6)  # :method GET, :scheme http


def short(*blocks):
    """GET /healthz with the static table's entries."""
    return GET + b"\x04" + string(b"/healthz") + b"\x01" + string(b"localhost") + b"".join(blocks)


case("7541 6.1", "entries of the static table", answer(200), headers(block=short()))
case("7541 6.1", "entry 0", over(COMPRESSION_ERROR), headers(block=head() + b"\x80"))
case("7541 2.3.3", "an entry behind both tables", over(COMPRESSION_ERROR), headers(block=head() + indexed(62)))
case("7541 2.3.3", "a name from behind both tables, to be remembered", over(COMPRESSION_ERROR), headers(block=head() + integer(62, 6, 0x40) + string(b"v")))
case("7541 2.3.3", "a name from behind both tables", over(COMPRESSION_ERROR), headers(block=head() + integer(62, 4) + string(b"v")))
case("7541 2.3.2", "the newest entry is 62, the one before it 63", answers(1, 3), headers(block=head() + remembered(b"x-a", b"1") + remembered(b"te", b"trailers")),
     headers(number=3, block=head() + indexed(62) + indexed(63)))
case("7541 2.3.2", "what is remembered is remembered as it was", refused(PROTOCOL_ERROR, number=3), headers(block=head() + remembered(b"te", b"trailers") + remembered(b"x-a", b"1")),
     headers(number=3, block=head() + integer(63, 4) + string(b"gzip")))
case("7541 2.3.2", "a whole request from the dynamic table", answers(1, 3, 5), headers(block=b"".join(
    remembered(name, value) for name, value in [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/healthz"), (b":authority", b"localhost")])),
    *[headers(number=n, block=indexed(65) + indexed(64) + indexed(63) + indexed(62)) for n in (3, 5)])
case("7541 4.2", "the table's size, lowered and lifted before a request", answer(200), headers(block=table_size(0) + table_size(4096) + head()))
case("7541 4.2", "the table's size at its most", answer(200), headers(block=table_size(4096) + head()))
case("7541 4.2", "the table's size one above its most", over(COMPRESSION_ERROR), headers(block=table_size(4097) + head()))
case("7541 4.2", "the table's size at the end of a block", over(COMPRESSION_ERROR), headers(block=head() + table_size(100)))
case("7541 4.2", "the table's size within a block", over(COMPRESSION_ERROR), headers(block=GET + table_size(100) + head(method=None, scheme=None)))
case("7541 4.3", "a table of no size forgets all", over(COMPRESSION_ERROR), headers(block=head() + remembered(b"x-a", b"1")), headers(number=3, block=table_size(0) + table_size(4096) + head() + indexed(62)))
case("7541 4.3", "a smaller table keeps what fits", answers(1, 3), headers(block=head() + remembered(b"x-a", b"1") + remembered(b"x-b", b"2")),
     headers(number=3, block=table_size(36) + head() + indexed(62)))
case("7541 4.3", "a smaller table forgets what does not", over(COMPRESSION_ERROR), headers(block=head() + remembered(b"x-a", b"1") + remembered(b"x-b", b"2")),
     headers(number=3, block=table_size(36) + head() + indexed(63)))
case("7541 4.4", "an entry larger than the table is taken and not remembered", answer(200), headers(block=table_size(40) + head() + remembered(b"x-large", b"y" * 50)))
case("7541 4.4", "an entry larger than the table empties it", over(COMPRESSION_ERROR), headers(block=head() + remembered(b"x-a", b"1") + remembered(b"x-large", b"y" * 4096) + indexed(62)))
case("7541 4.4", "an entry just as large as the table", answers(1, 3), headers(block=head() + remembered(b"x-a", b"y" * (4096 - 35))), headers(number=3, block=head() + indexed(62)))
case("7541 5.1", "an integer of many bytes that is small", either(answer(200), over(COMPRESSION_ERROR)), headers(block=head() + b"\x00\x01x\x7f\x80\x80\x00" + b"y" * 127))
case("7541 5.1", "an integer of more than 32 bits", over(COMPRESSION_ERROR), headers(block=head() + b"\xff\xff\xff\xff\xff\xff\x0f"))
case("7541 5.1", "an integer without end", over(COMPRESSION_ERROR), headers(block=head() + b"\xff" + b"\x80" * 60))
case("7541 5.1", "an integer that is cut short", over(COMPRESSION_ERROR), headers(block=head() + b"\xff\x80"))
case("7541 5.1", "a length of more than 32 bits", over(COMPRESSION_ERROR), headers(block=head() + b"\x00\x01x\x7f\xff\xff\xff\xff\xff\x7f"))
case("7541 5.2", "a string longer than the block", over(COMPRESSION_ERROR), headers(block=head() + b"\x00\x01x\x09short"))
case("7541 5.2", "Huffman's code", answer(200), headers(block=GET + b"\x04" + huffman(b"/healthz") + b"\x01" + huffman(b"localhost") + b"\x00" + huffman(b"x-test") + huffman(bytes(range(33, 127)))))
case("7541 5.2", "Huffman's code for nothing", answer(200), headers(block=head() + b"\x00\x01x\x80"))
case("7541 5.2", "Huffman's code, filled up with zeros", over(COMPRESSION_ERROR), headers(block=head() + b"\x00\x01x\x81\x18"))
case("7541 5.2", "Huffman's code, filled up with ones", answer(200), headers(block=head() + b"\x00\x01x\x81\x1f"))
case("7541 5.2", "Huffman's code, filled up with a byte too many", over(COMPRESSION_ERROR), headers(block=head() + b"\x00\x01x\x82\x1f\xff"))
case("7541 5.2", "Huffman's code with its end in it", over(COMPRESSION_ERROR), headers(block=head() + b"\x00\x01x\x84\xff\xff\xff\xff"))
case("7541 5.2", "Huffman's code that is no letter's", over(COMPRESSION_ERROR), headers(block=head() + b"\x00\x01x\x83\xff\xff\xfe"))
case("7541 6.2.1", "a name of the static table, a new value, to be remembered", answers(1, 3), headers(block=head() + b"\x7a" + string(b"me")), headers(number=3, block=head() + indexed(62)))
case("7541 6.2.1", "a new name and value, to be remembered", answers(1, 3), headers(block=head() + remembered(b"x-new", b"1")), headers(number=3, block=head() + indexed(62)))
case("7541 6.2.2", "not to be remembered", over(COMPRESSION_ERROR), headers(block=head() + plain(b"x-new", b"1")), headers(number=3, block=head() + indexed(62)))
case("7541 6.2.2", "a name of the static table, not to be remembered", answer(200), headers(block=head() + b"\x0f\x2b" + string(b"me")))
case("7541 6.2.3", "never to be remembered", answer(200), headers(block=head() + b"\x10" + string(b"x-secret") + string(b"1") + b"\x1f\x2b" + string(b"me")))
case("7541 6.2.3", "never to be remembered is not remembered", over(COMPRESSION_ERROR), headers(block=head() + b"\x10" + string(b"x-secret") + string(b"1")), headers(number=3, block=head() + indexed(62)))
case("7541 6.3", "the table's size of more than 32 bits", over(COMPRESSION_ERROR), headers(block=b"\x3f\xff\xff\xff\xff\xff\x0f" + head()))
