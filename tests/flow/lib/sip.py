"""Raw SIP: messages as they are on the wire, a client and a server over UDP,
TCP and TLS. Nothing is retransmitted unless the test does it."""

import itertools
import os
import select
import socket
import threading
import time

from . import check

_long_names = {
	"v": "via", "f": "from", "t": "to", "i": "call-id", "c": "content-type",
	"l": "content-length", "e": "content-encoding", "s": "subject",
	"k": "supported", "m": "contact", "a": "accept-contact",
}
_numbers = itertools.count(1)


def unique(prefix=""):
	"""A token that no other message of this run has."""
	return "%s%d-%s" % (prefix, next(_numbers), os.urandom(6).hex())


def _name(text):
	lower = text.strip().lower()
	return _long_names.get(lower, lower)


class Message:
	"""start: first line; fields: [(name, value)] in order; body: bytes."""

	def __init__(self, start, fields, body=b""):
		self.start = start
		self.fields = list(fields)
		self.body = body
		self.peer = None
		self.transport = None
		self.at = time.monotonic()

	def get(self, name, default=None):
		for key, value in self.fields:
			if _name(key) == _name(name):
				return value
		return default

	def all(self, name):
		return [v for k, v in self.fields if _name(k) == _name(name)]

	def set(self, name, value):
		"""Replaces all of the name; None removes them; a list: several."""
		values = value if isinstance(value, list) else [value]
		at = next((i for i, f in enumerate(self.fields)
		           if _name(f[0]) == _name(name)), len(self.fields))
		self.fields = [f for f in self.fields if _name(f[0]) != _name(name)]
		self.fields[at:at] = [(name, v) for v in values if v is not None]
		return self

	def is_request(self):
		return not self.start.startswith("SIP/2.0 ")

	@property
	def status(self):
		return int(self.start.split(" ", 2)[1])

	@property
	def reason(self):
		return self.start.split(" ", 2)[2]

	@property
	def method(self):
		return self.start.split(" ", 1)[0]

	@property
	def uri(self):
		return self.start.split(" ")[1]

	@property
	def text(self):
		return self.body.decode()

	def bytes(self):
		"""With a Content-Length, unless the fields have one."""
		fields = list(self.fields)
		if self.get("content-length") is None:
			fields.append(("Content-Length", str(len(self.body))))
		head = "".join("%s: %s\r\n" % f for f in fields)
		return ("%s\r\n%s\r\n" % (self.start, head)).encode() + self.body

	def copy(self):
		return Message(self.start, self.fields, self.body)

	def __repr__(self):
		return self.bytes().decode(errors="replace")


def parse(octets):
	head, _, body = octets.partition(b"\r\n\r\n")
	lines = head.decode(errors="replace").split("\r\n")
	fields = []
	for line in lines[1:]:
		if line[:1] in (" ", "\t"):
			fields[-1] = (fields[-1][0],
			              fields[-1][1] + " " + line.strip())
		else:
			name, _, value = line.partition(":")
			fields.append((name.strip(), value.strip()))
	return Message(lines[0], fields, body)


def response(request, status, reason=None, fields=(), tag=None):
	"""What a server answers (RFC 3261 8.2.6)."""
	to = request.get("to")
	if "tag=" not in to:
		to += ";tag=" + (tag or unique("uas"))
	made = [("Via", v) for v in request.all("via")]
	made += [("From", request.get("from")), ("To", to),
	         ("Call-ID", request.get("call-id")),
	         ("CSeq", request.get("cseq"))]
	return Message("SIP/2.0 %d %s" % (status, reason or "Test"),
	               made + list(fields))


def _take(buffer):
	"""(message or None, rest) of the octets of a stream."""
	octets = buffer.lstrip(b"\r\n")
	end = octets.find(b"\r\n\r\n")
	if end < 0:
		return None, octets
	made = parse(octets[:end + 4])
	need = end + 4 + int(made.get("content-length", "0"))
	if len(octets) < need:
		return None, octets
	made.body = octets[end + 4:need]
	return made, octets[need:]


