"""No writable variable outlives a function except in a main.c: read from the
symbols of the objects in a build folder."""

import os
import re
import shutil
import subprocess

from source import fail

OUR_CODE = ("gateway/", "adapters/", "tests/tools/")
WRITABLE = re.compile(r"\.(data|bss|tdata|tbss|ldata|lbss|sdata|sbss)\b|"
                      r"\*COM\*|COMMON")
# Filled by the dynamic linker, read-only afterwards.
RELOCATED = re.compile(r"\.data\.rel\.ro\b")
# What compilers add: sanitizers, coverage, profiles.
ADDED = re.compile(r"\.|__+(asan|odr_asan|ubsan|tsan|gcov|llvm|sancov|san)|"
                   r"\.?L[A-Z]*\d+$|__prof|__unnamed_\d+$")

# What belongs to the process, whoever uses it, and why.
ALLOWED = {
    # libsmpp34 keeps its state in globals of its own; one lock guards them.
    ("adapters/smpp/wire/codec.c", "library_lock"),
    # bind() has no parameter that could carry it; one per thread.
    ("gateway/base/bind.c", "sharing"),
    # Nor have SQLite's system calls; one per thread.
    ("gateway/store/sqlite_writeback.c", "is_piecewise"),
    ("gateway/store/sqlite_writeback.c", "pending_len"),
    # Neither has su_time(); one clock for the process.
    ("gateway/base/steady.c", "start_us"),
}


def source_of(build, path, tree):
    """The file an object of CMake was made of, if it is one of the tree."""
    match = re.match(r"(?:(.*)/)?CMakeFiles/[^/]+\.dir/(.*)\.o(bj)?$",
                     os.path.relpath(path, build))
    if not match:
        return None
    folder, inner = match.group(1) or "", match.group(2)
    inner = re.sub(r"(^|/)__(?=/)", r"\1..", inner)
    found = os.path.normpath(os.path.join(folder, inner))
    return found if tree.has(found) and found.startswith(OUR_CODE) else None


def find_objects(build, tree):
    for folder, below, files in os.walk(build):
        # a build folder inside this one is another build
        below[:] = [b for b in below if not os.path.exists(
            os.path.join(folder, b, "CMakeCache.txt"))]
        for name in sorted(files):
            path = os.path.join(folder, name)
            source = source_of(build, path, tree) if name.endswith(".o") else None
            if source:
                yield path, source


def writable_symbols(path):
    found = subprocess.run(["nm", "-f", "sysv", path], capture_output=True,
                           text=True, check=True)
    for line in found.stdout.splitlines():
        columns = [c.strip() for c in line.split("|")]
        if len(columns) != 7:
            continue
        name, section = columns[0], columns[6]
        if WRITABLE.search(section) and not RELOCATED.match(section) and \
                columns[3] in ("OBJECT", "TLS") and not ADDED.match(name):
            yield name


def check(tree):
    if not shutil.which("nm"):
        yield fail(tree.build, 0, "globals", "there is no nm (binutils)")
        return
    objects = list(find_objects(tree.build, tree))
    if not objects:
        yield fail(tree.build, 0, "globals",
                   "no object of ours in this build folder")
    told = set()
    for path, source in objects:
        if os.path.basename(source) == "main.c":
            continue
        for name in writable_symbols(path):
            if (source, name) not in told | ALLOWED:
                told.add((source, name))
                yield fail(source, 0, "globals",
                           f"{name} is writable and outlives its function")
