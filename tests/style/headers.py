"""Every header compiles alone, and twice, with gcc and clang; the exported ones from C++ too."""

import concurrent.futures
import subprocess

import tree

C = ["-x", "c", "-std=gnu11"]
CXX = ["-x", "c++", "-std=c++17"]
FLAGS = ["-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-Iinclude", "-Isrc", f"-I{tree.BUILD}/src", "-"]
LIBRARIES = ["jansson", "pangocairo"]  # whose headers ours include


def library_flags():
    return subprocess.run(["pkg-config", "--cflags", *LIBRARIES], check=True, capture_output=True, text=True).stdout.split()


def compiles(the_tree, header, compiler):
    path = header.split("/", 1)[1]
    text = f'#include "{path}"\n#include "{path}"\nextern int sc_not_empty;\n'
    ran = subprocess.run([*compiler, *FLAGS], cwd=the_tree.root, input=text, capture_output=True, text=True)
    return None if ran.returncode == 0 else f"{header}: does not compile alone with {' '.join(compiler)}:\n{ran.stderr}"


def check(the_tree):
    jobs, libraries = [], library_flags()
    for header in the_tree.files(".h", under="include/") + the_tree.files(".h", under="src/"):
        jobs += [(header, ["gcc", *C, *libraries]), (header, ["clang", *C, *libraries])]
        if header.startswith("include/"):
            jobs += [(header, ["g++", *CXX]), (header, ["clang++", *CXX])]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [problem for problem in pool.map(lambda job: compiles(the_tree, *job), jobs) if problem]


planted = [
    {"src/base/a.h": "#pragma once\nsize_t sc_a(void);\n"},
    {"src/base/a.h": "struct sc_a { int a; };\n"},
    {"include/stillcast/a.h": "#pragma once\nint sc_new(int new);\n"},
]

if __name__ == "__main__":
    tree.main(check)
