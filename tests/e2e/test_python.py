"""The Python module: what a script publishes arrives, what is wrong is told, and nothing holds the script up."""

import io
import logging
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

import numpy
import pytest
from PIL import Image

import pictures
import wire
from conftest import ROOT, Server
from publishing import shown, stillcast

RED, GREEN, BLUE = (230, 20, 20), (20, 200, 20), (20, 20, 230)
SCRIPT_ENV = {**os.environ, "PYTHONPATH": str(ROOT / "python")}


@pytest.fixture
def live(one_server, request):
    """A publisher of a stream that no other test has."""
    made = []

    def publisher(**options):
        made.append(stillcast.Publisher(f"{one_server.url}t{abs(hash(request.node.name))}", **options))
        return made[-1]
    yield publisher
    for one in made:
        try:
            one.close()
        except stillcast.PublishError:
            pass


def newest(server, live):
    return wire.get(server, "/" + live.url.split("/", 3)[3] + ".jpg")


def near(color, wanted):
    return all(abs(a - b) < 12 for a, b in zip(color, wanted))


def plain(color, kind=numpy.uint8):
    return numpy.full((48, 64, 3), color, kind)


def encoded(color, kind="JPEG"):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(out, kind)
    return out.getvalue()


# --- pictures of every make ---

MAKES = {
    "bytes": lambda folder: encoded(RED),
    "bytearray": lambda folder: bytearray(encoded(RED)),
    "memoryview": lambda folder: memoryview(encoded(RED)),
    "an encoded array": lambda folder: numpy.frombuffer(encoded(RED), numpy.uint8),
    "a path": lambda folder: folder / "red.jpg",
    "a path as text": lambda folder: str(folder / "red.jpg"),
    "PIL": lambda folder: Image.new("RGB", (64, 48), RED),
    "PIL with a palette": lambda folder: Image.new("RGB", (64, 48), RED).quantize(),
    "PIL with alpha": lambda folder: Image.new("RGBA", (64, 48), (*RED, 255)),
    "RGB": lambda folder: plain(RED),
    "RGBA": lambda folder: numpy.full((48, 64, 4), (*RED, 255), numpy.uint8),
    "floats": lambda folder: plain([c / 255 for c in RED], numpy.float32),
    "not contiguous": lambda folder: plain(RED[::-1])[:, :, ::-1],
    "columns first": lambda folder: numpy.asfortranarray(plain(RED)),
    "read-only": lambda folder: numpy.broadcast_to(numpy.array(RED, numpy.uint8), (48, 64, 3)),
}


@pytest.mark.parametrize("make", MAKES)
def test_pictures_of_every_make_arrive(one_server, live, make, tmp_path):
    (tmp_path / "red.jpg").write_bytes(encoded(RED))
    one = live()
    one.send(MAKES[make](tmp_path))
    assert one.flush() and one.counts["sent"] == 1
    picture = newest(one_server, one)
    assert Image.open(io.BytesIO(picture.body)).size == (64, 48) and near(pictures.pixel(picture.body), RED)


@pytest.mark.parametrize("array, color", [
    (numpy.full((48, 64), 200, numpy.uint8), (200, 200, 200)),
    (numpy.full((48, 64, 1), 200, numpy.uint8), (200, 200, 200)),
    (numpy.ones((48, 64), bool), (255, 255, 255)),
    (numpy.full((48, 64, 2), (90, 255), numpy.uint8), (90, 90, 90)),
    (numpy.full((48, 64, 4), (9, 9, 9, 0), numpy.uint8), (255, 255, 255)),
    (numpy.array([[2.0, -1.0]] * 48).repeat(32, axis=1), (255, 255, 255)),
    (numpy.full((48, 64), numpy.nan), (0, 0, 0)),
], ids=["grey", "one channel", "bool", "grey with alpha", "transparent", "floats beyond 0 to 1", "no numbers"])
def test_arrays_of_other_forms(one_server, live, array, color):
    one = live()
    one.send(array)
    one.flush()
    assert near(pictures.pixel(newest(one_server, one).body, 10, 10), color)


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_the_order_of_colors_is_the_callers(one_server, live, kind):
    one = live(order="bgr", format=kind)
    one.send(plain(BLUE[::-1]))
    one.flush()
    answer = newest(one_server, one)
    assert answer["content-type"] == f"image/{kind}" and near(pictures.pixel(answer.body), BLUE)
    one.send(plain(BLUE), order="rgb")
    one.flush()
    assert near(pictures.pixel(newest(one_server, one).body), BLUE)


