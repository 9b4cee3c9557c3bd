"""TLS: who gets which certificate, who is refused, and that a stream behind it is what it is without."""

import concurrent.futures
import contextlib
import os
import re
import select
import signal
import socket
import ssl
import struct
import subprocess
import threading
import warnings

import pytest

import trust
import wire
from conftest import BINARY
from pictures import jpeg
from test_soak import resident_kib

pytestmark = pytest.mark.skipif(b"no TLS" in subprocess.run([BINARY, "--tls-cert", "x", "--tls-key", "x"],
                                                              capture_output=True, timeout=20).stderr,
                                reason="a build without OpenSSL")


def start(server, pair, *args, **more):
    one = server(*pair.args, *args, **more)
    one.tls = pair.client
    return one


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return trust.pair(tmp_path_factory.mktemp("trust"))


def set_all(thing, values):
    for name, value in values.items():
        setattr(thing, name, value)


def shake(one, name=None, **options):
    """One handshake; gives the TLS socket."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():  # old versions are what some tests are about
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        set_all(context, options)
    raw = socket.create_connection((one.host, one.port), wire.patience(10))
    return context.wrap_socket(raw, server_hostname=name)


# What is served

def test_all_that_is_served_is_served_behind_tls(server, site):
    one = start(server, site)
    assert re.match(r"https://127\.0\.0\.1:\d+/$", one.url)
    picture = jpeg(1, size_bytes=300_000)  # many records
    wire.put(one, "plot", picture)
    assert wire.get(one, "/plot.jpg").body == picture
    with wire.Viewer(one, "/plot.mjpg") as viewer, wire.Browser(one, "/plot.mjpg") as browser:
        for number in range(1, 20):
            wire.put(one, "plot", jpeg(number, size_bytes=70_000))
            viewer.until_seq(number)
            browser.until_seq(number)
    wire.eventually(lambda: one.metrics()["stillcast_viewers", {"stream": "plot"}] == 0)


def test_a_head_and_a_body_that_come_byte_by_byte(server, site):
    one = start(server, site)
    body = jpeg(1)
    with wire.Conn(one) as conn:
        for byte in b"PUT /plot.jpg HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body:
            conn.send(bytes([byte]))
        assert conn.read_answer().status == 201
        conn.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)  # pipelined, in one record
        for _ in range(50):
            assert conn.read_answer().text == "ok\n"


def test_a_viewer_that_hardly_reads_gets_whole_pictures_and_the_newest(server, site):
    """Every short write leaves part of a record behind: what is made of it must be the same stream."""
    one = start(server, site)
    wire.put(one, "plot", jpeg(1, size_bytes=200_000))
    with wire.Viewer(one, "/plot.mjpg", receive_bytes=4096, chunk_bytes=3000, timeout=30) as slow:
        n_seen = 0
        for number in range(2, 40):
            wire.put(one, "plot", jpeg(number, size_bytes=60_000))
            if number % 8 == 0:
                slow.next_seq()
                n_seen += 1
        assert slow.until_seq(39) == 39
        skipped = one.metrics()["stillcast_frames_skipped_total", {"stream": "plot"}]
        assert skipped > 0 and n_seen > 0
    other = jpeg(40, size_bytes=5_000_000)
    wire.put(one, "plot", other)
    with wire.Conn(one, receive_bytes=4096, timeout=30) as conn:  # the same for an answer with a length
        conn.chunk_bytes = 5000
        assert conn.request("GET", "/plot.jpg").body == other


def test_a_still_picture_arrives_whole_without_another_one_behind_it(server, site):
    """The rest of the last record must not wait for the next frame."""
    one = start(server, site, "--resend", "1h")
    picture = jpeg(1, size_bytes=3_000_000)
    wire.put(one, "plot", picture)
    with wire.Viewer(one, "/plot.mjpg", receive_bytes=4096, timeout=20) as viewer:
        assert viewer.part().picture == picture


def test_a_viewer_that_takes_nothing_is_torn_off(server, site):
    """Plain close would leave it to the kernel, which gives up without a word to the client."""
    one = start(server, site, "--stall-timeout", "500ms", "--resend", "100ms")
    wire.put(one, "plot", jpeg(1, size_bytes=500_000))
    with wire.Viewer(one, "/plot.mjpg", receive_bytes=4096) as frozen, wire.Viewer(one, "/plot.mjpg") as good:
        wire.eventually(lambda: good.next_seq() and frozen.is_torn_off(), 10, "the frozen viewer was not told")
        assert one.metrics()["stillcast_limit_hits_total", {"limit": "stall_timeout"}] == 1
        assert one.metrics()["stillcast_viewers", {"stream": "plot"}] == 1


def test_the_end_of_a_stream_is_said(server, site):
    one = start(server, site)
    wire.put(one, "plot", jpeg(1))
    with wire.Viewer(one, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 1
        assert wire.request(one, "DELETE", "/plot").status == 200
        viewer.expect_end()  # a FIN without close_notify would raise SSLEOFError


def test_curl_and_ffmpeg(server, site):
    one = start(server, site, "v=test:#fps=25")
    ended = subprocess.run(["curl", "-sS", "--cacert", site.cert, f"https://localhost:{one.port}/healthz"],
                           capture_output=True, timeout=20)
    assert ended.stdout == b"ok\n", ended.stderr
    ended = subprocess.run(["ffmpeg", "-v", "error", "-i", f"{one.url}v.mjpg", "-frames:v", "20", "-f", "null", "-"],
                           capture_output=True, timeout=40)
    assert ended.returncode == 0, ended.stderr


# Who gets which certificate

def test_the_name_that_is_asked_for_decides(server, tmp_path):
    first = trust.pair(tmp_path, "first", names=["a.example"])
    second = trust.pair(tmp_path, "second", names=["b.example", "*.c.example"], algorithm="rsa")
    one = start(server, first, *second.args)
    for name, pair in [("a.example", first), ("b.example", second), ("x.c.example", second), ("B.EXAMPLE", second),
                       ("other.example", first), ("c.example", first), (None, first)]:
        with shake(one, name) as tls:
            assert tls.getpeercert(binary_form=True) == ssl.PEM_cert_to_DER_cert(pair.cert.read_text()), name


def test_sighup_reads_the_files_again_and_a_running_viewer_does_not_notice(server, tmp_path):
    pair = trust.pair(tmp_path)
    one = start(server, pair)
    wire.put(one, "plot", jpeg(1))
    with wire.Viewer(one, "/plot.mjpg") as viewer:
        assert viewer.next_seq() == 1
        with shake(one) as tls:
            before = trust.fingerprint(tls)
        wire.eventually(lambda: before in one.stderr)
        pair = trust.pair(tmp_path)  # over the old files
        one.process.send_signal(signal.SIGHUP)
        wire.eventually(lambda: "SIGHUP: keys and certificates were read again" in one.stderr)
        one.tls = pair.client
        with shake(one) as tls:
            after = trust.fingerprint(tls)
        assert after != before
        wire.eventually(lambda: after in one.stderr)
        pair.cert.write_text("nonsense")
        one.process.send_signal(signal.SIGHUP)
        wire.eventually(lambda: "SIGHUP: the old one stays" in one.stderr and str(pair.cert) in one.stderr)
        with shake(one) as tls:
            assert trust.fingerprint(tls) == after
        wire.put(one, "plot", jpeg(2))
        assert viewer.until_seq(2) == 2


def test_sighup_still_ends_a_server_that_has_nothing_to_read_again(server):
    one = server()
    one.process.send_signal(signal.SIGHUP)
    assert one.process.wait(wire.patience(10)) == 0


def test_a_certificate_of_our_own_is_made_once_and_kept(server, tmp_path):
    env = {"XDG_STATE_HOME": str(tmp_path)}
    one = server("--tls-self-signed", "--server-name", "cam.example", env=env)
    with shake(one) as tls:
        print_ = trust.fingerprint(tls)
        der = tls.getpeercert(binary_form=True)
    assert print_ in one.stderr and one.url.startswith("https://127.0.0.1:")
    folder = tmp_path / "stillcast"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "self-signed.key").stat().st_mode & 0o777 == 0o600
    for address in (f"https://localhost:{one.port}/healthz", f"https://127.0.0.1:{one.port}/healthz"):
        ended = subprocess.run(["curl", "-sS", "--cacert", folder / "self-signed.crt", address],
                               capture_output=True, timeout=20)
        assert ended.stdout == b"ok\n", ended.stderr
    one.stop()
    again = server("--tls-self-signed", env=env)
    with shake(again) as tls:
        assert tls.getpeercert(binary_form=True) == der


# Who is refused

@pytest.mark.parametrize("most", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(server, site, most):
    one = start(server, site)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        shake(one, maximum_version=most)
    with shake(one, maximum_version=ssl.TLSVersion.TLSv1_2) as tls:  # or the test would pass on anything
        assert tls.version() == "TLSv1.2" and "ECDHE" in tls.cipher()[0] and "GCM" in tls.cipher()[0]
    with shake(one) as tls:
        assert tls.version() == "TLSv1.3"
    wire.eventually(lambda: one.metrics()["stillcast_tls_failures_total"] == 1)


@pytest.mark.parametrize("cipher, is_taken", [("ECDHE-ECDSA-AES128-GCM-SHA256", True), ("ECDHE-ECDSA-CHACHA20-POLY1305", True),
                                              ("ECDHE-ECDSA-AES128-SHA", False), ("AES128-GCM-SHA256", False)])
def test_only_modern_suites_are_taken(server, site, cipher, is_taken):
    one = start(server, site)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with socket.create_connection((one.host, one.port), wire.patience(10)) as raw:
        if is_taken:
            assert context.wrap_socket(raw).cipher()[0] == cipher
        else:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(raw)


def test_the_protocol_is_agreed_upon(server, site):
    one = start(server, site)
    for offered, expected in ((["h2", "http/1.1"], ("h2", "http/1.1")), (["http/1.1"], ("http/1.1",)), (None, (None,))):
        context = site.client
        if offered:
            context.set_alpn_protocols(offered)
        with socket.create_connection((one.host, one.port), wire.patience(10)) as raw:
            assert context.wrap_socket(raw).selected_alpn_protocol() in expected  # without h2 where it is not built
    context = site.client
    context.set_alpn_protocols(["ftp"])
    with socket.create_connection((one.host, one.port), wire.patience(10)) as raw, pytest.raises(ssl.SSLError):
        context.wrap_socket(raw)


def test_no_session_is_kept(server, site):
    one = start(server, site)
    for most in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with shake(one, maximum_version=most) as tls:
            tls.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert tls.recv(1000)
            assert tls.session is None or not tls.session.has_ticket


def test_http_without_tls_is_told_so(server, site):
    one = start(server, site)
    one.tls = None
    answer = wire.get(one, "/plot.jpg")
    assert answer.status == 400 and "https://" in answer.text
    with wire.Conn(one) as conn:
        conn.send(b"\x00\x01\x02 neither this nor that\r\n\r\n")
        assert b"HTTP" not in conn.read_rest()
    one.tls = site.client
    wire.eventually(lambda: one.metrics()["stillcast_tls_failures_total"] == 2)
    assert one.metrics()["stillcast_tls_plaintext_total"] == 1


def test_a_handshake_must_be_done_in_time_whatever_drips(server, site):
    one = start(server, site, "--header-timeout", "700ms")
    hello = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = site.client.wrap_bio(*hello, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    bytes_ = hello[1].read()
    one.tls = None
    with wire.Conn(one) as silent, wire.Conn(one) as drip:
        def is_cut(conn):
            return select.select([conn.socket], [], [], 0.05)[0]

        def dripped():
            nonlocal bytes_
            drip.send(bytes_[:1])
            bytes_ = bytes_[1:]
            assert bytes_, "it took all of the hello, one byte at a time"
            return is_cut(drip)
        wire.eventually(dripped, 5, "who drips was not cut")
        wire.eventually(lambda: is_cut(silent), 5, "who is silent was not cut")
    one.tls = site.client
    assert one.metrics()['stillcast_limit_hits_total', {"limit": "header_timeout"}] >= 2


def test_many_handshakes_at_a_time_and_many_that_are_broken_off(server, site):
    one = start(server, site)
    wire.put(one, "plot", jpeg(1))
    problems = []

    def come(n):
        try:
            for _ in range(25):
                assert wire.get(one, "/healthz").text == "ok\n"
                with socket.create_connection((one.host, one.port), wire.patience(10)) as raw:
                    raw.sendall(b"\x16\x03\x01\x02\x00\x01\x00"[:1 + n])
        except Exception as problem:  # noqa: BLE001: whatever it is, the test must fail with it
            problems.append(repr(problem))
    with wire.Viewer(one, "/plot.mjpg") as viewer:
        threads = [threading.Thread(target=come, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not problems
        wire.put(one, "plot", jpeg(2))
        assert viewer.until_seq(2) == 2
    wire.eventually(lambda: one.metrics()["stillcast_tls_failures_total"] == 150)
    assert one.metrics()["stillcast_tls_handshakes_total"] > 150
    wire.eventually(lambda: one.metrics()["stillcast_connections"] == 1)


def hello():
    """What a client says first."""
    told = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), told, server_hostname="localhost").do_handshake()
    return told.read()


@pytest.mark.skipif("SANITIZER" in os.environ, reason="counts memory")
def test_ten_thousand_handshakes_that_are_broken_off_leave_nothing(server, site):
    one, said = start(server, site), hello()
    wire.put(one, "plot", jpeg(1))

    def break_off(n):
        """After so many bytes; after all of them the server has done its part, and signed."""
        with socket.create_connection((one.host, one.port), wire.patience(10)) as raw:
            raw.sendall(said[:n % (len(said) + 64)])
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def break_off_many(n):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for _ in pool.map(break_off, range(n)):
                pass
    break_off_many(10_000)
    wire.eventually(lambda: one.metrics()["stillcast_connections"] == 1)

    def n_descriptors():
        return len(os.listdir(f"/proc/{one.pid}/fd"))
    before, before_kib = n_descriptors(), resident_kib(one)
    with (wire.Viewer(one, "/plot.mjpg") as viewer, wire.Conn(one) as publisher,
          concurrent.futures.ThreadPoolExecutor(1) as aside):
        flood, number = aside.submit(break_off_many, 10_000), 1
        while not flood.done():
            number += 1
            assert publisher.request("PUT", "/plot.jpg", body=jpeg(number)).status == 200
            assert viewer.until_seq(number) == number, "each picture, in the middle of it"
        flood.result()
    wire.eventually(lambda: one.metrics()["stillcast_connections"] == 1)
    wire.eventually(lambda: n_descriptors() <= before)  # the connection that has asked for the metrics may be there still
    assert resident_kib(one) - before_kib < 1024
    assert one.metrics()["stillcast_tls_failures_total"] >= 20_000 - 40  # one that says nothing at all may be gone before it is taken
    print(f"\n{number} pictures meanwhile, {resident_kib(one) - before_kib:+} KiB")


# Another listener that sends people here

def test_redirects(server, site):
    one = server(*site.args, "--redirect-listen", "127.0.0.1:0")
    plain_url = one.stdout.split()[-1]
    tls_port, one.port = one.port, int(plain_url.rsplit(":", 1)[1].strip("/"))
    for method, host, target, location in [
            ("GET", "localhost", "/", f"https://localhost:{tls_port}/"),
            ("GET", f"127.0.0.1:{one.port}", "/a/b.mjpg?x=1&y=%20", f"https://127.0.0.1:{tls_port}/a/b.mjpg?x=1&y=%20"),
            ("HEAD", "[::1]:80", "/plot", f"https://[::1]:{tls_port}/plot"),
            ("PUT", "localhost", "/plot.jpg", f"https://localhost:{tls_port}/plot.jpg")]:
        with wire.Conn(one) as conn:
            answer = conn.request(method, target, host=host, body=jpeg(1) if method == "PUT" else None)
            assert (answer.status, answer["location"]) == (308, location)
    with wire.Conn(one) as conn:
        assert conn.request("GET", "/", host="evil.example").status == 421
    with wire.Conn(one) as conn:
        long = "/" + "x" * 4000
        assert conn.request("GET", long, host="localhost")["location"] == f"https://localhost:{tls_port}{long}"


def test_a_scheme_says_it_for_one_listener(server, site):
    one = server(*site.args, "--listen", "http://127.0.0.1:0", "--listen", "https://127.0.0.1:0")
    assert [url.split(":")[0] for url in one.stdout.split()[2:]] == ["https", "http", "https"]
    one.port = int(one.stdout.split()[3].rsplit(":", 1)[1].strip("/"))
    assert wire.get(one, "/healthz").text == "ok\n"


# What is no good at the start

def test_what_cannot_be_trusted_is_refused_at_the_start(run, site, tmp_path):
    other, weak = trust.pair(tmp_path, "other"), trust.pair(tmp_path, "weak", algorithm="weak")
    open_key, foreign, locked = tmp_path / "open.key", tmp_path / "none.key", tmp_path / "locked.key"
    open_key.write_bytes(site.key.read_bytes())
    open_key.chmod(0o604)
    locked.write_bytes(subprocess.run(["openssl", "pkcs8", "-topk8", "-in", site.key, "-passout", "pass:x"],
                                      capture_output=True, check=True).stdout)
    locked.chmod(0o600)
    empty = tmp_path / "empty.key"
    empty.touch(0o600)
    for cert, key, word in [(site.cert, open_key, "chmod 600"), (site.cert, foreign, "No such file"),
                            (foreign, site.key, "No such file"), (site.cert, other.key, "is not the one of"),
                            (site.key, site.key, "no certificate"), (site.cert, site.cert, "no private key"),
                            (site.cert, locked, "passphrase"), (site.cert, empty, "is empty"),
                            (site.cert, tmp_path, "no regular file"), (weak.cert, weak.key, "too small")]:
        if key == site.cert:
            key = tmp_path / "cert.key"
            key.write_bytes(site.cert.read_bytes())
            key.chmod(0o600)
        ended = run("--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key)
        assert ended.code == 78 and word in ended.stderr, (cert, key, ended.code, ended.stderr)
    for args, code in [(["--tls-cert", site.cert], 78), (["--tls-key", site.key], 78),
                       ([*site.args, "--tls-cert", site.cert], 78), ([*site.args, "--tls-self-signed"], 78),
                       (["--listen", "https://127.0.0.1:0"], 64),
                       (["--listen", "127.0.0.1:0", "--redirect-listen", "127.0.0.1:0"], 64)]:
        assert run(*args).code == code, args


def test_there_may_be_64_certificates_and_not_one_more(server, run, site):
    s = server(*site.args * 64)
    s.tls = site.client
    assert wire.get(s, "/healthz").status == 200
    ended = run("--listen", "127.0.0.1:0", *site.args * 65)
    assert ended.code == 78 and "64 at the most" in ended.stderr, ended.stderr


def test_an_expired_certificate_is_used_and_warned_of(server, tmp_path):
    gone, soon = trust.pair(tmp_path, "gone"), trust.pair(tmp_path, "soon", days=13)
    trust.expire(gone, tmp_path)
    one = server(*gone.args, *soon.args)
    wire.eventually(lambda: "has expired on 2020-02-01" in one.stderr and "ends soon" in one.stderr)
    with shake(one):
        pass
