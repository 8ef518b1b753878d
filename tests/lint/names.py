"""Words kept out of names, functions kept out of the code, typedefs, gotos,
conditional compilation, columns and blanks."""

import os
import re

from source import OWN_CODE, fail, info, warn

WORDS = {"manager", "helper", "helpers", "util", "utils", "common", "misc",
         "handler", "handlers", "data", "info", "ctx", "process", "do"}
# Log levels, and what the specifications call so.
ALLOWED = re.compile(
    r"(iwf_)?log_info|LOG_INFO|.*data_sm(_.*)?|.*data_coding(_.*)?|smtp_data|"
    r"sip_info")
FUNCTIONS = re.compile(
    r"(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets|"
    r"system|popen)\s*\(")
GOTOS_PER_1000 = 2
LINE = (80, 100)
TEXT_ENDINGS = (".c", ".h", ".def", ".py", ".sh", ".cmake", ".txt", ".conf",
                ".md", ".service", ".spec", ".yml")
# Input of tests is bytes, not text of ours.
DATA_FOLDERS = ("tests/fuzz/corpus/", "tests/lint/bad/")


def has_forbidden_word(name):
    if ALLOWED.fullmatch(name):
        return None
    return next((w for w in re.split(r"[_\-.]", name.lower()) if w in WORDS),
                None)


def defined_names(source):
    """(line, name) of functions, structs, enums, unions and typedefs."""
    for function in source.functions:
        yield function.first, function.name
    for number, line in enumerate(source.code, 1):
        tag = re.match(r"\s*(?:static |const |typedef )*"
                       r"(?:struct|enum|union) (\w+)\s*(?:\{|;)", line)
        if tag:
            yield number, tag.group(1)
        declared = re.match(r"(?!typedef)[A-Za-z_][\w\s*]*?\b(\w+)\(", line)
        if declared and source.path.endswith(".h"):
            yield number, declared.group(1)


def check_words(source):
    seen = set()
    for line, name in defined_names(source):
        word = has_forbidden_word(name)
        if word and name not in seen:
            seen.add(name)
            yield fail(source.path, line, "forbidden-word",
                       f'"{word}" in {name} says nothing')


def check_file_name(path):
    for part in path.split("/"):
        word = has_forbidden_word(os.path.splitext(part)[0])
        if word:
            yield fail(path, 0, "forbidden-word",
                       f'"{word}" in the file name says nothing')
            return


def check_typedefs(source):
    text = "\n".join("" if line.lstrip().startswith("#") else line
                     for line in source.code)
    for match in re.finditer(r"^\s*typedef\b([^;{]*)", text, re.M):
        line = text.count("\n", 0, match.end(0) - len(match.group(1))) + 1
        if re.search(r"\b\w+_fn\)?\s*\(", match.group(1)):
            continue
        struct = re.match(r"\s+(struct|union|enum)\b", match.group(1))
        yield fail(source.path, line,
                   "typedef-struct" if struct else "typedef",
                   "only function types have a typedef, ending in _fn")


def check_calls(source):
    for number, line in enumerate(source.code, 1):
        for match in FUNCTIONS.finditer(line):
            yield fail(source.path, number, "forbidden-function",
                       f"{match.group(1)} is not used here")


def check_conditions(source):
    if not source.path.endswith(".c") or \
            source.path.startswith("gateway/base/"):
        return
    for number, line in enumerate(source.code, 1):
        if re.match(r"\s*#\s*if(n?def)?\b", line) and "__has_" not in line:
            yield fail(source.path, number, "ifdef",
                       "conditional compilation belongs into gateway/base")


def check_labels(source):
    """One exit label, below its gotos."""
    for function in source.functions:
        gotos, labels = [], {}
        for number in range(*function.body):
            line = source.code[number]
            gotos += [(number, m) for m in re.findall(r"\bgoto (\w+)", line)]
            label = re.match(r"\s*(?!default\b)(\w+):(?!:)\s*$", line)
            if label:
                labels[label.group(1)] = number
        used = sorted({name for _, name in gotos})
        if len(used) > 1:
            yield fail(source.path, function.first, "goto",
                       f"{function.name} has {len(used)} labels, one is enough")
        for number, name in gotos:
            if labels.get(name, number) < number:
                yield fail(source.path, number + 1, "goto", "jumps back")


def check_columns(source):
    for number, line in enumerate(source.raw, 1):
        width = len(line.expandtabs(8))
        if width > LINE[1] and not source.path.endswith(".def"):
            yield fail(source.path, number, "line-length",
                       f"{width} columns, more than {LINE[1]}")
        code = source.code[number - 1]
        indent = re.match(r"[ \t]*", line).group(0)
        if not code.strip():
            continue
        if indent.startswith(" ") and code.startswith(indent):
            if code[len(indent)] != " ":
                yield fail(source.path, number, "indentation",
                           "spaces instead of tabs")
        elif " " * 8 in indent or " \t" in indent:
            yield fail(source.path, number, "indentation",
                       "spaces instead of tabs")


def check_blanks(tree):
    for path in tree.select(*TEXT_ENDINGS):
        if path.startswith(DATA_FOLDERS):
            continue
        for number, line in enumerate(tree.read(path).split(b"\n"), 1):
            if line.endswith((b" ", b"\t")):
                yield fail(path, number, "trailing-blank",
                           "the line ends with a blank")


def check_gotos(sources):
    lines = sum(len(s.raw) for s in sources)
    gotos = sum(len(re.findall(r"\bgoto\b", line))
                for s in sources for line in s.code)
    allowed = max(GOTOS_PER_1000, GOTOS_PER_1000 * lines // 1000)
    if gotos > allowed:
        yield warn("gateway", 0, "goto",
                   f"{gotos} gotos in {lines} lines, more than {allowed}")


def check(tree):
    for path in tree.files:
        if not path.startswith(DATA_FOLDERS):
            yield from check_file_name(path)
    sources = list(tree.c_files(".c", ".h", ".def"))
    for source in sources:
        for rule in (check_words, check_typedefs, check_calls,
                     check_conditions, check_labels, check_columns):
            yield from rule(source)
    yield from check_gotos([s for s in sources if s.path.startswith(OWN_CODE)])
    yield from check_blanks(tree)
    wide = sum(len(line.expandtabs(8)) > LINE[0]
               for s in sources for line in s.raw)
    if wide:
        yield info("line-length", f"{wide} lines longer than {LINE[0]} columns")
