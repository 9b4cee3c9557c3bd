"""The source tree, for all checks. A check is a module with check(tree), which gives a list of problems
("file:line: what is wrong"), and planted, a list of small trees in each of which it must find one."""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("BUILD", "build")  # for the checks that look at what was built


class Tree:
    def __init__(self, root=ROOT):
        self.root = pathlib.Path(root)

    def files(self, *suffixes, under=""):
        """Paths relative to the root, sorted: what git has or could have, else all there is."""
        listed = None
        if (self.root / ".git").exists():
            listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=self.root,
                                    check=True, capture_output=True, text=True).stdout.split("\0")
        else:
            listed = [str(p.relative_to(self.root)) for p in self.root.rglob("*") if p.is_file()]
        return sorted(name for name in set(listed)
                      if name and name.startswith(under) and (not suffixes or name.endswith(suffixes))
                      and (self.root / name).is_file())

    def text(self, name):
        return (self.root / name).read_bytes().decode("utf-8", "replace")

    def code(self, name):
        """C without its comments and the insides of its texts; lines stay where they are."""
        def blank(found):
            if found.group(0).startswith('"'):
                return '""'
            return "\n" * found.group(0).count("\n") if found.group(0)[0] == "/" else found.group(0)
        return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, self.text(name), flags=re.S)


def plant(folder, files):
    """Writes {name: text} as a tree of its own."""
    for name, text in files.items():
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Tree(folder)


def main(check):
    problems = check(Tree())
    print("\n".join(problems) or "clean")
    sys.exit(1 if problems else 0)
