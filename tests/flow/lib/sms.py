"""A gateway between a core and smppsim, or an SMSC written by hand."""
from . import check, crash, smpp
from .core import Core
from .daemon import Daemon
from .smppsim import Smppsim

# Long messages come over UDP too, so that one socket sees everything.
LONG = {"sip": {"udp_max_len": 60000}, "cpm": {"pager_max": 60000}}


class Sms:
	"""with Sms(options of smppsim) as sms: sms.sim, sms.iwfd, sms.core.
	With smsc=smpp.Smsc() sms.link is the bound connection instead."""

	def __init__(self, *options, smsc=None, link=None, over=None,
		     **sim_options):
		self.smsc = smsc
		self.sim = None if smsc else Smppsim(*options, **sim_options)
		if self.sim:
			self.sim.start()
		port = smsc.port if smsc else self.sim.port
		self.iwfd = Daemon(smpp_port=port, over=over or LONG)
		self.iwfd.groups["smpp"]["links"][0].update(
			{"reconnect_min": "10ms", "reconnect_max": "50ms"})
		self.iwfd.groups["smpp"]["links"][0].update(link or {})
		self.iwfd.write_conf()
		self.core = Core(self.iwfd.sip_port, self.iwfd.next_hop_port)
		self.link = None

	def __enter__(self):
		self.iwfd.start()
		if self.smsc:
			self.link = self.smsc.accept()
			self.iwfd.wait_link()
		else:
			self.sim.wait_bound()
		return self

	def __exit__(self, kind, value, trace):
		try:
			if kind is None:
				self.stop()
			self.iwfd._end(kind is not None)
		finally:
			self.core.__exit__()
			if self.sim:
				self.sim.__exit__(kind, value, trace)
			if self.link:
				self.link.close()
			if self.smsc:
				self.smsc.close()

	def stop(self):
		"""Ends the gateway; its ledger must be 0."""
		if self.iwfd.is_alive():
			self.iwfd.stop()
			check.equal(crash.ledger(self.iwfd.folder)[0], 0,
				    "ledger imbalance")

	def rebind(self):
		"""The next connection of the gateway to the hand-written SMSC."""
		self.link.close()
		self.link = self.smsc.accept()
		return self.link

	def accept(self, to, text, timeout=10, **more):
		"""Sends a MESSAGE; returns it when it is answered 202."""
		request = self.core.send(to, text, **more)
		check.that(self.core.wait(lambda: request.status, timeout),
			   "no answer to the MESSAGE")
		check.equal(request.status, 202, "answer to the MESSAGE")
		return request

	def wait_report(self, request, count=1, timeout=10):
		check.that(self.core.wait(
			lambda: len(request.reports) >= count, timeout),
			"%r: %d reports of %d" % (
				request.text[:40], len(request.reports), count))
		return request.reports

	def wait_received(self, count, timeout=10):
		check.that(self.core.wait(
			lambda: len(self.core.received) >= count, timeout),
			"%d messages of %d came to the core" %
			(len(self.core.received), count))
		return self.core.received

	def wait_idle(self, timeout=10):
		check.that(self.core.wait(lambda: not self.open_rows(), timeout),
			   "not at rest: %s" % self.open_rows())

	def open_rows(self):
		return [row for row in crash.rows(self.iwfd.folder)
			if row.state < crash.FINISHED]

	def submit(self, timeout=10):
		"""The next submit_sm at the hand-written SMSC."""
		return self.link.expect(smpp.SUBMIT_SM, timeout)

	def prove(self, text="still there"):
		"""The link carries a message both ways."""
		request = self.accept("+491519999999", text)
		pdu = self.submit()
		check.equal(pdu.user_text, text, "text")
		self.link.answer(pdu, message_id="prove")
		self.link.request(smpp.DELIVER_SM, smpp.receipt_body(
			pdu, "prove", state=2))
		check.equal(self.link.expect(smpp.DELIVER_SM | smpp.RESP)
			    .status, 0, "answer to the receipt")
		check.equal(self.wait_report(request), ["delivered"], "report")