class Client:
	"""One socket towards the address of a listener. local: (host, port)."""

	def __init__(self, port, transport="udp", host="127.0.0.1", local=None,
	             tls=None):
		self.transport = transport
		self.tls = tls
		self._buffer = b""
		self._late = []
		family = socket.AF_INET6 if ":" in host else socket.AF_INET
		kind = (socket.SOCK_DGRAM if transport == "udp"
		        else socket.SOCK_STREAM)
		self.socket = socket.socket(family, kind)
		self.socket.settimeout(5)
		if local:
			self.socket.setsockopt(socket.SOL_SOCKET,
			                       socket.SO_REUSEADDR, 1)
			self.socket.bind(local)
		if kind == socket.SOCK_DGRAM:
			self.socket.setsockopt(socket.SOL_SOCKET,
			                       socket.SO_RCVBUF, 4 << 20)
		try:
			self.socket.connect((host, port))
			if tls:
				self.socket = tls.wrap_socket(self.socket)
		except OSError:
			self.socket.close()
			raise
		host, port = self.socket.getsockname()[:2]
		self.sent_by = ("[%s]:%d" if ":" in host else "%s:%d") % (host, port)

	def __enter__(self):
		return self

	def __exit__(self, *unused):
		self.socket.close()

	def via(self, branch=None):
		return "SIP/2.0/%s %s;branch=%s" % (
			self.transport.upper(), self.sent_by,
			branch or "z9hG4bK" + unique())

	def send(self, message):
		"""A Message (gets a Via when it has none), or octets as they are."""
		if isinstance(message, Message):
			if not message.get("via"):
				message.fields.insert(0, ("Via", self.via()))
			message = message.bytes()
		self.socket.sendall(message)

	def receive(self, timeout=5):
		"""The next message, None when there is none in time."""
		if self._late:
			return self._late.pop(0)
		return self._receive(time.monotonic() + timeout)

	def _receive(self, deadline):
		while True:
			made, self._buffer = _take(self._buffer)
			if made:
				made.at = time.monotonic()
				return made
			left = deadline - time.monotonic()
			if left <= 0:
				return None
			self.socket.settimeout(left)
			try:
				got = self.socket.recv(65536)
			except (TimeoutError, ConnectionError):
				return None
			if not got:
				return None
			self._buffer = (got if self.transport == "udp"
			                else self._buffer + got)

	def wait_answer(self, request, timeout=5):
		"""The final answer to the request; others are kept for receive()."""
		deadline = time.monotonic() + timeout
		kept, self._late = self._late, []
		while True:
			made = kept.pop(0) if kept else self._receive(deadline)
			check.that(made is not None, "no answer to %s %s in %.1f s" %
			           (request.method, request.get("call-id"), timeout))
			if (not made.is_request() and made.status >= 200 and
			    made.get("call-id") == request.get("call-id") and
			    made.get("cseq") == request.get("cseq")):
				self._late += kept
				return made
			self._late.append(made)

	def ask(self, request, timeout=5):
		self.send(request)
		return self.wait_answer(request, timeout)

	def is_closed(self, timeout=5):
		"""Whether the peer ends the connection in time."""
		self.socket.settimeout(timeout)
		try:
			return self.socket.recv(65536) == b""
		except TimeoutError:
			return False
		except OSError:
			return True


class Server:
	"""A peer that requests go to: UDP and TCP on one port. answer(request)
	returns a status, (status, reason), (status, reason, fields), a Message, or
	None for silence; it may be replaced while the server runs."""

	def __init__(self, port, host="127.0.0.1", answer=lambda request: 200):
		self.port = port
		self.host = host
		self.answer = answer
		self._ready = threading.Condition()
		self._requests = []
		self._is_closing = False
		self._buffers = {}
		self._sockets = []
		self._thread = None
		self._wake = None

	def __enter__(self):
		return self.start()

	def __exit__(self, *unused):
		self.stop()

	def start(self):
		family = (socket.AF_INET6 if ":" in self.host
		          else socket.AF_INET)
		self._udp = socket.socket(family, socket.SOCK_DGRAM)
		self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
		self._tcp = socket.socket(family, socket.SOCK_STREAM)
		self._tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		for each in (self._udp, self._tcp):
			each.bind((self.host, self.port))
		self._tcp.listen(64)
		self._wake, waker = socket.socketpair()
		self._waker = waker
		self._sockets = [self._udp, self._tcp, self._wake]
		self._is_closing = False
		self._thread = threading.Thread(target=self._serve, daemon=True)
		self._thread.start()
		return self

	def stop(self):
		"""Closes the port and its connections: a peer is refused now."""
		if self._thread is None:
			return
		self._is_closing = True
		self._waker.send(b"x")
		self._thread.join()
		self._thread = None
		self._waker.close()
		for each in self._sockets:
			each.close()
		self._sockets, self._buffers = [], {}

	def _serve(self):
		while not self._is_closing:
			ready, _, _ = select.select(self._sockets, [], [])
			for each in ready:
				if each is self._udp:
					octets, peer = each.recvfrom(65536)
					if octets.strip():
						self._on_message(parse(octets),
						                 peer, "udp", each)
				elif each is self._tcp:
					link, peer = each.accept()
					self._sockets.append(link)
					self._buffers[link] = b""
				elif each is not self._wake:
					self._on_stream(each)

	def _on_stream(self, link):
		try:
			got = link.recv(65536)
		except ConnectionError:
			got = b""
		if not got:
			self._sockets.remove(link)
			del self._buffers[link]
			link.close()
			return
		rest = self._buffers[link] + got
		while True:
			made, rest = _take(rest)
			if not made:
				break
			self._on_message(made, link.getpeername(), "tcp", link)
		self._buffers[link] = rest

	def _on_message(self, message, peer, transport, link):
		message.peer = peer
		message.transport = transport
		message.at = time.monotonic()
		if message.is_request():
			self._reply(message, peer, link)
		with self._ready:
			self._requests.append(message)
			self._ready.notify_all()

	def _reply(self, request, peer, link):
		got = self.answer(request)
		if isinstance(got, int):
			got = (got,)
		if isinstance(got, tuple):
			got = response(request, *got)
		if got is None:
			return
		try:
			if link is self._udp:
				link.sendto(got.bytes(), peer)
			else:
				link.sendall(got.bytes())
		except OSError:
			pass

	# --- what came ---

	def requests(self):
		with self._ready:
			return list(self._requests)

	def wait_all(self, count, timeout=5, match=lambda request: True, after=0):
		"""The first count requests that match, from number after on."""
		deadline = time.monotonic() + timeout
		with self._ready:
			while True:
				found = [r for r in self._requests[after:]
				         if match(r)][:count]
				if len(found) >= count:
					return found
				left = deadline - time.monotonic()
				check.that(left > 0, "%d of %d requests in %.1f s" %
				           (len(found), count, timeout))
				self._ready.wait(left)

	def wait(self, timeout=5, match=lambda request: True, after=0):
		return self.wait_all(1, timeout, match, after)[0]
