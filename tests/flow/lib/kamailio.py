"""kamailio as the SIP core between users and the gateway."""

import os
import subprocess
import tempfile
import time

from . import check, orphan, port, sip
from .lines import Lines

_conf = os.path.join(os.path.dirname(os.path.dirname(
	os.path.abspath(__file__))), "kamailio", "core.cfg")

START_SEC = 10


class Kamailio:
	"""Listens on host with UDP and TCP. Requests for users go to user_port,
	all others to gateway_port, both on 127.0.0.1."""

	def __init__(self, user_port, gateway_port, host, at=None):
		self.host = host
		self.port = at or port.take()
		self._folder = tempfile.TemporaryDirectory(prefix="iwf-core-")
		self._environment = dict(
			os.environ, CORE_USER="127.0.0.1:%d" % user_port,
			CORE_GATEWAY="127.0.0.1:%d" % gateway_port)
		self._child = None
		self.lines = None

	def __enter__(self):
		folder = self._folder.name
		places = [word for kind in ("udp", "tcp") for word in
		          ("-l", "%s:%s:%d" % (kind, self.host, self.port))]
		self._child = subprocess.Popen(
			["kamailio", "-f", _conf, "-DD", "-E", "-m", "32", "-M",
			 "4", "-Y", folder, "-w", folder, "-P",
			 os.path.join(folder, "pid"), *places],
			env=self._environment, stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
			preexec_fn=orphan.end_with_parent)
		self.lines = Lines(self._child.stdout,
		                   os.path.join(folder, "log"))
		try:
			self._wait_ready()
		except BaseException:
			self.__exit__(check.Failed, None, None)
			raise
		return self

	def _wait_ready(self):
		"""Until it answers OPTIONS."""
		deadline = time.monotonic() + START_SEC
		with sip.Client(self.port, "udp", self.host,
		                local=("127.0.0.1", 0)) as client:
			while time.monotonic() < deadline:
				check.that(self._child.poll() is None,
				           "kamailio ended at once")
				if self._is_there(client):
					return
		raise check.Failed("kamailio is not ready in %d s" % START_SEC)

	def _is_there(self, client):
		request = sip.Message("OPTIONS sip:core SIP/2.0", [
			("Max-Forwards", "5"), ("From", "<sip:t@t>;tag=1"),
			("To", "<sip:core>"), ("Call-ID", sip.unique()),
			("CSeq", "1 OPTIONS")])
		try:
			client.send(request)
		except ConnectionRefusedError:
			return False
		answer = client.receive(0.1)
		return answer is not None and answer.status == 200

	def __exit__(self, kind, value, trace):
		if self._child.poll() is None:
			self._child.terminate()
			try:
				self._child.wait(5)
			except subprocess.TimeoutExpired:
				self._child.kill()
				self._child.wait()
		self.lines.join()
		if kind is not None:
			print("--- last lines of kamailio")
			for line in self.lines.all()[-15:]:
				print("    " + line)
		self._folder.cleanup()
