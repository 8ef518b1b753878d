"""packaging/dependencies is the one list: every build package in it is in
debian/control, and the other way round."""

import re

from source import fail

TABLE, CONTROL = "packaging/dependencies", "packaging/debian/control"
KINDS = ("build", "run", "test")
# Of the packaging itself, or present in every Debian build.
OF_DEBIAN = {"debhelper-compat"}
ESSENTIAL = {"gcc", "libc6-dev", "make"}
# debian/rules takes the default generator.
CHOICES = {"ninja-build"}


def read_table(tree):
    for number, line in enumerate(tree.read(TABLE).decode().splitlines(), 1):
        words = line.split("#")[0].split()
        if words:
            yield number, words


def control_needs(tree):
    text = tree.read(CONTROL).decode()
    field = re.search(r"^Build-Depends:((?:[^\n]*\n[ \t])*[^\n]*)", text, re.M)
    wanted = {}
    for item in field.group(1).split(",") if field else ():
        match = re.match(r"\s*([\w.+-]+)\s*(?:\((?:>=|=)\s*([^)]+)\))?", item)
        if match:
            wanted[match.group(1)] = match.group(2)
    return wanted


def check(tree):
    if not tree.has(TABLE):
        return
    table, seen = {}, set()
    for number, words in read_table(tree):
        if len(words) < 4 or words[0] not in KINDS:
            yield fail(TABLE, number, "dependencies",
                       "want: build|run|test debian-name fedora-name what-for")
            continue
        name, _, version = words[1].partition(">=")
        if (words[0], name) in seen:
            yield fail(TABLE, number, "dependencies", f"{name} is here twice")
        seen.add((words[0], name))
        if words[0] == "build":
            table[name] = (number, version or None)
    if not tree.has(CONTROL):
        return
    control = control_needs(tree)
    for name, (number, version) in table.items():
        if name not in control and name not in ESSENTIAL | CHOICES:
            yield fail(TABLE, number, "dependencies",
                       f"{name} is not in {CONTROL}")
        elif control.get(name) != version and name in control:
            yield fail(TABLE, number, "dependencies",
                       f"{name}: another version in {CONTROL}")
    known = {name for _, name in seen}
    for name in sorted(set(control) - known - OF_DEBIAN):
        yield fail(CONTROL, 0, "dependencies", f"{name} is not in {TABLE}")
