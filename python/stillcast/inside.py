"""libstillcast inside of this process, by ctypes."""

from __future__ import annotations

import atexit
import ctypes
import logging
import os
from pathlib import Path
from typing import Any, List, Optional, Union

from .carrier import HttpCarrier
from .daemon import BUILD, Server
from .errors import Away, PublishError
from .picture import Form
from .publisher import Publisher
from .target import Target

log = logging.getLogger("stillcast")

LEVELS = (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)
TEXT_BYTES = 512  # SC_ERR_TEXT_BYTES
PASSING = (12, 28)  # ENOMEM, ENOSPC
SINK = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)
POINTER = ctypes.c_void_p


class Err(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("text", ctypes.c_char * TEXT_BYTES)]


FUNCTIONS = {
    "sc_log_set": (None, [ctypes.c_int, POINTER, POINTER]),
    "sc_embed_create": (ctypes.c_int, [ctypes.c_size_t, ctypes.POINTER(ctypes.c_char_p), ctypes.POINTER(POINTER), ctypes.POINTER(Err)]),
    "sc_embed_server": (POINTER, [POINTER]),
    "sc_embed_destroy": (None, [ctypes.POINTER(POINTER)]),
    "sc_server_url": (ctypes.c_char_p, [POINTER, ctypes.c_size_t]),
    "sc_embed_publish": (ctypes.c_int, [POINTER, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(Err)]),
    "sc_embed_n_viewers": (ctypes.c_int, [POINTER, ctypes.c_char_p]),
}


def load(path: Optional[Union[str, "os.PathLike[str]"]]) -> Any:
    built = BUILD / "libstillcast.so.0"
    name = path or os.environ.get("STILLCAST_LIBRARY") or (built if built.exists() else "libstillcast.so.0")
    try:
        library = ctypes.CDLL(str(Path(name)) if os.sep in str(name) else str(name))
    except OSError as error:
        raise FileNotFoundError(f"libstillcast cannot be loaded: {error}; install it, or name it by $STILLCAST_LIBRARY "
                                "or library=") from None
    for function, (result, arguments) in FUNCTIONS.items():
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


def _sink(level: int, topic: bytes, text: bytes, _: Any) -> None:
    log.log(LEVELS[level], "%s: %s", topic.decode(), text.decode("utf-8", "replace"))


SINK_OF_ALL = SINK(_sink)  # the library keeps it for as long as the process lives


class InsideServer(Server):
    """No signal handler is taken, and what the server logs goes to the log "stillcast". The server's threads do not
    survive a fork: a child has none, and may publish by the URL only while the parent lives."""

    def __init__(self, args: List[str], library: Optional[Union[str, "os.PathLike[str]"]]) -> None:
        super().__init__()
        self._library = load(library)
        self._library.sc_log_set(LEVELS.index(logging.INFO), ctypes.cast(SINK_OF_ALL, POINTER), None)
        self._inside = POINTER()
        err = Err()
        words = (ctypes.c_char_p * len(args))(*(word.encode() for word in args))
        if self._library.sc_embed_create(len(args), words, ctypes.byref(self._inside), ctypes.byref(err)) < 0:
            raise RuntimeError(err.text.decode("utf-8", "replace"))
        self.url = self._library.sc_server_url(self._library.sc_embed_server(self._inside), 0).decode()
        atexit.register(self._end)

    def publisher(self, name: str, **options: Any) -> Publisher:
        """As Server.publisher; its pictures do not leave the process on their way to the server."""
        one = Publisher(self.url + name)
        form = Form(options.pop("format", "jpeg"), options.pop("quality", 90), options.pop("order", "rgb"))
        if options:
            raise TypeError(f"a publisher inside takes no {', '.join(options)}")
        one._begin(one.url, InsideCarrier(self, name), form)
        return self._keep(one)

    def _stop(self) -> None:
        if self._inside:
            self._library.sc_embed_destroy(ctypes.byref(self._inside))

    def put(self, name: str, picture: bytes) -> int:
        if not self._inside:
            raise PublishError(f"{self.url}{name}: the server is closed")
        err = Err()
        n_viewers = int(self._library.sc_embed_publish(self._inside, name.encode(), picture, len(picture), ctypes.byref(err)))
        if n_viewers >= 0:
            return n_viewers
        text = f"{self.url}{name}: {err.text.decode('utf-8', 'replace')}"
        raise Away(text) if -n_viewers in PASSING else PublishError(text)

    def viewers(self, name: str) -> Optional[int]:
        n_viewers = int(self._library.sc_embed_n_viewers(self._inside, name.encode()))
        return None if n_viewers < 0 else n_viewers


class InsideCarrier:
    """What HttpCarrier does, without HTTP; only numbers go that way."""

    def __init__(self, server: InsideServer, name: str) -> None:
        self._server, self._name = server, name
        self._http = HttpCarrier(Target.parse(server.url + name), 10.0)

    def put(self, picture: bytes) -> int:
        return self._server.put(self._name, picture)

    def post_points(self, lines: bytes) -> None:
        self._http.post_points(lines)

    def viewers(self) -> Optional[int]:
        return self._server.viewers(self._name)

    def close(self) -> None:
        self._http.close()

    def forget(self) -> None:
        self._http.forget()
