"""Runs each check on the tree, and on small trees with one planted violation each, which it must find."""

import types

import pytest

import analyze
import banned
import headers
import layers
import layout
import limits
import proofs
import sizes
import symbols
import text
import tree

CHECKS = {
    "layout": layout, "text": text, "layers": layers, "banned": banned, "headers": headers, "symbols": symbols,
    "limits": limits, "proofs": proofs,
    "cppcheck": types.SimpleNamespace(check=analyze.check_cppcheck, planted=analyze.planted_cppcheck),
    "clang-tidy": types.SimpleNamespace(check=analyze.check_tidy, planted=analyze.planted_tidy,
                                        prepare=analyze.prepare_tidy),
}
PLANTED = [pytest.param(name, files, id=f"{name}-{n}") for name, check in CHECKS.items()
           for n, files in enumerate(check.planted, 1)]


@pytest.mark.parametrize("name", CHECKS)
def test_the_tree_is_clean(name):
    problems = CHECKS[name].check(tree.Tree())
    assert not problems, "\n".join([f"{len(problems)} problems:", *problems])


@pytest.mark.parametrize("name, files", PLANTED)
def test_a_planted_violation_is_found(name, files, tmp_path):
    planted = tree.plant(tmp_path, files)
    getattr(CHECKS[name], "prepare", lambda folder: None)(tmp_path)
    assert CHECKS[name].check(planted), files


def test_sizes_are_reported(tmp_path):
    long = "int sc_a(void)\n{\n" + "    sc_b();\n" * 101 + "    return 0;\n}\n" + "int sc_c;\n" * 500
    rows = sizes.report(tree.plant(tmp_path, {"src/a.c": long}))
    assert len(rows) == 2 and "STOP" in "".join(rows)
