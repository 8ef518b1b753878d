"""Proves that the lints can fail. bad/<lint>/<case>.txt holds a small tree,
each file below a line `-- path --`, and below `-- expect --` the findings it
must give, no more and no less: `level path:line rule`.

Two marks keep the examples from being what they show: @@ is nothing (it cuts
a forbidden word in two), and a line `@@N text` stands for N such lines. In
the cases of the lint of globals every .c file is compiled first."""

import os
import re
import subprocess
import tempfile
from collections import Counter

from source import Tree, fail

HERE = os.path.dirname(os.path.abspath(__file__))
BAD = "tests/lint/bad"


def expand(text):
    text = re.sub(r"^@@(\d+) (.*\n)", lambda m: m.group(2) * int(m.group(1)),
                  text, flags=re.M)
    return text.replace("@@", "")


def read_case(path):
    """The files of a case and the findings it expects."""
    with open(path, encoding="utf-8") as file:
        parts = re.split(r"^-- (\S+) --\n", file.read(), flags=re.M)
    files = {expand(name): expand(text)
             for name, text in zip(parts[1::2], parts[2::2])}
    return files, sorted(files.pop("expect").split("\n")[:-1])


def compile_all(root, build, files):
    for name in files:
        if name.endswith(".c"):
            target = os.path.join(build, "CMakeFiles/x.dir", name + ".o")
            os.makedirs(os.path.dirname(target), exist_ok=True)
            subprocess.run([os.environ.get("CC", "cc"), "-fPIC", "-c", name,
                            "-o", target], cwd=root, check=True)


def run_case(lint, files, with_objects):
    with tempfile.TemporaryDirectory() as folder:
        root, build = os.path.join(folder, "tree"), os.path.join(folder, "out")
        os.makedirs(build)
        for name, text in files.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        if with_objects:
            compile_all(root, build, files)
        return sorted(f"{f.level} {f.file}:{f.line} {f.rule}"
                      for f in lint.check(Tree(root, build))
                      if f.level != "info")


def check(lints):
    for name, lint in lints.items():
        folder = os.path.join(HERE, "bad", name)
        cases = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        failing = 0
        for case in cases:
            files, expected = read_case(os.path.join(folder, case))
            found = run_case(lint, files, name == "globals")
            failing += any(line.startswith("fail") for line in expected)
            expected, found = Counter(expected), Counter(found)
            for line in (expected - found).elements():
                yield fail(f"{BAD}/{name}/{case}", 0, "selftest",
                           f"not found: {line}")
            for line in (found - expected).elements():
                yield fail(f"{BAD}/{name}/{case}", 0, "selftest",
                           f"found, not expected: {line}")
        if not failing:
            yield fail(f"{BAD}/{name}", 0, "selftest",
                       "no example shows that this lint can fail")
