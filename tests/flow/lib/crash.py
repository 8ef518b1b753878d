"""A gateway between a core and an SMSC under load that is killed and started
again, and the reckoning at the end: from what both sides saw, and from the
rows of the store."""
import collections
import json
import os
import re
import sqlite3
import time

from . import check
from .core import Core
from .daemon import Daemon
from .smsc import LoadSmsc

MESSAGE, REPORT = 1, 2
QUEUED, ATTEMPT, UNSURE, SENT, FINISHED, DELIVERED = 1, 2, 3, 4, 8, 9

# What a crash makes the gateway say of its peers.
WARNINGS = ("link-state",)

Row = collections.namedtuple("Row", "id kind state resends attempts text about")


def connect(folder):
	path = os.path.join(folder, "store", "store.db")
	return sqlite3.connect("file:%s?mode=ro" % path, uri=True)


def ledger(folder):
	"""(imbalance, taken, purged, rows): intake against a recount."""
	with connect(folder) as db:
		taken, purged = db.execute(
			"SELECT total(taken), total(purged) FROM ledger"
		).fetchone()
		rows = db.execute("SELECT count(*) FROM delivery").fetchone()[0]
	return int(taken - purged - rows), int(taken), int(purged), rows


def rows(folder):
	"""Every delivery with the mark in its text, like m17. or o17."""
	with connect(folder) as db:
		found = db.execute(
			"SELECT d.id, d.kind, d.state, d.resends, d.attempts,"
			" m.record, d.about FROM delivery d LEFT JOIN message m"
			" ON m.id = CASE d.message WHEN 0 THEN d.id"
			" ELSE d.message END").fetchall()
	made = []
	for *first, record, about in found:
		mark = re.search(rb"[mo]\d+\.", record or b"")
		made.append(Row(*first, mark and mark.group(0).decode(), about))
	return made


