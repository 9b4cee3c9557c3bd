"""Live pictures in a notebook: a publisher shows itself, and %%stillcast NAME publishes what a cell draws."""

from __future__ import annotations

import ast
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

    def close(self) -> None:
        for publisher in self._publishers.values():
            publisher.close()
        if self._server:
            self._server.close()

    def magic(self, line: str, cell: Optional[str] = None) -> Any:
        """%stillcast NAME|URL shows the live picture; %%stillcast NAME|URL runs the cell and publishes the picture that
        its last line gives, or its figure."""
        live = self.publisher(line.strip() or "notebook")
        if cell is None:
            return live
        result = self._run(cell)
        _publish(live, result)
        return None if cell.rstrip().endswith(";") else result

    def _run(self, cell: str) -> Any:
        """Not by run_cell(), after which the notebook's own figures are shown and gone. Gives the value of its last line."""
        shell = self._shell
        text = shell.transform_cell(cell)
        where = shell.compile.cache(text)
        tree = shell.transform_ast(shell.compile.ast_parse(text, where))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, where, "exec"), shell.user_ns)
        return eval(compile(ast.Expression(last.value), where, "eval"), shell.user_ns) if last else None


def _publish(live: Publisher, result: Any) -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    figure = getattr(result, "figure", None) or (pyplot.gcf() if pyplot and pyplot.get_fignums() else None)
    if result is None and not figure:
        raise ValueError("the cell drew nothing: it has no figure, and its last line gives no picture")
    try:
        live.send(figure if result is None else result)
    except (TypeError, OSError):  # a line such as ax.set_title() gives something else
        if not figure:
            raise
        live.savefig(figure)


def load(shell: Any) -> None:
    """%load_ext stillcast"""
    shell.register_magic_function(Notebook(shell).magic, "line_cell", "stillcast")


def unload(shell: Any) -> None:
    """%unload_ext stillcast"""
    magic = shell.magics_manager.magics["line"].pop("stillcast")
    shell.magics_manager.magics["cell"].pop("stillcast")
    magic.__self__.close()
