"""Publishes plots, images and numbers to a stillcast server, which shows them live in any browser.

    import stillcast

    live = stillcast.Publisher("http://localhost:8080/loss")
    live.savefig(fig)                       # a matplotlib figure
    live.send(picture)                      # a PIL image, an array, encoded bytes, or the path of a file
    live.points(loss=0.31, accuracy=0.9)    # numbers, for a graph that the server draws
"""

from .errors import PublishError
from .publisher import Publisher

__all__ = ["PublishError", "Publisher"]
__version__ = "0.1.0"
