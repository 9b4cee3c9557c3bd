"""Publishes plots, images and numbers to a stillcast server, which shows them live in any browser.

    import stillcast

    live = stillcast.Publisher("http://localhost:8080/loss")
    live.savefig(fig)                       # a matplotlib figure
    live.send(picture)                      # a PIL image, an array, encoded bytes, or the path of a file

    numbers = stillcast.Publisher("http://localhost:8080/numbers")
    numbers.points(loss=0.31, accuracy=0.9)    # the server draws the graph
"""

from typing import Any

from .aio import AsyncPublisher
from .daemon import Server, serve
from .errors import PublishError
from .latest import Latest
from .parts import Multipart, multipart
from .publisher import Publisher

__all__ = ["AsyncPublisher", "Latest", "Multipart", "PublishError", "Publisher", "Server", "multipart", "serve"]
__version__ = "0.1.0"


def load_ipython_extension(shell: Any) -> None:
    """%load_ext stillcast gives the magic %stillcast."""
    from .notebook import load
    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    from .notebook import unload
    unload(shell)
