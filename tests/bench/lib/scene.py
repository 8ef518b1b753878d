"""The gateway between its two peers, and how many messages it has been shown."""

import os
import shutil
import tempfile

from . import iwfd as iwfd_module
from .iwfd import Iwfd
from .program import Program

_next_index = 0


def take_indexes(count):
	"""The first of so many numbers that no message of this run has."""
	global _next_index
	first = _next_index
	_next_index += count
	return first


class Scene:
	"""with Scene(folder) as scene: scene.smsc, scene.core, scene.iwfd.
	folder: where the one of this scene is made, with the store in it."""

	def __init__(self, folder, is_link_up=True, seed=None, **iwfd_options):
		self.folder = tempfile.mkdtemp(prefix="iwf-bench-", dir=folder)
		self.is_link_up = is_link_up
		self.seed = seed
		self.iwfd_options = iwfd_options
		self.smsc = self.core = self.iwfd = None

	def __enter__(self):
		try:
			if self.seed:
				self.seed(os.path.join(self.folder, "store"))
			self.core = Program("sink_sip", iwfd_module.NEXT_HOP_PORT)
			if self.is_link_up:
				self.connect()
			self.iwfd = Iwfd(self.folder, **self.iwfd_options).start()
			if self.is_link_up:
				self.iwfd.wait_link()
			return self
		except BaseException:
			self._end(True)
			raise

	def connect(self):
		self.smsc = Program("sink_smsc", iwfd_module.SMSC_PORT)

	def __exit__(self, kind, *what):
		self._end(kind is not None)

	def _end(self, is_failed):
		try:
			if self.iwfd and is_failed:
				self.iwfd.kill()
			elif self.iwfd:
				self.iwfd.stop()
		finally:
			for program in (self.smsc, self.core):
				if program:
					program.stop()
			if is_failed:
				print("left for you: " + self.folder)
			else:
				shutil.rmtree(self.folder)
