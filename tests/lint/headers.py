"""Every header has #pragma once and compiles alone."""

import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from source import fail

LIBRARIES = ("sofia-sip-ua", "libsmpp34", "libmicrohttpd", "libconfig",
             "openssl", "sqlite3", "jansson", "libpcre2-8", "libsystemd",
             "libxml-2.0", "libcurl", "libpq", "libetpan", "libutf8proc",
             "cmocka")
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-DPCRE2_CODE_UNIT_WIDTH=8", "-Wall",
         "-Wextra", "-Werror", "-Wstrict-prototypes", "-x", "c",
         "-fsyntax-only"]


def library_flags():
    """Of those installed; a header that needs another one fails anyway."""
    flags = []
    for library in LIBRARIES:
        found = subprocess.run(["pkg-config", "--cflags", library],
                               capture_output=True, text=True, check=False)
        if found.returncode == 0:
            flags += found.stdout.split()
    return sorted(set(flags))


def folders_for(path):
    """Where a header of this place may look."""
    if path.startswith("include/"):
        return ["include"]
    if path.startswith("adapters/"):
        return ["include", "adapters", "/".join(path.split("/")[:2])]
    if path.startswith("tests/tools/"):
        return ["tests/tools", "/".join(path.split("/")[:3])]
    if path.startswith("tests/"):
        return ["include", "gateway", "adapters", "tests", "tests/support"]
    return ["include", "gateway"]


def compile_alone(compiler, root, path, flags):
    folders = [os.path.dirname(path)] + folders_for(path)
    command = [compiler] + FLAGS + flags + ["-I" + f for f in folders] + ["-"]
    return subprocess.run(command, cwd=root, text=True, check=False,
                          input=f'#include "{os.path.abspath(root)}/{path}"\n',
                          capture_output=True, timeout=60)


def first_error(text, root):
    for line in text.splitlines():
        if "error" in line:
            return re.sub(r"^.*?error: ", "", line.replace(root + "/", ""))
    return text.strip().splitlines()[-1] if text.strip() else "does not compile"


def check(tree):
    headers = tree.select(".h")
    if not headers:
        return
    for path in headers:
        if not re.search(r"^#pragma once$", "\n".join(tree.c_file(path).code),
                         re.M):
            yield fail(path, 1, "pragma-once", "the header lacks #pragma once")
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if not compiler:
        yield fail(headers[0], 0, "compiles-alone", "there is no C compiler")
        return
    flags = library_flags()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(
            lambda p: compile_alone(compiler, tree.root, p, flags), headers)
        for path, result in zip(headers, results):
            if result.returncode:
                yield fail(path, 1, "compiles-alone",
                           first_error(result.stderr, tree.root))
