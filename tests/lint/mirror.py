"""Every codec has its unit test, every parser its fuzz target and corpus.
parsers.list names the parsers: one a line, name and source file."""

import os
import re

from source import fail, warn

LIST = "tests/lint/parsers.list"
CODEC = re.compile(r"\w+_(parse|format|decode|encode|unpack|pack)(_\w+)?$")
PARSER = re.compile(r"\w+_(parse|decode|unpack)$")


def judge(path):
    return fail if path.startswith("gateway/wire/") else warn


def is_codec(source):
    return any(CODEC.match(f.name) for f in source.functions)


def places_of_test(path):
    """A folder within a module may have a folder of tests of its own."""
    _, module, *folders, name = path.split("/")
    return [f"tests/unit/{'_'.join([module, *some])}/test_{name}"
            for some in ([], folders)]


def check_unit_tests(tree):
    for source in tree.c_files(".c", under=("gateway/wire/", "gateway/base/",
                                            "adapters/")):
        if source.path.startswith("adapters/") and not is_codec(source):
            continue
        tests = places_of_test(source.path)
        if not any(tree.has(test) for test in tests):
            yield judge(source.path)(source.path, 1, "mirror-unit",
                                     f"{tests[0]} is missing")


def read_list(tree):
    """(line, name, source file) of every parser listed."""
    if not tree.has(LIST):
        return
    for number, line in enumerate(tree.read(LIST).decode().splitlines(), 1):
        words = line.split("#")[0].split()
        if words:
            yield number, words[0], words[1] if len(words) == 2 else None


def check_fuzzing(tree):
    listed = set()
    for line, name, path in read_list(tree):
        listed.add(path)
        if path is None or not tree.has(path):
            yield fail(LIST, line, "mirror-list",
                       f"{name}: the source file {path} does not exist")
            continue
        if not tree.has(f"tests/fuzz/fuzz_{name}.c"):
            yield judge(path)(path, 1, "mirror-fuzz",
                              f"tests/fuzz/fuzz_{name}.c is missing")
        corpus = f"tests/fuzz/corpus/{name}/"
        if not any(f.startswith(corpus) for f in tree.files):
            yield judge(path)(path, 1, "mirror-corpus", f"{corpus} is empty")
    for source in tree.c_files(".c", under=("gateway/wire/",)):
        parsers = [f for f in source.functions if PARSER.match(f.name)
                   and not is_static(source, f)]
        if parsers and source.path not in listed:
            yield fail(source.path, parsers[0].first, "mirror-list",
                       f"{parsers[0].name} is not in {LIST}")


def is_static(source, function):
    return source.code[function.first - 1].startswith("static ")


def check(tree):
    yield from check_unit_tests(tree)
    yield from check_fuzzing(tree)
