"""Carries one stream's pictures and numbers to a server by HTTP, over one connection that is kept."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Dict, FrozenSet, Optional, Tuple

from .errors import Away, PublishError
from .target import Target

# Not the fault of what was sent: it may go well the next time.
PASSING = frozenset({408, 409, 429, 500, 502, 503, 504})
ANSWER_MOST_BYTES = 1 << 20


class HttpCarrier:
    """Thread: one at a time."""

    def __init__(self, target: Target, timeout_s: float, tls: Optional[ssl.SSLContext] = None) -> None:
        self.target = target
        self._timeout_s = timeout_s
        self._tls = tls
        self._conn: Optional[http.client.HTTPConnection] = None
        self._is_used = False  # the connection has carried a request before: the server may have closed it by now

    def put(self, picture: bytes) -> int:
        """Publishes. Gives the number of viewers."""
        answer = self._exchange("PUT", self.target.path + ".jpg", picture, "image/jpeg")
        return int(json.loads(answer)["viewers"])

    def post_points(self, lines: bytes) -> None:
        """Sends numbers. PublishError also when only some were refused; the others are taken."""
        body = self._exchange("POST", self.target.path + "/points", lines, "text/plain; charset=utf-8", PASSING - {409})
        answer = json.loads(body)
        if answer.get("refused"):
            first = answer["first_refused"]
            raise PublishError(f"{self.target.url}: {answer['refused']} of {answer['refused'] + answer['taken']} numbers were "
                               f"refused, the first is {first['text']!r}: {first['reason']}", 200)

    def viewers(self) -> Optional[int]:
        """How many watch; None when there is no such stream. PublishError when the key may not ask."""
        try:
            return int(json.loads(self._exchange("GET", "/api/streams" + self.target.path))["viewers"])
        except PublishError as error:
            if error.status == 404:
                return None
            raise

    def close(self) -> None:
        if self._conn:
            self._conn.close()
        self._conn = None

    def forget(self) -> None:
        """After a fork: the connection is the parent's."""
        if self._conn and self._conn.sock:
            fd = self._conn.sock.detach()
            import os
            os.close(fd)
        self._conn = None

    def _exchange(self, method: str, path: str, body: Optional[bytes] = None, kind: Optional[str] = None,
                  passing: FrozenSet[int] = PASSING) -> bytes:
        status, fields, text = self._try(method, path, body, kind)
        if 200 <= status < 300:
            return text
        sentence = self._sentence(status, fields, text)
        if status in passing:
            retry = fields.get("retry-after", "")
            raise Away(sentence, float(retry) if retry.isdigit() else None)
        raise PublishError(sentence, status)

    def _sentence(self, status: int, fields: Dict[str, str], text: bytes) -> str:
        if 300 <= status < 400 and "location" in fields:
            return f"{self.target.url} has moved: publish to {fields['location']} instead ({status})"
        said = text.decode("utf-8", "replace").strip()
        try:
            said = json.loads(said)["error"]["text"]
        except (ValueError, KeyError, TypeError):
            pass
        return f"{self.target.url}: {said or http.client.responses.get(status, 'refused')} ({status})"

    def _try(self, method: str, path: str, body: Optional[bytes], kind: Optional[str]) -> Tuple[int, Dict[str, str], bytes]:
        was_used = self._is_used and self._conn is not None
        try:
            return self._once(method, path, body, kind)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
            self.close()
            if not was_used:
                raise Away(f"{self.target.server} ended the connection: {error}") from error
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise PublishError(f"{self.target.server} cannot be trusted: {error.verify_message}") from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Away(f"{self.target.server} is not there: {getattr(error, 'strerror', None) or error}") from error
        return self._try(method, path, body, kind)

    def _once(self, method: str, path: str, body: Optional[bytes], kind: Optional[str]) -> Tuple[int, Dict[str, str], bytes]:
        conn = self._conn = self._conn or self._open()
        fields = {"Accept": "application/json", "User-Agent": "stillcast-python"}
        if kind:
            fields["Content-Type"] = kind
        if self.target.authorization:
            fields["Authorization"] = self.target.authorization
        try:
            conn.request(method, path, body, fields)
        except (BrokenPipeError, ConnectionResetError):
            if self._is_used:
                raise
            # The server said why before it stopped reading.
        answer = conn.getresponse()
        text = answer.read(ANSWER_MOST_BYTES)
        found = {name.lower(): value for name, value in answer.getheaders()}
        self._is_used = True
        if answer.will_close:
            self.close()
        return answer.status, found, text

    def _open(self) -> http.client.HTTPConnection:
        self._is_used = False
        if self.target.scheme == "https":
            return http.client.HTTPSConnection(self.target.host, self.target.port, timeout=self._timeout_s, context=self._tls)
        return http.client.HTTPConnection(self.target.host, self.target.port, timeout=self._timeout_s)
