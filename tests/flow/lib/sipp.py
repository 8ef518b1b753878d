"""sipp with a scenario of the folder sipp/."""

import os
import subprocess
import tempfile

from . import check, orphan, port

_folder = os.path.join(os.path.dirname(os.path.dirname(
	os.path.abspath(__file__))), "sipp")


class Sipp:
	"""Runs calls of a scenario and ends by itself, at the latest after
	timeout seconds. remote_port: whom a sender talks to."""

	def __init__(self, scenario, calls, remote_port=None, local_port=None,
	             transport="u1", timeout=20, rate=200):
		self.port = local_port or port.take()
		self.timeout = timeout
		self._folder = tempfile.TemporaryDirectory(prefix="iwf-sipp-")
		self._errors = os.path.join(self._folder.name, "errors")
		self._arguments = [
			"sipp", "-sf", os.path.join(_folder, scenario + ".xml"),
			"-m", str(calls), "-l", "50", "-r", str(rate),
			"-i", "127.0.0.1", "-p", str(self.port), "-t", transport,
			"-timeout", str(timeout), "-timeout_error", "-nostdin",
			"-trace_err", "-error_file", self._errors]
		if remote_port:
			self._arguments.append("127.0.0.1:%d" % remote_port)
		self._child = None

	def start(self):
		self._child = subprocess.Popen(
			self._arguments, cwd=self._folder.name,
			stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			preexec_fn=orphan.kill_with_parent)
		return self

	def __enter__(self):
		return self.start()

	def __exit__(self, *unused):
		if self._child and self._child.poll() is None:
			self._child.kill()
			self._child.communicate()
		self._folder.cleanup()

	def wait(self):
		"""Until it has ended; fails unless every call was right."""
		screen, _ = self._child.communicate(timeout=self.timeout + 10)
		errors = ""
		if os.path.exists(self._errors):
			with open(self._errors, errors="replace") as text:
				errors = text.read()[:2000]
		check.that(self._child.returncode == 0, "sipp ended with %d\n%s\n%s"
		           % (self._child.returncode,
		              screen.decode(errors="replace")[-1500:], errors))
