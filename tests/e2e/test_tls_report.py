"""What a scanner that is not ours finds on a TLS port; docs/tls.md has the longer report of testssl.sh."""

import os
import shutil
import subprocess
import threading
import xml.etree.ElementTree

import pytest

import trust
import wire
from conftest import BINARY

NO_TLS = b"no TLS" in subprocess.run([BINARY, "--tls-cert", "x", "--tls-key", "x"], capture_output=True, timeout=20).stderr
pytestmark = [pytest.mark.skipif(NO_TLS, reason="a build without OpenSSL"),
              pytest.mark.skipif("SANITIZER" in os.environ, reason="what is offered is no matter of memory")]
SUITES = {f"ECDHE-{kind}-{suite}" for kind in ("ECDSA", "RSA") for suite in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")} | {
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}


class Scan:
    """versions: enabled ones; suites, groups: (version, name); found: weaknesses by name."""

    def __init__(self, port):
        ended = subprocess.run(["sslscan", "--no-colour", "--xml=-", f"localhost:{port}"], capture_output=True, timeout=60)
        test = xml.etree.ElementTree.fromstring(ended.stdout).find("ssltest")
        assert test is not None, ended.stdout
        self.versions = {f"{one.get('type')} {one.get('version')}" for one in test.iter("protocol") if one.get("enabled") == "1"}
        self.suites = {(one.get("sslversion"), one.get("cipher")) for one in test.iter("cipher")}
        self.groups = {one.get("name") for one in test.iter("group")}
        self.found = {one.tag for one in test if one.tag in ("renegotiation", "compression") and one.get("supported") == "1"}
        self.found |= {"heartbleed" for one in test.iter("heartbleed") if one.get("vulnerable") == "1"}

    def problems(self):
        return sorted(self.found) + sorted(self.versions - {"tls 1.2", "tls 1.3"}) + sorted(name for _, name in self.suites if name not in SUITES)


@pytest.mark.skipif(not shutil.which("sslscan"), reason="sslscan is not installed")
@pytest.mark.parametrize("algorithm, n_suites", [("ec", 6), ("rsa", 6)])
def test_sslscan_finds_nothing(server, tmp_path, algorithm, n_suites):
    one = server(*trust.pair(tmp_path, algorithm=algorithm).args)
    scan = Scan(one.port)
    assert scan.problems() == []
    assert scan.versions == {"tls 1.2", "tls 1.3"} and len(scan.suites) == n_suites
    assert any("25519" in name for name in scan.groups) and len(scan.groups) == 3, scan.groups


@pytest.mark.skipif(not shutil.which("sslscan"), reason="sslscan is not installed")
def test_sslscan_finds_something_where_something_is(tmp_path):
    """Or the test above would pass on anything."""
    pair = trust.pair(tmp_path, algorithm="rsa")
    process = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", pair.cert, "-key", pair.key, "-www",
                                "-cipher", "AES128-SHA:@SECLEVEL=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        line = next(line for line in process.stdout if line.startswith(b"ACCEPT 127"))
        assert {"AES128-SHA", "tls 1.0"} < set(Scan(int(line.rsplit(b":", 1)[1])).problems())
    finally:
        process.kill()
        process.wait()


def test_keys_are_not_agreed_upon_again(server, tmp_path):
    """RFC 5746 is spoken, and what it protects is not done."""
    one = server(*trust.pair(tmp_path).args)
    client = subprocess.Popen(["openssl", "s_client", "-tls1_2", "-connect", f"127.0.0.1:{one.port}"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    guard = threading.Timer(wire.patience(20), client.kill)
    guard.start()
    said = b""
    for line in client.stdout:
        said += line
        if line.startswith(b"    Extended master secret"):
            client.stdin.write(b"R\n")
            client.stdin.flush()
    guard.cancel()
    client.wait()
    assert b"Secure Renegotiation IS supported" in said and b"RENEGOTIATING" in said and b"no renegotiation" in said, said


def test_nothing_is_kept_for_another_connection(server, tmp_path):
    one = server(*trust.pair(tmp_path).args)
    said = subprocess.run(["openssl", "s_client", "-tls1_3", "-connect", f"127.0.0.1:{one.port}"], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=20).stdout
    assert b"TLSv1.3, Cipher is TLS_AES_128_GCM_SHA256" in said and b"session ticket" not in said.lower(), said
