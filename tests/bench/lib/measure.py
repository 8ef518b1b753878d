"""One load through the gateway: what came out, what it cost, what is missing."""

import time

from . import iwfd as iwfd_module, usage
from .program import run_json
from .scene import take_indexes

QUIET_SEC = 20      # without progress while messages are missing
SETTLE_SEC = 0.3    # for what comes twice
RECEIPT_WINDOW = 64
PACED_WINDOW = 500   # below what a bind of ours takes (deliver_max)
PER_S_MAX = 100000
LOAD_EXTRA_SEC = 60

SYNCS = "iwf_store_commits_total"
PURGED = "iwf_store_purged_total"


class Flow:
	"""rows: {letter: (whose report, which of its members)}."""

	def __init__(self, rows, receipts=0, is_from_smsc=False):
		self.rows = rows
		self.receipts = receipts
		self.is_from_smsc = is_from_smsc


FLOWS = {
	"intake": Flow({"a": ("load", None)}),
	"submit": Flow({"a": ("load", None), "b": ("smsc", "submits")}),
	"full": Flow({"c": ("core", "messages")}, receipts=RECEIPT_WINDOW),
	"deliver": Flow({"d": ("core", "messages"), "d resp": ("smsc", "pushes")},
	                is_from_smsc=True),
}


def _load(flow, seconds, window, rate, recipients, count):
	limit = int(count or seconds * (rate or PER_S_MAX) + 1)
	arguments = ["-p", iwfd_module.SIP_PORT, "-s", seconds, "-R", recipients,
	             "-n", limit, "-f", take_indexes(limit)]
	arguments += ["-r", rate] if rate else ["-w", window]
	if flow.receipts:
		arguments.append("-i")
	return run_json("load_sip", *arguments, seconds=seconds + LOAD_EXTRA_SEC)


def _push(scene, seconds, window, rate, recipients, count):
	limit = int(count or seconds * (rate or PER_S_MAX) + 1)
	began = time.monotonic()
	scene.smsc.order("push", limit, rate or 0, PACED_WINDOW if rate else window,
	                 recipients, take_indexes(limit))
	while time.monotonic() - began < seconds and (
		not count or scene.smsc.ask("count")["pushes"] < count):
		time.sleep(0.05)
	scene.smsc.order("halt")


def _ends(scene):
	return {name: program for name, program in (
		("smsc", scene.smsc), ("core", scene.core)) if program}


def _came(scene, flow):
	"""Fewest of what every end has seen; None: no end sees any."""
	counts = {name: program.ask("count")
	          for name, program in _ends(scene).items()}
	return min((counts[who][member] for who, member in flow.rows.values()
	            if member), default=None)


def _drain(scene, flow, expected):
	last, since = -1, time.monotonic()
	while last is not None and last < expected and time.monotonic() - since < QUIET_SEC:
		came = _came(scene, flow)
		if came != last:
			last, since = came, time.monotonic()
		time.sleep(0.02)
	time.sleep(SETTLE_SEC)


def wrong_of(flow, reports, expected):
	"""Sentences about what must not be."""
	wrong = []
	for who, member in flow.rows.values():
		seen = reports[who][member] if member else None
		if not seen:
			continue
		if seen["unique"] < expected:
			wrong.append("lost: %d of %d at %s" % (
				expected - seen["unique"], expected, who))
		if seen["again"]:
			wrong.append("dup: %d at %s" % (seen["again"], who))
		if seen["unmarked"]:
			wrong.append("not known: %d at %s" % (seen["unmarked"],
			                                      who))
	load, smsc = reports["load"], reports.get("smsc", {})
	for report, name in ((load, "unanswered"), (smsc, "receipts_refused"),
	                     (smsc, "unreadable")):
		if report.get(name):
			wrong.append("%s: %d" % (name, report[name]))
	if flow.receipts and smsc["receipts"]["unique"] < expected:
		wrong.append("receipts acknowledged: %d of %d" % (
			smsc["receipts"]["unique"], expected))
	return wrong


def _run_load(scene, flow, *how):
	"""What the generator tells, and how many must come."""
	if not flow.is_from_smsc:
		load = _load(flow, *how)
		return load, load["accepted"]
	_push(scene, *how)
	return {}, 0


def _expected_pushes(report):
	return report["pushed"] - report["pushes_refused"]


def _grown(before, after, metric):
	return after.get(metric, 0) - before.get(metric, 0)


def measure(scene, name, seconds, window=64, rate=None, recipients=10000,
            count=None):
	"""A record; record["wrong"] is empty when all is well."""
	flow = FLOWS[name]
	pid = scene.iwfd.pid
	if scene.smsc:
		scene.smsc.order("receipts", flow.receipts)
	cpu, metrics = usage.cpu_us(pid), scene.iwfd.metrics()
	with usage.Watch(pid) as watch:
		load, expected = _run_load(scene, flow, seconds, window, rate,
		                           recipients, count)
		left = _came(scene, flow)
		if flow.is_from_smsc:
			expected = scene.smsc.ask("count")["pushed"]
		_drain(scene, flow, expected)
	reports = {who: end.ask("report") for who, end in _ends(scene).items()}
	reports["load"] = load
	if flow.is_from_smsc:
		expected = _expected_pushes(reports["smsc"])
	used, now = usage.cpu_us(pid) - cpu, scene.iwfd.metrics()
	seen = {letter: reports[who][member] if member else load
	        for letter, (who, member) in flow.rows.items()}
	messages = max(expected, 1)
	return {
		"messages": expected,
		"seconds": seconds,
		"rate": rate,
		"backlog": 0 if left is None else expected - left,
		"per_s": {k: v["per_s"] for k, v in seen.items()},
		"times_us": {k: {q: v[q + "_us"] for q in ("p50", "p99", "max")}
		             for k, v in seen.items()},
		"cpu_us": {k: v / messages for k, v in sorted(used.items())},
		"cpu_us_sum": sum(used.values()) / messages,
		"syncs": _grown(metrics, now, SYNCS) / messages,
		"purged": _grown(metrics, now, PURGED),
		"pss_most_mib": watch.most(),
		"pss_end_mib": usage.pss_mib(pid),
		"sent_again": load.get("sent_again", 0),
		"refused": load.get("refused", 0) +
		reports.get("smsc", {}).get("pushes_refused", 0),
		"wrong": wrong_of(flow, reports, expected),
	}
