"""What has to come of a case of http2_cases.py. Nothing is waited for: that nothing comes is proved by a PING's answer behind it."""

from http2_raw import head, headers

CANARY = 0x7fffffff  # the stream on which a connection is asked whether it is still of use


def is_alive(talk):
    """A connection that lives answers one more request."""
    assert talk.goaway is None and not talk.is_closed, f"the connection is over: {talk.goaway}"
    talk.send(headers(CANARY, head(method=b"HEAD")))
    talk.until(lambda: CANARY in talk.ended or CANARY in talk.resets)
    assert CANARY in talk.ended and talk.heads[CANARY][":status"] == "200", "the connection is of no use any more"


def of_error(check):
    """Marks what no server passes that puts up with everything."""
    check.is_error = True
    return check


def over(*codes):
    """A connection error: GOAWAY with one of the codes, then the end."""
    def check(talk):
        talk.settle()
        assert talk.is_closed, f"the connection goes on; {state(talk)}"
        assert talk.goaway and talk.goaway[0] in codes, f"{talk.goaway} instead of GOAWAY {codes}"
    return of_error(check)


def stream(*codes, number=1):
    """A stream error: RST_STREAM with one of the codes, no answer, and the connection goes on."""
    def check(talk):
        talk.settle()
        assert talk.resets.get(number) in codes, f"stream {number} was not reset with {codes}; {state(talk)}"
        assert number not in talk.ended
        is_alive(talk)
    return of_error(check)


def either(*checks):
    """What the RFC leaves to the server."""
    def check(talk):
        problems = []
        for one in checks:
            try:
                return one(talk)
            except AssertionError as problem:
                problems.append(str(problem))
        raise AssertionError("; ".join(problems))
    check.is_error = all(getattr(one, "is_error", False) for one in checks)
    return check


def error(*codes, number=1):
    """A stream error, which may be taken for a connection error (RFC 9113 section 5.4.2)."""
    return either(stream(*codes, number=number), over(*codes))


def answer(*statuses, number=1, body=None):
    """The request is answered with one of the statuses, and the connection goes on."""
    def check(talk):
        talk.until(lambda: number in talk.ended or number in talk.resets)
        assert number in talk.ended, f"no answer; {state(talk)}"
        status = int(talk.heads[number][":status"])
        assert status in statuses, f"{status}: {talk.bodies[number]!r}"
        assert body is None or talk.bodies[number] == body, talk.bodies[number]
        is_alive(talk)
    check.is_error = all(status >= 400 for status in statuses)
    return check


def answers(*numbers):
    """All of these streams get a 200."""
    def check(talk):
        for number in numbers:
            answer(200, number=number)(talk)
    return check


def sees(talk, n_bytes, count):
    """Waits until so many bytes have come, as PONGs overtake DATA, and for what would be too much. Returns how many came."""
    talk.until(lambda: count() >= n_bytes)
    talk.settle()
    return count()


def nothing(talk):
    """It is taken as if it had not been there."""
    talk.settle()
    assert not talk.resets, talk.resets
    is_alive(talk)


def refused(*codes, number=1, statuses=(400,)):
    """Malformed (RFC 9113 section 8.1.1): a stream error, or an answer that says so."""
    return either(stream(*codes, number=number), answer(*statuses, number=number))


def state(talk):
    return f"reset {talk.resets}, ended {talk.ended}, goaway {talk.goaway}, {'closed' if talk.is_closed else 'open'}"
