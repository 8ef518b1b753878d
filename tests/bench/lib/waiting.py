"""Millions of rows: waiting behind a link that is down, or finished and about
to be purged."""

import json
import os
import time

from . import machine, parts, usage
from .program import run_json
from .scene import Scene, take_indexes

LINK = "sim"                # as etc/ names it
WAITING, WAITING_QUICK = 1000000, 20000
FINISHED, FINISHED_QUICK = 10000000, 100000
ROW_OCTETS = 700
DAY_AND_HOUR_SEC = 25 * 3600  # older than store.keep
LINK_SEC = 90               # the link's own wait doubles up to a minute
DRAIN_QUIET_SEC = 20
SETTLE_SEC = 5
SEED_SEC = 1800


class Seed:
	"""Called with the store's folder before iwfd opens it."""

	def __init__(self, kind, rows, ago_sec):
		self.kind = kind
		self.rows = rows
		self.ago_sec = ago_sec
		self.told = None

	def __call__(self, folder):
		machine.need_room(os.path.dirname(folder),
		                  self.rows * ROW_OCTETS)
		self.told = run_json("seed_store", folder, LINK, self.kind,
		                     self.rows, take_indexes(self.rows),
		                     self.ago_sec, seconds=SEED_SEC)


def _ask(scene, *words):
	text, took = scene.iwfd.control("--timeout", "300", "--json", *words)
	return json.loads(text), took


def _look(scene, record, seed):
	"""Rows there are, and how long an operator waits for each answer."""
	record["start_sec"] = scene.iwfd.started_in_sec
	record["seeded"] = seed.told
	_, record["status_sec"] = _ask(scene, "status")
	_, record["queue_sec"] = _ask(scene, "queue")
	audit, record["audit_sec"] = _ask(scene, "ledger", "--audit")
	record["rows"] = {"counted": audit["counted"],
	                  "purged": audit["purged"]}


def _tell(record, what):
	rows = record["rows"]
	return ("  %-10s %d rows %s, %d of them purged before the loads; READY "
	        "after %.2f s; iwfctl status %.2f s, queue %.2f s, ledger "
	        "--audit %.2f s" % (
		"", rows["counted"] + rows["purged"], what, rows["purged"],
		record["start_sec"], record["status_sec"], record["queue_sec"],
		record["audit_sec"]))


def _empty(scene, record, expected):
	"""The link comes up: everything leaves, once."""
	cpu = usage.cpu_total_us(scene.iwfd.pid)
	scene.connect()
	scene.iwfd.wait_link(LINK_SEC)
	with usage.Watch(scene.iwfd.pid) as watch:
		last, since = -1, time.monotonic()
		while last < expected and \
			time.monotonic() - since < DRAIN_QUIET_SEC:
			came = scene.smsc.ask("count")["submits"]
			if came != last:
				last, since = came, time.monotonic()
			time.sleep(0.2)
	report = scene.smsc.ask("report")["submits"]
	record["emptied"] = {
		"unique": report["unique"], "again": report["again"],
		"per_s": report["per_s"], "pss_most_mib": watch.most(),
		"cpu_us": (usage.cpu_total_us(scene.iwfd.pid) - cpu) / expected,
	}
	if report["unique"] < expected or report["again"]:
		record["wrong"] = ["of %d that waited %d came, %d again" % (
			expected, report["unique"], report["again"])]


def waiting(options):
	seed = Seed("waiting", WAITING_QUICK if options.quick else WAITING, 1)
	with Scene(options.folder, is_link_up=False, seed=seed) as scene:
		time.sleep(SETTLE_SEC)
		record = parts.begin(scene, may_warn=True)
		_look(scene, record, seed)
		parts.load(record, "most", scene, "intake", options.seconds,
		           window=options.window)
		parts.load(record, "rate", scene, "intake", options.seconds,
		           rate=options.rate)
		expected = seed.rows + sum(x["messages"]
		                           for x in record["loads"])
		_empty(scene, record, expected)
		parts.finish(scene, record)
	emptied = record["emptied"]
	record["notes"] = [_tell(record, "waited"),
		"  %-10s emptied at %.0f messages/s, %.1f us CPU each, PSS %.1f MiB"
		% ("", emptied["per_s"], emptied["cpu_us"],
		   emptied["pss_most_mib"])]
	return record


def purge(options):
	seed = Seed("finished", FINISHED_QUICK if options.quick else FINISHED,
	            DAY_AND_HOUR_SEC)
	with Scene(options.folder, seed=seed) as scene:
		record = parts.begin(scene)
		_look(scene, record, seed)
		for _ in range(options.rounds):
			parts.load(record, "most", scene, "submit",
			           options.seconds, window=options.window)
			parts.load(record, "rate", scene, "submit",
			           options.seconds, rate=options.rate)
		parts.finish(scene, record)
	record["notes"] = [_tell(record, "were finished"),
		"  %-10s purged while the loads ran: %s rows" % ("", ", ".join(
			"%d" % x["purged"] for x in record["loads"]))]
	return record
