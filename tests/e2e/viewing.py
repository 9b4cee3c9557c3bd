"""What a viewer sees, whoever it is: anything that has next_seq(), the number in the next picture."""

import time

import bars
import pictures
import wire


class BarsViewer(wire.Viewer):
    """A strict viewer of pictures that somebody encoded anew."""

    media_type = "image/jpeg"

    def next_seq(self):
        part = self.part()
        assert part.media_type == self.media_type
        return bars.decode(part.picture)


def step(viewer, publish, n):
    """Publishes 1 to n, each when the one before has been seen: none is lost, and none comes twice but by a re-send.
    Gives how many did."""
    n_doubled = 0
    for number in range(1, n + 1):
        deadline = time.monotonic() + wire.patience(10)
        publish(number)
        while (seen := viewer.next_seq()) != number:
            assert seen == number - 1 and time.monotonic() < deadline, f"{seen} instead of {number}"
            n_doubled += 1
    return n_doubled


def expect_counted(server, n, n_doubled):
    """The server says the same."""
    def same():
        metrics = server.metrics()
        count = {what: metrics[f"stillcast_frames_{what}_total", {"stream": "v"}]
                 for what in ("in", "out", "resent", "skipped", "rejected")}
        assert (count["in"], count["out"], count["skipped"], count["rejected"]) == (n, n, 0, 0), count
        assert count["resent"] >= n_doubled
        return True
    wire.eventually(same)


def watch(server, kind, target):
    """A viewer of a stream that may have no picture yet."""
    wire.eventually(lambda: wire.get(server, target.replace(".mjpg", ".jpg")).status == 200, 10, "no picture")
    return kind(server, target)


def next_of_concatenated(program):
    """The number of the next picture from pictures.jpeg that a program prints, whole."""
    start = program.read(pictures.LENGTH_END)
    return pictures.check(start + program.read(pictures.length_bytes(start) - len(start)))


def next_of_raw_video(program):
    """The number in the next picture that a program prints as raw RGB."""
    return bars.read(bars.from_raw(program.read(bars.RAW_BYTES)))
