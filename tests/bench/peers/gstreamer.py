"""GStreamer: a pipeline that hands the camera's pictures to whoever connects, as parts without any HTTP around them.
Compared is the fan-out alone; a browser could not read this."""

import contextlib
import subprocess

from .programs import DEVICE, camera, free_port, missing, serving


class Gstreamer:
    name = "GStreamer, without HTTP"
    most_viewers = 300  # more than five at once wait a second and more to connect: a thousand take over a minute

    def available(self):
        why_not = missing("gst-launch-1.0", "gstreamer1.0-tools")
        if not why_not:
            for element in ("v4l2src", "multipartmux", "tcpserversink"):
                if subprocess.run(["gst-inspect-1.0", "--exists", element], check=False).returncode != 0:
                    return f"no {element}: apt install gstreamer1.0-plugins-base gstreamer1.0-plugins-good"
        return why_not

    @contextlib.contextmanager
    def serve(self, a_picture, fps):
        port = free_port()
        pipeline = (f"v4l2src device={DEVICE} ! image/jpeg ! multipartmux ! "
                    f"tcpserversink host=127.0.0.1 port={port} sync-method=next-keyframe sync=false")
        with serving(["gst-launch-1.0", *pipeline.split()], port, "/", env=camera(a_picture.path, fps)) as found:
            yield found
