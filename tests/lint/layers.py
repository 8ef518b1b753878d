"""Who may include whom: down only, the relay knows no protocol, an adapter
knows include/iwf only, the tools of the testers share nothing with us."""

import os
import re

from source import fail

LAYERS = (("base",), ("wire",), ("sip", "msrp", "http", "store"),
          ("relay", "registry"),
          ("cpm", "presence", "xdms", "mailbox", "charging", "admin"))
RANK = {folder: rank for rank, layer in enumerate(LAYERS) for folder in layer}
TOP = len(LAYERS)
FORBIDDEN = {"relay": {"wire", "sip", "msrp", "http"},
             "cpm": {"relay", "store"}}
PROTOCOL_LIBRARY = re.compile(
    r"(sofia-sip|libsmpp34|curl|libetpan)/|smpp34|microhttpd\.h")
DATABASE_LIBRARY = re.compile(r"sqlite3\.h|libpq-fe\.h")
# What a pure parser has no use for: sockets, loops, clocks, logs, settings.
IMPURE = re.compile(
    r"iwf/(loop|net|tls|log|metric|pool|adapter)\.h|base/(clock|conf|ring)\.h|"
    r"sys/(socket|time|epoll)\.h|netinet/|poll\.h|pthread\.h|sofia-sip/|unistd\.h")


def owner(path):
    """(part, folder): ("gateway", "relay"), ("adapters", "smpp"), ..."""
    parts = path.split("/")
    if parts[0] == "include":
        return "include", "iwf"
    if parts[:2] == ["tests", "tools"]:
        return "tools", "tools"
    return parts[0], parts[1] if len(parts) > 2 else ""


def check_gateway(folder, kind, name, exists):
    if kind == "system":
        yield from check_libraries(folder, name)
        if not name.startswith("iwf/") and exists("gateway/" + name):
            yield "include-form", f'write "{name}" in quotes'
        return
    there = name.split("/")[0] if "/" in name else ""
    if there == "" and not (folder == "" and exists("gateway/" + name)):
        yield "include-form", f'"{name}" has no folder; public is <iwf/...>'
        return
    if there not in RANK and there != "":
        yield "layers", f'"{name}" is in no layer of the gateway'
        return
    if there in FORBIDDEN.get(folder, ()):
        yield "layers", f"{folder} must not know {there} (\"{name}\")"
    elif there != folder and RANK.get(there, TOP) >= RANK.get(folder, TOP):
        yield "layers", f"{folder} is not above {there} (\"{name}\")"
    if name.endswith("_priv.h") and there != folder:
        yield "private-header", f'"{name}" belongs to {there} alone'
    if folder == "wire" and IMPURE.match(name):
        yield "pure-wire", f"a parser has no use for \"{name}\""


def check_libraries(folder, name):
    if folder in ("relay", "registry") and PROTOCOL_LIBRARY.match(name):
        yield "layers", f"{folder} knows no protocol (<{name}>)"
    if folder != "store" and DATABASE_LIBRARY.match(name):
        yield "layers", f"only store knows databases (<{name}>)"
    if folder == "wire" and IMPURE.match(name):
        yield "pure-wire", f"a parser has no use for <{name}>"


def check_adapter(folder, kind, name, exists):
    if kind == "system":
        if exists("gateway/" + name) or DATABASE_LIBRARY.match(name):
            yield "layers", f"an adapter must not know <{name}>"
        return
    there = name.split("/")[0] if "/" in name else folder
    own = exists(f"adapters/{folder}/{name}") or there == folder
    if not own and not there.startswith("lib-"):
        yield "layers", f'adapter {folder} sees <iwf/...> only, not "{name}"'


def check_include(_folder, kind, name, exists):
    if kind == "quoted":
        yield "include-form", f'include/iwf includes <iwf/...>, not "{name}"'
    elif exists("gateway/" + name):
        yield "layers", f"include/iwf is below the gateway (<{name}>)"


def check_tools(_folder, _kind, name, exists):
    if name.startswith("iwf/") or "gateway/" in name or "adapters/" in name or \
            exists("gateway/" + name) or exists("adapters/" + name):
        yield "layers", f"a test tool shares nothing with the gateway ({name})"


PARTS = {"gateway": check_gateway, "adapters": check_adapter,
         "include": check_include, "tools": check_tools}


def check_private(source, exists):
    """Tests, too, keep out of private headers, except unit tests: they stand
    beside what they test, and play the parts around it."""
    if source.path.startswith("tests/unit/"):
        return
    for line, _kind, name in source.includes():
        if name.endswith("_priv.h") and not exists(os.path.join(
                os.path.dirname(source.path), os.path.basename(name))):
            yield fail(source.path, line, "private-header",
                       f"{name} belongs to its own folder alone")


def check(tree):
    exists = tree.has
    for source in tree.c_files(".c", ".h", ".def"):
        part, folder = owner(source.path)
        if part in ("adapters", "tests"):
            yield from check_private(source, exists)
        if part not in PARTS:
            continue
        if part == "gateway" and folder and folder not in RANK:
            yield fail(source.path, 1, "layers",
                       f"gateway/{folder} has no layer")
            continue
        for line, kind, name in source.includes():
            if ".." in name.split("/") and part != "tools":
                yield fail(source.path, line, "include-form", f"{name} climbs")
                continue
            for rule, text in PARTS[part](folder, kind, name, exists):
                yield fail(source.path, line, rule, text)
