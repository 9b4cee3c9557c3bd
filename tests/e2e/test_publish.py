"""PUT /NAME.jpg, POST /NAME.mjpg, DELETE /NAME: pictures from anybody, whole or not at all."""

import io
import socket
import subprocess

import pytest
from PIL import Image

import pictures
import wire
from pictures import jpeg


def rejected(server):
    return server.metrics()["stillcast_rejected_total"]


# --- one picture ---

def test_the_first_put_makes_the_stream(server):
    s = server()
    with wire.Conn(s) as conn:
        answer = conn.request("PUT", "/plot.jpg", body=jpeg(1))
        assert answer.status == 201 and answer["content-type"] == "application/json"
        assert answer.json == {"name": "plot", "seq": 1, "viewers": 0}
        answer = conn.request("PUT", "/plot.jpg", body=jpeg(2))
        assert answer.status == 200 and answer.json == {"name": "plot", "seq": 2, "viewers": 0}


def test_the_answer_tells_how_many_watch(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Viewer(s, "/plot.mjpg") as one, wire.Viewer(s, "/plot.mjpg") as two:
        one.begin(), two.begin()
        assert wire.put(s, "plot", jpeg(2))["viewers"] == 2


def test_curl_publishes(server, tmp_path):
    s = server()
    (tmp_path / "a.jpg").write_bytes(jpeg(7, size_bytes=100_000))
    for options in (["-T", "a.jpg"], ["-X", "PUT", "--data-binary", "@a.jpg"], ["--data-binary", "@a.jpg"],
                    ["-T", "a.jpg", "-H", "Transfer-Encoding: chunked"]):
        ran = subprocess.run(["curl", "-sS", "--fail-with-body", *options, s.url + "plot.jpg"], cwd=tmp_path,
                             capture_output=True, text=True, timeout=wire.patience(10))
        assert ran.returncode == 0 and '"seq"' in ran.stdout, (options, ran)
        assert pictures.check(wire.get(s, "/plot.jpg").body) == 7


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_every_kind_is_taken(server, kind, method):
    s = server()
    picture = pictures.image(kind)
    assert wire.request(s, method, "/plot.jpg", {"Content-Type": "application/octet-stream"}, picture).status == 201
    assert wire.get(s, "/plot.jpg").body == picture
    assert wire.get(s, "/api/streams/plot").json["type"] == f"image/{kind.lower()}"


@pytest.mark.parametrize("pieces", [[1], [100, 1, 5000], [1000000]])
def test_chunked_bodies(server, pieces):
    s = server()
    picture, body, at = jpeg(1), [], 0
    while at < len(picture):
        size = pieces[len(body) % len(pieces)]
        body.append(picture[at:at + size])
        at += size
    answer = wire.request(s, "PUT", "/plot.jpg", {"Transfer-Encoding": "chunked"}, wire.chunked(*body))
    assert answer.status == 201 and wire.get(s, "/plot.jpg").body == picture


@pytest.mark.parametrize("size", [1500, 100000])
def test_a_request_right_behind_a_chunked_body_is_answered(server, size):
    s, picture = server(), jpeg(1)
    body = wire.chunked(*(picture[i:i + size] for i in range(0, len(picture), size)))
    with wire.Conn(s) as conn:
        line = f"/plot.jpg HTTP/1.1\r\nHost: {conn.host}\r\n".encode()
        conn.send((b"PUT " + line + b"Transfer-Encoding: chunked\r\n\r\n" + body) * 3 + b"GET " + line + b"\r\n")
        assert [conn.read_answer("PUT").status for _ in range(3)] == [201, 200, 200]
        assert conn.read_answer().body == picture


def test_expect_100_continue(server):
    s = server()
    picture = jpeg(1)
    with wire.Conn(s) as conn:
        fields = {"Expect": "100-continue", "Content-Length": str(len(picture))}
        conn.send_request("PUT", "/plot.jpg", fields)
        assert conn.read_head().raw == b"HTTP/1.1 100 Continue\r\n\r\n"
        conn.send(picture)
        assert conn.read_answer().status == 201
        conn.send_request("PUT", "/plot.jpg", fields, picture)  # does not wait for it
        head = conn.read_head()
        assert (conn.read_head() if head.status == 100 else head).status == 200


def test_expect_100_continue_is_refused_before_the_body(server):
    s = server("--max-frame", "1M")
    with wire.Conn(s) as conn:
        conn.send_request("PUT", "/plot.jpg", {"Expect": "100-continue", "Content-Length": "1048577"})
        assert conn.read_answer().status == 413
        conn.expect_end()


def test_many_puts_over_one_connection(server):
    s = server()
    with wire.Conn(s) as conn:
        for number in range(1, 201):
            assert conn.request("PUT", "/plot.jpg", body=jpeg(number)).json["seq"] == number
    assert s.metrics()["stillcast_frames_in_total", {"stream": "plot"}] == 200


def test_pipelined_puts_are_answered_in_order(server):
    s = server()
    with wire.Conn(s) as conn:
        for number in range(1, 101):
            conn.send_request("PUT", "/plot.jpg", body=jpeg(number))
        conn.send_request("GET", "/plot.jpg")
        for number in range(1, 101):
            assert conn.read_answer().json["seq"] == number
        assert pictures.check(conn.read_answer().body) == 100


def test_a_body_split_anywhere_is_the_same_body(server):
    s = server()
    picture = pictures.image("PNG", 8, 8)
    raw = b"PUT /plot.jpg HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(picture), picture)
    with wire.Conn(s) as conn:
        for at in range(1, len(raw), 3):
            conn.send(raw[:at])
            conn.send(raw[at:])
            assert conn.read_answer().status in (200, 201), at


def test_trailing_bytes_are_trimmed(server):
    s = server()
    assert wire.request(s, "PUT", "/plot.jpg", body=jpeg(1) + b"\0\0trailing").status == 201
    assert pictures.check(wire.get(s, "/plot.jpg").body) == 1


def test_missing_huffman_tables_are_put_in(server):
    s = server()
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 40)).save(out, "JPEG", quality=90)
    whole, bare, at = out.getvalue(), b"\xff\xd8", 2
    while whole[at + 1] != 0xda:
        end = at + 2 + int.from_bytes(whole[at + 2:at + 4], "big")
        bare += whole[at:end] if whole[at + 1] != 0xc4 else b""
        at = end
    bare += whole[at:]
    assert len(bare) == len(whole) - sum(2 + n for n in (31, 181, 31, 181)) or len(bare) < len(whole)
    assert wire.request(s, "PUT", "/plot.jpg", body=bare).status == 201
    served = wire.get(s, "/plot.jpg").body
    assert len(served) > len(bare)
    red, green, blue = pictures.pixel(served)
    assert red > 180 and green < 60 and blue < 70


