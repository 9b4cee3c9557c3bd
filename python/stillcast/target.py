"""Where a stream is published: a server and a name."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Optional
from urllib.parse import quote, unquote, urlsplit

SUFFIX = re.compile(r"\.(jpe?g|png|webp|gif|avif|svg|mjpe?g)$")


@dataclass(frozen=True)
class Target:
    """authorization: the value of that header, None for no key."""

    scheme: str
    host: str
    port: int
    name: str
    authorization: Optional[str] = None

    @classmethod
    def parse(cls, url: str, key: Optional[str] = None) -> "Target":
        """http://HOST[:PORT]/NAME; a suffix such as .mjpg may follow. key, or USER:TOKEN@ in the URL, is its key."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address of a stream: say http://localhost:8080/NAME")
        name = SUFFIX.sub("", unquote(parts.path).strip("/"))
        if not name:
            raise ValueError(f"{url!r} names no stream: say {parts.scheme}://{parts.netloc}/NAME")
        authorization = f"Bearer {key}" if key else None
        if not key and parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            authorization = "Basic " + base64.b64encode(pair.encode()).decode()
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return cls(parts.scheme, parts.hostname, port, name, authorization)

    @property
    def server(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/"

    @property
    def path(self) -> str:
        return "/" + quote(self.name)

    @property
    def url(self) -> str:
        return self.server + quote(self.name)
