"""Other servers of live pictures, compared with ours in the same run: see ../servers.py for their shape,
docs/performance-peers.md for what each of them is. One more thing may be said of a peer:
most_viewers, where it serves no more than so many."""

from .ffmpeg import Ffmpeg
from .flask_page import FlaskPage
from .gstreamer import Gstreamer
from .motion import Motion
from .ustreamer import Ustreamer


class Absent:
    """One that people ask for, and why it is not here."""

    def __init__(self, name, why):
        self.name, self.why = name, why

    def available(self):
        return self.why


PEERS = [Ustreamer(), Motion(), Ffmpeg(), Gstreamer(), FlaskPage(), Absent("mjpg-streamer", "not in Debian 12")]
