"""The tree names no machine, no package server and no author's tools; nothing
but the known lies at the top; nothing in the code is left for later."""

import re

from source import fail

TOP = re.compile(r"CMakeLists\.txt|gateway|adapters|include|etc|packaging|tests|"
                 r"README\.md|LICENSE|\..*")
# Each written in two halves, so this file passes its own check.
FOREIGN = {
    "machine-path": ("/wor" "k/", "/tmp/" r"w\b", "/far" "m/", r"\.libr" "ary/",
                     "/home/" r"\w", "/root/" r"\w"),
    "registry-host": ("pypi" r"\.org", "registry" r"\.npmjs", "proxy" r"\.golang",
                      "deb" r"\.debian\.org", "snapshot" r"\.debian",
                      "docker" r"\.io", "ghcr" r"\.io", "artif" "actory"),
    "workplace-tool": ("cla" r"ude", "anthro" "pic", "chat" "gpt", "open" "ai\\b",
                       "copi" "lot", r"\bll" r"m\b"),
}
PATTERNS = {rule: re.compile("|".join(parts), re.I)
            for rule, parts in FOREIGN.items()}
UNFINISHED = re.compile(r"\b(" "TO" "DO|FIX" "ME|XX" "X|HA" r"CK)\b")
CODE = (".c", ".h", ".def", ".py", ".sh", ".cmake", "CMakeLists.txt")


def check_lines(path, text, rule, pattern):
    for number, line in enumerate(text.splitlines(), 1):
        found = pattern.search(line)
        if found:
            yield fail(path, number, rule, f'"{found.group(0)}"')


def is_code(path, text):
    return path.endswith(CODE) or text.startswith("#!")


def check(tree):
    for name in sorted({f.split("/")[0] for f in tree.files}):
        if not TOP.fullmatch(name):
            yield fail(name, 0, "top-level", "does not belong at the top")
    for path in tree.files:
        # tracked bytes of any kind, the corpora too
        text = tree.read(path).decode("utf-8", "replace")
        for rule, pattern in PATTERNS.items():
            yield from check_lines(path, text, rule, pattern)
        if is_code(path, text) and not path.startswith("tests/fuzz/corpus/"):
            yield from check_lines(path, text, "unfinished", UNFINISHED)
