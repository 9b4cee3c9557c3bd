"""What the documentation names as proof is there: `test_x.py::test_y` in tests/e2e, `test_x::y` in tests/unit, `fuzz_x` in tests/fuzz.
Of the threat model each row has at least one, and every threat has a row."""

import re

import tree

REFERENCE = re.compile(r"`((?:test|fuzz)_\w+)(\.py)?(?:::(\w+)(?:\[([\w-]+)\])?)?`")
MODEL = "docs/threat-model.md"
ABSENT = "\n## What there is none of\n"
THREATS = [f"T{n}" for n in range(1, 40)]


def references(text):
    return [found.groups() for found in REFERENCE.finditer(text)]


def missing(the_tree, reference):
    """What there is not of (file, ".py" or None, function or None, parameter or None); None: all is there."""
    stem, suffix, function, parameter = reference
    if stem.startswith("fuzz_"):
        folder, name = "tests/fuzz/", f"{stem}.c"
    else:
        folder, name = ("tests/e2e/", f"{stem}.py") if suffix else ("tests/unit/", f"{stem}.c")
    if not (the_tree.root / folder / name).is_file():
        return f"there is no {folder}{name}"
    text = the_tree.text(folder + name)
    if function and suffix and not re.search(rf"^(?:async )?def {function}\(", text, re.M):
        return f"{folder}{name} has no {function}"
    if function and not suffix and not (re.search(rf"^static void {function}\(void \*\*", text, re.M)
                                        and re.search(rf"\(?\b{function}\b[,)]", text)):
        return f"{folder}{name} does not run {function}"
    if parameter and f'"{parameter}"' not in text:
        return f"{folder}{name} has no case {parameter}"
    return None


def rows(text):
    """(number of the line, cells) of each row of all tables."""
    for n, line in enumerate(text.split("\n"), 1):
        if line.startswith("|") and not line.startswith("| ---"):
            yield n, [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def check_model(the_tree):
    problems, seen, text = [], [], the_tree.text(MODEL)
    n_absent = text.partition(ABSENT)[0].count("\n")  # what there is none of is behind it
    for n, cells in rows(text):
        ids = re.findall(r"^[TIJ]\d+\b", cells[0])
        seen += ids
        tests = [one for one in references(cells[-1]) if one[2] or one[0].startswith("fuzz_")]
        if ids and not tests and n <= n_absent:
            problems.append(f"{MODEL}:{n}: {cells[0]} has no test")
    problems += [f"{MODEL}:1: {threat} is in {seen.count(threat)} rows" for threat in THREATS if seen.count(threat) != 1]
    return problems


def check(the_tree):
    problems = []
    for name in the_tree.files(".md", under="docs/"):
        for n, line in enumerate(the_tree.text(name).split("\n"), 1):
            problems += [f"{name}:{n}: {why}" for why in (missing(the_tree, one) for one in references(line)) if why]
    return problems + (check_model(the_tree) if (the_tree.root / MODEL).is_file() else [f"{MODEL}:1: there is none"])


ALL = "".join(f"| {threat} a | b | `test_a::c` |\n" for threat in THREATS)
UNIT = {"tests/unit/test_a.c": "static void c(void **state)\n{\n}\nT(c),\n"}
planted = [
    {MODEL: ALL},
    {MODEL: ALL.replace("::c", "::d"), **UNIT},
    {MODEL: ALL, "tests/unit/test_a.c": "static void c(void **state)\n{\n}\n".replace("void **", "void *")},
    {MODEL: ALL.replace("| T7 a", "| T8 a"), **UNIT},
    {MODEL: ALL.replace("`test_a::c`", "`test_a`", 1), **UNIT},
    {MODEL: ALL, **UNIT, "docs/a.md": "`test_b.py::test_c`\n", "tests/e2e/test_b.py": "def test_d():\n    pass\n"},
    {MODEL: ALL, **UNIT, "docs/a.md": "`test_b.py::test_c[x]`\n", "tests/e2e/test_b.py": "def test_c():\n    pass\n"},
    {MODEL: ALL, **UNIT, "docs/a.md": "`fuzz_b`\n"},
    UNIT,
]

if __name__ == "__main__":
    tree.main(check)
