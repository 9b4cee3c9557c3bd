"""The server, for as long as the script runs: as a child, or inside of this process."""

from __future__ import annotations

import atexit
import logging
import os
import re
import shutil
import socket
import subprocess
import threading
import weakref
from pathlib import Path
from types import TracebackType
from typing import Any, List, Optional, Type, Union
from urllib.parse import quote

from .courier import Courier, close_all
from .publisher import Publisher

log = logging.getLogger("stillcast")

READY = re.compile(r"stillcast ready: (\S+)")
LINE = re.compile(r"\d\d:\d\d:\d\d\.\d{3} (error|warn|info|debug) (\S+) (.*)")
LEVELS = {"error": logging.ERROR, "warn": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}
USUAL_PORT = 8080
CLOSE_S = 5.0
BUILD = Path(__file__).resolve().parents[2] / "build"


def serve(*sources: str, listen: Optional[str] = None, binary: Optional[Union[str, "os.PathLike[str]"]] = None,
          in_process: bool = False, library: Optional[Union[str, "os.PathLike[str]"]] = None, timeout: float = 20.0,
          **options: Any) -> "Server":
    """Starts a server that ends with this script.

    sources     what it shows by itself, as on the command line: "cpu=graph:system", "photos/"
    listen      "ADDR:PORT"; default: 127.0.0.1, port 8080 or, when that is taken, one that the system chooses
    binary      default: $STILLCAST, the stillcast of $PATH, or what was built beside this module
    in_process  inside of this process, by libstillcast: no second process is started. library: default
                $STILLCAST_LIBRARY, what was built beside this module, or the installed one
    options     as on the command line, with _ for -: read_only=True, max_streams=3, cors=["https://a", "https://b"]

    Raises RuntimeError with the server's sentence when it does not start, FileNotFoundError when there is none."""
    args = [*_words(options), "--listen", listen or f"127.0.0.1:{_usual_port()}", *sources]
    if in_process:
        from .inside import InsideServer
        return InsideServer(args, library)
    return ChildServer([str(binary or find_binary()), *args], timeout)


def _words(options: Any) -> List[str]:
    words = []
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is True:
                words.append(option)
            elif one is not False and one is not None:
                words.append(f"{option}={one}")
    return words


def _usual_port() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", USUAL_PORT))
        except OSError:
            return 0
        return USUAL_PORT


def find_binary() -> str:
    built = BUILD / "stillcast"
    found = os.environ.get("STILLCAST") or shutil.which("stillcast") or (built if built.is_file() else None)
    if not found or not Path(found).is_file():
        raise FileNotFoundError(f"there is no stillcast {f'at {found}' if found else 'in $PATH'}: install it, "
                                "or name it by $STILLCAST or binary=")
    return str(found)


class Server:
    """A server that runs. url: "http://127.0.0.1:8080/"."""

    def __init__(self) -> None:
        self.url = ""
        self._owner = os.getpid()
        self._couriers: "weakref.WeakSet[Courier]" = weakref.WeakSet()

    def publisher(self, name: str, **options: Any) -> Publisher:
        """Publishes the stream NAME. options: as Publisher takes them."""
        return self._keep(Publisher(self.url + quote(name), **options))

    def close(self) -> None:
        """Closes the publishers that it gave, which deliver what they have, and stops."""
        atexit.unregister(self._end)
        if os.getpid() != self._owner:
            return
        for courier in list(self._couriers):
            courier.close(CLOSE_S if self._is_there() else 0.0)
        self._stop()

    def _is_there(self) -> bool:
        return True

    def _stop(self) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        """At the end of the program: after all publishers, also those that know nothing but the URL."""
        close_all()
        self.close()

    def _keep(self, publisher: Publisher) -> Publisher:
        self._couriers.add(publisher._courier)
        return publisher

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<stillcast.{type(self).__name__} {self.url}>"


class ChildServer(Server):
    """A thread starts it and reads what it says, until its end: the system ends a child whose starting thread has ended
    (setpriv --pdeathsig), so it cannot outlive this script, however that ends."""

    def __init__(self, command: List[str], timeout_s: float) -> None:
        super().__init__()
        self._ready = threading.Event()
        self._said: List[str] = []
        self._failure: Optional[OSError] = None
        self._process: Optional["subprocess.Popen[str]"] = None
        self._thread = threading.Thread(target=self._run, args=(command,), name="stillcast-server", daemon=True)
        self._thread.start()
        is_there = self._ready.wait(timeout_s)
        if self._failure:
            raise self._failure
        if not self.url:
            self.close()
            raise RuntimeError(self._said[-1] if is_there and self._said else f"{command[0]} was not ready after {timeout_s:g} s")
        atexit.register(self._end)

    @property
    def pid(self) -> Optional[int]:
        return self._process.pid if self._process else None

    def _is_there(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _stop(self) -> None:
        process = self._process
        if not process:
            return
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
        self._thread.join(5)

    def _run(self, command: List[str]) -> None:
        setpriv = shutil.which("setpriv")
        if setpriv:
            command = [setpriv, "--pdeathsig", "TERM", "--", *command]
        try:
            process = self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                                       stderr=subprocess.STDOUT, text=True, errors="replace",
                                                       start_new_session=True)  # Ctrl-C is for the script
        except OSError as error:
            self._failure = error
            self._ready.set()
            return
        assert process.stdout
        for line in process.stdout:
            self._hear(line.rstrip("\n"))
        process.stdout.close()
        process.wait()
        self._ready.set()

    def _hear(self, line: str) -> None:
        ready, logged = READY.match(line), LINE.match(line)
        if ready:
            self.url = ready.group(1)
            self._ready.set()
        elif logged:
            log.log(LEVELS[logged.group(1)], "%s: %s", logged.group(2), logged.group(3))
        elif not self.url:
            self._said.append(line)
        else:
            log.error("%s", line)
