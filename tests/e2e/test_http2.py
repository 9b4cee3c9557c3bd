"""HTTP/2: everything is answered as over HTTP/1, each stream has its own pace, and nobody spoils it for others."""

import re
import subprocess
import threading

import pytest

import pictures
import wire
from conftest import BINARY

http2 = pytest.importorskip("http2", reason="python3-h2 is not installed")
import hyperframe.frame as frames  # noqa: E402

pytestmark = pytest.mark.skipif(not re.search(rb"nghttp2_session_mem_recv", open(BINARY, "rb").read()),
                                reason="a build without nghttp2")
ENHANCE_YOUR_CALM = 11


def test_every_endpoint_answers_as_over_http1(server):
    one = server("--resend", "100ms")
    with http2.Client(one) as client:
        picture = pictures.jpeg(1, size_bytes=300_000)
        status, head, body = client.get("/plot.jpg", method="PUT", body=picture)
        assert status == 201 and b'"seq":1' in body.replace(b" ", b"")
        status, head, body = client.get("/plot.jpg")
        assert (status, body, head["content-length"]) == (200, picture, str(len(picture)))
        again, _, empty = client.get("/plot.jpg", fields=[("if-none-match", head["etag"])])
        assert (again, empty) == (304, b"")
        assert client.get("/plot.jpg", method="HEAD")[::2] == (200, b"")
        for path in ("/", "/plot", "/api/streams", "/api/streams/plot", "/metrics", "/healthz", "/nothing.jpg"):
            over1, (over2, head, body) = wire.get(one, path), client.get(path)
            assert over2 == over1.status and head["content-type"] == over1.head["Content-Type"], path
            assert not {"connection", "keep-alive", "transfer-encoding"} & set(head)
        assert client.get("/plot", method="DELETE")[0] in (200, 204)


def test_a_publisher_may_send_many_pictures_in_one_request(server):
    one = server()
    with http2.Client(one) as client:
        body = wire.multipart(*[pictures.jpeg(n, size_bytes=50_000) for n in range(1, 40)])
        status, _, text = client.get("/many.mjpg", method="POST", body=body,
                                     fields=[("content-type", "multipart/x-mixed-replace; boundary=frame")])
        assert status == 200, text
        assert pictures.check(client.get("/many.jpg")[2]) == 39
        assert one.metrics()["stillcast_frames_in_total", {"stream": "many"}] == 39


def test_viewers_of_one_connection_get_whole_pictures_in_order(server):
    one = server()
    with http2.Client(one) as client:
        for name in ("a", "b", "c"):
            wire.put(one, name, pictures.jpeg(1))
        watching = {name: client.ask(f"/{name}.mjpg") for name in ("a", "b", "c")}
        for name, number in watching.items():
            assert pictures.check(client.parts(number, 1)[0]) == 1
        for n in range(2, 20):
            for name, number in watching.items():
                picture = pictures.jpeg(n, size_bytes=100_000)
                wire.put(one, name, picture)
                assert client.parts(number, n)[n - 1] == picture
        assert all(client.heads[number]["content-type"].startswith("multipart/x-mixed-replace") for number in watching.values())


def test_a_stalled_window_costs_one_picture_and_nobody_else(server):
    one = server()
    wire.put(one, "plot", pictures.jpeg(1))
    with http2.Client(one) as client:
        stalled, free = client.ask("/plot.mjpg"), client.ask("/plot.mjpg")
        client.holds.add(stalled)
        client.parts(free, 1)
        for n in range(2, 30):
            wire.put(one, "plot", pictures.jpeg(n, size_bytes=60_000))
            client.parts(free, n)
        assert len(client.bodies[stalled]) <= 65_535
        stored = one.metrics()["stillcast_store_bytes"]
        assert stored < 5 * 70_000, "more than the newest picture and the ones in flight are held"
        client.holds.clear()  # it goes on with the picture that it has begun, then with the newest
        client.conn.increment_flow_control_window(10_000_000, stalled)
        client.flush()
        client.until(lambda: pictures.jpeg(29, size_bytes=60_000) in client.bodies[stalled])


