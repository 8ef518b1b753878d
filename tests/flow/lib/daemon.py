"""One iwfd with a configuration, a folder and ports of its own.

	with Daemon(smpp_port=sim.port) as iwfd:
		...
Leaving the block stops it, and fails the test if it did not end with status 0
or wrote a warning or an error that nobody allowed().
"""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import build, check, conf, orphan, port
from .lines import Lines

_line = re.compile(r"^(?P<time>\S+Z) (?P<level>error|warning|info|debug) "
                   r"(?P<event>\S+) ?(?P<fields>.*)$")
_field = re.compile(r'([\w.-]+)=("(?:[^"\\]|\\.)*"|\S*)')

START_SEC = 10
STOP_SEC = 15


def parse_line(line):
	"""{"level", "event", field: text, ...} of a log line; None: not one."""
	match = _line.match(line)
	if not match:
		return None
	fields = {k: v[1:-1] if v.startswith('"') else v
	          for k, v in _field.findall(match["fields"])}
	fields.update(level=match["level"], event=match["event"], line=line)
	return fields


class Daemon:
	"""Attributes: folder (temporary), sip_port, next_hop_port (nobody
	listens there until the test does), admin_socket, pid."""

	def __init__(self, smpp_port=None, over=None, folder=None,
	             sip_port=None, next_hop_port=None):
		"""over: groups laid over the standard configuration, see conf().
		folder: one that is kept, for a second life on the same store."""
		self.is_own_folder = folder is None
		self.folder = folder or tempfile.mkdtemp(prefix="iwf-flow-")
		self.sip_port = sip_port or port.take()
		self.next_hop_port = next_hop_port or port.take()
		self.smpp_port = smpp_port or port.take()
		self.admin_socket = os.path.join(self.folder, "admin.sock")
		self.conf_path = os.path.join(self.folder, "iwf.conf")
		self.log_path = os.path.join(self.folder, "iwfd.log")
		self.groups = conf.merge(self._standard(), over or {})
		self.wrapper = []
		self.environment = {}
		self.lines = None
		self.pid = None
		self._child = None
		# How fast the disk of the machine is, is no fault of iwfd.
		self._allowed = ("commit-slow",)
		self.write_conf()

	def _standard(self):
		return {
			"log": {"level": "info", "full_addresses": True},
			"store": {"path": os.path.join(self.folder, "store")},
			"sip": {
				"listen": [{"uri": "sip:127.0.0.1:%d" % self.sip_port,
				            "role": "capability-center"}],
				"domain": "ims.example",
				"next_hop": {"uri": "sip:127.0.0.1:%d" %
				             self.next_hop_port},
			},
			"admin": {"socket": self.admin_socket, "port": 0},
			"modules": {"dir": build.find("IWF_MODULES")},
			"smpp": {"links": [{
				"name": "sim", "host": "127.0.0.1",
				"port": self.smpp_port, "system_id": "demo",
				"password": "secret", "reconnect_min": "50ms",
				"reconnect_max": "200ms",
			}]},
			"routes": [{"from_link": "sim", "via": ["cpm"]},
			           {"match": "+*", "via": ["sim"]}],
		}

	def __enter__(self):
		try:
			return self.start()
		except BaseException:
			self._end(True)
			raise

	def __exit__(self, kind, value, trace):
		try:
			if kind is None:
				self.stop()
		finally:
			self._end(kind is not None)

	def _end(self, is_failed):
		self.kill()
		if is_failed:
			print("--- last lines of %s" % self.log_path)
			for line in (self.lines.all() if self.lines else [])[-25:]:
				print("    " + line)
		if self.is_own_folder and not os.environ.get("IWF_KEEP"):
			shutil.rmtree(self.folder, ignore_errors=True)

	def write_conf(self):
		with open(self.conf_path, "w") as out:
			out.write(conf.format_conf(self.groups))

	def allow(self, *events):
		"""These events may be warnings or errors in this test; an entry
		may also be text that only has to be somewhere in the line."""
		self._allowed += events
		return self

	# --- life ---

	def start(self):
		"""Returns when the daemon says that it is ready."""
		path = os.path.join(self.folder, "notify.sock")
		if os.path.exists(path):
			os.unlink(path)
		with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
			notify.bind(path)
			self._spawn(path)
			self._wait_ready(notify)
		return self

	def _spawn(self, notify_path):
		environment = dict(os.environ, NOTIFY_SOCKET=notify_path,
		                   **self.environment)
		self._child = subprocess.Popen(
			self.wrapper + [build.find("IWFD"), "-c", self.conf_path],
			stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT, env=environment,
			preexec_fn=orphan.kill_with_parent)
		self.pid = self._child.pid
		self.lines = Lines(self._child.stdout, self.log_path)

	def _wait_ready(self, notify):
		life = os.pidfd_open(self.pid)
		deadline = time.monotonic() + START_SEC
		try:
			while True:
				left = deadline - time.monotonic()
				ready, _, _ = select.select([notify, life], [], [],
				                            max(left, 0))
				check.that(ready, "iwfd is not ready after %d s"
				           % START_SEC)
				if notify in ready:
					if b"READY=1" in notify.recv(4096):
						return
				elif life in ready:
					self.lines.join()
					raise check.Failed("iwfd ended at once: %s" %
						"; ".join(self.lines.all()[-5:]))
		finally:
			os.close(life)

	def is_alive(self):
		return self._child is not None and self._child.poll() is None

	def stop(self):
		"""SIGTERM; fails unless it ends well and wrote nothing bad."""
		if self._child is None:
			return
		check.that(self.is_alive(), "iwfd died by itself, status %s"
		           % self._child.returncode)
		os.kill(self.pid, signal.SIGTERM)
		try:
			status = self._child.wait(STOP_SEC)
		except subprocess.TimeoutExpired:
			raise check.Failed("iwfd does not stop in %d s" % STOP_SEC)
		self._child = None
		self.lines.join()
		bad = self.unexpected()
		check.that(not bad, "unexpected log lines:\n    " +
		           "\n    ".join(bad[:10]))
		check.equal(status, 0, "exit status of iwfd")

	def wait_death(self, timeout=10):
		"""Its status, when it ends by itself; start() may follow."""
		status = self._child.wait(timeout)
		self._child = None
		self.lines.join()
		return status

	def kill(self):
		"""SIGKILL, as a crash; start() may follow."""
		if self._child is not None:
			self._child.kill()
			self._child.wait()
			self._child = None
			self.lines.join()

	# --- its log ---

	def unexpected(self):
		"""Warnings, errors, and lines that are not log lines at all."""
		bad = []
		for line in self.lines.all():
			entry = parse_line(line)
			if entry and entry["level"] in ("info", "debug"):
				continue
			if not any((entry and a == entry["event"]) or a in line
			           for a in self._allowed):
				bad.append(line)
		return bad

	def entries(self, event=None):
		found = [parse_line(line) for line in self.lines.all()]
		return [e for e in found if e and event in (None, e["event"])]

	def wait_log(self, event, timeout=5, after=0, count=1, **fields):
		"""The first entry of the event with these fields (count > 1: the
		list of so many) from line number after on; fails without."""
		def match(line):
			entry = parse_line(line)
			return entry if entry and entry["event"] == event and all(
				entry.get(k) == str(v) for k, v in
				fields.items()) else None

		found = self.lines.wait(match, timeout, after, count)
		check.that(len(found) >= count, "log: %d of %d %s %r in %.1f s" %
		           (len(found), count, event, fields, timeout))
		return found[0] if count == 1 else found

	def wait_link(self, link="sim", state="up", timeout=5, after=0):
		return self.wait_log("link-state", timeout, after, link=link,
		                     state=state)

	# --- its control socket ---

	def control(self, *arguments, timeout=10):
		"""What iwfctl prints for these arguments; fails unless it exits 0."""
		done = subprocess.run(
			[build.find("IWFCTL"), "--socket", self.admin_socket,
			 *arguments], capture_output=True, text=True,
			timeout=timeout)
		check.equal(done.returncode, 0, "iwfctl %s: %s" %
		            (" ".join(arguments), done.stderr.strip()))
		return done.stdout
