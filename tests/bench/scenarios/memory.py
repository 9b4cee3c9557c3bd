"""What a viewer costs in memory: one that waits, and one that has stopped reading."""

import measure
import servers
from report import Figure

IDLE, FROZEN = 4000, 200


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
    """Both ends of a connection are this machine's: what lies at the viewers' end is told apart by their queues."""
    with servers.Stillcast().serve(servers.picture(60000), 30) as serving:
        address = f"127.0.0.1:{serving.port}"
        with measure.Load(address, serving.path, 1, seconds=60):
            before = measure.kernel_tcp_bytes()
            with measure.Load(address, serving.path, 1, seconds=60, settle=4, options=["-z", FROZEN, "-r", 4096]):
                each = (measure.kernel_tcp_bytes() - before) / FROZEN
    bench.keep("memory frozen", each)
    return Figure("kernel memory per frozen viewer", f"{each / 1024:.1f} KB", "<= 64 KB", each <= 65536, "both ends")


def run(bench):
    yield idle(bench)
    yield frozen(bench)
