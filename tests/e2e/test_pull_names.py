"""A name that nobody answers for: only the source that asks for it waits, and the end of the server does not."""

import os
import pathlib
import time

import pytest

import conftest
import wire
from pulling import told
from test_source_life import look

SLOW = pathlib.Path(conftest.BINARY).parent / "tests" / "e2e" / "slow_names.so"

pytestmark = pytest.mark.skipif("SANITIZER" in os.environ, reason="its own library must be the first that is loaded")


def test_nobody_waits_for_a_name(server):
    s = server("v=http://slow.invalid/#on_demand=no#timeout=0.5", "w=test:#fps=50#size=64x48", "x=http://localhost:1/#on_demand=no",
               env={"LD_PRELOAD": str(SLOW)})
    with wire.Viewer(s, "/w.mjpg") as viewer:
        told(s, "no connection within 0.5 s")
        viewer.part(), viewer.part()
    told(s, "refused", name="x")
    wire.eventually(lambda: look(s)["retries"] >= 2, 10)
    assert s.metrics()["stillcast_loop_lag_max_seconds"] < wire.patience(0.1)


def test_the_end_does_not_wait_for_a_name(server):
    s = server("v=http://slow.invalid/#on_demand=no", env={"LD_PRELOAD": str(SLOW)})
    tasks = pathlib.Path(f"/proc/{s.pid}/task")
    names = lambda: [(task / "comm").read_text().strip() for task in tasks.iterdir()]  # noqa: E731
    wire.eventually(lambda: names().count("sc-v") == 2, 5, "no thread asks for the name beside the source's own")
    started = time.monotonic()
    s.stop()
    assert time.monotonic() - started < wire.patience(2)