WITHOUT = """
import array, sys
for name in {names!r}: sys.modules[name] = None
import stillcast
with stillcast.Publisher(sys.argv[1]) as live:
    pixels = memoryview(bytes({color}) * 64 * 48).cast("B", (48, 64, 3))
    live.send(pixels, order={order!r})
"""


@pytest.mark.parametrize("order", ["rgb", "bgr"])
@pytest.mark.parametrize("names, kind", [(["PIL", "cv2", "numpy"], "png"), (["PIL"], "jpeg"), (["cv2"], "jpeg")],
                         ids=["nothing", "OpenCV only", "Pillow only"])
def test_any_encoder_will_do(one_server, names, kind, order):
    """Also none but zlib; each gives the same picture."""
    name = f"with-{kind}-{len(names)}-{names[0]}-{order}"
    color = BLUE if order == "rgb" else BLUE[::-1]
    subprocess.run([sys.executable, "-c", WITHOUT.format(names=names, color=color, order=order), one_server.url + name],
                   check=True, env=SCRIPT_ENV, timeout=wire.patience(20))
    answer = wire.get(one_server, f"/{name}.jpg")
    assert answer["content-type"] == f"image/{kind}" and near(pictures.pixel(answer.body), BLUE)


@pytest.fixture
def busy(live, monkeypatch):
    """A publisher whose thread is busy with another picture until its gate is opened."""
    one, gate, is_busy = live(), threading.Event(), threading.Event()
    put = one._courier._carrier.put
    monkeypatch.setattr(one._courier._carrier, "put", lambda data: (is_busy.set(), gate.wait(10)) and put(data))
    one.send(encoded(BLUE))
    assert is_busy.wait(10)
    one.gate = gate
    return one


def in_floats(color):
    return [c / 255 for c in color]


MUTABLE = {
    "an array": (plain(GREEN), lambda frame: frame.__setitem__(..., RED)),
    "floats": (plain(in_floats(GREEN), float), lambda frame: frame.__setitem__(..., in_floats(RED))),
    "part of an array": (plain(GREEN)[4:40, 4:40], lambda frame: frame.__setitem__(..., RED)),
    "PIL": (Image.new("RGB", (64, 48), GREEN), lambda frame: frame.paste(RED, (0, 0, 64, 48))),
    "encoded": (bytearray(encoded(GREEN)), lambda frame: frame.__setitem__(slice(None), encoded(RED))),
}


@pytest.mark.parametrize("make", MUTABLE)
def test_what_was_sent_does_not_change_with_what_the_caller_draws_next(one_server, busy, make):
    frame, draw = MUTABLE[make]
    busy.send(frame)
    draw(frame)
    busy.gate.set()
    assert busy.flush() and near(pictures.pixel(newest(one_server, busy).body, 20, 20), GREEN)


@pytest.mark.parametrize("frame, draw", [
    (plain(GREEN), lambda frame: frame.__setitem__(..., RED)),
    (plain(in_floats(GREEN), float), lambda frame: frame.__setitem__(..., in_floats(RED))),
    (Image.new("RGB", (64, 48), GREEN), lambda frame: frame.paste(RED, (0, 0, 64, 48))),
], ids=["an array", "floats", "PIL"])
def test_what_was_given_away_is_not_copied(one_server, busy, frame, draw):
    busy.send(frame, copy=False)
    draw(frame)
    busy.gate.set()
    assert busy.flush() and near(pictures.pixel(newest(one_server, busy).body, 20, 20), RED)


