"""µStreamer: hands on the camera's pictures as they are."""

import contextlib

from .programs import DEVICE, camera, free_port, missing, serving

SIZE = (640, 480)  # it takes none below 160 x 120, and looks into no picture


class Ustreamer:
    name = "µStreamer"

    def available(self):
        return missing("ustreamer", "ustreamer")

    @contextlib.contextmanager
    def serve(self, a_picture, fps):
        port, (width, height) = free_port(), SIZE
        command = ["ustreamer", "--device", DEVICE, "--format", "MJPEG", "--encoder", "HW",
                   "--resolution", f"{width}x{height}", "--desired-fps", fps,
                   "--host", "127.0.0.1", "--port", port, "--tcp-nodelay"]
        with serving(command, port, "/stream", env=camera(a_picture.path, fps, SIZE)) as found:
            yield found
