"""clang-format decides the layout of C; long lines elsewhere are cut by hand."""

import subprocess

import tree


def check(the_tree):
    names = the_tree.files(".c", ".h")
    if not names:
        return ["no C at all"]
    ran = subprocess.run(["clang-format", f"--style=file:{tree.ROOT / '.clang-format'}", "--dry-run", "-Werror",
                          "--ferror-limit=1", *names], cwd=the_tree.root, capture_output=True, text=True)
    return [line for line in ran.stderr.splitlines() if ": error: " in line] or ([ran.stderr] if ran.returncode else [])


planted = [{"src/a.c": "int  sc_a;\n"}, {"src/a.c": "int sc_a(void) { return 0; }\n"}]

if __name__ == "__main__":
    tree.main(check)
