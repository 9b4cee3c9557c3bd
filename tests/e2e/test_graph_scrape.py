"""graph:http://…/metrics: numbers that are asked for, counters as rates, a server that is away or slow."""

import http.server
import io
import statistics
import threading

import PIL.Image
import pytest
import wire

PAGE = """# HELP requests_total How many.
# TYPE requests_total counter
requests_total{{code="200"}} {counter}
requests_total{{code="500"}} 3
temperature 20.5
other_total 5
"""


class Upstream:
    def __init__(self, port=0):
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                upstream.n_asked += 1
                upstream.may_answer.wait(20)
                body = PAGE.format(counter=upstream.n_asked * 10).encode()
                self.send_response(upstream.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        self.n_asked, self.status = 0, 200
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/metrics"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.may_answer.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def upstream():
    one = Upstream()
    yield one
    one.stop()


def look(server, name):
    return wire.get(server, f"/api/streams/{name}").json


def colours(server, name):
    answer = wire.get(server, f"/{name}.jpg?max_age=500")
    image = PIL.Image.open(io.BytesIO(answer.body)).convert("RGB")
    plot = image.crop((80, 30, image.width - 5, image.height - 60))
    return {colour for n, colour in plot.getcolors(1 << 24) if max(colour) - min(colour) > 80 and n > 10}


def test_a_page_of_metrics_is_asked_for_again_and_again(server, upstream, tmp_path):
    state = tmp_path / "state"
    one = server(f"up=graph:{upstream.url}#every=0.1s#window=10s#match=requests_*,temp*#state={state}#min=-10#max=120")
    wire.eventually(lambda: upstream.n_asked > 10)
    wire.eventually(lambda: len(colours(one, "up")) >= 3)
    lines = [line.split(" ", 3) for line in state.read_text().splitlines()[1:]]
    assert {name for _, _, _, name in lines} == {'requests_total{code="200"}', 'requests_total{code="500"}', "temperature"}
    rates = [float(value) for _, _, value, name in lines if "200" in name]
    assert 30 < statistics.median(rates) < 200, rates  # 10 more every 0.1 s: on a busy machine some come late and the next one soon
    assert {float(value) for _, _, value, name in lines if "500" in name} == {0}
    assert {float(value) for _, _, value, name in lines if name == "temperature"} == {20.5}


def test_a_server_that_is_away_is_told_of_and_asked_again(server, upstream):
    one = server(f"up=graph:{upstream.url}#every=0.1s#window=10s", "--linger", "0")
    wire.eventually(lambda: upstream.n_asked > 2)
    upstream.stop()
    wire.eventually(lambda: str(upstream.port) in look(one, "up")["note"])
    assert wire.get(one, "/up.jpg").status == 200  # the graph is there, with a gap at its end
    back = Upstream(upstream.port)
    try:
        wire.eventually(lambda: back.n_asked > 2 and look(one, "up")["note"] == "")
        back.status = 500
        wire.eventually(lambda: "500" in look(one, "up")["note"])
    finally:
        back.stop()


def test_a_server_that_does_not_answer_holds_up_neither_pictures_nor_the_end(server, upstream):
    upstream.may_answer.clear()
    one = server(f"up=graph:{upstream.url}#window=10s#fps=30", "--linger", "0")
    wire.eventually(lambda: upstream.n_asked == 1)
    with wire.Viewer(one, "/up.mjpg") as viewer:
        for _ in range(10):
            viewer.part()  # it scrolls
    one.tell_to_stop()
    assert one.process.wait(wire.patience(5)) == 0
