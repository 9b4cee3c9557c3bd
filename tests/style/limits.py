"""docs/limits.md is true: its options are in the man page (which test_man.py holds to --help) with these defaults, its fixed numbers
in the source, its metrics in /metrics, its tests are there; and no limit of the program is missing on it."""

import ast
import re

import proofs
import tree

PAGE, MAN, METRICS = "docs/limits.md", "docs/stillcast.1", "src/web/metrics.c"
HEADER = ["limit", "default", "option", "metric", "at it", "one past it"]
GUARDED = ("src/http/", "src/net/", "src/rights/", "src/web/", "src/media/")  # what the network reaches first
DEFINE = re.compile(r"^#define (\w*(?:MAX|MOST|PER_S)\w*)[ \t]+(?!\\)(.+)", re.M)
INSIDE = {  # bounds of our own buffers and steps, which no peer can meet
    "LINE_MAX_BYTES", "HEAD_LIST_MAX", "SC_H2_COPY_MAX", "FIELDS_MAX", "PARTS_MAX", "LEFT_MAX_BYTES", "WAIT_MAX_NS",
    "SERVER_MAX_BYTES", "STREAM_MAX_BYTES", "AGE_MAX_MS", "SC_CONTROL_ITEMS_MAX",
}
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def number(text):
    found = re.fullmatch(r"(\d+)([KMG]?)", text)
    return int(found.group(1)) * UNITS.get(found.group(2), 1) if found else None


def evaluate(text):
    """The value of a constant expression of C; None: it is none."""
    def value(node):
        if isinstance(node, ast.BinOp):
            left, right = value(node.left), value(node.right)
            return {ast.Mult: left * right, ast.LShift: left << right}[type(node.op)]
        return node.value
    try:
        return value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, KeyError, AttributeError, TypeError):
        return None


def constants(the_tree, path, name):
    """All values that the file gives to that macro or field."""
    folder = "include/" if path.startswith("stillcast/") else "src/"
    if not (the_tree.root / folder / path).is_file():
        return []
    text = re.sub(r"/\*.*?\*/", "", the_tree.text(folder + path), flags=re.S)
    form = rf"{re.escape(name)} = ([^,}}\n\\]+)" if name.startswith(".") else rf"#define {name}[ \t]+([^\n\\]+)"
    return [evaluate(found) for found in re.findall(form, text)]


def manual(the_tree):
    """[(option, what is told of it)], in order, and the options of the section Limits."""
    items, limits, section = [], [], ""
    text = the_tree.text(MAN).replace("\\-", "-")
    for part in re.split(r"^(?=\.SH|\.TP)", text, flags=re.M):
        heading = re.match(r"\.SH \"?([^\"\n]*)", part)
        section = heading.group(1) if heading else section
        found = re.match(r"\.TP\n\\fB(?:-\w, )?(--[\w-]+|#\w+)\\fR", part)
        if found:
            items.append((found.group(1), part))
            limits += [found.group(1)] if section == "Limits" else []
    return items, limits


def option_problem(the_tree, items, cell, default):
    fixed = re.fullmatch(r"fixed: `([\w/.]+)` `([.\w]+)`( - 1)?", cell)
    if fixed:
        path, name, less = fixed.groups()
        values = [None if v is None else v - bool(less) for v in constants(the_tree, path, name)]
        return None if number(default) in values else f"{path} has {values} for {name}, not {default}"
    named = re.fullmatch(r"`((?:--|#)[\w-]+)`", cell)
    if cell == "`ulimit -n`":
        return None
    if not named:
        return f"what is the option '{cell}'?"
    told = [text for option, text in items if option == named.group(1)]
    if not any(re.search(rf"Default: {default}\.|\(default {default}[):]", text) for text in told):
        return f"{MAN} has no {named.group(1)} with the default {default}"
    return None


def metric_problem(the_tree, cell):
    if re.match(r"none: [`\w]", cell):
        return None
    name = cell.strip("`")
    text = the_tree.text(METRICS)
    label = f'{{"{name}", &'
    known = f'"{name.removeprefix("stillcast_")}"' in text if name.startswith("stillcast_") else label in text
    return None if known else f"{METRICS} has no {name}"


