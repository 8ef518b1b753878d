"""Children of a test end with it, however it ends."""

import ctypes
import signal

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def kill_with_parent():
	"""For Popen(preexec_fn=...)."""
	_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def end_with_parent():
	"""The same for what has children of its own to end."""
	_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
