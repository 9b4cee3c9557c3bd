"""Builds the wheel for pip (PEP 517) with nothing but the standard library, so that installing needs no network."""

import base64
import hashlib
import io
import pathlib
import re
import tarfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = (HERE / "pyproject.toml").read_text("utf-8")
VERSION = re.search(r'^version = "(.+)"', PROJECT, re.M).group(1)
SUMMARY = re.search(r'^description = "(.+)"', PROJECT, re.M).group(1)
PYTHON = re.search(r'^requires-python = "(.+)"', PROJECT, re.M).group(1)
CLASSIFIERS = re.findall(r'^    "(.+ :: .+)",', PROJECT, re.M)
STEM = f"stillcast-{VERSION}"


def metadata():
    fields = ["Metadata-Version: 2.1", "Name: stillcast", f"Version: {VERSION}", f"Summary: {SUMMARY}", "License: MIT",
              f"Requires-Python: {PYTHON}", "Description-Content-Type: text/markdown",
              *(f"Classifier: {classifier}" for classifier in CLASSIFIERS)]
    return "\n".join(fields) + "\n\n" + (HERE / "README.md").read_text("utf-8")


def modules():
    return {str(path.relative_to(HERE)): path.read_bytes()
            for path in sorted((HERE / "stillcast").iterdir()) if path.suffix == ".py" or path.name == "py.typed"}


def write_wheel(directory, files):
    files = {**files, f"{STEM}.dist-info/METADATA": metadata().encode(),
             f"{STEM}.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: stillcast\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    record = f"{STEM}.dist-info/RECORD"
    lines = []
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}\n")
    name = f"{STEM}-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in {**files, record: "".join([*lines, f"{record},,\n"]).encode()}.items():
            wheel.writestr(path, data)
    return name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return write_wheel(wheel_directory, modules())


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return write_wheel(wheel_directory, {"stillcast.pth": f"{HERE}\n".encode()})


def build_sdist(sdist_directory, config_settings=None):
    name = f"{STEM}.tar.gz"
    files = {**modules(), "PKG-INFO": metadata().encode(),
             **{path: (HERE / path).read_bytes() for path in ("pyproject.toml", "README.md", "build_wheel.py")}}
    with tarfile.open(pathlib.Path(sdist_directory) / name, "w:gz") as archive:
        for path, data in files.items():
            entry = tarfile.TarInfo(f"{STEM}/{path}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return name
