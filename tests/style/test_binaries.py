"""The program and the library are built as hard to attack as the compiler can make them."""

import json
import re
import subprocess

import pytest

import tree

BUILD = tree.ROOT / tree.BUILD
BINARIES = {"stillcast": True, "libstillcast.so": False}  # is it a program?

# They leave no trace that a release build could be asked for: the command of each source is.
FLAGS = ("-fstack-protector-strong", "-fstack-clash-protection", "-ftrivial-auto-var-init=zero", "-D_FORTIFY_SOURCE=3")
BRANCHES = ("-fcf-protection", "-mbranch-protection=standard")  # x86, ARM


def readelf(path, option):
    return subprocess.run(["readelf", "-W", option, str(path)], check=True, capture_output=True, text=True).stdout


def weak(path, program=True):
    """What the file lacks."""
    head, segments, dynamic, symbols = (readelf(path, o) for o in ("-h", "-l", "-d", "--dyn-syms"))
    found = []
    if not re.search(r"Type:\s+DYN", head) or program and "PIE" not in dynamic:
        found.append("its addresses are known: it is not position independent")
    if "GNU_RELRO" not in segments or not re.search(r"FLAGS.*\bNOW\b|BIND_NOW", dynamic):
        found.append("its tables of addresses can be written: no full RELRO")
    stack = re.search(r"GNU_STACK.*", segments)
    if not stack or "E" in stack.group().split()[6]:
        found.append("its stack can be executed")
    if "__stack_chk_fail" not in symbols:
        found.append("it has no stack protector")
    if not re.search(r"__\w+_chk\b", symbols):
        found.append("it has no checked copies: no _FORTIFY_SOURCE")
    return found


@pytest.mark.parametrize("name", BINARIES)
def test_what_was_built_lacks_nothing(name):
    assert weak(BUILD / name, BINARIES[name]) == []


def test_each_source_was_compiled_so():
    lacking = []
    entries = [entry for entry in json.loads((BUILD / "compile_commands.json").read_text()) if "stillcast-core" in entry["output"]]
    assert entries
    for entry in entries:
        words = entry["command"].split()
        lacking += [f"{entry['file']}: {flag}" for flag in FLAGS if flag not in words]
        if not any(flag in words for flag in BRANCHES):
            lacking.append(f"{entry['file']}: none of {BRANCHES}")
    assert lacking == []


def test_a_weak_program_is_found(tmp_path):
    source, program = tmp_path / "weak.c", tmp_path / "weak"
    source.write_text("#include <stdio.h>\nint main(int n, char **v) { char b[64]; sprintf(b, \"%s\", v[0]); return b[n]; }\n")
    subprocess.run(["cc", "-O2", "-w", "-no-pie", "-fno-pie", "-fno-stack-protector", "-U_FORTIFY_SOURCE",
                    "-Wl,-z,norelro,-z,lazy,-z,execstack", "-o", str(program), str(source)], check=True)
    found = weak(program)
    for word in ("position", "RELRO", "executed", "protector", "FORTIFY"):
        assert any(word in line for line in found), (word, found)
