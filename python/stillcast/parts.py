"""Live pictures from a web application of one's own, byte for byte as each client wants them (docs/python.md)."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import Any, AsyncIterable, AsyncIterator, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple, Union

from .latest import Latest

log = logging.getLogger("stillcast")

BOUNDARY = b"boundarydonotcross"
LINE = b"--" + BOUNDARY + b"\r\n"
HEADERS = [
    ("Content-Type", "multipart/x-mixed-replace; boundary=" + BOUNDARY.decode()),
    ("Cache-Control", "no-store, no-cache, must-revalidate, no-transform, pre-check=0, post-check=0, max-age=0"),
    ("Pragma", "no-cache"),
    ("Expires", "Mon, 3 Jan 2000 12:34:56 GMT"),
    ("X-Accel-Buffering", "no"),
]
WEBKIT_REPEAT_S = 0.3  # WebKit shows a picture when the next one comes
PULL_LEAST_S = 1 / 60  # an iterable that never waits is not asked more often

KINDS = ((b"\xff\xd8\xff", 0, "image/jpeg"), (b"\x89PNG\r\n\x1a\n", 0, "image/png"), (b"GIF8", 0, "image/gif"),
         (b"WEBP", 8, "image/webp"), (b"ftypavif", 4, "image/avif"), (b"ftypavis", 4, "image/avif"))

Frames = Union[Latest, Iterable[Any], AsyncIterable[Any]]
RequestHeaders = Union[Mapping[str, Any], Iterable[Tuple[Any, Any]]]


class Multipart(NamedTuple):
    """What a web framework is given. body: an iterator for WSGI, an asynchronous one for ASGI; with close(), aclose()."""

    status: int
    headers: List[Tuple[str, str]]
    body: "Body"


def multipart(frames: Frames, request_headers: RequestHeaders = (), *, resend: float = 5.0) -> Multipart:
    """The answer to one viewer: the newest picture first, and each newer one when it comes; one that comes while the
    viewer is busy with another is skipped.

    frames   a Latest, which all viewers share; or an iterable of pictures of this viewer, which may wait for each
    request_headers  of the request: a mapping, pairs, or the environment of WSGI: browsers want other bytes than programs
    resend   a picture that stands still is sent again after so many seconds"""
    fields = _fields(request_headers)
    agent = fields.get("user-agent", "")
    is_webkit = "AppleWebKit/" in agent and "Chrome/" not in agent and "Chromium/" not in agent
    return Multipart(200, list(HEADERS), Body(frames, "image/" in fields.get("accept", ""), is_webkit, resend))


def _fields(headers: RequestHeaders) -> Mapping[str, str]:
    pairs = headers.items() if hasattr(headers, "items") else headers
    found = {}
    for name, value in pairs:
        name = name.decode("latin-1") if isinstance(name, bytes) else str(name)
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        name = name.lower().replace("_", "-")
        found[name[5:] if name.startswith("http-") else name] = str(value)
    return found


def media_type(picture: bytes) -> str:
    for magic, at, kind in KINDS:
        if picture[at:at + len(magic)] == magic:
            return kind
    return "image/svg+xml" if b"<svg" in picture[:512] else "application/octet-stream"


def _pull_sync(frames: Any, latest: Latest) -> None:
    source = iter(frames)
    try:
        for picture in source:
            if latest.closed:
                break
            latest.set(picture)
            time.sleep(PULL_LEAST_S)
    except Exception:
        if not latest.closed:
            log.exception("the frames of a viewer ended")
    finally:
        latest.close()
        if hasattr(source, "close"):
            source.close()


async def _pull_async(frames: Any, latest: Latest) -> None:
    try:
        async for picture in frames:
            latest.set(picture)
            await asyncio.sleep(PULL_LEAST_S)
    except Exception:
        if not latest.closed:
            log.exception("the frames of a viewer ended")
    finally:
        latest.close()
        if hasattr(frames, "aclose"):
            await frames.aclose()


class Body:
    """The bytes of one viewer's answer, a picture with all that must follow it in each piece.

    new -> open (joined to the frames) -> closed (left them)"""

    def __init__(self, frames: Frames, is_browser: bool, is_webkit: bool, resend_s: float) -> None:
        self._frames = frames
        self._is_browser = is_browser
        self._is_webkit = is_browser and is_webkit
        self._resend_s = resend_s
        self._latest: Optional[Latest] = None
        self._is_begun = self._is_headed = self._is_repeated = self._is_closed = False
        self._seq = 0
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._news: Optional[asyncio.Event] = None
        self._puller: Optional["asyncio.Task[None]"] = None

    # --- WSGI ---

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        latest = self._open()
        if not self._is_begun:
            self._is_begun = True
            return LINE
        while not self._is_closed:
            is_news = latest.wait(self._seq, self._patience_s())
            if is_news and latest.seq == self._seq:
                break
            if latest.seq:
                return self._piece(latest, is_news)
        self.close()
        raise StopIteration

    def close(self) -> None:
        """The viewer has gone."""
        self._is_closed = True
        if self._latest:
            self._latest.leave(self)
            if self._latest is not self._frames:
                self._latest.close()
        if self._puller and self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._puller.cancel)

    def __del__(self) -> None:
        self.close()

    # --- ASGI ---

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await self._next()
        except asyncio.CancelledError:  # all that Starlette tells of a viewer who has gone
            self.close()
            raise

    async def _next(self) -> bytes:
        if not self._news:
            self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()
        latest = self._open()
        if not self._is_begun:
            self._is_begun = True
            return LINE
        while not self._is_closed:
            is_news = await self._wait(latest)
            if is_news and latest.seq == self._seq:
                break
            if latest.seq:
                return await self._loop_of().run_in_executor(None, self._piece, latest, is_news)
        self.close()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        self.close()

    async def _wait(self, latest: Latest) -> bool:
        """As Latest.wait."""
        assert self._news
        until = time.monotonic() + self._patience_s()
        while not (latest.seq > self._seq or latest.closed):
            self._news.clear()
            if latest.seq > self._seq or latest.closed:
                break
            try:
                await asyncio.wait_for(self._news.wait(), until - time.monotonic())
            except asyncio.TimeoutError:
                return False
        return True

    def _loop_of(self) -> asyncio.AbstractEventLoop:
        assert self._loop
        return self._loop

    def wake(self) -> None:
        if self._loop and self._news and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    # --- where pictures come from ---

    def _open(self) -> Latest:
        if not self._latest:
            self._latest = self._frames if isinstance(self._frames, Latest) else self._pull(self._frames)
            self._latest.join(self)
        return self._latest

    def _pull(self, frames: Union[Iterable[Any], AsyncIterable[Any]]) -> Latest:
        latest = Latest()
        if hasattr(frames, "__aiter__"):
            if not self._loop:
                raise TypeError("frames that come asynchronously need an asynchronous application")
            self._puller = self._loop.create_task(_pull_async(frames, latest))
        else:
            threading.Thread(target=_pull_sync, args=(frames, latest), name="stillcast-frames", daemon=True).start()
        return latest

    # --- bytes ---

    def _patience_s(self) -> float:
        is_doubtful = self._is_webkit and self._seq and not self._is_repeated
        return WEBKIT_REPEAT_S if is_doubtful else self._resend_s

    def _piece(self, latest: Latest, is_news: bool) -> bytes:
        self._seq, picture, taken_at = latest.newest()
        self._is_repeated = not is_news
        head = f"Content-Type: {media_type(picture)}\r\n".encode()
        if not self._is_browser:
            return b"%sContent-Length: %d\r\nX-Timestamp: %.6f\r\n\r\n%s\r\n%s" % (head, len(picture), taken_at, picture, LINE)
        first = b"" if self._is_headed else head + b"\r\n"
        self._is_headed = True
        return b"%s%s\r\n%s%s\r\n" % (first, picture, LINE, head)
