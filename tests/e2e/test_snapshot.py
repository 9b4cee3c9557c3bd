"""GET /NAME.jpg: the newest picture, when it is what was asked for."""

import email.utils
import os
import time

import pytest

import pictures
import wire
from pictures import jpeg


def test_a_snapshot_is_the_published_bytes(server):
    s = server()
    picture = jpeg(1)
    seq = wire.put(s, "plot", picture)["seq"]
    answer = wire.get(s, "/plot.jpg")
    assert answer.status == 200 and answer.body == picture
    assert answer["content-type"] == "image/jpeg" and answer["content-length"] == str(len(picture))
    assert answer["x-sequence"] == str(seq)
    assert answer["etag"][0] == answer["etag"][-1] == '"'
    assert "no-cache" in answer["cache-control"] and "no-transform" in answer["cache-control"]
    assert "sandbox" in answer["content-security-policy"] and answer["x-content-type-options"] == "nosniff"
    modified = email.utils.parsedate_to_datetime(answer["last-modified"]).timestamp()
    assert abs(modified - time.time()) < 10
    assert abs(float(answer["x-timestamp"]) - time.time()) < 10


@pytest.mark.parametrize("suffix", ["jpg", "jpeg", "png", "webp", "gif", "avif"])
def test_the_type_is_the_pictures_own_whatever_the_suffix(server, suffix):
    s = server()
    wire.put(s, "plot", pictures.image("PNG"))
    answer = wire.get(s, f"/plot.{suffix}")
    assert answer.status == 200 and answer["content-type"] == "image/png" and answer.body == pictures.image("PNG")