def test_pillow_is_given_a_file_so_that_the_script_goes_on_meanwhile(live, monkeypatch):
    """Pillow holds Python's lock while it encodes into anything else."""
    files, save = [], Image.Image.save
    monkeypatch.setattr(Image.Image, "save", lambda self, file, *args, **options: (files.append(file.fileno()),
                                                                                   save(self, file, *args, **options)))
    one = live()
    one.send(Image.new("RGB", (64, 48), RED))
    assert one.flush() and len(files) == 1


# --- never in the way ---

class Deaf:
    """Takes connections, and nothing from them."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=5)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def test_a_server_that_hangs_holds_nobody_up():
    with Deaf() as deaf:
        one = stillcast.Publisher(deaf.url + "plot", timeout=60)
        picture = pictures.jpeg(1, size_bytes=2_000_000)
        began = time.monotonic()
        for _ in range(1000):
            one.send(picture)
        assert time.monotonic() - began < wire.patience(2)
        assert one.counts["skipped"] >= 998 and not one.flush(0.01)
        assert one.close(0.05) is False


def test_the_newest_picture_wins_and_is_always_delivered(one_server, live):
    one = live()
    for number in range(1, 301):
        one.send(pictures.jpeg(number))
    assert one.close() is True
    assert pictures.check(newest(one_server, one).body) == 300
    assert one.counts["sent"] + one.counts["skipped"] == 300


def test_one_connection_is_kept(server):
    one_server = server()
    with stillcast.Publisher(one_server.url + "plot") as live:
        for number in range(1, 21):
            live.send(pictures.jpeg(number))
            assert live.flush()
        assert one_server.metrics()["stillcast_connections_total"] == 2  # ours, and this question's


def test_a_connection_that_the_server_closed_is_opened_again_without_a_word(server, caplog):
    one_server = server("--idle-timeout", "1s")
    with stillcast.Publisher(one_server.url + "plot") as live:
        live.send(pictures.jpeg(1))
        assert live.flush()
        wire.eventually(lambda: one_server.metrics()["stillcast_connections"] == 1, 5, "the idle connection stays")
        live.send(pictures.jpeg(2))
        assert live.flush()
        assert pictures.check(wire.get(one_server, "/plot.jpg").body) == 2
    assert not caplog.records


# --- the server goes and comes ---

def test_who_is_not_there_is_told_of_once_and_tried_again(server, caplog):
    port = wire.free_port()
    with stillcast.Publisher(f"http://127.0.0.1:{port}/plot") as live:
        for number in range(1, 4):
            live.send(pictures.jpeg(number))
        wire.eventually(lambda: caplog.records, 5, "no word")
        assert f"http://127.0.0.1:{port}/ is not there: Connection refused" in caplog.text
        one_server = server(listen=f"127.0.0.1:{port}")
        assert live.flush(wire.patience(10))
        assert pictures.check(wire.get(one_server, "/plot.jpg").body) == 3
    assert [record.levelno for record in caplog.records if record.levelno >= logging.WARNING] == [logging.WARNING]


def test_a_server_that_was_restarted_gets_the_next_picture(server, caplog):
    first = server(listen=f"127.0.0.1:{wire.free_port()}")
    with stillcast.Publisher(first.url + "plot") as live:
        live.send(pictures.jpeg(1))
        assert live.flush()
        first.stop()
        live.send(pictures.jpeg(2))
        wire.eventually(lambda: caplog.records, 5, "no word")
        second = server(listen=f"127.0.0.1:{first.port}")
        assert live.flush(wire.patience(10))
        assert pictures.check(wire.get(second, "/plot.jpg").body) == 2


# --- what is wrong ---

def test_a_refusal_is_raised_once(one_server, live):
    one = live()
    one.send(b"these are words")
    with pytest.raises(stillcast.PublishError, match="no picture: send JPEG") as raised:
        one.flush()
    assert raised.value.status == 415 and "no picture" in str(one.error)
    one.send(b"these are words")
    assert one.flush()  # the same again is not news
    one.send(pictures.jpeg(1))
    assert one.flush() and one.error is None
    one.send(b"these are words")
    wire.eventually(lambda: one.error, 5, "not refused")
    with pytest.raises(stillcast.PublishError, match="no picture"):
        one.send(pictures.jpeg(2))  # raised by the next call, whatever it is


@pytest.mark.parametrize("args, name, status, words", [
    (["--read-only", "test:"], "plot", 403, "--read-only"),
    ([], "a..b/.c", 400, "name"),
    (["--max-frame", "3K"], "plot", 413, "--max-frame"),
], ids=["read-only", "no name", "too large"])
def test_the_servers_own_sentence_is_raised(server, args, name, status, words):
    one_server = server(*args)
    live = stillcast.Publisher(one_server.url + name)
    live.send(pictures.jpeg(1, size_bytes=200_000))
    with pytest.raises(stillcast.PublishError, match=words) as raised:
        live.close()
    assert raised.value.status == status and one_server.url in str(raised.value)


def test_a_full_server_is_asked_again(server, caplog):
    one_server = server("--max-streams", "1")
    wire.put(one_server, "first", pictures.jpeg(1))
    with stillcast.Publisher(one_server.url + "second") as live:
        live.send(pictures.jpeg(2))
        wire.eventually(lambda: "max-streams" in caplog.text, 5, "no word")
        assert wire.request(one_server, "DELETE", "/first").status == 200
        assert live.flush(wire.patience(15))
    assert pictures.check(wire.get(one_server, "/second.jpg").body) == 2


def test_an_encoder_that_fails_is_told(live):
    one = live()
    one.send(Image.new("RGB", (70000, 1)))  # more than a JPEG can be
    with pytest.raises(stillcast.PublishError, match="could not be encoded"):
        one.flush()


@pytest.mark.parametrize("what, error, words", [
    (7, TypeError, "not int"),
    (numpy.zeros((4, 4), numpy.int32), TypeError, "int32"),
    (numpy.zeros((4, 4, 5), numpy.uint8), TypeError, "4 x 4 x 5"),
    (numpy.zeros((0, 4), numpy.uint8), TypeError, "0 x 4"),
    ("/nonexistent.jpg", FileNotFoundError, "nonexistent"),
], ids=["a number", "integers", "five colors", "nothing", "no file"])
def test_what_is_no_picture_is_refused_at_once(live, what, error, words):
    with pytest.raises(error, match=words):
        live().send(what)


@pytest.mark.parametrize("url, words", [
    ("localhost:8080/plot", "no address of a stream"),
    ("http://localhost:8080/", "names no stream"),
    ("ftp://localhost/plot", "no address of a stream"),
])
def test_an_address_that_is_none_is_refused_at_once(url, words):
    with pytest.raises(ValueError, match=words):
        stillcast.Publisher(url)


@pytest.mark.parametrize("options, words", [
    ({"format": "gif"}, "gif"), ({"quality": 0}, "quality"), ({"quality": 101}, "quality"), ({"order": "grb"}, "grb")])
def test_options_that_make_no_sense_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        stillcast.Publisher("http://localhost:8080/plot", **options)


def test_a_closed_publisher_says_so(live):
    one = live()
    assert not one.closed and one.close() and one.closed and one.close()
    with pytest.raises(ValueError, match="closed"):
        one.send(pictures.jpeg(1))


# --- numbers ---

def points_total(server):
    return server.metrics()["stillcast_points_total"]


def test_numbers_become_a_graph(server):
    one_server = server()
    with stillcast.Publisher(one_server.url + "graph") as live:
        for step in range(50):
            live.points(loss=1 / (step + 1), accuracy=numpy.float32(step / 50), at=time.time() - 50 + step)
        live.points({"温度": 21, "gap": float("nan")})
        assert live.flush()
        assert points_total(one_server) == 102
        answer = wire.get(one_server, "/graph.jpg?max_age=5000")
        if answer.status == 200:  # not where nothing is drawn
            drawn = Image.open(io.BytesIO(answer.body)).convert("RGB")
            assert len({color for n, color in drawn.getcolors(1 << 24) if n > 50 and max(color) - min(color) > 80}) >= 2


def test_no_number_is_lost_while_the_server_is_away(server):
    port = wire.free_port()
    with stillcast.Publisher(f"http://127.0.0.1:{port}/graph") as live:
        for step in range(12_000):  # more than one batch
            live.points(x=step)
        one_server = server(listen=f"127.0.0.1:{port}")
        assert live.flush(wire.patience(15))
        assert points_total(one_server) == 12_000 and live.counts["points_lost"] == 0


def test_numbers_that_wait_have_a_limit(monkeypatch, caplog):
    monkeypatch.setattr(stillcast.courier, "POINTS_MOST", 10)
    live = stillcast.Publisher(f"http://127.0.0.1:{wire.free_port()}/graph")
    for step in range(30):
        live.points(x=step)
    assert live.counts["points_lost"] in range(10, 21) and caplog.text.count("the oldest are lost") == 1
    live.close(0)


@pytest.mark.parametrize("name", ["", "a b", "a\nb 1", "x" * 201])
def test_what_is_no_name_of_a_series_is_refused_at_once(live, name):
    with pytest.raises(ValueError, match="no name of a series"):
        live().points({name: 1})


def test_numbers_that_the_server_refuses_are_told_and_the_rest_is_taken(server):
    one_server = server()
    live = stillcast.Publisher(one_server.url + "graph")
    live.points({"good": 1, "bad": 1e300})
    with pytest.raises(stillcast.PublishError, match="1 of 2 numbers were refused, the first is 'bad"):
        live.flush()
    assert points_total(one_server) == 1 and live.close()


def test_a_stream_of_pictures_takes_no_numbers(one_server, live):
    one = live()
    one.send(pictures.jpeg(1))
    assert one.flush()
    one.points(x=1)
    with pytest.raises(stillcast.PublishError, match="takes pictures, not numbers"):
        one.flush()


# --- who watches ---

def test_a_script_learns_whether_somebody_watches(one_server, live):
    one = live()
    assert one.wanted and one.viewers == 0  # nobody can watch before there is a picture
    one.send(pictures.jpeg(1))
    assert one.flush() and not one.wanted
    name = one.url.split("/", 3)[3]
    with wire.Viewer(one_server, f"/{name}.mjpg") as viewer:
        viewer.until_seq(1)
        wire.eventually(lambda: one.wanted and one.viewers == 1, 5, "the viewer is not told of")
        one.send(pictures.jpeg(2))
        viewer.until_seq(2)
    wire.eventually(lambda: one.viewers == 0 and not one.wanted, 10, "the viewer is still told of")
    assert wire.request(one_server, "DELETE", f"/{name}").status == 200
    wire.eventually(lambda: one.wanted, 5, "a stream that is gone is not made again")


# --- the end of the script ---

SCRIPT = """
import sys, stillcast
live = stillcast.Publisher(sys.argv[1])
for path in sys.argv[2:]:
    live.send(path)