def test_a_connection_has_256_streams_and_not_one_more(server):
    one = server()
    wire.put(one, "plot", pictures.jpeg(1))
    with http2.Client(one) as client:
        client.until(lambda: client.conn.remote_settings.max_concurrent_streams == 256)
        watching = [client.ask("/plot.mjpg") for _ in range(256)]
        for number in watching:
            assert len(client.parts(number, 1)) == 1
        wire.put(one, "plot", pictures.jpeg(2))
        for number in watching:
            assert len(client.parts(number, 2)) == 2
        client.conn.remote_settings._settings[3].append(1000)  # one who does not care
        client.conn.remote_settings.acknowledge()
        client.ask("/plot.mjpg")
        while client.hear():
            pass
        assert client.goaway is not None
    wire.eventually(lambda: one.metrics()["stillcast_viewers", {"stream": "plot"}] == 0)


@pytest.mark.parametrize("path, fields, status", [
    ("/plot.jpg?" + "x" * 4000, [], 200),
    ("/plot.jpg?" + "x" * 4100, [], 414),
    ("/plot.jpg", [(f"x-{n}", "y" * 1000) for n in range(14)], 200),
    ("/plot.jpg", [(f"x-{n}", "y" * 1000) for n in range(17)], 431),
    ("/../etc/passwd", [], 400),
    ("/plot.jpg", [("host", "evil.example")], 400),
])
def test_heads_are_held_to_the_same_rules(server, path, fields, status):
    one = server()
    wire.put(one, "plot", pictures.jpeg(1))
    with http2.Client(one) as client:
        number = client.ask(path, fields=fields)
        client.until(lambda: number in client.heads or number in client.resets)
        got = client.heads.get(number, {}).get(":status")
        assert got == str(status) or (status >= 400 and number in client.resets), got
        assert client.get("/plot.jpg")[0] == 200  # the connection goes on


def test_a_refused_body_is_not_taken(server):
    one = server("--max-frame", "64K")
    with http2.Client(one) as client:
        number = client.ask("/plot.jpg", method="PUT", is_open=True, fields=[("content-length", "100000000")])
        client.until(lambda: number in client.heads)
        assert client.heads[number][":status"] == "413"
        assert client.get("/healthz")[0] == 200


def test_a_body_that_drips_is_given_up(server):
    one = server("--publish-timeout", "300ms")
    with http2.Client(one) as client:
        number = client.ask("/plot.jpg", method="PUT", is_open=True, fields=[("content-length", "1000")])
        client.until(lambda: number in client.heads)
        assert client.heads[number][":status"] == "408"


def test_a_head_that_does_not_end_is_given_up(server):
    one = server("--header-timeout", "300ms", "--idle-timeout", "1h")
    with http2.Rude(one) as rude:
        rude.socket.sendall(frames.HeadersFrame(1, data=b"\x00\x01a\x01b").serialize())
        heard = b"".join(iter(lambda: rude.socket.recv(65536), b""))
    assert http2.goaway(heard) == ENHANCE_YOUR_CALM
    assert one.metrics()["stillcast_limit_hits_total", {"limit": "header_timeout"}] == 1


def test_an_idle_connection_is_closed(server):
    one = server("--idle-timeout", "200ms")
    with http2.Client(one) as client:
        assert client.get("/healthz")[0] == 200
        while client.hear():
            pass
        assert client.goaway == 0


def test_a_stalled_stream_is_cut_and_the_others_are_not(server):
    one = server("--stall-timeout", "500ms")
    wire.put(one, "plot", pictures.jpeg(1, size_bytes=100_000))
    with http2.Client(one) as client:
        stalled = client.ask("/plot.mjpg")
        client.holds.add(stalled)
        client.until(lambda: stalled in client.resets)
        assert client.get("/plot.jpg")[0] == 200


def test_a_server_that_stops_finishes_what_it_sends(server, tmp_path):
    one = server()
    picture = pictures.jpeg(1, size_bytes=100_000)
    wire.put(one, "plot", picture)
    with open(tmp_path / "out", "wb") as out:
        curl = subprocess.Popen(["curl", "-sN", "--http2-prior-knowledge", one.url + "plot.mjpg"], stdout=out)
        wire.eventually(lambda: (tmp_path / "out").stat().st_size > len(picture))
        one.tell_to_stop()
        assert curl.wait(wire.patience(10)) == 0
    assert (tmp_path / "out").read_bytes().endswith(b"--boundarydonotcross\r\n")


# Those who break the rules

def endless(rude, make):
    return (make(n) for n in range(100_000))


def reset(rude):
    return lambda n: rude.request(2 * n + 1, path=b"/plot.mjpg") + frames.RstStreamFrame(2 * n + 1, error_code=8).serialize()


def ping(rude):
    return lambda n: frames.PingFrame(0, opaque_data=b"12345678").serialize()


def priority(rude):
    return lambda n: frames.PriorityFrame(2 * n + 1, depends_on=0, stream_weight=1).serialize()


