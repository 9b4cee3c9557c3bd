"""Who may include whom. stillcast/x.h counts as the folder of x.c. A .c includes its own header first."""

import pathlib
import re

import tree

MAY_INCLUDE = {
    "base": "",
    "jail": "base",
    "picture": "base",
    "net": "base",
    "media": "base picture",
    "http": "base net",
    "rights": "base net http",
    "client": "base http",
    "series": "base",
    "draw": "base picture media series",
    "source": "base picture media net http client series draw",
    "sink": "base picture media net http",
    "web": "base picture media net http rights",
    "app": "base jail picture media net http rights client series draw source sink web",
    "embed": "base media http app",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def homes(all_files):
    """{"x": folder of src/folder/x.c, the lowest one where several have an x.c}, for headers that live in include/."""
    order = list(MAY_INCLUDE)
    sources = sorted((f for f in all_files if f.endswith(".c")), key=lambda f: order.index(f.split("/")[1]), reverse=True)
    return {pathlib.PurePath(f).stem: f.split("/")[1] for f in sources} | {"api": "base"}


def own_headers(name, all_files, home_of):
    stem, folder = pathlib.PurePath(name).stem, name.split("/")[1]
    beside = name.removeprefix("src/").removesuffix(".c") + ".h"
    own = {beside: f"src/{beside}"}
    if home_of[stem] == folder and name.count("/") == 2:
        own[f"stillcast/{stem}.h"] = f"include/stillcast/{stem}.h"
    return [include for include, header in own.items() if header in all_files]


def check(the_tree):
    problems = []
    all_files = the_tree.files(".c", ".h", under="src/") + the_tree.files(".h", under="include/")
    home_of = homes([f for f in all_files if f.startswith("src/")])
    for name in all_files:
        in_include = name.startswith("include/")
        home = home_of.get(pathlib.PurePath(name).stem) if in_include else name.split("/")[1]
        if home not in MAY_INCLUDE:
            problems.append(f"{name}:1: it belongs to no folder: no src/*/{pathlib.PurePath(name).stem}.c")
            continue
        includes = INCLUDE.findall(the_tree.text(name))
        own = own_headers(name, all_files, home_of) if name.endswith(".c") else []
        if own and not (includes and includes[0] in own):
            problems.append(f'{name}:1: its first include must be its own header, "{own[0]}"')
        for include in includes:
            folder, _, rest = include.partition("/")
            if not rest:
                continue  # generated, found in its own folder of the build
            target = home_of.get(pathlib.PurePath(rest).stem) if folder == "stillcast" else folder
            if target != home and target not in MAY_INCLUDE[home].split():
                problems.append(f'{name}: {home} must not include "{include}" ({target})')
            elif in_include and folder != "stillcast":
                problems.append(f'{name}: an exported header must not include "{include}", which is not installed')
    return problems


planted = [
    {"src/base/a.c": '#include "media/frame.h"\n', "src/media/frame.h": ""},
    {"src/web/a.c": '#include "source/runner.h"\n', "src/source/runner.h": ""},
    {"src/base/a.c": '#include "stillcast/frame.h"\n', "src/media/frame.c": "", "include/stillcast/frame.h": ""},
    {"src/base/a.c": "", "src/base/a.h": ""},
    {"src/base/a.c": '#include "base/b.h"\n#include "base/a.h"\n', "src/base/a.h": "", "src/base/b.h": ""},
    {"src/media/frame.c": '#include "stillcast/frame.h"\n', "include/stillcast/frame.h": '#include "base/a.h"\n',
     "src/base/a.h": ""},
    {"include/stillcast/lost.h": ""},
    {"src/web/a/b.c": '#include "web/c.h"\n#include "web/a/b.h"\n', "src/web/a/b.h": "", "src/web/c.h": ""},
    {"src/media/a.c": '#include "stillcast/a.h"\n', "src/web/a.c": "", "include/stillcast/a.h": "",
     "src/base/b.c": '#include "stillcast/a.h"\n'},
]

if __name__ == "__main__":
    tree.main(check)
