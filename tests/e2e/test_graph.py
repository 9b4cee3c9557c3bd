"""Numbers in, a moving picture out: what comes in by pipe, file and POST is on the graph, whoever watches and whoever
does not, and what is no number is told of."""

import io
import math
import os
import subprocess
import threading
import time

import PIL.Image
import pytest
import wire


def look(server, name):
    return wire.get(server, f"/api/streams/{name}").json


def picture(server, name, query=""):
    answer = wire.get(server, f"/{name}.jpg{query}")
    assert answer.status == 200, answer.text
    return PIL.Image.open(io.BytesIO(answer.body)).convert("RGB")


def inked(image):
    """How many pixels of the plot have the colour of a line: lines are the only colourful thing in it."""
    plot = image.crop((80, 30, image.width - 5, image.height - 60))
    return sum(n for n, (r, g, b) in plot.getcolors(1 << 24) if max(r, g, b) - min(r, g, b) > 60)


def test_a_table_from_a_pipe_is_drawn_and_its_last_picture_stays(server):
    rows = b" us sy\n" + b"".join(b" %d %d\n" % (i % 7, i % 5) for i in range(50))
    one = server("cpu=graph:-#window=10s", stdin=subprocess.PIPE)
    for at in range(0, len(rows), 40):
        one.process.stdin.write(rows[at:at + 40])
        one.process.stdin.flush()
    one.process.stdin.close()
    wire.eventually(lambda: look(one, "cpu")["state"] == "ended")
    assert look(one, "cpu")["frames_in"] == 1  # nobody watched: only the last picture was drawn
    assert inked(picture(one, "cpu")) > 5


def test_numbers_are_taken_while_nobody_watches_and_drawn_for_whoever_comes(server, tmp_path):
    os.mkfifo(tmp_path / "numbers")
    one = server("loss=graph:numbers#window=10s", "--linger", "0")
    with open(tmp_path / "numbers", "wb", buffering=0) as fifo:
        now = time.time()
        fifo.write(b"".join(b"loss %.6f %.6f\n" % (math.sin(i / 9), now - 9 + i * 0.01) for i in range(900)))
        wire.eventually(lambda: look(one, "loss")["state"] == "idle")
        assert look(one, "loss")["frames_in"] == 0
        assert inked(picture(one, "loss")) > 500
        with wire.Viewer(one, "/loss.mjpg") as viewer:
            first = viewer.part()
            fifo.write(b"loss 0.5\n")
            assert viewer.part().picture != first.picture
        wire.eventually(lambda: look(one, "loss")["state"] == "idle")


def test_a_file_that_grows_is_followed_also_when_it_is_begun_anew(server, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(f"time,loss\n{time.time() - 5},1\n{time.time() - 4},9\n")
    one = server("graph=graph:log.csv#window=10s", "--linger", "0")
    wire.eventually(lambda: inked(picture(one, "graph")) > 20)
    before = inked(picture(one, "graph"))
    with open(log, "a") as file:
        file.write(f"{time.time() - 3},1\n")
    wire.eventually(lambda: inked(picture(one, "graph")) > before)
    before = inked(picture(one, "graph"))
    log.write_text(f"accuracy 5 {time.time() - 9}\naccuracy 7 {time.time()}\n")
    wire.eventually(lambda: inked(picture(one, "graph")) > before + 100)
    assert look(one, "graph")["rejected"] == 0


def test_bad_lines_are_counted_and_the_first_is_quoted_in_the_log(server):
    one = server("x=graph:-", stdin=subprocess.PIPE)
    one.process.stdin.write(b"a 1\n\xff\x1b[31mnonsense\nb 2\nc inf\n")
    one.process.stdin.flush()
    wire.eventually(lambda: look(one, "x")["rejected"] == 2)
    wire.eventually(lambda: 'line 2, "' in one.stderr and "nonsense" in one.stderr)
    assert "\x1b" not in one.stderr
    one.process.stdin.close()


def test_this_machine_is_on_the_graph(server):
    one = server("graph:system#every=0.1s#window=10s", "graph:system.cpu#every=100ms", "graph:system.load", "graph:system.memory")
    with wire.Viewer(one, "/system.mjpg") as viewer:
        for _ in range(4):
            viewer.part()
    assert inked(picture(one, "system")) > 20
    for name in ("system.cpu", "system.load", "system.memory"):
        wire.eventually(lambda: inked(picture(one, name)) > 3)


def test_a_command_feeds_a_graph_and_is_run_again_when_it_fails(server, tmp_path):
    script = tmp_path / "numbers.sh"
    script.write_text("#!/bin/sh\necho a 1\necho b 1\nexec sleep 30\n")
    script.chmod(0o755)
    one = server("x=graph:exec ./numbers.sh#window=10s", "y=graph:exec sh -c 'echo a 1; echo why >&2; exit 3'", "--linger", "0")
    with wire.Viewer(one, "/x.mjpg") as viewer:
        viewer.part()
        wire.eventually(lambda: inked(picture(one, "x")) >= 2)
    wire.eventually(lambda: look(one, "y")["note"] == "'sh' ended with exit status 3: why" and look(one, "y")["retries"] > 0)


@pytest.mark.parametrize("argument, sentence", [
    ("graph:exec no-such-program", "no-such-program"),
    ("graph:system.nose", "graph:system.cpu"),
    ("graph:.", "neither a pipe nor a file"),
    ("graph:#window=1s", "from 10s to 2.592e+06s"),
    ("graph:#window=31d", "such as 30s, 5m, 6h or 30d"),
    ("graph:#kind=pie", "line, area"),
    ("graph:#threshold=high", "a colour may follow"),
    ("graph:#band=5", "60..80"),
    ("graph:#min=5#max=5", "is empty"),
    ("graph:#max_series=65", "from 1 to 64"),
    ("graph:#dpr=4", "from 1 to 3"),
    ("graph:#rate=maybe", "no, yes or auto"),
    ("graph:#fps=61", "from 0 to 60"),
])
def test_what_can_never_work_is_refused_with_the_way_out(run, argument, sentence):
    ended = run("--listen", "127.0.0.1:0", argument)
    assert ended.code in (64, 66), ended.stderr
    assert sentence in ended.stderr, ended.stderr