def test_head_is_get_without_the_body(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Conn(s) as conn:
        get = conn.request("GET", "/plot.jpg")
        head = conn.request("HEAD", "/plot.jpg")
        assert head.status == 200
        same = {name: value for name, value in get.head.fields if name != "Date"}
        assert {name: value for name, value in head.head.fields if name != "Date"} == same
        assert conn.request("GET", "/plot.jpg").body == get.body, "the connection goes on"


def test_if_none_match(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Conn(s) as conn:
        etag = conn.request("GET", "/plot.jpg")["etag"]
        for tags in (etag, f'"other", {etag}', f"W/{etag}", "*"):
            answer = conn.request("GET", "/plot.jpg", {"If-None-Match": tags})
            assert answer.status == 304 and answer["etag"] == etag, tags
            assert conn.is_silent(0.05)
        for tags in ('"other"', etag.strip('"'), ""):
            assert conn.request("GET", "/plot.jpg", {"If-None-Match": tags}).status == 200, tags
        wire.put(s, "plot", jpeg(1))
        answer = conn.request("GET", "/plot.jpg", {"If-None-Match": etag})
        assert answer.status == 200 and answer["etag"] != etag


def test_etags_of_another_start_do_not_match(server):
    etags = []
    for _ in range(2):
        s = server()
        wire.put(s, "plot", jpeg(1))
        etags.append(wire.get(s, "/plot.jpg")["etag"])
        s.stop()
    assert etags[0] != etags[1]


def test_etags_of_a_deleted_stream_do_not_match_the_next_of_its_name(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    etag = wire.get(s, "/plot.jpg")["etag"]
    assert wire.request(s, "DELETE", "/plot").status == 200
    wire.put(s, "plot", jpeg(2))
    answer = wire.get(s, "/plot.jpg", {"If-None-Match": etag})
    assert answer.status == 200 and pictures.check(answer.body) == 2


def test_if_modified_since(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    modified = wire.get(s, "/plot.jpg")["last-modified"]
    for since, status in ((modified, 304), ("Sun, 06 Nov 1994 08:49:37 GMT", 200), ("yesterday", 200)):
        assert wire.get(s, "/plot.jpg", {"If-Modified-Since": since}).status == status, since
    both = {"If-None-Match": '"other"', "If-Modified-Since": modified}
    assert wire.get(s, "/plot.jpg", both).status == 200, "If-None-Match goes before If-Modified-Since"


def waiting(server, target):
    """A connection with a snapshot request that is not answered yet."""
    conn = wire.Conn(server)
    conn.send_request("GET", target)
    assert conn.is_silent(), f"{target} was answered at once"
    return conn


@pytest.mark.parametrize("query", ["wait=next", "after=1", "after=1&wait=next", "max_age=0"])
def test_it_waits_for_a_picture_that_is_asked_for(server, query):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with waiting(s, f"/plot.jpg?{query}") as conn:
        wire.put(s, "plot", jpeg(2))
        if query == "max_age=0":  # not even a new one is that new, or just so
            return
        answer = conn.read_answer()
        assert answer.status == 200 and pictures.check(answer.body) == 2 and answer["x-sequence"] == "2"
        assert conn.request("GET", "/plot.jpg").status == 200, "the connection goes on"


def test_after_an_older_one_is_answered_at_once(server):
    s = server()
    for number in (1, 2, 3):
        wire.put(s, "plot", jpeg(number))
    for query in ("after=0", "after=2", "max_age=60000", "after=1&max_age=60000", "after="):
        answer = wire.get(s, f"/plot.jpg?{query}")
        if query == "after=":
            assert answer.status == 400
        else:
            assert pictures.check(answer.body) == 3, query


def test_max_age_waits_for_a_newer_one(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    wire.eventually(lambda: wire.get(s, "/api/streams/plot").json["age_ms"] > 300)
    with waiting(s, "/plot.jpg?max_age=300") as conn:
        wire.put(s, "plot", jpeg(2))
        assert pictures.check(conn.read_answer().body) == 2


@pytest.mark.parametrize("query", ["max_age=x", "max_age=-1", "after=1.5", "after=99999999999999999999", "max_age=1e3"])
def test_a_parameter_that_is_no_number_is_refused(server, query):
    s = server()
    wire.put(s, "plot", jpeg(1))
    answer = wire.get(s, f"/plot.jpg?{query}")
    assert answer.status == 400 and query.split("=")[0] in answer.text


def test_a_hundred_waiters_get_the_same_picture(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    conns = [wire.Conn(s) for _ in range(100)]
    for conn in conns:
        conn.send_request("GET", "/plot.jpg?wait=next")
    assert conns[-1].is_silent()
    assert wire.put(s, "plot", jpeg(2))["viewers"] == 0, "a waiting snapshot is no viewer"
    for conn in conns:
        assert pictures.check(conn.read_answer().body) == 2
        conn.close()


def test_a_waiter_that_leaves_is_forgotten(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    for leave in (wire.Conn.close, wire.Conn.reset):
        leave(waiting(s, "/plot.jpg?wait=next"))
    wire.eventually(lambda: s.metrics()["stillcast_connections"] <= 1)
    wire.put(s, "plot", jpeg(2))
    assert pictures.check(wire.get(s, "/plot.jpg").body) == 2


def test_waiters_are_answered_when_the_stream_or_the_server_ends(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    wire.put(s, "other", jpeg(1))
    with waiting(s, "/plot.jpg?wait=next") as one, waiting(s, "/other.jpg?wait=next") as other:
        wire.request(s, "DELETE", "/plot")
        assert one.read_answer().status == 404
        s.tell_to_stop()
        assert other.read_answer().status == 503
        other.expect_end()


@pytest.mark.skipif(os.environ.get("PATIENCE", "1") != "1", reason="takes its 10 s in one build only")
def test_waiting_ends_after_ten_seconds(server):
    s = server()
    wire.put(s, "plot", jpeg(1))
    with wire.Conn(s, timeout=15) as asked, wire.Conn(s, timeout=15) as aged:
        start = time.monotonic()
        asked.send_request("GET", "/plot.jpg?wait=next")
        wire.eventually(lambda: wire.get(s, "/api/streams/plot").json["age_ms"] > 1)
        aged.send_request("GET", "/plot.jpg?max_age=1")
        assert asked.read_answer().status == 204
        assert 9 < time.monotonic() - start < 12
        answer = aged.read_answer()
        assert answer.status == 503 and answer["retry-after"]