class Rig:
	"""with Rig() as rig: rig.iwfd, rig.core and rig.smsc."""

	def __init__(self, over=None, window=32, receipts=True, core_window=32,
		     link=None):
		self.smsc = LoadSmsc(window=window, receipts=receipts)
		self.iwfd = Daemon(smpp_port=self.smsc.port, over=over)
		self.iwfd.groups["smpp"]["links"][0].update(
			{"reconnect_min": "10ms", "reconnect_max": "50ms"})
		self.iwfd.groups["smpp"]["links"][0].update(link or {})
		self.iwfd.write_conf()
		self.iwfd.allow(*WARNINGS)
		self.core = Core(self.iwfd.sip_port, self.iwfd.next_hop_port,
				 core_window)
		self.sent, self.pushed = 0, []

	def sanitize(self, option):
		"""For the address sanitizer, beside what it is told already."""
		self.iwfd.environment["ASAN_OPTIONS"] = ":".join(filter(None, (
			os.environ.get("ASAN_OPTIONS"), option)))

	def __enter__(self):
		self.iwfd.start()
		return self

	def __exit__(self, kind, value, trace):
		try:
			self.iwfd.__exit__(kind, value, trace)
		finally:
			self.core.__exit__()
			self.smsc.__exit__()

	# --- load ---

	def feed(self, count, users=100):
		"""So many messages each way, marked in their texts."""
		for _ in range(count):
			n = self.sent
			self.sent += 1
			self.core.send("+49151%07d" % (n % users), "m%d." % n)
			push = self.smsc.mo("+49152%07d" % (n % users),
					    "+491710000001", "o%d." % n)
			push.mark = "o%d." % n
			self.pushed.append(push)

	def crash(self):
		self.iwfd.kill()
		self.iwfd.start()

	def crash_in_recovery(self, after_sec):
		"""Starts it and kills it so much later, ready or not."""
		self.iwfd._spawn(os.path.join(self.iwfd.folder, "nobody"))
		self.core.wait(lambda: False, after_sec)
		self.iwfd.kill()

	def load(self, seconds):
		"""Keeps both sides busy for so long."""
		until = time.monotonic() + seconds
		while time.monotonic() < until:
			if self.core.pending() < 200:
				self.feed(100)
			self.core.wait(lambda: self.core.pending() < 200,
				       until - time.monotonic())

	def round(self, dice):
		"""One kill at a random moment, then perhaps more of them before
		or after it is ready again; returns what was done."""
		seconds = dice.uniform(0.05, 0.9)
		again = [dice.uniform(0.005, 0.3) for _ in
			 range(dice.choice((0, 0, 0, 1, 2)))]
		self.load(seconds)
		self.iwfd.kill()
		for after in again:
			self.crash_in_recovery(after)
		self.iwfd.start()
		return "killed after %.2f s%s" % (seconds, "".join(
			", in recovery after %.3f s" % after for after in again))

	def settle(self, timeout=20):
		"""Until nothing is under way that the two sides know of."""
		check.that(self.core.wait(lambda: not self.core.pending(),
					  timeout), "%d requests unanswered"
			   % self.core.pending())
		check.that(self.smsc.wait(lambda: not self.smsc.pending(),
					  timeout), "%d deliver_sm unanswered"
			   % self.smsc.pending())
		# Rows tell what is still under way; both sides only what came.
		check.that(self.core.wait(self._is_idle, timeout),
			   "not at rest: %s" % self.states())

	def states(self):
		return dict(collections.Counter(
			(row.kind, row.state) for row in rows(self.iwfd.folder)))

	def _is_idle(self):
		with connect(self.iwfd.folder) as db:
			return not db.execute("SELECT count(*) FROM delivery "
					      "WHERE state < 8").fetchone()[0]

	def finish(self):
		"""Until all is at rest, asks the gateway itself for its ledger,
		ends it, and reckons."""
		self.settle()
		audit = json.loads(self.iwfd.control("--json", "ledger",
						     "--audit"))
		check.equal((audit["imbalance"], audit["audited"]), (0, True),
			    "iwfctl ledger --audit")
		self.iwfd.stop()
		self.reckon()
		check.equal((audit["taken"], audit["purged"], audit["counted"]),
			    ledger(self.iwfd.folder)[1:],
			    "iwfctl ledger and the tables")

	def summary(self):
		return ("%d taken of SIP, %d of SMPP, %d and %d doubled, "
			"%d resends" % (
				len(self.core.accepted()),
				sum(push.is_taken for push in self.pushed),
				self.doubles_out, self.doubles_in,
				sum(row.resends for row in self.rows)))

	# --- reckoning, when the gateway has stopped ---

	def reckon(self):
		check.equal(ledger(self.iwfd.folder)[0], 0, "ledger imbalance")
		self.rows = rows(self.iwfd.folder)
		by_mark = collections.defaultdict(list)
		for row in self.rows:
			if row.kind == MESSAGE:
				by_mark[row.text].append(row)
		self._reckon_out(by_mark)
		self._reckon_in(by_mark)
		self._reckon_reports()

	def _once(self, mark, seen, by_mark, where):
		check.that(seen, "%s was acknowledged and never came to the %s"
			   % (mark, where))
		check.equal(len(by_mark[mark]), 1, "rows of " + mark)
		resends = by_mark[mark][0].resends
		check.that(seen <= 1 + resends, "%s came %d times to the %s, "
			   "resends %d" % (mark, seen, where, resends))
		return seen - 1

	def _reckon_out(self, by_mark):
		seen = collections.Counter(
			pdu["short_message"].decode()
			for pdu in self.smsc.submits)
		self.doubles_out = sum(
			self._once(request.text, seen[request.text], by_mark,
				   "SMSC") for request in self.core.accepted())

	def _reckon_in(self, by_mark):
		seen = collections.Counter(m.text for m in self.core.received)
		self.doubles_in = sum(
			self._once(push.mark, seen[push.mark], by_mark, "core")
			for push in self.pushed if push.is_taken)

	def _reckon_reports(self):
		resent = sum(row.resends for row in self.rows
			     if row.kind == REPORT)
		extra = 0
		for request in self.core.accepted():
			if not request.want:
				continue
			check.that("delivered" in request.reports,
				   "%s: reports %s" % (request.text,
						       request.reports))
			extra += len(request.reports) - 1
		check.that(extra <= resent, "%d doubled reports, %d resends"
			   % (extra, resent))
