"""An SMSC under load: answers every submit_sm, sends receipts when asked, pushes
messages of SMS users, and sends again what was not acknowledged."""
import collections
import selectors
import socket
import threading

from . import smpp


class Push:
	"""A deliver_sm of ours: acks are the statuses it was answered with."""

	def __init__(self, body):
		self.body = body
		self.acks = []
		self.sequence = None

	@property
	def is_taken(self):
		return smpp.ROK in self.acks


class _Connection:
	def __init__(self, sock):
		self.sock = sock
		self.octets = b""
		self.out = b""
		self.bound = None
		self.sequence = 0
		self.unanswered = {}


class LoadSmsc:
	"""submits: every submit_sm taken, in order. One thread does it all."""

	def __init__(self, port=0, window=32, receipts=True):
		self.window, self.receipts = window, receipts
		self.submits = []
		self.binds = 0
		self.status = None      # answers with this instead of ESME_ROK
		self.answers = True     # False: takes and does not answer
		self._pushes = collections.deque()
		self._connections = set()
		self._selector = selectors.DefaultSelector()
		self._changed = threading.Condition()
		self._is_over = False
		self._listener = None
		self.port = port
		self.listen()
		self._thread = threading.Thread(target=self._run, daemon=True)
		self._thread.start()

	def listen(self):
		with self._changed:
			self._listener = socket.create_server(
				("127.0.0.1", self.port), backlog=16)
			self.port = self._listener.getsockname()[1]
			self._listener.setblocking(False)
			self._selector.register(self._listener,
						selectors.EVENT_READ)

	def deaf(self):
		"""Closes every connection and the listener, until listen()."""
		with self._changed:
			self._selector.unregister(self._listener)
			self._listener.close()
			for connection in list(self._connections):
				self._drop(connection)

	def drop_all(self):
		"""Closes every connection; new ones are taken."""
		with self._changed:
			for connection in list(self._connections):
				self._drop(connection)

	def __enter__(self):
		return self

	def __exit__(self, *why):
		self._is_over = True
		self._thread.join()
		self._listener.close()
		for connection in self._connections:
			connection.sock.close()
		self._selector.close()

	def push(self, body):
		push = Push(body)
		with self._changed:
			self._pushes.append(push)
		return push

	def mo(self, source, dest, text, **more):
		return self.push(smpp.sm_body(source, dest,
					      smpp.gsm_encode(text), **more))

	def wait(self, is_true, timeout=10):
		"""True as soon as is_true() is, False when the time is over."""
		with self._changed:
			return self._changed.wait_for(is_true, timeout)

	def is_bound(self):
		return any(c.bound for c in self._connections)

	def pending(self):
		return len(self._pushes) + sum(len(c.unanswered)
					       for c in self._connections)

	# --- its thread ---

	def _run(self):
		while not self._is_over:
			ready = self._selector.select(0.01)
			with self._changed:
				for key, _ in ready:
					self._on_ready(key.fileobj, key.data)
				for connection in list(self._connections):
					self._fill(connection)
					self._flush(connection)
				self._changed.notify_all()

	def _on_ready(self, sock, connection):
		if connection is None:
			if sock is self._listener:
				self._take(sock)
		elif connection in self._connections:
			self._read(connection)

	def _take(self, listener):
		sock = listener.accept()[0]
		sock.setblocking(False)
		sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		connection = _Connection(sock)
		self._connections.add(connection)
		self._selector.register(sock, selectors.EVENT_READ, connection)

	def _drop(self, connection):
		self._selector.unregister(connection.sock)
		connection.sock.close()
		self._connections.discard(connection)
		self._pushes.extendleft(reversed(connection.unanswered.values()))

	def _read(self, connection):
		try:
			octets = connection.sock.recv(1 << 18)
		except BlockingIOError:
			return
		except OSError:
			octets = b""
		if not octets:
			self._drop(connection)
			return
		buf, at = connection.octets + octets, 0
		while len(buf) - at >= 16:
			length = int.from_bytes(buf[at:at + 4], "big")
			if len(buf) - at < length:
				break
			self._on_pdu(connection, smpp.Pdu(buf[at:at + length]))
			at += length
		connection.octets = buf[at:]

	def _on_pdu(self, connection, pdu):
		if pdu.command in smpp.BINDS:
			connection.bound = pdu.command
			self.binds += 1
			self._answer(connection, pdu, b"smsc\0")
		elif pdu.command == smpp.SUBMIT_SM:
			self._on_submit(connection, pdu)
		elif pdu.command == smpp.DELIVER_SM | smpp.RESP:
			self._on_ack(connection, pdu)
		elif pdu.command in (smpp.ENQUIRE_LINK, smpp.UNBIND):
			self._answer(connection, pdu)

	def _answer(self, connection, pdu, body=b"", status=0):
		connection.out += smpp.pack(pdu.command | smpp.RESP, status,
					    pdu.sequence, body)

	def _on_submit(self, connection, pdu):
		if not self.answers:
			self.submits.append(pdu)
			return
		if self.status:
			self._answer(connection, pdu, status=self.status)
			return
		self.submits.append(pdu)
		message_id = "%x" % len(self.submits)
		self._answer(connection, pdu, message_id.encode() + b"\0")
		if self.receipts and pdu["registered_delivery"] & 3:
			self._pushes.append(Push(smpp.receipt_body(
				pdu, message_id, state=2)))

	def _on_ack(self, connection, pdu):
		push = connection.unanswered.pop(pdu.sequence, None)
		assert push, "deliver_sm_resp for nothing: %r" % pdu
		push.acks.append(pdu.status)
		if pdu.status:
			self._pushes.append(push)

	def _fill(self, connection):
		if connection.bound not in (smpp.BIND_TRANSCEIVER,
					    smpp.BIND_RECEIVER):
			return
		while self._pushes and len(connection.unanswered) < self.window:
			push = self._pushes.popleft()
			connection.sequence += 1
			connection.unanswered[connection.sequence] = push
			push.sequence = connection.sequence
			connection.out += smpp.pack(smpp.DELIVER_SM, 0,
						    connection.sequence,
						    push.body)

	def _flush(self, connection):
		if not connection.out:
			return
		try:
			sent = connection.sock.send(connection.out)
			connection.out = connection.out[sent:]
		except BlockingIOError:
			pass
		except OSError:
			self._drop(connection)
