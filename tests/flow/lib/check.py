"""Comparing, telling what failed, and running the functions of a test."""

import os
import sys
import time
import traceback


class Failed(Exception):
	"""What was expected did not come true."""


def that(is_true, what):
	if not is_true:
		raise Failed(what)


def equal(got, want, what):
	if got != want:
		raise Failed("%s: got %r, want %r" % (what, got, want))


def holds(part, whole, what):
	if part not in whole:
		raise Failed("%s: %r is not in %r" % (what, part, whole))


def _run(function):
	began = time.monotonic()
	try:
		function()
	except Failed as failed:
		print("FAILED %s: %s" % (function.__name__, failed))
		is_ok = False
	except Exception:
		print("FAILED %s:" % function.__name__)
		traceback.print_exc(file=sys.stdout)
		is_ok = False
	else:
		print("ok %s %.1f s" % (function.__name__, time.monotonic() - began))
		is_ok = True
	sys.stdout.flush()
	return is_ok


def run(*functions):
	"""Runs them all and ends the process: 0 all true, 1 some not. Arguments
	of the command line are names of the only functions to run."""
	only = sys.argv[1:]
	unknown = set(only) - {f.__name__ for f in functions}
	if unknown:
		print("no such test: %s" % ", ".join(sorted(unknown)))
		os._exit(2)
	count = failed = 0
	for function in functions:
		if not only or function.__name__ in only:
			count += 1
			failed += not _run(function)
	print("%d of %d failed" % (failed, count))
	sys.stdout.flush()
	os._exit(1 if failed or not count else 0)
