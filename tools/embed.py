#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes files as rows for the table in src/web/pages.c: embed.py OUTPUT FILE..."""

import hashlib
import pathlib
import sys

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
BYTES_PER_LINE = 24


def array(name: str, data: bytes) -> str:
    lines = (data[i : i + BYTES_PER_LINE] for i in range(0, len(data), BYTES_PER_LINE))
    text = ",\n".join("    " + ",".join(str(byte) for byte in line) for line in lines)
    return f"static const uint8_t {name}[] = {{\n{text},\n}};\n"


def row(name: str, path: pathlib.Path, data: bytes) -> str:
    etag = hashlib.sha256(data).hexdigest()[:16]
    media_type = MEDIA_TYPES[path.suffix]
    return f'    {{"{path.name}", "{media_type}", {name}, sizeof({name}), "\\"{etag}\\""}},\n'


def main(output: str, *inputs: str) -> None:
    arrays, rows = "", ""
    for i, path in enumerate(sorted(map(pathlib.Path, inputs), key=lambda path: path.name)):
        data = path.read_bytes()
        arrays += array(f"data_{i}", data)
        rows += row(f"data_{i}", path, data)
    table = f"static const struct sc_page pages[] = {{\n{rows}}};\n"
    pathlib.Path(output).write_text(arrays + table, encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
