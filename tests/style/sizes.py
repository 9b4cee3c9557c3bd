"""A report, never a failure: what is larger than STYLE's sizes. Crossing one is a question in review."""

import re

import tree

FUNCTION = re.compile(r"^(?!struct|enum|union|typedef)[^\n]*\b(\w+)\([^;{}]*\)\n\{\n(.*?)^\}", re.M | re.S)


def report(the_tree):
    rows = []
    for name in the_tree.files(".c", ".h"):
        n = the_tree.text(name).count("\n")
        talk, stop = (400, 600) if name.endswith(".c") else (120, 200)
        if n > talk:
            rows.append(f"{n:5} lines  {name}{'  STOP' if n > stop else ''}")
        for found in FUNCTION.finditer(the_tree.code(name)):
            n = found.group(2).count("\n")
            if n > 60:
                rows.append(f"{n:5} lines  {name}: {found.group(1)}(){'  STOP' if n > 100 else ''}")
    return rows


if __name__ == "__main__":
    print("\n".join(report(tree.Tree())) or "nothing is large")
