"""Free ports on loopback, below the range that the system gives to clients."""

import random
import socket

_given = set()


def _is_free(port):
	for family, address in ((socket.AF_INET, "127.0.0.1"),
	                        (socket.AF_INET6, "::1")):
		for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
			with socket.socket(family, kind) as probe:
				if kind == socket.SOCK_STREAM:
					probe.setsockopt(socket.SOL_SOCKET,
					                 socket.SO_REUSEADDR, 1)
				try:
					probe.bind((address, port))
				except OSError:
					return False
	return True


def take():
	"""A port that is free for UDP and TCP, never given twice."""
	for _ in range(1000):
		port = random.randrange(15000, 32000)
		if port not in _given and _is_free(port):
			_given.add(port)
			return port
	raise OSError("no free port on loopback")
