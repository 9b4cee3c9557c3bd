"""Plain text: no blanks at line ends, no tabs, LF, one newline at the end, SPDX lines, TODOs with an issue."""

import re

import tree

SUFFIXES = (".c", ".h", ".py", ".build", ".md", ".sh", ".mjs", ".js", ".css", ".html", ".txt", ".1", ".yaml", ".json", ".dict")
TODO = re.compile(r"\b(?:TODO|FIXME|XXX)\b(?! ?\(?#\d)")
TODO_FREE = ("tests/style/",)


def check_file(name, text):
    problems = []
    for n, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            problems.append(f"{name}:{n}: blanks or CR at the end of the line")
        if "\t" in line:
            problems.append(f"{name}:{n}: a tab")
        if TODO.search(line) and name.endswith((".c", ".h", ".py", ".js", ".mjs")) and not name.startswith(TODO_FREE):
            problems.append(f"{name}:{n}: a TODO without its issue: TODO(#12)")
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        problems.append(f"{name}: it must end with one newline")
    if name.endswith((".c", ".h")) and not text.startswith("/* SPDX-License-Identifier: MIT */\n"):
        problems.append(f"{name}:1: it must begin with its SPDX line")
    return problems


def check(the_tree):
    names = [n for n in the_tree.files(*SUFFIXES) + the_tree.files(under="tools/") if "/corpus/" not in n and "/data/" not in n]
    return [problem for name in names for problem in check_file(name, the_tree.text(name))]


SPDX = "/* SPDX-License-Identifier: MIT */\n"
planted = [
    {"src/a.c": SPDX + "int sc_a; \n"}, {"src/a.c": SPDX + "\tint sc_a;\n"}, {"src/a.c": SPDX + "int sc_a;\r\n"},
    {"src/a.c": SPDX + "int sc_a;"}, {"src/a.c": SPDX + "int sc_a;\n\n"}, {"src/a.c": "int sc_a;\n"},
    {"src/a.c": SPDX + "/* TODO: all */\n"}, {"tests/a.py": "# FIXME later\n"}, {"tools/check": "echo \n"},
]

if __name__ == "__main__":
    tree.main(check)
