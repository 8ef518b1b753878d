"""The parts of a run: each makes its scene, loads it, and returns a record."""

import json
import time

from . import build, usage
from .measure import SYNCS, measure
from .program import run_json
from .scene import Scene, take_indexes

SETTLE_SEC = 2
ONE_COUNT = 20000
ONE_COUNT_QUICK = 1000
SLOW_SYNC_MS = 5
STRACE_SEC = 3


def _finish(scene, record):
	"""What must hold at the end of every scene."""
	time.sleep(SETTLE_SEC)
	record["pss_drained_mib"] = usage.pss_mib(scene.iwfd.pid)
	record["ledger"] = scene.iwfd.audit()
	record["wrong"] = [text for load in record["loads"]
	                   for text in load["wrong"]]
	if record["ledger"]["imbalance"]:
		record["wrong"].append("ledger imbalance: %d" %
		                       record["ledger"]["imbalance"])
	if scene.iwfd.metrics().get("iwf_possible_duplicate_total"):
		record["wrong"].append("possible duplicates were sent")
	bad = scene.iwfd.bad_lines()
	if bad and not record.get("may_warn"):
		record["wrong"].append("log: %s (%d lines)" % (bad[0], len(bad)))
	return record


def _begin(scene):
	time.sleep(0.5)
	return {"differences": scene.iwfd.differences,
	        "pss_idle_mib": usage.pss_mib(scene.iwfd.pid), "loads": []}


def _load(record, kind, *arguments, **options):
	load = measure(*arguments, **options)
	load["kind"] = kind
	record["loads"].append(load)
	return load


def flow(options, name, **scene_options):
	"""The most, then half of it, then at the rate, so often as rounds say."""
	with Scene(options.folder, **scene_options) as scene:
		record = _begin(scene)
		for _ in range(options.rounds):
			most = _load(record, "most", scene, name, options.seconds,
			             window=options.window)
			half = min(most["per_s"].values()) / 2
			_load(record, "half", scene, name, options.seconds,
			      rate=round(half) or 1)
			_load(record, "rate", scene, name, options.seconds,
			      rate=options.rate)
		return _finish(scene, record)


def one(options):
	with Scene(options.folder) as scene:
		record = _begin(scene)
		for _ in range(options.rounds):
			most = _load(record, "most", scene, "submit",
			             options.seconds, window=options.window,
			             recipients=1, count=ONE_COUNT_QUICK if
			             options.quick else ONE_COUNT)
			_load(record, "half", scene, "submit", options.seconds,
			      rate=round(most["per_s"]["b"] / 2) or 1,
			      recipients=1)
		return _finish(scene, record)


def steady(options):
	"""Two equal times at the rate: the second must not add memory."""
	seconds = 2 if options.quick else 60
	with Scene(options.folder) as scene:
		record = _begin(scene)
		for kind in ("first minute", "second minute"):
			_load(record, kind, scene, "submit", seconds,
			      rate=options.rate)
		return _finish(scene, record)


def slow(options):
	"""A disk that needs 5 ms for each sync."""
	return flow(options, "submit", preload=build.find("slow_sync.so"),
	            environment={"SLOW_SYNC_MS": str(SLOW_SYNC_MS)})


def syncs(options):
	"""The kernel's count of syncs beside the store's count of commits."""
	with Scene(options.folder, wrapper=[
		"strace", "-f", "--seccomp-bpf", "-e", "trace=fsync,fdatasync",
		"-o", "/dev/stdout", "-c"]) as scene:
		record = _begin(scene)
		_load(record, "most", scene, "submit", STRACE_SEC,
		      window=options.window)
		return _finish(scene, record)


def seeder(kind, rows, ago_sec, told):
	def seed(folder):
		told.update(run_json("seed_store", folder, "sim", kind, rows,
		                     take_indexes(rows), ago_sec, seconds=1800))
	return seed
