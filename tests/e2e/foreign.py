"""Servers that others wrote, to pull from: each on a port that stays its own, so that it can be killed and started again."""

import contextlib
import os
import pathlib
import pwd
import signal
import socket
import sys

import pictures
import programs
import wire
from conftest import BINARY
from upstream import Upstream, pump

os.environ.setdefault("BUILD", os.path.dirname(BINARY))  # where the stand-in for a camera is made
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

from peers.motion import SETTINGS as MOTION_SETTINGS, colored_picture  # noqa: E402
import servers  # noqa: E402
from peers.programs import DEVICE, ESTABLISHED, LISTEN, camera, is_listening  # noqa: E402

FPS = 25


class Foreign:
    """A program that serves pictures at url once started. path: of its stream. is_for_one: it ends with its only client."""

    path, is_for_one, needs = "/", False, ()

    def __init__(self, folder):
        programs.need(*self.needs)
        self.folder, self.port, self.program = folder, wire.free_port(), None
        self.prepare()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.program:
            with contextlib.suppress(ProcessLookupError):
                self.program.process.send_signal(signal.SIGCONT)
            self.program.process.kill()
            self.program.__exit__()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{self.path}"

    def prepare(self):
        pass

    def environment(self):
        return None

    def start(self):
        self.program = programs.Program(*self.command(), env=self.environment(), cwd=self.folder)
        wire.eventually(self.is_up, 20, f"{type(self).__name__} does not listen")

    def is_up(self):
        return is_listening(self.port)

    def signal(self, number):
        self.program.process.send_signal(number)

    def kill(self):
        self.program.process.kill()
        self.program.wait()
        self.program.__exit__()


class Ffmpeg(Foreign):
    is_for_one, needs = True, ("ffmpeg",)

    def command(self):
        return ["ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi", "-i", f"testsrc=size=160x120:rate={FPS}",
                "-c:v", "mjpeg", "-f", "mpjpeg", "-listen", "1", self.url]

    def is_up(self):
        """It stops listening with its first client, and ends with him: whoever tries again may be faster than we look."""
        return is_listening(self.port, (LISTEN, ESTABLISHED)) or self.program.process.poll() is not None


class Gstreamer(Foreign):
    """tcpserversink has no HTTP; a head in front of it is all that is missing."""

    needs = ("gst-launch-1.0",)

    def prepare(self):
        self.head = Upstream(self.relay)

    def relay(self, peer, n):
        if not peer.read_request():
            return
        with socket.create_connection(("127.0.0.1", self.port)) as there:
            peer.send(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=ThisRandomString\r\n\r\n")
            pump(there, peer.socket)

    def __exit__(self, *problem):
        super().__exit__(*problem)
        self.head.stop()

    @property
    def url(self):
        return self.head.url

    def command(self):
        return ["gst-launch-1.0", *(f"videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate={FPS}/1 ! jpegenc ! "
                f"multipartmux boundary=ThisRandomString ! tcpserversink host=127.0.0.1 port={self.port} sync=false").split()]


class Vlc(Foreign):
    """It refuses to be root, so then it is nobody."""

    path, needs = "/v.mjpg", ("cvlc", "setpriv", "ffmpeg")
    boundary = "7b3cc56e5f51db803f790dad720ed50a"

    def prepare(self):
        self.movie = self.folder / "movie.avi"
        programs.run("ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", f"testsrc=size=320x240:rate={FPS}:duration=20",
                     "-c:v", "mjpeg", "-q:v", "2", self.movie)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.movie.chmod(0o644)
            for folder in (self.folder, *self.folder.parents[:3]):
                folder.chmod(folder.stat().st_mode | 0o055)
            self.as_nobody = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        else:
            self.as_nobody = []

    def environment(self):
        return {**os.environ, "HOME": "/nonexistent"}

    def command(self):
        sout = (f"#standard{{access=http{{mime=multipart/x-mixed-replace;boundary={self.boundary}}},mux=mpjpeg,"
                f"dst=127.0.0.1:{self.port}{self.path}}}")
        return [*self.as_nobody, "cvlc", "--intf=dummy", "--no-audio", "--loop", self.movie, "--sout", sout]


class Ustreamer(Foreign):
    path, needs = "/stream", ("ustreamer",)

    def environment(self):
        picture = self.folder / "camera.jpg"
        if not picture.exists():
            picture.write_bytes(pictures.jpeg(1, size_bytes=8000))
        return camera(picture, FPS, (640, 480))

    def command(self):
        return ["ustreamer", "--device", DEVICE, "--format", "MJPEG", "--encoder", "HW", "--resolution", "640x480",
                "--desired-fps", FPS, "--host", "127.0.0.1", "--port", self.port]


class Motion(Foreign):
    needs = ("motion",)

    def prepare(self):
        servers.OUT.mkdir(parents=True, exist_ok=True)
        self.picture, (width, height) = colored_picture(8000)
        self.size = width, height
        (self.folder / "motion.conf").write_text(MOTION_SETTINGS.format(
            device=DEVICE, width=width, height=height, fps=FPS, quality=75, port=self.port, folder=self.folder))

    def environment(self):
        return camera(self.picture, FPS, self.size)

    def command(self):
        return ["motion", "-n", "-c", self.folder / "motion.conf", "-l", self.folder / "log"]


ALL = [Ffmpeg, Gstreamer, Vlc, Ustreamer, Motion]
