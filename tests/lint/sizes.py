"""Files, functions, parameter lists, nesting and folders stay small. Tables
are exempt: .def files, initializers, and the rows of tests."""

import os
import re
from collections import Counter

from source import fail, info, warn

#        over this it warns, over this it fails
FILE = (500, 800)
HEADER = (250, 400)
FUNCTION = (50, 80)
PARAMETERS = (6, 7)
NESTING = (3, 5)
FOLDER = (20, 30)
MEDIAN_AIM, P90_AIM = 12, 40
# One file per parser lies here by rule, so the folder grows with the protocols.
UNCOUNTED_FOLDERS = {"tests/fuzz"}
# Callbacks whose parameters a library decides.
LIBRARY_CALLBACKS = {"on_request"}


def judge(value, limits, where, rule, text):
    if value > limits[1]:
        yield fail(*where, rule, f"{text}, more than {limits[1]}")
    elif value > limits[0]:
        yield warn(*where, rule, f"{text}, more than {limits[0]}")


def count_lines(source, first, last):
    return sum(n not in source.tables for n in range(first - 1, last))


def is_complete(statement):
    """Whether the next line begins a statement of its own."""
    return not statement or statement[-1] in ";{}" or \
        re.fullmatch(r"(case\b.*|\w+)\s*:", statement) or \
        re.fullmatch(r"(\} )?(else\b ?)?(if|for|while|switch)\b.*\)", statement) or \
        re.fullmatch(r"(\} )?else|do", statement)


def measure_nesting(source, function):
    """The deepest block, by the indentation of lines that begin a statement:
    continuation lines and initializers are indented for other reasons."""
    deepest, line_of, parens, statement = 0, function.first, 0, ""
    for number in range(*function.body):
        line = source.code[number]
        stripped = line.strip()
        if not stripped or number in source.tables or stripped[0] == "#":
            continue
        if parens == 0 and is_complete(statement):
            depth = len(line) - len(line.lstrip("\t")) - 1
            if depth > deepest:
                deepest, line_of = depth, number + 1
            statement = stripped
        else:
            statement += " " + stripped
        parens = max(0, parens + stripped.count("(") - stripped.count(")"))
    return deepest, line_of


def check_functions(source):
    for function in source.functions:
        where = (source.path, function.first)
        length = count_lines(source, function.first, function.last)
        yield from judge(length, FUNCTION, where, "function-length",
                         f"{function.name} has {length} lines")
        if function.name not in LIBRARY_CALLBACKS:
            yield from judge(function.parameters, PARAMETERS, where, "parameters",
                             f"{function.name} has {function.parameters} parameters")
        depth, line = measure_nesting(source, function)
        yield from judge(depth, NESTING, (source.path, line), "nesting",
                         f"{function.name} nests {depth} blocks")


def check(tree):
    lengths, folders = [], Counter()
    for source in tree.c_files():
        limits = HEADER if source.path.endswith(".h") else FILE
        lines = count_lines(source, 1, len(source.raw))
        yield from judge(lines, limits, (source.path, lines), "file-length",
                         f"{lines} lines")
        yield from check_functions(source)
        if source.path.endswith(".c"):
            folders[os.path.dirname(source.path)] += 1
        if source.path.startswith(("gateway/", "adapters/")):
            lengths += [count_lines(source, f.first, f.last)
                        for f in source.functions]
    for folder, count in sorted(folders.items()):
        if folder not in UNCOUNTED_FOLDERS:
            yield from judge(count, FOLDER, (folder, 0), "folder-size",
                             f"{count} .c files")
    if lengths:
        lengths.sort()
        median = lengths[len(lengths) // 2]
        p90 = lengths[len(lengths) * 9 // 10]
        yield info("function-length",
                   f"{len(lengths)} functions, median {median} (aim "
                   f"{MEDIAN_AIM}), p90 {p90} (aim {P90_AIM})")
