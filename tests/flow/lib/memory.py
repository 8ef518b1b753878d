"""How much memory a process has, and what the sanitizer may keep of it."""

import os
import re


def anonymous_kib(pid):
	"""What it has filled itself. Its share of libraries (PSS) grows when
	another process that has them ends."""
	with open("/proc/%d/smaps_rollup" % pid) as found:
		return int(re.search(r"^Anonymous:\s+(\d+) kB", found.read(),
		                     re.M)[1])


def keep_little_freed(daemon):
	"""The address sanitizer keeps 256 MiB of what was freed, which looks
	like growth; 4 MiB still show the use of freed memory."""
	options = [os.environ.get("ASAN_OPTIONS", ""), "quarantine_size_mb=4",
	           "thread_local_quarantine_size_kb=64",
	           "fast_unwind_on_malloc=1"]
	daemon.environment["ASAN_OPTIONS"] = ":".join(filter(None, options))
