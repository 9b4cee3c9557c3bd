"""What can go wrong: what the caller must change is raised, what passes is told in the log and tried again."""

from __future__ import annotations

from typing import Optional


class PublishError(Exception):
    """The server, or the encoder, refused. status: of HTTP; 0 when it never got so far."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class Away(Exception):
    """It did not work this time: nobody is there, or the server asks for patience. retry_s: what it asks for."""

    def __init__(self, text: str, retry_s: Optional[float] = None) -> None:
        super().__init__(text)
        self.retry_s = retry_s
