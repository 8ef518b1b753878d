"""smppsim as the SMSC: its events, and commands on its control socket.

	with Smppsim() as sim: ...      sim.port is where it listens
"""

import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile

from . import build, check, orphan
from .lines import Lines


def _word(text):
	"""One word of a command line of the control socket."""
	out = str(text).replace("\\", "\\\\").replace('"', '\\"')
	out = out.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
	return '"%s"' % out


class Smppsim:
	def __init__(self, *options, port=0, receipt_delay_ms=0):
		self.folder = tempfile.mkdtemp(prefix="iwf-sim-")
		self.control_path = os.path.join(self.folder, "control.sock")
		self.options = ["--port", str(port), "--control",
		                self.control_path, "--receipt-delay",
		                str(receipt_delay_ms), *map(str, options)]
		self.lines = None
		self.port = port
		self.pid = None
		self._child = None

	def __enter__(self):
		return self.start()

	def __exit__(self, kind, value, trace):
		self.stop()
		if kind is not None:
			print("--- last events of smppsim")
			for line in self.lines.all()[-10:]:
				print("    " + line[:240])
		shutil.rmtree(self.folder, ignore_errors=True)

	def start(self):
		self._child = subprocess.Popen(
			[build.find("SMPPSIM"), *self.options],
			stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
			stderr=subprocess.DEVNULL,
			preexec_fn=orphan.kill_with_parent)
		self.pid = self._child.pid
		self.lines = Lines(self._child.stdout,
		                   os.path.join(self.folder, "events"))
		self.port = self.wait("listening")["port"]
		return self

	def end(self, timeout=10):
		"""Waits until it ends by itself; the exit status."""
		status = self._child.wait(timeout)
		self._child = None
		self.lines.join()
		return status

	def summary(self):
		return self.events("summary")[-1]

	def stop(self):
		if self._child is None:
			return
		self._child.send_signal(signal.SIGTERM)
		try:
			self._child.wait(5)
		except subprocess.TimeoutExpired:
			self._child.kill()
			self._child.wait()
		self._child = None
		self.lines.join()

	# --- events ---

	def events(self, event=None, **fields):
		return [e for e in map(json.loads, self.lines.all())
		        if event in (None, e["event"]) and
		        all(e.get(k) == v for k, v in fields.items())]

	def wait_all(self, event, count, timeout=5, after=0, **fields):
		"""The first count events with these fields from line after on."""
		def match(line):
			got = json.loads(line)
			return got if got["event"] == event and all(
				got.get(k) == v for k, v in fields.items()) else None

		found = self.lines.wait(match, timeout, after, count)
		check.that(len(found) >= count, "smppsim: %d of %d %s %r in %.1f s"
		           % (len(found), count, event, fields, timeout))
		return found

	def wait(self, event, timeout=5, after=0, **fields):
		return self.wait_all(event, 1, timeout, after, **fields)[0]

	def wait_bound(self, timeout=5, after=0):
		return self.wait("bind", timeout, after, status=0)

	def submits(self):
		return self.events("submit")

	# --- commands ---

	def ask(self, line, timeout=5):
		"""The answer to one line on the control socket, ok or not."""
		with socket.socket(socket.AF_UNIX) as link:
			link.settimeout(timeout)
			link.connect(self.control_path)
			link.sendall(line.encode() + b"\n")
			got = b""
			while not got.endswith(b"\n"):
				more = link.recv(65536)
				check.that(more, "smppsim closed its control socket")
				got += more
		return json.loads(got)

	def command(self, *words):
		"""Quotes every word after the first; fails unless it is ok."""
		line = " ".join([words[0], *map(_word, words[1:])])
		answer = self.ask(line)
		check.that(answer.get("ok"), "smppsim %s: %s" %
		           (shlex.join(map(str, words)), answer))
		return answer

	def mo(self, source, destination, text=None, **options):
		"""options: data_coding, udh, hex, registered_delivery, ..."""
		words = ["mo", "--from", source, "--to", destination]
		if text is not None:
			words += ["--text", text]
		for key, value in options.items():
			words += ["--" + key.replace("_", "-"), value]
		return self.command(*words)

	def receipt(self, message_id, source, destination, stat, *more):
		return self.command("receipt", "--id", message_id, "--from", source,
		                    "--to", destination, "--stat", stat, *more)

	def fault(self, spec):
		return self.ask("fault " + spec)

	def stats(self):
		return self.command("stats")


class Esme:
	"""A run of smppsim as ESME, to its end: status, events and what it
	said to people."""

	def __init__(self, port, *options, timeout=20):
		run = subprocess.run(
			[build.find("SMPPSIM"), "esme", "--port", str(port),
			 *map(str, options)], stdin=subprocess.DEVNULL,
			capture_output=True, text=True, timeout=timeout,
			check=False, preexec_fn=orphan.kill_with_parent)
		self.status = run.returncode
		self.said = run.stderr
		self.all = [json.loads(line) for line in run.stdout.splitlines()]
		check.that(self.all and self.all[-1]["event"] == "summary",
		           "no summary: %s" % run.stderr)
		self.summary = self.all[-1]

	def events(self, event, **fields):
		return [e for e in self.all if e["event"] == event and
		        all(e.get(k) == v for k, v in fields.items())]


@contextlib.contextmanager
def bound(port, *options):
	"""An ESME that stays bound."""
	child = subprocess.Popen(
		[build.find("SMPPSIM"), "esme", "--port", str(port),
		 *map(str, options)], stdin=subprocess.DEVNULL,
		stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
		preexec_fn=orphan.kill_with_parent)
	try:
		yield child
	finally:
		child.terminate()
		child.wait()
