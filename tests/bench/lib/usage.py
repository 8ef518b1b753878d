"""What a process uses: CPU of each thread, memory, and the most of it while
something else goes on."""

import collections
import os
import threading


def cpu_us(pid):
	"""Microseconds on a CPU so far, by the threads' names."""
	used = collections.Counter()
	for thread in os.listdir("/proc/%d/task" % pid):
		place = "/proc/%d/task/%s/" % (pid, thread)
		try:
			with open(place + "comm") as comm:
				name = comm.read().strip()
			with open(place + "schedstat") as stat:
				used[name] += int(stat.read().split()[0]) / 1000
		except FileNotFoundError:
			continue
	return used


def cpu_total_us(pid):
	return sum(cpu_us(pid).values())


def pss_mib(pid):
	"""Memory with shared pages counted by their share."""
	with open("/proc/%d/smaps_rollup" % pid) as lines:
		for line in lines:
			if line.startswith("Pss:"):
				return int(line.split()[1]) / 1024
	return 0.0


class Watch:
	"""with Watch(pid) as watch: ...; then watch.samples, MiB, one a step."""

	def __init__(self, pid, step_sec=0.5):
		self.pid = pid
		self.step_sec = step_sec
		self.samples = []
		self._end = threading.Event()
		self._thread = threading.Thread(target=self._run, daemon=True)

	def _run(self):
		while not self._end.wait(self.step_sec):
			self.samples.append(pss_mib(self.pid))

	def __enter__(self):
		self._thread.start()
		return self

	def __exit__(self, *what):
		self._end.set()
		self._thread.join()

	def most(self):
		return max(self.samples, default=pss_mib(self.pid))