def test_problem(the_tree, cell):
    if re.match(r"none: [`\w]", cell):
        return None
    functions = [function for _, _, function, _ in proofs.references(cell)]
    return None if functions and all(functions) else f"what is the test '{cell}'?"  # that it exists: proofs.py


def row_problems(the_tree, items, cells):
    _, default, option, metric, at, past = cells
    return [option_problem(the_tree, items, option, default), metric_problem(the_tree, metric), test_problem(the_tree, at),
            None if past == "same" and "::" in at else test_problem(the_tree, past)]


def unlisted(the_tree, page, limits):
    """Limits of the program that the page does not have."""
    for option in limits:
        if f"| `{option}` |" not in page:
            yield f"{MAN}:1: {option} is not in {PAGE}"
    for label in re.findall(r'\{"(\w+)", &', the_tree.text(METRICS)):
        if f"| `{label}` |" not in page:
            yield f"{METRICS}:1: the label {label} is not in {PAGE}"
    for name in the_tree.files(".c", ".h"):
        for macro, _ in DEFINE.findall(the_tree.text(name)) if name.startswith(GUARDED) else []:
            if macro not in INSIDE and f"`{name.removeprefix('src/')}` `{macro}`" not in page:
                yield f"{name}:1: the limit {macro} is not in {PAGE}"


def check(the_tree):
    problems = [f"{name}:1: there is none" for name in (PAGE, MAN, METRICS) if not (the_tree.root / name).is_file()]
    if problems:
        return problems
    page, (items, limits) = the_tree.text(PAGE), manual(the_tree)
    for n, cells in proofs.rows(page):
        if cells == HEADER:
            continue
        found = row_problems(the_tree, items, cells) if len(cells) == len(HEADER) else ["it has not six cells"]
        problems += [f"{PAGE}:{n}: {problem}" for problem in found if problem]
    for n, table in enumerate(re.split(r"\n\| limit \|", page)[1:]):
        before = re.split(r"\n\| limit \|", page)[n].strip().split("\n\n")[-1]
        if "| fixed: " in table.split("\n\n")[0] and "because" not in before:
            problems.append(f"{PAGE}:1: table {n + 1} has fixed limits and does not say why")
    return problems + list(unlisted(the_tree, page, limits))


GOOD = {
    PAGE: "Fixed, because.\n\n| limit | default | option | metric | at it | one past it |\n| --- | --- | --- | --- | --- | --- |\n"
          "| a | 64 | `--max-a` | `max_a` | `test_a::b` | same |\n| c | 4K | fixed: `http/c.c` `C_MAX` | `stillcast_c_total` | `test_a::b` | same |\n",
    MAN: ".SH \"Limits\"\n.TP\n\\fB\\-\\-max\\-a\\fR \\fIN\\fR\nThe a.\nDefault: 64.\n",
    METRICS: '{"max_a", &a},\nplain("c_total")\n',
    "src/http/c.c": "#define C_MAX (4 << 10)\n",
    "docs/threat-model.md": proofs.ALL,
    **proofs.UNIT,
}


def changed(name, old, new):
    assert old in GOOD[name]
    return {**GOOD, name: GOOD[name].replace(old, new)}


planted = [
    changed(MAN, "Default: 64", "Default: 65"), changed(MAN, "max", "min"), changed(PAGE, "max-a`", "max-b`"),
    changed("src/http/c.c", "4 << 10", "4 << 11"), changed("src/http/c.c", "C_MAX", "D_MAX"),
    changed(METRICS, "max_a", "max_b"), changed(METRICS, '"c_total"', '"d_total"'), changed(PAGE, "because", "and so"),
    changed(PAGE, "`test_a::b` | same |\n| c", "`test_a` | same |\n| c"), changed(PAGE, "| same |\n| c", "| |\n| c"),
    {**GOOD, "src/net/d.c": "#define SC_D_MOST 3\n"}, changed(METRICS, '{"max_a", &a}', '{"max_a", &a},\n{"max_b", &b}'),
    changed(MAN, "Default: 64.\n", "Default: 64.\n.TP\n\\fB\\-\\-max\\-z\\fR \\fIN\\fR\nThe z.\nDefault: 1.\n"),
    {name: text for name, text in GOOD.items() if name != PAGE},
]

if __name__ == "__main__":
    tree.main(check)
