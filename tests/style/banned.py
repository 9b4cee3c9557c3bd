"""Functions that we do not call, and what no test may do: sleep, or listen on a port of its choice."""

import re

import tree

WHY = {
    r"(?:strcpy|strcat|stpcpy|sprintf|vsprintf|gets|strncpy|strncat)": "writes without a bound or an end: snprintf, sc_buf",
    r"(?:atoi|atol|atoll|atof|sscanf)": "does not tell errors: strtoull with a check, sc_url_query_number",
    r"(?:strtok|localtime|gmtime|ctime|asctime|readdir_r|inet_ntoa|gethostbyname)": "has hidden state: the _r form",
    r"(?:alloca|system|popen|mktemp|tmpnam|tempnam|signal|vfork)": "is not safe",
    r"(?:abort|pthread_cancel|setjmp|longjmp)": "no input and no peer may end the show",
    r"(?:rand|srand|random)": "is predictable and shared: getrandom",
}
CALLS = {re.compile(rf"(?<![\w.>]){names}\s*\("): why for names, why in WHY.items()}
C_SLEEP = re.compile(r"\b(?:sleep|usleep|nanosleep|clock_nanosleep)\s*\(")
C_PORT = re.compile(r"\bhtons\s*\(\s*[1-9]")
PY_SLEEP = re.compile(r"\btime\.sleep\b|from time import.*\bsleep\b")
PY_PORT = re.compile(r"(?:listen|bind|create_server|\.connect)\b.*[:,]\s*[\"']?[1-9]\d{2,4}\b(?!\.)")
JS_SLEEP = re.compile(r"\bwaitForTimeout\b|=>\s*setTimeout\(")
MAY = {("tests/e2e/wire.py", PY_SLEEP)}  # eventually() polls
IN_TESTS_ALLOWED = re.compile(r"(?<![\w.>])(?:setjmp|longjmp|abort|signal|system|rand|srand|random)\s*\(")


def lines(text, pattern):
    return [text.count("\n", 0, found.start()) + 1 for found in pattern.finditer(text)]


def check_c(name, text):
    problems = []
    in_tests = name.startswith("tests/")
    for pattern, why in CALLS.items():
        for found in pattern.finditer(text):
            if not (in_tests and IN_TESTS_ALLOWED.match(text, found.start())):
                line = text.count("\n", 0, found.start()) + 1
                problems.append(f"{name}:{line}: {found.group(0).rstrip('( ')} {why}")
    if in_tests:
        problems += [f"{name}:{n}: no test sleeps: wait for what must happen" for n in lines(text, C_SLEEP)]
        problems += [f"{name}:{n}: a fixed port: let the system choose (0)" for n in lines(text, C_PORT)]
    return problems


def check(the_tree):
    problems = []
    for name in the_tree.files(".c", ".h"):
        problems += check_c(name, the_tree.code(name))
    for name in the_tree.files(".py", ".mjs", ".js", under="tests/"):
        if name.startswith("tests/style/"):
            continue
        text = the_tree.text(name)
        for pattern, what in ((PY_SLEEP, "no test sleeps: eventually()"), (PY_PORT, "a fixed port: let the system choose (0)"),
                              (JS_SLEEP, "no test sleeps: wait for what must happen")):
            if (name, pattern) not in MAY:
                problems += [f"{name}:{n}: {what}" for n in lines(text, pattern)]
    return problems


planted = [
    {"src/base/a.c": f"void f(void) {{ {call} }}\n"}
    for call in ("strcpy(a, b);", "sprintf(a, b);", "atoi(a);", "strtok(a, b);", "system(a);", "popen (a, b);", "gets(a);",
                 "alloca(1);", "x = strcat(a, b);", "vsprintf(a, b, c);", "atol(a);", "gmtime(a);", "rand();")
] + [
    {"tests/unit/test_a.c": "void f(void) { usleep(1); }\n"},
    {"tests/unit/test_a.c": "void f(void) { a.sin_port = htons(8080); }\n"},
    {"tests/e2e/test_a.py": "import time\ntime.sleep(1)\n"},
    {"tests/e2e/test_a.py": 'server("--listen", "127.0.0.1:8080")\n'},
    {"tests/e2e/test_a.py": 'socket.create_server(("127.0.0.1", 8080))\n'},
    {"tests/e2e/browser/a.mjs": "await page.waitForTimeout(500)\n"},
]

if __name__ == "__main__":
    tree.main(check)
