"""A program of the bench beside the runner: takes orders as lines, answers
with JSON, and ends when its input does."""

import json
import select
import subprocess

from flow.lib import orphan

from . import build

START_SEC = 5
ANSWER_SEC = 30
STOP_SEC = 5


class Program:
	"""Ready when made. with ... as program: ended at the end."""

	def __init__(self, name, *arguments):
		self.name = name
		self._child = subprocess.Popen(
			[build.find(name), *[str(a) for a in arguments]],
			stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
			preexec_fn=orphan.kill_with_parent)
		self.pid = self._child.pid
		if self._line(START_SEC) != "ready":
			raise OSError(name + " does not start")

	def __enter__(self):
		return self

	def __exit__(self, *what):
		self.stop()

	def stop(self):
		self._child.stdin.close()
		try:
			self._child.wait(STOP_SEC)
		except subprocess.TimeoutExpired:
			self._child.kill()
			self._child.wait()

	def _line(self, seconds):
		ready, _, _ = select.select([self._child.stdout], [], [], seconds)
		line = self._child.stdout.readline() if ready else ""
		if not line:
			raise OSError("%s: no answer in %d s" %
			              (self.name, seconds))
		return line.strip()

	def order(self, *words):
		self._child.stdin.write(" ".join(str(w) for w in words) + "\n")
		self._child.stdin.flush()

	def ask(self, *words):
		self.order(*words)
		return json.loads(self._line(ANSWER_SEC))


def run(name, *arguments, seconds):
	"""One that ends by itself; what it printed."""
	done = subprocess.run([build.find(name), *[str(a) for a in arguments]],
	                      capture_output=True, text=True, timeout=seconds,
	                      preexec_fn=orphan.kill_with_parent, check=False)
	if done.returncode:
		raise OSError("%s: %s" % (name, done.stderr.strip() or
		                          done.returncode))
	return done.stdout


def run_json(name, *arguments, seconds):
	return json.loads(run(name, *arguments, seconds=seconds))
