"""Faults for a gateway under test: what is preloaded into it, a disk of its own
that can be full, its clocks, and what it counts and cries about them."""
import collections
import ctypes
import errno
import os
import re
import struct
import subprocess
import time
import urllib.request

from . import build, check, port
from .crash import Rig

_CLONE_NEWNS, _CLONE_NEWUSER = 0x20000, 0x10000000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_libc = ctypes.CDLL(None, use_errno=True)


def _own_mounts():
	"""Who is not root is root among its own."""
	if not _libc.unshare(_CLONE_NEWNS):
		return
	ids = {"uid_map": os.getuid(), "gid_map": os.getgid()}
	if _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNS):
		raise OSError(ctypes.get_errno(), "neither root nor a user "
			      "namespace: no disk that can be full")
	with open("/proc/self/setgroups", "w") as out:
		out.write("deny")
	for name, number in ids.items():
		with open("/proc/self/" + name, "w") as out:
			out.write("0 %d 1" % number)


def _mount(source, target, kind, flags, options):
	if _libc.mount(source, target.encode(), kind, flags, options):
		number = ctypes.get_errno()
		raise OSError(number, "mount %s: %s" %
			      (target, os.strerror(number)))


class Disk:
	"""A small disk of its own, seen by this process and its children alone.

		with Disk(folder, 24 << 20) as disk: ... disk.fill() ... disk.free()
	"""

	def __init__(self, path, size):
		self.path, self.size = path, size
		self.filler = os.path.join(path, "filler")
		os.makedirs(path, exist_ok=True)
		_own_mounts()
		try:
			_mount(None, "/", None, _MS_REC | _MS_PRIVATE, None)
		except OSError as error:
			# In a changed root "/" is no mount of its own.
			if error.errno != errno.EINVAL:
				raise
		_mount(b"tmpfs", path, b"tmpfs", 0, b"size=%d" % size)

	def __enter__(self):
		return self

	def __exit__(self, *why):
		_libc.umount2(self.path.encode(), 2)

	def fill(self, leave=0):
		"""Until nothing more goes in, but for so many octets."""
		with open(self.filler, "ab", buffering=0) as out:
			try:
				while out.write(bytes(65536)) == 65536:
					pass
			except OSError:
				pass
			if leave:
				out.truncate(max(0, out.tell() - leave))

	def free(self):
		os.unlink(self.filler)


class Clock:
	"""The clocks of a gateway that was started with it."""

	def __init__(self, folder):
		self.path = os.path.join(folder, "clock")
		self.wall = self.monotonic = 0
		with open(self.path, "wb") as out:
			out.write(bytes(16))

	def _write(self):
		with open(self.path, "r+b") as out:
			out.write(struct.pack("=qq", self.wall, self.monotonic))

	def jump(self, seconds):
		"""Somebody sets the wall clock."""
		self.wall += int(seconds * 1e9)
		self._write()

	def pass_time(self, seconds):
		"""So much time passes."""
		self.monotonic += int(seconds * 1e9)
		self.jump(seconds)


def _sanitizer(program):
	"""The library of the address sanitizer, which must come first."""
	listed = subprocess.run(["ldd", program], capture_output=True, text=True,
				check=True).stdout
	found = re.search(r"=> (\S*libasan\S*)", listed)
	return [found.group(1)] if found else []


def preload(iwfd, shim, **environment):
	"""Before its start: tests/support/<shim>.c goes into the process."""
	place = os.path.join(os.environ["IWF_BUILD"], "tests", shim + ".so")
	check.that(os.path.exists(place), place + " is missing")
	iwfd.environment["LD_PRELOAD"] = ":".join(
		_sanitizer(build.find("IWFD")) + [place])
	iwfd.environment.update(environment)


def with_metrics(over=None):
	"""The configuration with an HTTP port, for metric()."""
	return dict(over or {}, admin={"port": port.take()})


def metric(iwfd, name, **labels):
	"""The sum of a metric over all that has these labels."""
	url = "http://127.0.0.1:%d/metrics" % iwfd.groups["admin"]["port"]
	with urllib.request.urlopen(url, timeout=10) as answer:
		text = answer.read().decode()
	rows = re.findall(r"^iwf_%s(\{[^}]*\})? (\S+)$" % name, text, re.M)
	check.that(rows, "there is no metric iwf_" + name)
	return sum(float(value) for found, value in rows if all(
		'%s="%s"' % pair in found for pair in labels.items()))


def wait_metric(iwfd, name, at_least=1, timeout=20):
	deadline = time.monotonic() + timeout
	while metric(iwfd, name) < at_least and time.monotonic() < deadline:
		time.sleep(0.05)
	check.that(metric(iwfd, name) >= at_least, "%s is %g, not %g" % (
		name, metric(iwfd, name), at_least))


def alarms(iwfd, event, **fields):
	"""The warnings and errors of this event with these fields."""
	return [e for e in iwfd.entries(event)
		if e["level"] in ("warning", "error") and all(
			e.get(k) == str(v) for k, v in fields.items())]


def one_alarm(iwfd, event, **fields):
	check.equal(len(alarms(iwfd, event, **fields)), 1,
		    "alarms %s %r" % (event, fields))


def check_alarms(iwfd, *events, maybe=()):
	"""All its warnings and errors are these, so often as they are here; those
	of maybe may be there as well. The machine's own disk may be slow."""
	got = collections.Counter(e["event"] for e in iwfd.entries()
				  if e["level"] in ("warning", "error"))
	surely = collections.Counter(events)
	if "commit-slow" not in surely:
		del got["commit-slow"]
	check.that(surely <= got and got <= surely + collections.Counter(maybe),
		   "alarms: %s, expected %s" % (dict(got), events))


def check_order(rig):
	"""Each recipient was sent its messages in the order of acceptance."""
	seen = collections.defaultdict(list)
	for pdu in rig.smsc.submits:
		seen[pdu["dest_addr"]].append(int(pdu["short_message"][1:-1]))
	for recipient, numbers in seen.items():
		check.equal(numbers, sorted(numbers), "order of %s" %
			    recipient.number)


class Faulty(Rig):
	"""A gateway between a core and an SMSC that can be asked for metrics."""

	def __init__(self, over=None, **more):
		super().__init__(over=with_metrics(over), **more)

	def metric(self, name, **labels):
		return metric(self.iwfd, name, **labels)

	def wait_metric(self, name, at_least=1, timeout=20):
		wait_metric(self.iwfd, name, at_least, timeout)

	def one(self, timeout=10):
		"""One more message from CPM; its status."""
		before = self.sent
		self.sent += 1
		request = self.core.send("+49151%07d" % (before % 100),
					 "m%d." % before)
		check.that(self.core.wait(lambda: request.status, timeout),
			   "no answer to the MESSAGE")
		return request.status

	def wait_taken(self, timeout=15):
		"""Until a new message is accepted again."""
		check.that(self.core.wait(lambda: self.one() == 202, timeout),
			   "messages are still refused")


def with_clock(**more):
	"""(Faulty, its Clock)"""
	rig = Faulty(**more)
	clock = Clock(rig.iwfd.folder)
	preload(rig.iwfd, "moved_clock", MOVED_CLOCK_FILE=clock.path)
	return rig, clock
