"""The lines a child process writes, to be waited for with a deadline."""

import threading
import time


class Lines:
	"""Reads a pipe to its end in a thread of its own and keeps all of it;
	a copy goes to the file at path."""

	def __init__(self, pipe, path):
		self._all = []
		self._ready = threading.Condition()
		self._is_at_end = False
		self._thread = threading.Thread(target=self._read,
		                                args=(pipe, path), daemon=True)
		self._thread.start()

	def _read(self, pipe, path):
		with pipe, open(path, "ab") as copy:
			for raw in pipe:
				copy.write(raw)
				copy.flush()
				with self._ready:
					self._all.append(raw.decode(
						errors="replace").rstrip("\n"))
					self._ready.notify_all()
		with self._ready:
			self._is_at_end = True
			self._ready.notify_all()

	def join(self, timeout=5):
		"""Until the writer has closed its end."""
		self._thread.join(timeout)

	def all(self):
		with self._ready:
			return list(self._all)

	def count(self):
		with self._ready:
			return len(self._all)

	def wait(self, match, timeout=5, after=0, count=1):
		"""The first count lines from number after on for which match(line)
		is not None or False, as the list of what match returned. Fewer
		when the time is over or the writer has ended."""
		deadline = time.monotonic() + timeout
		found = []
		at = after
		with self._ready:
			while True:
				while at < len(self._all) and len(found) < count:
					got = match(self._all[at])
					at += 1
					if got is not None and got is not False:
						found.append(got)
				left = deadline - time.monotonic()
				if (len(found) >= count or left <= 0 or
				    self._is_at_end):
					return found
				self._ready.wait(left)
