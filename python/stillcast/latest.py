"""The newest picture, for any number of viewers in this process."""

from __future__ import annotations

import threading
import time
import weakref
from typing import Any, Optional, Tuple

from .picture import Encode, Form, prepare


class Latest:
    """Keeps the newest of the pictures that it is set to; each is encoded once, and only when somebody wants it.

    format, quality, order: as Publisher takes them. Thread: any."""

    def __init__(self, picture: Any = None, *, format: str = "jpeg", quality: int = 90, order: str = "rgb") -> None:
        self._form = Form(format, quality, order)
        self._change = threading.Condition()
        self._encoding = threading.Lock()
        self._encode: Optional[Encode] = None
        self._data: Optional[bytes] = None
        self._taken_at = 0.0
        self._viewers: "weakref.WeakSet[Any]" = weakref.WeakSet()  # a framework may drop one without a word
        self.seq = 0
        self.closed = False
        if picture is not None:
            self.set(picture)

    def set(self, picture: Any, *, copy: bool = True) -> None:
        """Makes it the newest. What may be a picture, and what copy=False is for: see Publisher.send."""
        self._set(prepare(picture, self._form, copy))

    def close(self) -> None:
        """No picture will come any more: viewers get the last one, and then the end."""
        with self._change:
            self.closed = True
            self._tell()

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    def newest(self) -> Tuple[int, bytes, float]:
        """(seq, picture, seconds since 1970) of the newest one; seq is 0 before the first."""
        with self._encoding:
            with self._change:
                seq, encode, data, taken_at = self.seq, self._encode, self._data, self._taken_at
            if data is None and encode:
                data = encode()
                with self._change:
                    if self.seq == seq:
                        self._data = data
        return seq, data or b"", taken_at

    def wait(self, after: int, timeout_s: Optional[float]) -> bool:
        """Until there is a newer picture than that, or the end. False: not in time."""
        with self._change:
            return self._change.wait_for(lambda: self.seq > after or self.closed, timeout_s)

    def join(self, viewer: Any) -> None:
        """viewer.wake() is called, under a lock, for each new picture and for the end."""
        with self._change:
            self._viewers.add(viewer)

    def leave(self, viewer: Any) -> None:
        with self._change:
            self._viewers.discard(viewer)
            self._change.notify_all()

    def _set(self, encode: Encode) -> None:
        with self._change:
            if self.closed:
                raise ValueError("this is closed")
            self._encode, self._data, self._taken_at = encode, None, time.time()
            self.seq += 1
            self._tell()

    def _tell(self) -> None:
        self._change.notify_all()
        for viewer in self._viewers:
            viewer.wake()
