"""clang-tidy and cppcheck over everything in src/ that the build compiles. (Tests are left out: clang-tidy does not
know that cmocka's asserts do not return.)"""

import concurrent.futures
import json
import subprocess

import tree

CPPCHECK = ["cppcheck", "--quiet", "--std=c11", "--enable=warning,performance,portability", "--inline-suppr", "--error-exitcode=1",
            "--suppressions-list=tests/style/cppcheck.txt", "--template={file}:{line}: {id}: {message}", "-j2", "-Iinclude", "-Isrc", "-D_GNU_SOURCE"]


def compiled(the_tree):
    commands = json.loads((the_tree.root / tree.BUILD / "compile_commands.json").read_text())
    build = the_tree.root / tree.BUILD
    ours = {str((build / c["file"]).resolve().relative_to(the_tree.root.resolve())) for c in commands}
    return sorted(name for name in ours if name.startswith("src/"))


def tidy(the_tree, name):
    known = the_tree.root / "tests/style/analyzer.h"
    extra = [f"--extra-arg={arg}" for arg in ("-include", known)] if known.exists() and name != "src/base/err.c" else []
    ran = subprocess.run(["clang-tidy", "--quiet", f"--config-file={tree.ROOT / '.clang-tidy'}", "-p", tree.BUILD,
                          "--extra-arg=-Wno-unknown-warning-option", *extra, name], cwd=the_tree.root, capture_output=True, text=True)
    if ran.returncode and not ran.stdout.strip():
        return [f"{name}: clang-tidy: {ran.stderr.strip()}"]
    return [line for line in ran.stdout.splitlines() if ": warning: " in line or ": error: " in line]


def check_tidy(the_tree):
    names = compiled(the_tree)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda name: tidy(the_tree, name), names)
    return sorted({line for lines in found for line in lines}) if names else ["nothing is compiled"]


def check_cppcheck(the_tree):
    ran = subprocess.run([*CPPCHECK, "src"], cwd=the_tree.root,
                         capture_output=True, text=True)
    return [line for line in ran.stderr.splitlines() if line] or ([f"cppcheck: exit {ran.returncode}"] if ran.returncode else [])


PROJECT = f"{tree.BUILD}/compile_commands.json"
planted_tidy = [{PROJECT: "", "src/a.c": "int sc_a(int *p);\nint sc_a(int *p)\n{\n    if (!p)\n        return *p;\n    return 0;\n}\n"}]
planted_cppcheck = [{"tests/style/cppcheck.txt": "", "src/a.c": "int sc_a(void)\n{\n    int a[2] = {0, 0};\n    return a[2];\n}\n"}]


def prepare_tidy(folder):
    """A planted tree's compile commands need its place."""
    command = {"directory": f"{folder}/{tree.BUILD}", "file": "../src/a.c", "command": "gcc -c ../src/a.c"}
    (folder / PROJECT).write_text(json.dumps([command]))
