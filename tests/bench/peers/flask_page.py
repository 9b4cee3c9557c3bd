"""A Flask page as tutorials make it, see page.py, in Flask's own server with a thread for each viewer."""

import contextlib
import importlib.util
import pathlib
import sys

from .programs import free_port, serving

_PAGE = pathlib.Path(__file__).with_name("page.py")


class FlaskPage:
    name = "Flask page"
    most_viewers = 300  # a thousand get 8 % of the pictures

    def available(self):
        return None if importlib.util.find_spec("flask") else "not installed: apt install python3-flask"

    @contextlib.contextmanager
    def serve(self, a_picture, fps):
        port = free_port()
        with serving([sys.executable, _PAGE, a_picture.path, fps, port], port, "/video_feed") as found:
            yield found
