"""Holds one thread of a process still, as a disk that hangs would.

	with Held(iwfd.pid, "committer"): ...       it goes on after the block
"""

import ctypes
import os

from . import check

# ptrace(2)
_SEIZE, _INTERRUPT, _DETACH = 0x4206, 0x4207, 17
_WALL = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p,
                         ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


def _ptrace(request, tid):
	if _libc.ptrace(request, tid, None, None):
		number = ctypes.get_errno()
		raise OSError(number, "ptrace: " + os.strerror(number))


def _find(pid, name):
	for tid in os.listdir("/proc/%d/task" % pid):
		with open("/proc/%d/task/%s/comm" % (pid, tid)) as comm:
			if comm.read().strip() == name:
				return int(tid)
	raise check.Failed("process %d has no thread %r" % (pid, name))


class Held:
	def __init__(self, pid, name):
		self.tid = _find(pid, name)

	def __enter__(self):
		_ptrace(_SEIZE, self.tid)
		_ptrace(_INTERRUPT, self.tid)
		os.waitpid(self.tid, _WALL)
		return self

	def __exit__(self, *unused):
		try:
			_ptrace(_DETACH, self.tid)
		except ProcessLookupError:
			# Killed meanwhile; it is a zombie until its tracer waits.
			os.waitpid(self.tid, _WALL)
