"""What a script has in hand: one stream that it publishes."""

from __future__ import annotations

import math
import re
import ssl
import sys
import time
from types import TracebackType
from typing import Any, Dict, List, Mapping, Optional, Type, Union

from .carrier import HttpCarrier
from .courier import Courier, Job
from .picture import Form, prepare, prepare_figure
from .target import Target

Number = Union[int, float]
NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")


class Publisher:
    """Publishes pictures and numbers to one stream, and never holds up its caller: a thread of its own carries the
    newest picture, and an older one that is still waiting is given up.

    url      http://HOST:PORT/NAME; the stream exists from its first picture on
    key      a token with the right to publish (docs/keys.md); USER:TOKEN@ in the URL does as well
    format   "jpeg", or "png", for what is not encoded already; quality (1 to 100) is of JPEGs
    order    the colors of arrays: "rgb", or "bgr" as OpenCV has it
    timeout  seconds that one picture may take
    tls      an ssl.SSLContext, for a certificate that the system does not trust

    What the caller must change (a key without the right, a damaged picture, a stream that the server makes itself) is
    raised once, as PublishError, by the next call; what passes (nobody is there, the server is full) is told once in
    the log "stillcast" and tried again with growing delays. All methods may be called from any thread."""

    def __init__(self, url: str, *, key: Optional[str] = None, format: str = "jpeg", quality: int = 90,
                 order: str = "rgb", timeout: float = 10.0, tls: Optional[ssl.SSLContext] = None) -> None:
        target = Target.parse(url, key)
        self._begin(target.url, HttpCarrier(target, timeout, tls), Form(format, quality, order))

    def _begin(self, url: str, carrier: Any, form: Form) -> None:
        self.url = url
        self._form = form
        self._courier = Courier(carrier, url)

    # --- pictures ---

    def send(self, picture: Any, *, order: Optional[str] = None, copy: bool = True) -> None:
        """Publishes a PIL image, an array (height x width [x 1 to 4 colors], uint8, bool, or floats from 0 to 1), a
        matplotlib figure, the bytes of an encoded picture, or the path of one. The caller may change it at once;
        copy=False gives an image or an array away instead, without the time that a copy takes: it is read later."""
        self._courier.raise_problem()
        self._courier.offer(Job(prepare(picture, self._in_order(order), copy)))

    def savefig(self, figure: Any = None, **options: Any) -> None:
        """Publishes a matplotlib figure (default: pyplot's current one). options: as Figure.savefig takes them."""
        self._courier.raise_problem()
        self._courier.offer(Job(prepare_figure(_or_current(figure), self._form, **options)))

    def _in_order(self, order: Optional[str]) -> Form:
        return self._form if order in (None, self._form.order) else Form(self._form.kind, self._form.quality, order or "rgb")

    # --- numbers ---

    def points(self, values: Optional[Mapping[str, Number]] = None, *, at: Optional[float] = None, **named: Number) -> None:
        """Publishes numbers, each to the series of its name, for a stream that the server draws (graph:). at: when, in
        seconds since 1970; default: now. They are sent together in the background and kept while the server is away."""
        self._courier.raise_problem()
        self._courier.add_points(lines_of({**(values or {}), **named}, time.time() if at is None else at))

    # --- who watches ---

    @property
    def viewers(self) -> int:
        """How many watch, as of about a second ago. Never waits."""
        self._courier.ask_viewers()
        return self._courier.viewers

    @property
    def wanted(self) -> bool:
        """Whether the next picture is worth drawing: somebody watches, or nobody could, because there is no picture yet."""
        courier = self._courier
        courier.ask_viewers()
        is_unknown = not courier.can_ask and courier.age_s() > 5
        return not courier.has_stream or courier.viewers > 0 or is_unknown

    @property
    def error(self) -> Optional[Exception]:
        """Why the last picture was refused; None since one went well."""
        return self._courier.error

    @property
    def counts(self) -> Dict[str, int]:
        """sent: pictures delivered; skipped: given up for newer ones; points_lost: numbers, with the server away too long."""
        courier = self._courier
        return {"sent": courier.n_sent, "skipped": courier.n_skipped, "points_lost": courier.n_points_lost}

    # --- the end ---

    def flush(self, timeout: float = 5.0) -> bool:
        """Waits until everything is delivered. False: not in time."""
        is_done = self._courier.flush(timeout)
        self._courier.raise_problem()
        return is_done

    def close(self, timeout: float = 5.0) -> bool:
        """Delivers what there is, and ends. False: not all could be delivered. The end of the program does it as well."""
        is_done = self._courier.close(timeout)
        self._courier.raise_problem()
        return is_done

    @property
    def closed(self) -> bool:
        return self._courier.is_closed

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        if kind is None:
            self.close()
        else:
            self._courier.close(5.0)

    def __del__(self) -> None:
        courier = getattr(self, "_courier", None)
        if courier:
            courier.finish(5.0)

    def __repr__(self) -> str:
        return f"<stillcast.{type(self).__name__} {self.url}>"

    def _repr_html_(self) -> str:
        """In a notebook: the live picture."""
        from .notebook import html
        return html(self.url)


def _or_current(figure: Any) -> Any:
    if figure is not None:
        return figure
    pyplot = sys.modules.get("matplotlib.pyplot")
    if not pyplot:
        raise TypeError("which figure? pyplot is not in use, so there is no current one")
    return pyplot.gcf()


def lines_of(values: Mapping[str, Number], at: float) -> List[bytes]:
    """As Graphite has them: name, value, seconds since 1970."""
    lines = []
    for name, value in values.items():
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a series: it has 1 to 200 characters, none of them a blank")
        number = float(value)
        shown = repr(number) if math.isfinite(number) else "nan"
        lines.append(f"{name} {shown} {at:.6f}\n".encode())
    return lines
