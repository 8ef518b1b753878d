"""The parts of a run: each makes its scene, loads it, and returns a record."""

import tempfile
import time

from . import build, usage
from .measure import SYNCS, measure
from .scene import Scene

SETTLE_SEC = 2
BEGIN_SEC = 0.5
ONE_COUNT, ONE_COUNT_QUICK = 20000, 1000
STEADY_SEC, STEADY_SEC_QUICK = 60, 2
SLOW_SYNC_MS = 5
STRACE_SEC = 3


def begin(scene, may_warn=False):
	time.sleep(BEGIN_SEC)
	return {"may_warn": may_warn, "differences": scene.iwfd.differences,
	        "pss_idle_mib": usage.pss_mib(scene.iwfd.pid), "loads": []}


def load(record, kind, *arguments, **options):
	made = measure(*arguments, **options)
	made["kind"] = kind
	record["loads"].append(made)
	return made


def finish(scene, record):
	"""What must hold at the end of every scene."""
	time.sleep(SETTLE_SEC)
	record["pss_drained_mib"] = usage.pss_mib(scene.iwfd.pid)
	record["ledger"] = scene.iwfd.audit()
	wrong = record.setdefault("wrong", [])
	wrong += [text for one_load in record["loads"]
	          for text in one_load["wrong"]]
	if record["ledger"]["imbalance"]:
		wrong.append("ledger imbalance: %d" %
		             record["ledger"]["imbalance"])
	if scene.iwfd.metrics().get("iwf_possible_duplicate_total"):
		wrong.append("possible duplicates were sent")
	bad = scene.iwfd.bad_lines()
	if bad and not record["may_warn"]:
		wrong.append("log: %s (%d lines)" % (bad[0], len(bad)))
	return record


def flow(options, name, **scene_options):
	"""The most, then half of it, then at the rate, so often as rounds say."""
	with Scene(options.folder, **scene_options) as scene:
		record = begin(scene)
		for _ in range(options.rounds):
			most = load(record, "most", scene, name, options.seconds,
			            window=options.window)
			half = min(most["per_s"].values()) / 2
			load(record, "half", scene, name, options.seconds,
			     rate=round(half) or 1)
			load(record, "rate", scene, name, options.seconds,
			     rate=options.rate)
		return finish(scene, record)


def one(options):
	"""One recipient: as many as its turn-by-turn lets through in the time."""
	count = ONE_COUNT_QUICK if options.quick else ONE_COUNT
	with Scene(options.folder) as scene:
		record = begin(scene)
		for _ in range(options.rounds):
			most = load(record, "most", scene, "submit",
			            options.seconds, window=options.window,
			            recipients=1, count=count)
			load(record, "half", scene, "submit", options.seconds,
			     rate=round(most["per_s"]["b"] / 2) or 1,
			     recipients=1)
		return finish(scene, record)


def steady(options):
	"""Two equal times at the rate: the second must not add memory."""
	seconds = STEADY_SEC_QUICK if options.quick else STEADY_SEC
	with Scene(options.folder) as scene:
		record = begin(scene)
		for kind in ("first time", "second time"):
			load(record, kind, scene, "submit", seconds,
			     rate=options.rate)
		finish(scene, record)
	record["notes"] = ["  %-10s after the first %d s %.1f, after the second "
	                   "%.1f" % ("steady", seconds,
		*(x["pss_end_mib"] for x in record["loads"]))]
	return record


def slow(options):
	"""A disk that needs 5 ms for each sync."""
	return flow(options, "submit", preload=build.find("slow_sync.so"),
	            environment={"SLOW_SYNC_MS": str(SLOW_SYNC_MS)})


def _kernel_counts(lines):
	"""Of strace -c: share, seconds, usecs/call, calls, [errors,] name."""
	rows = [line.split() for line in lines]
	return {row[-1]: int(row[3]) for row in rows
	        if row and row[-1] in ("fsync", "fdatasync")}


def syncs(options):
	"""The kernel's count of syncs beside the store's count of commits."""
	with tempfile.NamedTemporaryFile("r") as told:
		with Scene(options.folder, wrapper=[
			"strace", "-f", "-c", "--seccomp-bpf", "-o", told.name,
			"-e", "trace=fsync,fdatasync"]) as scene:
			record = begin(scene)
			load(record, "traced", scene, "submit", STRACE_SEC,
			     window=options.window)
			finish(scene, record)
			record["commits"] = scene.iwfd.metrics()[SYNCS]
		record["kernel"] = _kernel_counts(told)
	record["notes"] = ["  %-10s the store tells %d commits, the kernel "
	                   "counted %s" % ("syncs", record["commits"], ", ".join(
		"%d %s" % (count, name) for name, count in
		record["kernel"].items()))]
	return record
