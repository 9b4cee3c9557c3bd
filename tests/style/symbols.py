"""Every global symbol begins with sc_, and the shared library exports exactly what SC_API marks."""

import pathlib
import re
import subprocess

import tree

EXPORTED = re.compile(r"^\s*(?:extern\s+)?SC_API\b[^;(]*?\b(\w+)\s*[(\[;]", re.M)
STATIC, SHARED = "libstillcast-core.a", "libstillcast.so"


def defined(library, *options):
    out = subprocess.run(["nm", "--defined-only", *options, str(library)], check=True, capture_output=True, text=True).stdout
    return {line.split()[2] for line in out.splitlines() if len(line.split()) == 3}


def check(the_tree):
    build = the_tree.root / tree.BUILD
    symbols = defined(build / STATIC, "--extern-only")
    problems = [] if symbols else [f"{STATIC}: no symbols at all"]
    problems += [f"{STATIC}: global '{name}' does not begin with sc_" for name in sorted(symbols)
                 if not name.startswith("sc_")]
    exported = defined(build / SHARED, "--dynamic", "--extern-only")
    marked = {name for header in the_tree.files(".h", under="include/") for name in EXPORTED.findall(the_tree.code(header))}
    problems += [f"{SHARED}: exports '{name}', which no header marks SC_API" for name in sorted(exported - marked)]
    problems += [f"{SHARED}: lacks '{name}', which a header marks SC_API" for name in sorted(marked - exported)]
    return problems


HEADER = "#define SC_API\nSC_API int sc_shown(void);\n"
planted = [
    {"a.c": "int helper(void) { return 0; }\nint sc_shown(void) { return 0; }\n", "include/a.h": HEADER},
    {"a.c": "int sc_shown(void) { return 0; }\nint sc_more(void) { return 0; }\n", "include/a.h": HEADER},
    {"a.c": "int sc_other;\n", "include/a.h": HEADER},
]


def prepare(folder):
    """Builds a planted tree's two libraries."""
    build = pathlib.Path(folder) / tree.BUILD
    build.mkdir()
    for command in (["gcc", "-c", "-fPIC", "a.c", "-o", f"{build}/a.o"], ["ar", "rc", f"{build}/{STATIC}", f"{build}/a.o"],
                    ["gcc", "-shared", f"{build}/a.o", "-o", f"{build}/{SHARED}"]):
        subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    tree.main(check)
