"""The publisher for asyncio: what takes time is awaited, and the loop is never held up."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Mapping, Optional, Type

from .courier import Job, Told
from .picture import prepare, prepare_figure
from .publisher import Number, Publisher, _or_current


class AsyncPublisher:
    """As Publisher, whose arguments it takes. send and savefig return when the picture is published, or a newer one has
    taken its place; so whoever awaits them draws no faster than the line is."""

    def __init__(self, url: str, **options: Any) -> None:
        self._begin(Publisher(url, **options))

    def _begin(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self.url = publisher.url

    async def send(self, picture: Any, *, order: Optional[str] = None, copy: bool = True) -> bool:
        """Publishes. False: a newer picture took its place. Raises PublishError when it was refused."""
        form = self._publisher._in_order(order)
        return await self._offer(lambda told: Job(prepare(picture, form, copy), told))

    async def savefig(self, figure: Any = None, **options: Any) -> bool:
        form = self._publisher._form
        return await self._offer(lambda told: Job(prepare_figure(_or_current(figure), form, **options), told))

    async def _offer(self, make: Any) -> bool:
        loop = asyncio.get_running_loop()
        published: "asyncio.Future[bool]" = loop.create_future()

        def settle(error: Optional[BaseException], is_published: bool) -> None:
            if published.done():
                return
            if error:
                published.set_exception(error)
            else:
                published.set_result(is_published)

        def told(error: Optional[BaseException], is_published: bool) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, error, is_published)

        callback: Told = told
        self._publisher._courier.offer(make(callback))
        return await published

    async def points(self, values: Optional[Mapping[str, Number]] = None, *, at: Optional[float] = None, **named: Number) -> None:
        """As Publisher.points, which does not wait."""
        self._publisher.points(values, at=at, **named)

    @property
    def viewers(self) -> int:
        return self._publisher.viewers

    @property
    def wanted(self) -> bool:
        return self._publisher.wanted

    @property
    def error(self) -> Optional[Exception]:
        return self._publisher.error

    async def flush(self, timeout: float = 5.0) -> bool:
        return await asyncio.get_running_loop().run_in_executor(None, self._publisher.flush, timeout)

    async def close(self, timeout: float = 5.0) -> bool:
        return await asyncio.get_running_loop().run_in_executor(None, self._publisher.close, timeout)

    async def __aenter__(self) -> "AsyncPublisher":
        return self

    async def __aexit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                        trace: Optional[TracebackType]) -> None:
        if kind is None:
            await self.close()
        else:
            self._publisher._courier.finish(5.0)

    def __repr__(self) -> str:
        return f"<stillcast.AsyncPublisher {self.url}>"

    def _repr_html_(self) -> str:
        return self._publisher._repr_html_()
