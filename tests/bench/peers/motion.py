"""motion: decodes each picture, to look for motion, and encodes it anew for its stream. With the search for motion
paused and no files written, that is the least it does. It takes no grey pictures, and none whose sides are no
multiples of 8, so it gets one of its own that comes out about as large as the asked one."""

import contextlib
import random
import tempfile

from PIL import Image
from servers import OUT

from .programs import DEVICE, camera, free_port, missing, serving

_QUALITY = 75
SETTINGS = """daemon off
video_device {device}
video_params palette=8
width {width}
height {height}
framerate {fps}
stream_maxrate {fps}
stream_quality {quality}
stream_port {port}
stream_localhost on
webcontrol_port 0
pause on
picture_output off
movie_output off
target_dir {folder}
log_level 3
"""


def colored_picture(size_bytes):
    """As detailed as a photograph: about five pixels to a byte. Gives (path, size)."""
    width = max(16, int((size_bytes * 5.12 * 4 / 3) ** 0.5) // 16 * 16)
    height = width * 3 // 4 // 8 * 8
    plain = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    noise = Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3))
    path = OUT / f"colored-{size_bytes}.jpg"
    low, high = 0.0, 1.0
    for _ in range(10):
        share = (low + high) / 2
        Image.blend(plain, noise, share).save(path, quality=_QUALITY)
        low, high = (share, high) if path.stat().st_size < size_bytes else (low, share)
    return path, (width, height)


class Motion:
    name = "motion"
    most_viewers = 300  # a thousand get half of the pictures, and keep it from ending

    def available(self):
        return missing("motion", "motion")

    @contextlib.contextmanager
    def serve(self, a_picture, fps):
        port = free_port()
        path, (width, height) = colored_picture(a_picture.len_bytes)
        with tempfile.TemporaryDirectory() as folder:
            settings = f"{folder}/motion.conf"
            with open(settings, "w", encoding="ascii") as out:
                out.write(SETTINGS.format(device=DEVICE, width=width, height=height, fps=fps, quality=_QUALITY,
                                           port=port, folder=folder))
            command = ["motion", "-n", "-c", settings, "-l", f"{folder}/log"]
            with serving(command, port, "/", is_shown_later=True, env=camera(path, fps)) as found:
                yield found
