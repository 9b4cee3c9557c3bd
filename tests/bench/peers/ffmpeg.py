"""ffmpeg: copies the camera's pictures into a multipart stream for the one viewer it listens for."""

import contextlib

from .programs import DEVICE, camera, free_port, missing, serving


class Ffmpeg:
    name = "ffmpeg"
    most_viewers = 1

    def available(self):
        return missing("ffmpeg", "ffmpeg")

    @contextlib.contextmanager
    def serve(self, a_picture, fps):
        port = free_port()
        command = ["ffmpeg", "-nostdin", "-f", "v4l2", "-input_format", "mjpeg", "-i", DEVICE, "-c", "copy",
                   "-f", "mpjpeg", "-listen", "1", f"http://127.0.0.1:{port}/"]
        with serving(command, port, "/", env=camera(a_picture.path, fps)) as found:
            yield found