# --- bodies that are none ---

LARGE_SIDE = jpeg(1)
SOF = LARGE_SIDE.index(b"\xff\xc0")
LARGE_SIDE = LARGE_SIDE[:SOF + 5] + b"\xff\xff\xff\xff" + LARGE_SIDE[SOF + 9:]
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>"

BAD = {
    "empty": (b"", 400, "empty"),
    "text": (b"hello, this is no picture", 415, "picture"),
    "html": (b"<!DOCTYPE html><html><body>hi</body></html>", 415, "picture"),
    "zeros": (bytes(1000), 415, "picture"),
    "one byte": (b"\xff", 415, "picture"),
    "start of a JPEG": (jpeg(1)[:2], 415, "picture"),
    "half a JPEG": (jpeg(1)[:1500], 400, "JPEG"),
    "a JPEG without its last byte": (jpeg(1)[:-1], 400, "JPEG"),
    "a JPEG with a broken segment": (jpeg(1)[:2] + b"\x00\x00" + jpeg(1)[4:], 415, "JPEG"),
    "half a PNG": (pictures.image("PNG")[:60], 400, "PNG"),
    "a PNG without IEND": (pictures.image("PNG")[:-12], 400, "PNG"),
    "a PNG with a broken chunk": (pictures.image("PNG")[:10] + b"\xff" + pictures.image("PNG")[11:], 400, "PNG"),
    "a JPEG of 65,535 pixels each way": (LARGE_SIDE, 413, "16384"),
    "an SVG": (SVG, 415, "SVG"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_body_has_a_status_a_sentence_and_a_counter(server, name):
    body, status, word = BAD[name]
    s = server()
    wire.put(s, "plot", jpeg(9))
    before = rejected(s)
    with wire.Viewer(s, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 9
        answer = wire.request(s, "PUT", "/plot.jpg", body=body)
        assert answer.status == status, answer.text
        assert word.lower() in answer.text.lower(), answer.text
        assert answer["content-type"].startswith("text/plain") and answer.text.count("\n") == 1
        as_json = wire.request(s, "PUT", "/plot.jpg", {"Accept": "application/json"}, body)
        assert as_json.status == as_json.json["error"]["status"] == status and as_json.json["error"]["text"]
        assert pictures.check(wire.get(s, "/plot.jpg").body) == 9
        assert viewer.is_silent()
    assert wire.request(s, "PUT", "/fresh.jpg", body=body).status == status
    assert wire.get(s, "/fresh.jpg").status == 404, "a bad picture makes no stream"
    assert rejected(s) == before + 3
    assert s.metrics()["stillcast_frames_rejected_total", {"stream": "plot"}] == 2


def test_no_length_is_411(server):
    s = server()
    with wire.Conn(s) as conn:
        conn.send_request("PUT", "/plot.jpg")
        assert conn.read_answer().status == 411


def test_a_larger_picture_than_max_frame_is_413(server):
    s = server("--max-frame", "64K")
    largest = jpeg(1) + bytes(65536 - len(jpeg(1)))
    assert wire.request(s, "PUT", "/plot.jpg", body=largest).status == 201
    assert wire.request(s, "PUT", "/plot.jpg", {"Transfer-Encoding": "chunked"}, wire.chunked(largest)).status == 200
    with wire.Conn(s) as conn:
        conn.send_request("PUT", "/plot.jpg", {"Content-Length": "65537"})
        answer = conn.read_answer()
        assert answer.status == 413 and "--max-frame" in answer.text
    with wire.Conn(s) as conn:
        conn.send_request("PUT", "/plot.jpg", {"Transfer-Encoding": "chunked"}, wire.chunked(largest + b"\0"))
        assert conn.read_answer().status == 413
    assert s.metrics()["stillcast_limit_hits_total", {"limit": "max_frame"}] == 2


@pytest.mark.parametrize("end", [wire.Conn.close, wire.Conn.reset, wire.Conn.send_end], ids=["close", "reset", "half-close"])
@pytest.mark.parametrize("encoding", ["length", "chunked"])
def test_a_publisher_that_stops_inside_a_picture_publishes_nothing(server, end, encoding):
    s = server()
    picture = jpeg(2)
    wire.put(s, "plot", jpeg(1))
    with wire.Viewer(s, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 1
        conn = wire.Conn(s)
        if encoding == "length":
            conn.send_request("PUT", "/plot.jpg", {"Content-Length": str(len(picture))}, picture[:1000])
        else:
            conn.send_request("PUT", "/plot.jpg", {"Transfer-Encoding": "chunked"}, wire.chunked(picture, end=False))
        end(conn)
        assert viewer.is_silent()
        wire.eventually(lambda: s.metrics()["stillcast_connections"] <= 2)
        conn.close()
    assert wire.get(s, "/api/streams/plot").json["seq"] == 1


def test_a_publisher_that_is_too_slow_is_told_so(server):
    s = server("--publish-timeout", "300ms")
    wire.put(s, "plot", jpeg(1))
    with wire.Conn(s) as conn:
        conn.send_request("PUT", "/plot.jpg", {"Content-Length": "5000"}, jpeg(2)[:1000])
        answer = conn.read_answer()
        assert answer.status == 408 and answer["connection"] == "close"
        conn.expect_end()
    assert s.metrics()["stillcast_limit_hits_total", {"limit": "publish_timeout"}] == 1
    assert pictures.check(wire.get(s, "/plot.jpg").body) == 1


# --- names ---

@pytest.mark.parametrize("path", ["/a.jpg", "/A-b_c.d.jpg", "/a/b/c/d.jpg", "/" + "x" * 64 + ".jpg", "/0.jpg", "/%61.jpg", "/-a.jpg"])
def test_names_that_are_fine(server, path):
    s = server()
    assert wire.request(s, "PUT", path, body=jpeg(1)).status == 201
    assert wire.get(s, path).status == 200


@pytest.mark.parametrize("path", [
    "/../a.jpg", "/%2e%2e/a.jpg", "/a/../b.jpg", "/a/%2E%2e/b.jpg", "/./a.jpg", "/.hidden.jpg", "/a/.b.jpg", "//a.jpg",
    "/a//b.jpg", "/a%2fb.jpg", "/a%5cb.jpg", "/a\\b.jpg", "/a%00.jpg", "/a%.jpg", "/a%zz.jpg", "/%c0%ae.jpg", "/a b.jpg",
    "/a%20b.jpg", "/a/b/c/d/e.jpg", "/" + "x" * 65 + ".jpg", "/a%0ab.jpg", "/ä.jpg", "/a:b.jpg",
    "/api.jpg", "/metrics.jpg", "/healthz.jpg", "/api/streams.jpg",
])
def test_names_that_are_none(server, path):
    s = server()
    answer = wire.request(s, "PUT", path, body=jpeg(1))
    assert answer.status == 400, answer.text
    assert wire.get(s, "/api/streams").json["streams"] == []


def test_delete(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    answer = wire.request(s, "DELETE", "/plot")
    assert answer.status == 200 and answer.json["name"] == "plot"
    assert wire.get(s, "/plot.jpg").status == wire.get(s, "/api/streams/plot").status == 404
    assert wire.request(s, "DELETE", "/plot").status == 404
    assert wire.put(s, "plot", jpeg(1))["seq"] == 1


def test_delete_leaves_sources_alone(server):
    s = server("made=test:")
    answer = wire.request(s, "DELETE", "/made")
    assert answer.status == 409 and "made" in answer.text
    assert wire.get(s, "/api/streams/made").status == 200


# --- many pictures ---

def test_a_multipart_post_shows_each_picture_at_once(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Viewer(s, "/plot.mjpg") as viewer, wire.Conn(s) as conn:
        assert viewer.next_seq() == 1
        conn.send_request("POST", "/plot.mjpg", {"Content-Type": "multipart/x-mixed-replace; boundary=frame",
                                                 "Transfer-Encoding": "chunked"})
        for number in range(2, 30):
            picture = jpeg(number)
            conn.send(wire.chunked(b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n"
                                   % (len(picture), picture), end=False))
            assert viewer.next_seq() == number
        conn.send(wire.chunked(b"--frame--\r\n"))
        answer = conn.read_answer()
        assert answer.status == 200 and answer.json["frames"] == 28 and answer.json["rejected"] == 0
        assert answer.json["seq"] == 29 and answer.json["viewers"] == 1


@pytest.mark.parametrize("step", [1, 7, 100000])
@pytest.mark.parametrize("form", ["multipart", "concatenated"])
def test_a_post_in_any_pieces(server, form, step):
    s = server()
    images = [jpeg(1), pictures.image("PNG"), jpeg(3, width=16, height=16)]
    body = wire.multipart(*images) if form == "multipart" else b"".join(images)
    fields = [("Content-Type", "multipart/x-mixed-replace; boundary=frame" if form == "multipart" else "video/x-jpeg"),
              ("Content-Length", str(len(body)))]
    with wire.Conn(s) as conn:
        conn.send_request("POST", "/plot.mjpg", fields)
        for at in range(0, len(body), step):
            conn.send(body[at:at + step])
        answer = conn.read_answer()
    assert answer.status == 200 and answer.json["frames"] == 3, answer.text
    assert wire.get(s, "/plot.jpg").body == images[2]


def test_a_post_without_type_is_told_from_its_bytes(server):
    s = server()
    for body in (wire.multipart(jpeg(1), jpeg(2)), jpeg(1) + jpeg(2)):
        answer = wire.request(s, "POST", "/plot.mjpg", body=body)
        assert answer.status == 200 and answer.json["frames"] == 2
        assert pictures.check(wire.get(s, "/plot.jpg").body) == 2


DIALECTS = {
    "ffmpeg": ('multipart/x-mixed-replace;boundary=ffmpeg',
               b"--ffmpeg\r\nContent-type: image/jpeg\r\nContent-length: %d\r\n\r\n%s\r\n", b""),
    "mjpg-streamer": ("multipart/x-mixed-replace;boundary=boundarydonotcross",
                      b"--boundarydonotcross\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\nX-Timestamp: 1.2\r\n\r\n%s\r\n", b""),
    "leading": ("multipart/x-mixed-replace; boundary=b", b"\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s", b""),
    "dashed header": ("multipart/x-mixed-replace; boundary=--b", b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n", b""),
    "quoted": ('multipart/x-mixed-replace; boundary="b"', b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n", b"--b--\r\n"),
    "LF only": ("multipart/x-mixed-replace; boundary=b", b"--b\nContent-Type: image/jpeg\nContent-Length: %d\n\n%s\n", b"--b--\n"),
    "padded length": ("multipart/x-mixed-replace; boundary=b",
                      b"--b\r\nContent-type: image/jpeg\r\nContent-Length: %9d\r\n\r\n%s\r\n", b""),
    "no dashes": ("multipart/x-mixed-replace; boundary=b", b"b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n", b""),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects_of_multipart(server, name):
    media_type, part, end = DIALECTS[name]
    s = server()
    body = b"".join(part % (len(jpeg(n)), jpeg(n)) for n in range(1, 6)) + end
    answer = wire.request(s, "POST", "/plot.mjpg", {"Content-Type": media_type}, body)
    assert answer.status == 200 and answer.json["frames"] == 5 and answer.json["rejected"] == 0, answer.text
    assert pictures.check(wire.get(s, "/plot.jpg").body) == 5


def test_broken_pictures_between_whole_ones_are_counted_and_not_shown(server):
    s = server()
    body = wire.multipart(jpeg(1), jpeg(2)[:900], jpeg(3), b"no picture at all", jpeg(5))
    answer = wire.request(s, "POST", "/plot.mjpg", {"Content-Type": "multipart/x-mixed-replace; boundary=frame"}, body)
    assert answer.status == 200 and answer.json["frames"] == 3 and answer.json["rejected"] == 2
    assert s.metrics()["stillcast_frames_in_total", {"stream": "plot"}] == 3
    assert rejected(s) == 2
    assert pictures.check(wire.get(s, "/plot.jpg").body) == 5


@pytest.mark.parametrize("body", [b"nothing of the kind", wire.multipart(b"text"), jpeg(1)[:500]])
def test_a_post_without_any_picture_is_refused(server, body):
    s = server()
    answer = wire.request(s, "POST", "/plot.mjpg", body=body)
    assert answer.status == 400 and "no picture was published" in answer.text
    assert "multipart, or JPEGs and PNGs one behind the other" in answer.text, "what would be right"
    assert wire.get(s, "/plot.jpg").status == 404


def post_for_long(server, first, target="/plot.mjpg"):
    conn = wire.Conn(server)
    conn.send_request("POST", target, {"Transfer-Encoding": "chunked"})
    conn.send(wire.chunked(first, end=False))
    return conn


def seq_is(server, seq):
    wire.eventually(lambda: wire.get(server, "/api/streams/plot").json.get("seq") == seq)


def test_a_second_long_post_gets_409_unless_it_takes_over(server):
    s = server()
    with post_for_long(s, jpeg(1)) as first:
        seq_is(s, 1)
        with post_for_long(s, jpeg(100)) as second:
            answer = second.read_answer()
            assert answer.status == 409 and "takeover=1" in answer.text
        first.send(wire.chunked(jpeg(2), end=False))
        seq_is(s, 2)
        with post_for_long(s, jpeg(3), "/plot.mjpg?takeover=1") as third:
            seq_is(s, 3)
            first.send(wire.chunked(jpeg(101), end=False))
            assert first.read_answer().status == 409
            third.send(wire.chunked(jpeg(4)))
            assert third.read_answer().json["frames"] == 2
    assert pictures.check(wire.get(s, "/plot.jpg").body) == 4


def test_after_a_long_post_has_ended_the_next_one_is_welcome(server):
    s = server()
    for n, end in enumerate((wire.Conn.close, wire.Conn.reset), 1):
        with post_for_long(s, jpeg(n)) as conn:
            seq_is(s, n)
            end(conn)
            wire.eventually(lambda: s.metrics()["stillcast_connections"] == 1)
    with post_for_long(s, jpeg(3)) as conn:
        seq_is(s, 3)
        conn.send(wire.chunked(b"x"))
        assert conn.read_answer("POST").status == 200
    with post_for_long(s, jpeg(4)) as conn:
        seq_is(s, 4)


def test_a_put_goes_between_the_pictures_of_a_long_post(server):
    s = server()
    with post_for_long(s, jpeg(1)) as conn:
        seq_is(s, 1)
        assert wire.put(s, "plot", jpeg(2))["seq"] == 2
        conn.send(wire.chunked(jpeg(3), end=False))
        seq_is(s, 3)


def test_a_silent_long_publisher_is_ended(server):
    s = server("--publish-timeout", "300ms")
    with post_for_long(s, jpeg(1)) as conn:
        assert conn.read_answer().status == 408
        conn.expect_end()
    assert pictures.check(wire.get(s, "/plot.jpg").body) == 1


def test_stopping_the_server_ends_a_long_post_with_an_answer(server):
    s = server()
    with post_for_long(s, jpeg(1)) as conn:
        seq_is(s, 1)
        s.tell_to_stop()
        assert conn.read_answer().status == 503


# --- who may ---

@pytest.mark.parametrize("fields, status", [
    ({}, 201),
    ({"Origin": "http://{host}"}, 201),
    ({"Origin": "http://{host}", "Sec-Fetch-Site": "same-origin"}, 201),
    ({"Sec-Fetch-Site": "none"}, 201),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "https://{host}"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Origin": "http://{host}", "Sec-Fetch-Site": "cross-site"}, 403),
    ({"Origin": "https://friend.example"}, 201),
    ({"Origin": "https://friend.example", "Sec-Fetch-Site": "cross-site"}, 201),
])
@pytest.mark.parametrize("method, target", [("PUT", "/plot.jpg"), ("POST", "/plot.mjpg")])
def test_foreign_pages_may_not_publish(server, method, target, fields, status):
    s = server("--publish-origin", "https://friend.example")
    with wire.Conn(s) as conn:
        fields = {name: value.replace("{host}", conn.host) for name, value in fields.items()}
        answer = conn.request(method, target, fields, jpeg(1))
    assert answer.status == status or (status, answer.status) == (201, 200), answer.text
    assert s.metrics()["stillcast_foreign_writes_total"] == (status == 403)
    assert wire.get(s, "/plot.jpg").status == (404 if status == 403 else 200)


def test_foreign_pages_may_not_delete(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    assert wire.request(s, "DELETE", "/plot", {"Origin": "http://evil.example"}).status == 403
    assert wire.get(s, "/plot.jpg").status == 200


def test_read_only_takes_nothing(server):
    s = server("--read-only", "made=test:")
    for method, target in (("PUT", "/plot.jpg"), ("POST", "/plot.mjpg"), ("DELETE", "/made")):
        answer = wire.request(s, method, target, body=jpeg(1))
        assert answer.status == 403 and "--read-only" in answer.text
    answer = wire.get(s, "/none.jpg")
    assert answer.status == 404 and "curl" not in answer.text and "/ lists" in answer.text


@pytest.mark.parametrize("pattern, name, status", [("plots/*", "plots/a", 201), ("plots/*", "other", 415), ("*", "any", 201)])
def test_svg_where_it_is_allowed(server, pattern, name, status):
    s = server("--svg", pattern)
    assert wire.request(s, "PUT", f"/{name}.svg", body=SVG).status == status
    if status == 201:
        answer = wire.get(s, f"/{name}.jpg")
        assert answer.body == SVG and answer["content-type"] == "image/svg+xml"
        assert "sandbox" in answer["content-security-policy"]
        answer = wire.request(s, "PUT", f"/{name}.jpg", body=jpeg(1))
        assert answer.status == 415 and "SVG" in answer.text, "no browser shows both in one stream"


@pytest.mark.parametrize("method, target, words", [
    ("PUT", "/plot", ["PUT is not for /plot", "/NAME.jpg", "/NAME.mjpg"]),
    ("PUT", "/", ["/NAME.jpg"]),
    ("POST", "/plot.bmp", ["POST is not for /plot.bmp", "/NAME.jpg"]),
    ("DELETE", "/plot.jpg", ["DELETE is not for /plot.jpg", "/NAME"]),
    ("DELETE", "/", ["/NAME"]),
])
def test_a_wrong_address_is_told_the_right_one(server, method, target, words):
    answer = wire.request(server(), method, target, body=jpeg(1) if method != "DELETE" else None)
    assert answer.status == 405 and answer["allow"]
    for word in words:
        assert word in answer.text


@pytest.mark.parametrize("body", [b"BM" + bytes(9), b"data:image/jpeg;base64,/9j/", b"x" * 5000, b"{}"])
def test_what_is_no_picture_is_told_what_is_one(server, body):
    answer = wire.request(server(), "PUT", "/plot.jpg", body=body)
    assert answer.status == 415 and "no picture: send JPEG, PNG, WebP, GIF or AVIF" in answer.text


def test_a_form_is_told_to_send_the_picture_alone(server):
    s = server()
    form = wire.multipart(jpeg(1))
    answer = wire.request(s, "POST", "/plot.jpg", body=form)
    assert answer.status == 415 and "form" in answer.text and "curl -T" in answer.text and "/plot.mjpg" in answer.text
    assert wire.request(s, "POST", "/plot.mjpg", {"Content-Type": "multipart/form-data; boundary=frame"}, form).status == 200


def test_a_publisher_on_a_unix_socket_need_not_wait_for_the_answer(server, tmp_path):
    s = server("--listen", f"unix:{tmp_path}/s")
    for number in range(1, 21):
        body = jpeg(number, size_bytes=20000)
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(f"{tmp_path}/s")
            peer.sendall(b"PUT /plot.jpg HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        wire.eventually(lambda: pictures.check(wire.get(s, "/plot.jpg").body) == number)
