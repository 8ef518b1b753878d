"""The gateway and another program by turns, under the same generator and
between the same sinks. The program is started as `PROGRAM -S [-I]` (-I: without
notifications) in a folder of its own, receives SIP on 127.0.0.1:5060, binds to
the SMSC on port 2785 and sends notifications to port 5070."""

import os
import signal
import statistics
import subprocess
import tempfile
import time

from flow.lib import orphan

from . import iwfd as iwfd_module, usage
from .measure import measure
from .program import Program
from .scene import Scene

SMSC_PORT = 2785
START_SEC = 30
STOP_SEC = 10
TURNS = 3
FLOWS = ("submit", "full")


class Other:
	"""Answers to pid, as Iwfd does, so that measure() takes it for one."""

	def __init__(self, program, arguments, folder):
		os.makedirs(os.path.join(folder, "pl"))
		self._child = subprocess.Popen(
			[program, *arguments], cwd=folder,
			stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
			stderr=subprocess.DEVNULL,
			preexec_fn=orphan.kill_with_parent)
		self.pid = self._child.pid

	def wait_answer(self):
		"""Until it takes a message."""
		deadline = time.monotonic() + START_SEC
		while time.monotonic() < deadline:
			if self._child.poll() is not None:
				raise OSError("the program ended at once")
			if _is_bound():
				return
			time.sleep(0.1)
		raise OSError("the program does not start in %d s" % START_SEC)

	def metrics(self):
		return {}

	def stop(self):
		os.kill(self.pid, signal.SIGINT)
		try:
			self._child.wait(STOP_SEC)
		except subprocess.TimeoutExpired:
			self._child.kill()
			self._child.wait()


def _is_bound():
	"""Whether somebody receives datagrams on the port of SIP."""
	want = ":%04X" % iwfd_module.SIP_PORT
	with open("/proc/net/udp") as lines:
		return any(line.split()[1].endswith(want) for line in lines
		           if line.split()[0] != "sl")


class OtherScene:
	"""As Scene."""

	def __init__(self, program, arguments, folder):
		self._command = program, arguments
		self._folder = tempfile.TemporaryDirectory(prefix="iwf-bench-",
		                                           dir=folder)
		self.smsc = self.core = self.iwfd = None

	def __enter__(self):
		self.core = Program("sink_sip", iwfd_module.NEXT_HOP_PORT)
		self.smsc = Program("sink_smsc", SMSC_PORT)
		self.iwfd = Other(*self._command, self._folder.name)
		self.iwfd.wait_answer()
		return self

	def __exit__(self, *what):
		for part in (self.iwfd, self.smsc, self.core):
			if part:
				part.stop()
		self._folder.cleanup()


def _turn(options, name, scene):
	with scene:
		measure(scene, name, 1, window=options.window)
		return measure(scene, name, options.seconds, window=options.window)


def _compare(options, name):
	arguments = ["-S"] if name == "full" else ["-S", "-I"]
	turns = []
	for _ in range(max(options.rounds, 1 if options.quick else TURNS)):
		turns.append({
			"ours": _turn(options, name, Scene(options.folder)),
			"other": _turn(options, name, OtherScene(
				options.ceiling, arguments, options.folder)),
		})
	return turns


def _ratio(turns, figure):
	return statistics.median(figure(turn["ours"]) / figure(turn["other"])
	                         for turn in turns)


def _last_rate(load):
	return list(load["per_s"].values())[-1]


def _note(name, turns):
	def median(who, figure):
		return statistics.median(figure(turn[who]) for turn in turns)

	def cpu(load):
		return load["cpu_us_sum"]
	return ("  %-8s ours %.0f messages/s %.1f us, the other %.0f messages/s "
	        "%.1f us; median of %d ratios: %.2f of its rate, %.2f of its CPU"
	        % (name, median("ours", _last_rate), median("ours", cpu),
	           median("other", _last_rate), median("other", cpu), len(turns),
	           _ratio(turns, _last_rate), _ratio(turns, cpu)))


def compare(options):
	record = {"turns": {name: _compare(options, name) for name in FLOWS}}
	record["notes"] = ["", "By turns with " +
	                   os.path.basename(options.ceiling)] + [
		_note(name, turns) for name, turns in record["turns"].items()]
	record["wrong"] = [text for turns in record["turns"].values()
	                   for turn in turns for text in turn["ours"]["wrong"]]
	return record
