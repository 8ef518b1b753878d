"""iwfd with the configuration as shipped. What must differ is written to a
file of its own, adapters.d/zz-bench.conf, and printed."""

import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

from flow.lib import conf, orphan

from . import build

# As etc/ says.
SIP_PORT, NEXT_HOP_PORT, SMSC_PORT, ADMIN_PORT = 5060, 5070, 12775, 8080
STOP_SEC = 60
LINK_SEC = 20


class Iwfd:
	"""folder: configuration, store and log; kept by the caller. preload: a
	library that the loader puts before others. wrapper: words before the
	command."""

	def __init__(self, folder, over=None, preload=None, environment=None,
	             wrapper=()):
		self.folder = folder
		self.environment = dict(environment or {})
		self.wrapper = list(wrapper)
		if preload:
			self.environment["LD_PRELOAD"] = preload
		self.log_path = os.path.join(folder, "iwfd.log")
		self.socket_path = os.path.join(folder, "admin.sock")
		self.differences = conf.format_conf(conf.merge({
			"store": {"path": os.path.join(folder, "store")},
			"admin": {"socket": self.socket_path},
			"modules": {"dir": build.modules()},
		}, over or {}))
		self._write_conf()
		self._child = None
		self.pid = None
		self.started_in_sec = None

	def _write_conf(self):
		own = os.path.join(self.folder, "etc")
		shutil.rmtree(own, ignore_errors=True)
		shutil.copytree(os.path.join(build.TOP, "etc"), own)
		with open(os.path.join(own, "adapters.d", "zz-bench.conf"),
		          "w") as out:
			out.write(self.differences)
		self.conf_path = os.path.join(own, "iwf.conf")

	def __enter__(self):
		return self.start()

	def __exit__(self, kind, *what):
		if kind:
			self.kill()
		else:
			self.stop()

	# --- life ---

	def start(self, seconds=120):
		path = os.path.join(self.folder, "notify.sock")
		if os.path.exists(path):
			os.unlink(path)
		with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
			notify.bind(path)
			began = time.monotonic()
			with open(self.log_path, "ab") as log:
				self._child = subprocess.Popen(
					[*self.wrapper, build.find("iwfd"), "-c",
					 self.conf_path], stdin=subprocess.DEVNULL,
					stdout=log, stderr=log,
					env=dict(os.environ, NOTIFY_SOCKET=path,
					         **self.environment),
					preexec_fn=orphan.kill_with_parent)
			self._wait_ready(notify, seconds)
			self.started_in_sec = time.monotonic() - began
		self.pid = self._own_pid()
		return self

	def _own_pid(self):
		"""Behind a wrapper that stays: its child."""
		if not self.wrapper:
			return self._child.pid
		path = "/proc/%d/task/%d/children" % ((self._child.pid,) * 2)
		with open(path) as children:
			return int(children.read().split()[0])

	def _wait_ready(self, notify, seconds):
		deadline = time.monotonic() + seconds
		while True:
			ready, _, _ = select.select([notify], [], [], 0.2)
			if ready and b"READY=1" in notify.recv(4096):
				return
			if self._child.poll() is not None:
				raise OSError("iwfd ended at once, see " +
				              self.log_path)
			if time.monotonic() > deadline:
				raise OSError("iwfd is not ready in %d s" % seconds)

	def stop(self):
		if self._child is None:
			return
		os.kill(self.pid, signal.SIGTERM)
		try:
			status = self._child.wait(STOP_SEC)
		except subprocess.TimeoutExpired:
			self.kill()
			raise OSError("iwfd does not stop in %d s" % STOP_SEC)
		self._child = None
		if status:
			raise OSError("iwfd ended with status %d" % status)

	def kill(self):
		if self._child is not None:
			self._child.kill()
			self._child.wait()
			self._child = None

	# --- what it says ---

	def metrics(self):
		"""{name with labels: value}"""
		url = "http://127.0.0.1:%d/metrics" % ADMIN_PORT
		with urllib.request.urlopen(url, timeout=10) as answer:
			text = answer.read().decode()
		return {name: float(value) for name, value in
		        re.findall(r"^(\S+) ([-+\d.e]+)$", text, re.M)}

	def wait_link(self, seconds=LINK_SEC):
		deadline = time.monotonic() + seconds
		while time.monotonic() < deadline:
			if any(value == 1 for name, value in self.metrics().items()
			       if name.startswith("iwf_smpp_link_up")):
				return self
			time.sleep(0.05)
		raise OSError("the link to the SMSC is not up")

	def control(self, *words, seconds=300):
		"""What iwfctl prints, and how long it took. Status 1 with an
		answer says that the gateway is not well."""
		began = time.monotonic()
		done = subprocess.run(
			[build.find("iwfctl"), "--socket", self.socket_path,
			 *words], capture_output=True, text=True, timeout=seconds,
			check=False)
		took = time.monotonic() - began
		if done.returncode and not done.stdout:
			raise OSError("iwfctl %s: %s" % (" ".join(words),
			                                 done.stderr.strip()))
		return done.stdout, took

	def audit(self):
		"""The ledger, recounted: its imbalance."""
		text, _ = self.control("--timeout", "300", "--json",
		                       "ledger", "--audit")
		return json.loads(text)

	def bad_lines(self):
		"""Warnings and errors that it logged."""
		with open(self.log_path, errors="replace") as log:
			return [line.strip() for line in log if re.match(
				r"\S+Z (warning|error) ", line)]
