"""Certificates for tests, made by openssl, and what their clients need."""

import hashlib
import ssl
import subprocess


class Pair:
    """A certificate that vouches for itself, and its key: cert and key are paths."""

    def __init__(self, folder, name, names=("localhost",), days=30, algorithm="ec"):
        self.cert, self.key = folder / f"{name}.crt", folder / f"{name}.key"
        kind = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["rsa:2048"], "weak": ["rsa:1024"]}[algorithm]
        subjects = ",".join(f"IP:{n}" if n[0].isdigit() else f"DNS:{n}" for n in names)
        subprocess.run(["openssl", "req", "-x509", "-nodes", "-newkey", *kind, "-keyout", self.key, "-out", self.cert,
                        "-subj", f"/CN={name}", "-days", str(days), "-addext", f"subjectAltName={subjects}"],
                       check=True, capture_output=True)
        self.key.chmod(0o600)

    @property
    def args(self):
        return ["--tls-cert", self.cert, "--tls-key", self.key]

    @property
    def client(self):
        """Believes in this certificate and no other; names are not compared."""
        context = ssl.create_default_context(cafile=self.cert)
        context.check_hostname = False
        return context


CA = """[ca]
default_ca = all
[all]
dir = {0}
new_certs_dir = {0}
database = {0}/index
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
"""


def expire(pair, folder):
    """The same key and name, in a certificate of long ago."""
    (folder / "index").touch()
    (folder / "ca.conf").write_text(CA.format(folder))
    subprocess.run(["openssl", "req", "-new", "-key", pair.key, "-subj", "/CN=gone", "-out", folder / "gone.csr"],
                   check=True, capture_output=True)
    subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-notext", "-config", folder / "ca.conf", "-keyfile", pair.key,
                    "-in", folder / "gone.csr", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z",
                    "-out", pair.cert], check=True, capture_output=True)


def pair(folder, name="site", **more):
    return Pair(folder, name, **more)


def fingerprint(socket):
    """Of the certificate that the server showed."""
    digest = hashlib.sha256(socket.getpeercert(binary_form=True)).hexdigest().upper()
    return ":".join(digest[i:i + 2] for i in range(0, len(digest), 2))