"""


def test_the_last_picture_goes_out_at_the_end_of_the_script(one_server, tmp_path):
    paths = [tmp_path / f"{number}.jpg" for number in range(1, 6)]
    for number, path in enumerate(paths, 1):
        path.write_bytes(pictures.jpeg(number))
    ended = subprocess.run([sys.executable, "-c", SCRIPT, one_server.url + "last", *paths], env=SCRIPT_ENV,
                           capture_output=True, text=True, timeout=wire.patience(20))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert pictures.check(wire.get(one_server, "/last.jpg").body) == 5


def test_a_script_without_a_server_ends_soon_and_says_so(tmp_path):
    (tmp_path / "1.jpg").write_bytes(pictures.jpeg(1))
    ended = subprocess.run([sys.executable, "-c", SCRIPT, f"http://127.0.0.1:{wire.free_port()}/plot", tmp_path / "1.jpg"],
                           env=SCRIPT_ENV, capture_output=True, text=True, timeout=wire.patience(5))
    assert ended.returncode == 0 and "Connection refused" in ended.stderr and "not delivered" in ended.stderr


def test_a_publisher_that_is_forgotten_delivers_and_leaves_no_thread(one_server):
    def function():
        stillcast.Publisher(one_server.url + "forgotten").send(pictures.jpeg(7))
    function()
    shown(one_server, "forgotten", lambda picture: pictures.check(picture) == 7)
    wire.eventually(lambda: not any(thread.name == "stillcast" for thread in threading.enumerate()), 5, "a thread is left")


def test_parent_and_child_of_a_fork_publish_both(one_server):
    """Each has its own connection and thread afterwards, and what waited is delivered once, by the parent."""
    with stillcast.Publisher(one_server.url + "fork") as live:
        live.send(pictures.jpeg(1))
        assert live.flush()
        child = os.fork()
        if child == 0:
            live.send(pictures.jpeg(2))
            os._exit(0 if live.close() else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert pictures.check(wire.get(one_server, "/fork.jpg").body) == 2
        live.send(pictures.jpeg(3))
        assert live.flush()
        assert pictures.check(wire.get(one_server, "/fork.jpg").body) == 3


# --- matplotlib ---

@pytest.fixture
def pyplot():
    matplotlib = pytest.importorskip("matplotlib", reason="python3-matplotlib is not installed")
    matplotlib.use("Agg")
    import matplotlib.pyplot
    yield matplotlib.pyplot
    matplotlib.pyplot.close("all")


@pytest.mark.parametrize("options, size", [
    ({}, (400, 300)), ({"dpi": 50}, (200, 150)), ({"facecolor": "red", "dpi": 100}, (400, 300)),
    ({"bbox_inches": "tight"}, None)], ids=["plain", "dpi", "color", "tight"])
@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_a_figure_arrives_as_savefig_writes_it(one_server, live, pyplot, options, size, kind):
    figure = pyplot.figure(figsize=(4, 3), dpi=100)
    figure.gca().plot([3, 1, 2], linewidth=5)
    wanted = io.BytesIO()
    figure.savefig(wanted, format="png", **options)
    one = live(format=kind)
    one.savefig(figure, **options)
    assert one.flush()
    got = Image.open(io.BytesIO(newest(one_server, one).body))
    expected = Image.open(wanted).convert("RGB")
    assert got.size == expected.size and (size is None or got.size == size) and got.format == kind.upper()
    difference = numpy.abs(numpy.asarray(got.convert("RGB")).astype(int) - numpy.asarray(expected))
    assert difference.mean() < 2 and (kind == "jpeg" or difference.max() == 0)


def test_pyplot_and_its_current_figure_will_do(one_server, live, pyplot):
    pyplot.figure(figsize=(2, 1), dpi=100)
    one = live()
    for publish in (one.savefig, lambda: one.savefig(pyplot), lambda: one.send(pyplot.gcf())):
        publish()
        assert one.flush()
        assert Image.open(io.BytesIO(newest(one_server, one).body)).size == (200, 100)
    assert one.counts["sent"] == 3


# --- what is installed ---

def test_pip_installs_it_without_a_network(tmp_path):
    pytest.importorskip("pip", reason="python3-pip is not installed")
    env = {**os.environ, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", tmp_path / "lib", ROOT / "python"],
                   check=True, env=env, timeout=wire.patience(120))
    installed = {path.name for path in (tmp_path / "lib" / "stillcast").iterdir() if path.name != "__pycache__"}
    assert installed == {path.name for path in (ROOT / "python" / "stillcast").iterdir() if path.name != "__pycache__"}
    said = subprocess.run([sys.executable, "-c", "import stillcast, importlib.metadata as m; print(stillcast.__file__, m.version('stillcast'))"],
                          check=True, capture_output=True, text=True, cwd=tmp_path,
                          env={**os.environ, "PYTHONPATH": str(tmp_path / "lib")}).stdout
    assert said.startswith(str(tmp_path)) and said.strip().endswith(stillcast.__version__)


def test_its_version_is_the_servers(run):
    assert run("--version").stdout.strip() == f"stillcast {stillcast.__version__}"