def settings(rude):
    return lambda n: frames.SettingsFrame(0, settings={3: n}).serialize()


def big_settings(rude):
    return lambda n: frames.SettingsFrame(0, settings={i: n for i in range(0x100, 0x100 + 64)}).serialize()


def empty_data(rude):
    return lambda n: rude.request(1, is_end=False, path=b"/plot.jpg", method=b"PUT") if n == 0 else frames.DataFrame(1, data=b"").serialize()


def continuation(rude):
    def one(n):
        if n == 0:
            frame = frames.HeadersFrame(1, data=b"\x00\x01a\x01b")
            return frame.serialize()
        return frames.ContinuationFrame(1, data=b"\x00\x01a\x01b").serialize()
    return one


def window_of_nothing(rude):
    """The server must reset each of these streams itself (MadeYouReset)."""
    def one(n):
        number = 2 * n + 1
        return rude.request(number, path=b"/plot.mjpg") + b"\x00\x00\x04\x08\x00" + number.to_bytes(4, "big") + bytes(4)
    return one


def data_after_the_end(rude):
    def one(n):
        number = 2 * n + 1
        return rude.request(number, path=b"/plot.mjpg") + frames.DataFrame(number, data=b"x").serialize()
    return one


@pytest.mark.parametrize("make, most", [
    (reset, 200), (ping, 0), (priority, 0), (settings, 0), (big_settings, 0), (empty_data, 1), (continuation, 0),
    (window_of_nothing, 200), (data_after_the_end, 200),
], ids=lambda value: getattr(value, "__name__", None))
def test_a_flood_is_sent_away_and_others_see_every_picture(server, make, most):
    one = server("--max-streams", "5")
    wire.put(one, "plot", pictures.jpeg(1))
    with http2.Client(one) as friend, http2.Rude(one) as rude:
        watching = friend.ask("/plot.mjpg")
        friend.parts(watching, 1)
        result = []
        before = one.metrics()["stillcast_requests_total"]
        flood = threading.Thread(target=lambda: result.append(rude.send_until_told_to_go(endless(rude, make(rude)))))
        flood.start()
        for n in range(2, 40):
            wire.put(one, "plot", pictures.jpeg(n))
            assert len(friend.parts(watching, n)) == n
        flood.join(wire.patience(20))
        assert result, "it may go on for ever"
        assert one.metrics()["stillcast_requests_total"] - before - 40 <= most
        wire.eventually(lambda: one.metrics()["stillcast_viewers", {"stream": "plot"}] == 1)


@pytest.mark.parametrize("tail", [b"", b"\x00" * 100, b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 9])
def test_what_is_no_http2_behind_a_preface_is_closed(server, tail):
    one = server()
    with http2.Rude(one) as rude:
        rude.socket.sendall(tail)
        rude.socket.shutdown(1)
        while rude.socket.recv(65536):
            pass
    assert wire.get(one, "/healthz").status == 200


def test_curl_speaks_it(server, tmp_path):
    one = server()
    picture = tmp_path / "a.jpg"
    picture.write_bytes(pictures.jpeg(7))
    curl = ["curl", "-s", "--http2-prior-knowledge", "-w", "%{http_version}"]
    done = subprocess.run([*curl, "-T", str(picture), one.url + "plot.jpg"], capture_output=True, timeout=20)
    assert done.stdout.endswith(b"2"), done
    done = subprocess.run([*curl, one.url + "plot.jpg"], capture_output=True, timeout=20)
    assert done.stdout == picture.read_bytes() + b"2"


def test_keys_hold_here_too(server, tmp_path):
    path = tmp_path / "keys"
    made = subprocess.run([BINARY, "key", "add", "--keys", path, "boss", "view=*", "publish=*"], capture_output=True, text=True, timeout=20)
    if made.returncode:
        pytest.skip("a build without OpenSSL")
    one = server("--keys", path, "--guess-delay", 0)
    with http2.Client(one) as client:
        assert client.get("/plot.jpg", method="PUT", body=pictures.jpeg(1))[0] == 401
        key = [("authorization", f"Bearer {made.stdout.strip()}")]
        assert client.get("/plot.jpg", method="PUT", body=pictures.jpeg(1), fields=key)[0] == 201
        assert client.get("/plot.jpg")[0] == 401
        assert client.get("/plot.jpg", fields=key)[0] == 200
        assert client.get("/plot.jpg", fields=[("authorization", "Bearer wrong")])[0] == 401
