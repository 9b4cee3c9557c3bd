"""POST /NAME/points: what is sent is acknowledged, drawn, and told of where it is wrong."""

import io
import subprocess
import threading
import time

import PIL.Image
import pictures
import pytest
import wire


def post(server, name, body, fields=()):
    return wire.request(server, "POST", f"/{name}/points", fields, body if isinstance(body, bytes) else body.encode())


def look(server, name):
    return wire.get(server, f"/api/streams/{name}").json


def colours(server, name):
    answer = wire.get(server, f"/{name}.jpg?max_age=1000")
    assert answer.status == 200, answer.text
    image = PIL.Image.open(io.BytesIO(answer.body)).convert("RGB")
    plot = image.crop((80, 30, image.width - 5, image.height - 60))
    return {colour for n, colour in plot.getcolors(1 << 24) if max(colour) - min(colour) > 80 and n > 20}


def test_numbers_for_a_new_name_make_a_graph(one_server):
    answer = post(one_server, "loss", "loss 0.3")
    assert (answer.status, answer.json) == (201, {"name": "loss", "taken": 1, "refused": 0, "viewers": 0})
    assert look(one_server, "loss")["origin"] == "pushed"
    with wire.Viewer(one_server, "/loss.mjpg") as viewer:
        first = viewer.part().picture
        answer = post(one_server, "loss", f"loss 0.9 {time.time() - 20}\nloss 0.2")
        assert answer.json == {"name": "loss", "taken": 2, "refused": 0, "viewers": 1}
        assert viewer.part().picture != first
    assert wire.request(one_server, "DELETE", "/loss").status == 200
    assert wire.get(one_server, "/loss.jpg").status == 404
    assert post(one_server, "loss", "loss 1").status == 201
    assert wire.request(one_server, "DELETE", "/loss").status == 200


def test_the_first_bad_line_is_quoted_and_the_rest_taken(one_server):
    answer = post(one_server, "bad", b"a 1\nb \xff\x00<script>\n\nc x\nd 4\n")
    assert answer.status == 201
    assert (answer.json["taken"], answer.json["refused"]) == (2, 2)
    assert answer.json["first_refused"]["line"] == 2
    assert answer.json["first_refused"]["text"] == "b ??<script>"
    assert "name value" in answer.json["first_refused"]["reason"]
    assert look(one_server, "bad")["rejected"] == 2


@pytest.mark.parametrize("body, taken, refused", [
    ('{"loss": 0.3, "t": NOW}\n{"loss": NaN}\n', 2, 0),
    ("time,a,b\nNOW,1,2\nNOW,3,4\n", 4, 0),
    (" us sy\n 1 2\n", 2, 0),
    ("a 1 NOW\na 2 PAST\na 3 OLD\na 4 FUTURE\na inf\na 1e99\n", 2, 4),
    ("温度 20\nالحرارة 21\n😀 22\n", 3, 0),
    ("x\x1b[2Jy 1\nz 2\n", 1, 1),
])
def test_every_form_is_taken(one_server, body, taken, refused):
    now = time.time()
    for word, at in (("NOW", now), ("PAST", now - 100), ("OLD", now - 1000), ("FUTURE", now + 1000)):
        body = body.replace(word, f"{at:.3f}")
    answer = post(one_server, "forms", body)
    assert (answer.json["taken"], answer.json["refused"]) == (taken, refused), answer.text


def test_what_has_no_numbers_makes_no_graph(one_server):
    for body in ("", "\n\n# nothing\n", "hello world"):
        answer = post(one_server, "nothing", body)
        assert answer.status == 400, answer.text
        assert wire.get(one_server, "/api/streams/nothing").status == 404
    assert 'line 1, "hello world"' in answer.text


