"""The tree as the lints see it: its files, C text without comments and
strings, and the functions in it. Reads our own style only: a function opens
with a brace in column 0 and closes with one."""

import os
import re
import subprocess
from collections import namedtuple

Finding = namedtuple("Finding", "level file line rule text")
Function = namedtuple("Function", "name first last parameters body")

OWN_CODE = ("gateway/", "adapters/", "include/", "tests/tools/")
SKIPPED_FOLDERS = {".git", "__pycache__"}


def fail(file, line, rule, text):
    return Finding("fail", file, line, rule, text)


def warn(file, line, rule, text):
    return Finding("warn", file, line, rule, text)


def info(rule, text):
    return Finding("info", "", 0, rule, text)


def blank_out(text):
    """Replaces comments, strings and character constants by blanks; lines and
    columns stay. The quotes of a string stay, so #include is found."""
    pattern = re.compile(
        r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def blanks(match):
        found = match.group(0)
        if found[0] in "\"'":
            return found[0] + " " * (len(found) - 2) + found[-1]
        return re.sub(r"[^\n]", " ", found)
    return pattern.sub(blanks, text)


def find_tables(lines):
    """Line numbers (from 0) inside initializers of tables, which the sizes
    do not count."""
    inside, depth = set(), 0
    for number, line in enumerate(lines):
        if depth == 0:
            if re.search(r"=\s*\{\s*$", line):
                depth = line.count("{") - line.count("}")
            continue
        inside.add(number)
        depth += line.count("{") - line.count("}")
        depth = max(depth, 0)
    return inside


def split_parameters(header):
    """The name and the number of parameters of a function's header, or None."""
    header = re.sub(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)", " ", header)
    match = re.search(r"(\w+)\s*\(", header)
    if not match:
        return None
    depth, commas, end = 0, 0, match.end()
    for end in range(match.end(), len(header)):
        char = header[end]
        if char == ")" and depth == 0:
            break
        depth += {"(": 1, ")": -1}.get(char, 0)
        commas += char == "," and depth == 0
    inner = header[match.end():end].strip()
    return match.group(1), 0 if inner in ("", "void") else commas + 1


def find_functions(lines):
    """All function definitions of blanked-out lines."""
    functions, number = [], 0
    while number < len(lines):
        if lines[number].rstrip() != "{":
            number += 1
            continue
        first = number
        while first > 0 and lines[first - 1].strip() and \
                not re.match(r"#|\}|.*;\s*$", lines[first - 1]):
            first -= 1
        last = number
        while last < len(lines) - 1 and lines[last].rstrip() != "}":
            last += 1
        signature = split_parameters(" ".join(lines[first:number]))
        if signature:
            functions.append(Function(signature[0], first + 1, last + 1,
                                      signature[1], (number + 1, last)))
        number = last + 1
    return functions


class CFile:
    """One C file, read once for all lints."""

    def __init__(self, path, text):
        self.path = path
        self.raw = text.split("\n")
        if self.raw and not self.raw[-1]:
            self.raw.pop()
        self.code = blank_out(text).split("\n")[:len(self.raw)]
        self.tables = find_tables(self.code)
        self.functions = find_functions(self.code)

    def includes(self):
        """(line, "quoted" or "system", name) of every #include."""
        for number, line in enumerate(self.code, 1):
            if not re.match(r"\s*#\s*include\b", line):
                continue
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]',
                             self.raw[number - 1])
            if match:
                kind = "quoted" if match.group(1) == '"' else "system"
                yield number, kind, match.group(2)


class Tree:
    """The files below a root: what git tracks or would track, else all."""

    def __init__(self, root, build=None):
        self.root = os.path.abspath(root)
        self.build = build
        self.files = sorted(self._list())
        self._c = {}

    def _list(self):
        if os.path.exists(os.path.join(self.root, ".git")):
            found = subprocess.run(
                ["git", "ls-files", "-z", "-co", "--exclude-standard"],
                cwd=self.root, capture_output=True, check=False)
            if found.returncode == 0:
                names = found.stdout.decode().split("\0")
                return {n for n in names
                        if n and os.path.isfile(os.path.join(self.root, n))}
        names = set()
        for folder, below, files in os.walk(self.root):
            below[:] = [b for b in below if b not in SKIPPED_FOLDERS
                        and not os.path.exists(
                            os.path.join(folder, b, "CMakeCache.txt"))]
            for name in files:
                names.add(os.path.relpath(os.path.join(folder, name), self.root))
        return names

    def has(self, path):
        return path in self.files

    def select(self, *endings, under=("",)):
        """Paths with one of these endings below one of these folders; the
        lints' own bad examples are never among them."""
        return [f for f in self.files if f.endswith(endings)
                and f.startswith(tuple(under))
                and not f.startswith("tests/lint/bad/")]

    def read(self, path):
        with open(os.path.join(self.root, path), "rb") as file:
            return file.read()

    def c_file(self, path):
        if path not in self._c:
            text = self.read(path).decode("utf-8", "replace")
            self._c[path] = CFile(path, text)
        return self._c[path]

    def c_files(self, *endings, under=("",)):
        for path in self.select(*(endings or (".c", ".h")), under=under):
            yield self.c_file(path)
