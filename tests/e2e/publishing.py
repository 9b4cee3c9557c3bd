"""The Python module of this tree, and what its tests have in common."""

import sys

import wire
from conftest import ROOT

sys.path.insert(0, str(ROOT / "python"))

import stillcast  # noqa: E402, F401


def shown(server, name, check, timeout=10):
    """Until check is true of the newest picture's bytes; gives them."""
    def same():
        answer = wire.get(server, f"/{name}.jpg")
        assert answer.status == 200, answer.text
        assert check(answer.body)
        return answer.body
    return wire.eventually(same, timeout, f"{name} does not show it")