def test_a_connection_is_kept_and_a_body_may_be_chunked(one_server):
    with wire.Conn(one_server) as conn:
        for i in range(50):
            assert conn.request("POST", "/kept/points", (), b"a %d\n" % i).json["taken"] == 1
        conn.send(b"POST /kept/points HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        conn.send(wire.chunked(b"a 1\na", b" 2\n", b"b 3"))
        assert conn.read_answer("POST").json["taken"] == 3


def test_senders_at_once_make_one_graph(one_server):
    answers = []

    def send(i):
        answers.append(post(one_server, "race", f"s{i} {i}").status)
    threads = [threading.Thread(target=send, args=(i,)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 11 + [201]


def test_names_are_capped_and_the_first_ones_stay(server):
    one = server("few=graph:#max_series=2#min=-1#max=3")
    body = "".join(f"n{i} {i}\n" for i in range(100000))
    answer = post(one, "few", body)
    assert (answer.json["taken"], answer.json["refused"]) == (2, 99998)
    assert answer.json["first_refused"] == {"line": 3, "text": "n2 2", "reason":
                                            "the graph has all the series that it may: see #match and #max_series"}
    now = time.time()
    post(one, "few", "".join(f"n{k} {k} {now - 290 + i}\n" for i in range(290) for k in range(2)))
    assert len(colours(one, "few")) >= 2


def test_many_graphs_are_as_many_as_streams_may_be(server):
    one = server("--max-streams", 2)
    assert [post(one, f"g{i}", "a 1").status for i in range(3)] == [201, 201, 503]
    assert one.metrics()["stillcast_limit_hits_total", {"limit": "max_streams"}] == 1


def test_a_stream_of_pictures_takes_no_numbers(one_server):
    wire.put(one_server, "photo", pictures.jpeg(1))
    answer = post(one_server, "photo", "a 1")
    assert answer.status == 409 and "takes pictures" in answer.text


def test_numbers_are_guarded_as_pictures_are(server, one_server):
    assert post(one_server, "x", "a 1", [("Origin", "http://evil.example")]).status == 403
    assert post(one_server, "api", "a 1").status == 400
    assert wire.request(one_server, "GET", "/x/points").status == 405
    assert post(server("--read-only"), "x", "a 1").status == 403


def test_a_graph_that_nobody_sends_to_is_forgotten_and_one_that_is_fed_is_not(server):
    one = server("--keep", "1s")
    post(one, "left", "a 1")
    assert post(one, "fed", "a 1").status == 201

    def is_forgotten():
        assert post(one, "fed", "a 1").status == 200
        return wire.get(one, "/api/streams/left").status == 404
    wire.eventually(is_forgotten)


def test_a_graph_that_has_ended_says_so(server):
    one = server("ended=graph:-", stdin=subprocess.PIPE)
    one.process.stdin.write(b"a 1\n")
    one.process.stdin.close()
    wire.eventually(lambda: look(one, "ended")["state"] == "ended")
    answer = post(one, "ended", "a 2")
    assert answer.status == 409 and "has come to its end" in answer.text


def test_what_was_acknowledged_survives_a_kill(server, tmp_path):
    state = tmp_path / "loss.state"
    one = server(f"loss=graph:#state={state}#window=1h")
    one.expects_exit = -9
    n, stop = 0, threading.Event()
    acknowledged = []

    def send():
        while not stop.is_set():
            try:
                acknowledged.append(post(one, "loss", f"loss {len(acknowledged)}").json["taken"])
            except (OSError, AssertionError):
                return
    sender = threading.Thread(target=send)
    sender.start()
    wire.eventually(lambda: len(acknowledged) > 100)
    one.process.kill()
    one.process.wait(10)
    stop.set()
    sender.join()
    n = sum(acknowledged)
    lines = [line for line in state.read_text().splitlines() if line.startswith("p ")]
    assert len(lines) >= n
    assert [float(line.split()[2]) for line in lines[:n]] == list(range(n))
    again = server(f"loss=graph:#state={state}#window=1h", "--linger", "0")
    assert colours(again, "loss")
    assert post(again, "loss", "loss 7").status == 200
    assert state.read_text().endswith(" 7 loss\n")


def test_a_damaged_history_is_told_of_and_its_good_part_kept(server, run, tmp_path):
    state, now = tmp_path / "a.state", time.time()
    good = "".join(f"p {int((now - 200 + i) * 1e6)} {i % 7} a\n" for i in range(190))
    state.write_text("stillcast graph history 1\n" + good + "\0\0\0\0garbage\n" + good.replace(" a\n", " b\n") + "p 179")
    one = server(f"a=graph:#state={state}")
    assert len(colours(one, "a")) >= 2
    wire.eventually(lambda: "1 of 382 lines cannot be read, the first is line 192" in one.stderr)
    ended = run("--listen", "127.0.0.1:0", f"a=graph:#state={state}")
    assert ended.code != 0 and "in use by another graph" in ended.stderr
    other = tmp_path / "thesis.txt"
    other.write_text("my thesis\n")
    ended = run("--listen", "127.0.0.1:0", f"a=graph:#state={other}")
    assert ended.code != 0 and "is no history of a graph" in ended.stderr
    assert other.read_text() == "my thesis\n"
