"""The thread behind a publisher: it carries the newest picture, and all numbers, and tells how it went.

idle -> (a picture is offered, numbers are added, viewers are asked for) -> at work -> idle
away: the last attempt failed; what there is waits for the next one, a newer picture takes the place of an older one
closing: what there is goes out, then the thread ends"""

from __future__ import annotations

import atexit
import logging
import os
import random
import threading
import time
import weakref
from collections import deque
from dataclasses import dataclass
from typing import Any, Callable, Deque, List, Optional

from .errors import Away, PublishError
from .picture import Encode

log = logging.getLogger("stillcast")

DELAY_LEAST_S, DELAY_MOST_S = 0.25, 5.0
ASK_AGAIN_S = 1.0
POINTS_MOST = 200_000  # lines that wait while the server is away; then the oldest go
BATCH_LINES = 5_000
EXIT_S = 2.0

Told = Callable[[Optional[BaseException], bool], None]


@dataclass
class Job:
    """A picture on its way. told: called once, with what went wrong, and whether it was published (else a newer one was)."""

    encode: Encode
    told: Optional[Told] = None
    data: Optional[bytes] = None

    def tell(self, error: Optional[BaseException], is_published: bool) -> None:
        if self.told:
            self.told(error, is_published)


class Courier:
    """carrier: what has put(), post_points(), viewers(), close(), forget(); to: where it goes, for messages.
    Thread: any, except where another is named."""

    def __init__(self, carrier: Any, to: str) -> None:
        self._carrier = carrier
        self._to = to
        self.viewers = 0
        self.has_stream = False  # a picture was published, and the server still knows the stream
        self.can_ask = True  # the key may ask for viewers
        self.error: Optional[PublishError] = None  # the last refusal, until something went well
        self.n_sent = self.n_skipped = self.n_points_lost = 0
        self._begin()
        _all.add(self)

    def _begin(self) -> None:
        self._change = threading.Condition()
        self._thread: Optional[threading.Thread] = None
        self._job: Optional[Job] = None
        self._points: Deque[bytes] = deque()
        self._is_busy = self._is_closing = self._wants_viewers = False
        self._close_by = 0.0  # closing: no attempt begins after it
        self._known_at = float("-inf")  # when viewers was true
        self._away_since: Optional[float] = None
        self._was_there = False
        self._n_failed = 0
        self._untold: Optional[PublishError] = None
        self._last_told = ""

    # --- the caller's side ---

    def offer(self, job: Job) -> None:
        """The newest picture wins: one that still waits is given up."""
        with self._change:
            self._check_open()
            old, self._job = self._job, job
            self._wake()
            if old:
                self.n_skipped += 1
        if old:
            old.tell(None, False)

    def add_points(self, lines: List[bytes]) -> None:
        with self._change:
            self._check_open()
            self._points.extend(lines)
            n_over = len(self._points) - POINTS_MOST
            for _ in range(n_over):
                self._points.popleft()
            if n_over > 0:
                if not self.n_points_lost:
                    log.warning("the server is away and takes no numbers: of more than %d the oldest are lost", POINTS_MOST)
                self.n_points_lost += n_over
            self._wake()

    def ask_viewers(self) -> None:
        """Has the number of viewers brought up to date, unless it is young; does not wait for it."""
        if time.monotonic() - self._known_at < ASK_AGAIN_S or not self.can_ask:
            return
        with self._change:
            if not self._is_closing:
                self._wants_viewers = True
                self._wake()

    def age_s(self) -> float:
        """Of what is known about viewers."""
        return time.monotonic() - self._known_at

    def raise_problem(self) -> None:
        """Each refusal is raised once, and again only after something went well."""
        if self._untold:
            with self._change:
                problem, self._untold = self._untold, None
            if problem:
                raise problem

    def flush(self, timeout_s: float) -> bool:
        """Waits until all is delivered or refused. False: not in time."""
        with self._change:
            return self._change.wait_for(self._is_done, timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Flushes, and ends the thread. False: what was there could not be delivered."""
        self.finish(timeout_s)
        thread = self._thread
        if thread and thread is not threading.current_thread():
            thread.join(timeout_s + 0.1)
        with self._change:
            return self._is_done()

    def finish(self, timeout_s: float) -> None:
        """As close, without waiting."""
        with self._change:
            if not self._is_closing:
                self._is_closing = True
                self._close_by = time.monotonic() + timeout_s
            self._change.notify_all()

    @property
    def is_closed(self) -> bool:
        return self._is_closing

    def after_fork(self) -> None:
        """In the child: what waits is the parent's to deliver, and so is the connection."""
        self._carrier.forget()
        is_closing = self._is_closing
        self._begin()
        self._is_closing = is_closing

    def _check_open(self) -> None:
        if self._is_closing:
            raise ValueError("this publisher is closed")

    def _is_done(self) -> bool:
        return not (self._job or self._points or self._is_busy)

    def _wake(self) -> None:
        if not self._thread:
            self._thread = threading.Thread(target=self._run, name="stillcast", daemon=True)
            self._thread.start()
        self._change.notify_all()

    # --- the thread's side ---

    def _has_work(self) -> bool:
        return bool(self._job or self._points or self._wants_viewers or self._is_closing)

    def _run(self) -> None:
        while self._step():
            pass
        self._carrier.close()

    def _step(self) -> bool:
        """One errand. False: it was the last one."""
        with self._change:
            self._change.wait_for(self._has_work)
            if self._is_closing and (self._is_done() or self._is_too_late()):
                self._wants_viewers = False
                return False
            job, self._job = self._job, None
            points = [self._points.popleft() for _ in range(min(len(self._points), BATCH_LINES))]
            self._wants_viewers = False
            self._is_busy = True
        delay_s = self._do(job, points)
        with self._change:
            self._is_busy = False
            self._change.notify_all()
            if delay_s > 0:
                self._rest(delay_s)
        return True

    def _is_too_late(self) -> bool:
        """Closing, and there is no hope: nobody was ever there, or the time is over."""
        has_failed = self._n_failed > 0
        return has_failed and (not self._was_there or time.monotonic() >= self._close_by)

    def _rest(self, delay_s: float) -> None:
        until = time.monotonic() + delay_s
        if self._is_closing:
            until = min(until, self._close_by)
        was_closing = self._is_closing
        self._change.wait_for(lambda: self._is_closing and not was_closing, max(0.0, until - time.monotonic()))

    def _do(self, job: Optional[Job], points: List[bytes]) -> float:
        """Gives how long to wait before the next attempt."""
        try:
            if points:
                points = self._carry_points(points)
            if job:
                self._carry(job)
                job = None
            if not points and not job and self.can_ask and self.age_s() >= ASK_AGAIN_S:
                self._ask()
        except Away as away:
            self._put_back(job, points)
            return self._note_away(away)
        return 0.0

    def _carry_points(self, lines: List[bytes]) -> List[bytes]:
        """Gives what is left to carry: nothing."""
        try:
            self._carrier.post_points(b"".join(lines))
        except PublishError as error:
            self._note_refusal(error)
        else:
            self._note_success()
        return []

    def _carry(self, job: Job) -> None:
        try:
            if job.data is None:
                job.data = job.encode()
            self.viewers = self._carrier.put(job.data)
        except Away:
            raise
        except PublishError as error:
            self._refuse(job, error)
        except Exception as cause:  # whatever an encoder raises
            refusal = PublishError(f"the picture could not be encoded: {cause}")
            refusal.__cause__ = cause
            self._refuse(job, refusal)
        else:
            self._known_at = time.monotonic()
            self.n_sent += 1
            self.has_stream = True
            self._note_success()
            job.tell(None, True)

    def _refuse(self, job: Job, error: PublishError) -> None:
        """Who waits for the picture is told; else the next call is."""
        if job.told:
            self.error = error
            job.tell(error, False)
        else:
            self._note_refusal(error)

    def _ask(self) -> None:
        try:
            found = self._carrier.viewers()
        except PublishError:
            self.can_ask = False
            return
        self._known_at = time.monotonic()
        self.viewers = found or 0
        self.has_stream = found is not None

    def _put_back(self, job: Optional[Job], points: List[bytes]) -> None:
        with self._change:
            self._points.extendleft(reversed(points))
            if job and not self._job:
                self._job, job = job, None
        if job:
            self.n_skipped += 1
            job.tell(None, False)

    def _note_success(self) -> None:
        if self._away_since is not None:
            log.info("published again, after %.0f s", time.monotonic() - self._away_since)
        self._away_since = None
        self._n_failed = 0
        self._was_there = True
        self.error, self._last_told = None, ""

    def _note_refusal(self, error: PublishError) -> None:
        self.error = error
        if str(error) != self._last_told:
            self._last_told = str(error)
            with self._change:
                self._untold = error

    def _note_away(self, away: Away) -> float:
        if self._away_since is None:
            self._away_since = time.monotonic()
            log.warning("%s; trying again, the newest picture is kept", away)
        self._n_failed += 1
        delay_s = away.retry_s or min(DELAY_MOST_S, DELAY_LEAST_S * 2 ** min(self._n_failed - 1, 10))
        return delay_s * random.uniform(0.8, 1.2)


_all: "weakref.WeakSet[Courier]" = weakref.WeakSet()


def close_all() -> None:
    """At the end of the program: the last pictures go out, all in the same time."""
    couriers = [courier for courier in _all if courier._thread]
    for courier in couriers:
        courier.finish(EXIT_S)
    until = time.monotonic() + EXIT_S
    for courier in couriers:
        if not courier.close(max(0.0, until - time.monotonic())) or courier._untold:
            log.warning("not delivered at the end of the program: %s", courier._untold or f"{courier._to}: the server is away")
    _all.clear()


def _forget_all() -> None:
    for courier in list(_all):
        courier.after_fork()


atexit.register(close_all)
os.register_at_fork(after_in_child=_forget_all)
