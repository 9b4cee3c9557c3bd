"""Live pictures in a notebook: a publisher shows itself, and %%stillcast NAME publishes what a cell draws."""

from __future__ import annotations

import sys
from html import escape
from typing import Any, Dict, Optional

from .daemon import Server, serve
from .publisher import Publisher


def html(url: str) -> str:
    """An <img> of the live stream; while there is none yet it tries again every second."""
    source = escape(f"{url}.mjpg", quote=True)
    again = "setTimeout(() => this.src = this.dataset.src + '?' + Date.now(), 1000)"
    return (f'<img src="{source}" data-src="{source}" style="max-width: 100%" alt="{escape(url, quote=True)}" '
            f'onerror="{again}">')


class Notebook:
    """The publishers of one notebook, by what follows %stillcast: a name, in a server of its own, or a URL."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._server: Optional[Server] = None
        self._publishers: Dict[str, Publisher] = {}

    def publisher(self, target: str) -> Publisher:
        if target not in self._publishers:
            if "://" in target:
                self._publishers[target] = Publisher(target)
            else:
                self._server = self._server or serve()
                self._publishers[target] = self._server.publisher(target)
        return self._publishers[target]

    def magic(self, line: str, cell: Optional[str] = None) -> Optional[Publisher]:
        """%stillcast NAME|URL shows the live picture; %%stillcast NAME|URL runs the cell and publishes its figure, or
        the picture that its last line gives."""
        live = self.publisher(line.strip() or "notebook")
        if cell is None:
            return live
        result = self._shell.run_cell(cell)
        result.raise_error()
        pyplot = sys.modules.get("matplotlib.pyplot")
        if result.result is not None and not isinstance(result.result, (list, tuple)):
            live.send(result.result)
        elif pyplot and pyplot.get_fignums():
            live.savefig(pyplot.gcf())
        else:
            raise ValueError("the cell drew nothing: it has no figure, and its last line gives no picture")
        return None


def load(shell: Any) -> None:
    """%load_ext stillcast"""
    shell.register_magic_function(Notebook(shell).magic, "line_cell", "stillcast")
