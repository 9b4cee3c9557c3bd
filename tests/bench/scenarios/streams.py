"""Many streams with few viewers each cost hardly more than one stream with as many viewers."""

import contextlib

import measure
import servers
from report import Figure

SIZE, FPS = 16000, 10


class Streams(servers.Stillcast):
    def __init__(self, n_streams):
        super().__init__(f"{n_streams} streams", "--max-streams", str(n_streams + 1))
        self.n_streams = n_streams

    @contextlib.contextmanager
    def serve(self, a_picture, fps):
        with self.start() as (pid, port):
            path = "/s#.mjpg"
            with servers.feeding(f"127.0.0.1:{port}", path, a_picture, "-f", fps, "-m", self.n_streams):
                yield servers.Serving([pid], port, path, options=["-m", str(self.n_streams)])


class Relay(Streams):
    """No server but the bare loop that receives and sends."""

    def __init__(self, n_streams):
        super().__init__(n_streams)
        self.name = f"bare relay, {self.name}"

    def start(self, *_):
        return servers.ready([servers.program("relay")])


def receiving_s(server):
    """CPU seconds that a second of all those streams costs without a viewer of them."""
    with server.serve(servers.picture(SIZE), FPS) as serving:
        with measure.Load(f"{serving.host}:{serving.port}", "/s0.mjpg", 1, seconds=2, settle=1) as load:
            before_s = measure.cpu_s(serving.pids)
            seconds = load.result()["seconds"]
            return (measure.cpu_s(serving.pids) - before_s) / seconds


def run(bench):
    one, many, relay = Streams(1), Streams(500), Relay(500)
    results = measure.rounds([one, many, relay], 3, lambda server: measure.serve_and_load(server, SIZE, 1000, FPS, seconds=3))
    bench.keep("streams", results)
    ratio, floor = (measure.median_ratio(results[some.name], results[one.name], "cpu_s_per_gb") for some in (many, relay))
    above = measure.median_ratio(results[many.name], results[relay.name], "cpu_s_per_gb")
    cost, least, delivered = (measure.median(results[name], key) for name, key in (
        (many.name, "cpu_s_per_gb"), (relay.name, "cpu_s_per_gb"), (many.name, "delivered")))
    receiving = receiving_s(many) / (1000 * FPS * SIZE / 1e9)
    bench.keep("streams received alone", receiving)
    yield Figure("CPU per GB, 500 streams x 2 viewers x 10 fps", f"{ratio:.2f} x 1 stream x 1,000", "<= 1.5 x", ratio <= 1.5,
                 f"{cost:.3f} CPU-s/GB, {receiving:.3f} of it without a viewer; {delivered:.1%} delivered")
    yield Figure("   bare relay", f"{floor:.2f} x", note=f"{least:.3f} CPU-s/GB; stillcast is {above:.2f} x that")
