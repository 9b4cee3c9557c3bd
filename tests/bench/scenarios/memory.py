"""What a viewer costs in memory: one that waits, and one that has stopped reading."""

import measure
import servers
from report import Figure

IDLE, FROZEN = 4000, 500


def idle(bench):
    """No frame moves: one picture, thousands who have it."""
    server = servers.Stillcast("stillcast", "--resend", "1h")
    with server.start() as (pid, port):
        address = f"127.0.0.1:{port}"
        with servers.feeding(address, "/still.jpg", servers.picture(8000), "-f", 0.01, "-p"):
            # the first ones make it allocate what all share
            with measure.Load(address, "/still.mjpg", 100, seconds=60, settle=1):
                before = measure.user_bytes(pid)
                with measure.Load(address, "/still.mjpg", IDLE, seconds=60, settle=2):
                    each = (measure.user_bytes(pid) - before) / IDLE
    bench.keep("memory idle", each)
    return Figure("user memory per idle viewer", f"{each / 1024:.2f} KB", "<= 2 KB", each <= 2048)


def frozen(bench):
    """At the server's end, frames that only they still hold included. What lies in the viewer's receive buffer is the viewer's."""
    def watched_by(n_frozen):
        return measure.Load(f"127.0.0.1:{serving.port}", serving.path, 1, seconds=60, settle=4, options=["-z", n_frozen, "-r", 4096])

    with servers.Stillcast().serve(servers.picture(60000), 30) as serving:
        (pid,) = serving.pids
        with watched_by(100):  # as above
            before = measure.user_bytes(pid)
            with watched_by(FROZEN):
                user = (measure.user_bytes(pid) - before) / FROZEN
                kernel = measure.kernel_bytes(serving.port) / (FROZEN + 100)
    bench.keep("memory frozen", {"user": user, "kernel": kernel})
    yield Figure("user memory per frozen viewer", f"{user / 1024:.2f} KB", "<= 1 KB", user <= 1024)
    yield Figure("kernel memory per frozen viewer", f"{kernel / 1024:.1f} KB", "<= 64 KB", kernel <= 65536)


def run(bench):
    yield idle(bench)
    yield from frozen(bench)
