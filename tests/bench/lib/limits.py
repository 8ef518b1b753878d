"""What the machine does without the gateway, in the same run."""

import re
import tempfile

from . import iwfd as iwfd_module, usage
from .program import Program, run, run_json

STORE_MESSAGES = 100000
QUICK_MESSAGES = 20000


def responder(options):
	"""Sofia takes MESSAGE and answers 202, and nothing else."""
	with Program("limit_nta", iwfd_module.SIP_PORT) as nta:
		before = usage.cpu_total_us(nta.pid)
		load = run_json("load_sip", "-s", options.seconds, "-w",
		                options.window, seconds=options.seconds + 60)
		used = usage.cpu_total_us(nta.pid) - before
	return {"per_s": load["per_s"], "p99_us": load["p99_us"],
	        "cpu_us": used / max(load["accepted"], 1)}


def verbs(options):
	"""The store alone: put, sent, joined, delivered with its report."""
	with tempfile.TemporaryDirectory(prefix="iwf-bench-",
	                                 dir=options.folder) as folder:
		text = run("bench_store", QUICK_MESSAGES if options.quick else
		           STORE_MESSAGES, 256, folder, seconds=300)
	found = re.search(r"([\d.]+) messages/s, ([\d.]+) changes/s, "
	                  r"([\d.]+) us CPU", text)
	return {"per_s": float(found[1]), "changes_per_s": float(found[2]),
	        "cpu_us": float(found[3])}


def disk(options):
	return run_json("limit_sync", options.folder, options.seconds,
	                seconds=options.seconds + 60)


def measure(options):
	return {"responder": responder(options), "store": verbs(options),
	        "disk": disk(options)}
