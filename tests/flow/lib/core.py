"""A SIP core under load: sends many MESSAGEs over UDP, repeats what is not
answered as RFC 3261 asks, and takes what the gateway sends with 200 OK."""
import collections
import os
import re
import select
import socket
import threading
import time

_REQUEST = (
	"MESSAGE tel:%(to)s SIP/2.0\r\n"
	"Via: SIP/2.0/UDP 127.0.0.1:%(port)d;branch=z9hG4bK%(key)s;rport\r\n"
	"Max-Forwards: 70\r\n"
	"From: <tel:%(source)s>;tag=%(key)s\r\n"
	"To: <tel:%(to)s>\r\n"
	"Call-ID: %(key)s\r\n"
	"CSeq: 1 MESSAGE\r\n"
	"P-Asserted-Identity: <tel:%(source)s>\r\n"
	"P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg\r\n"
	"Conversation-ID: v%(key)s\r\n"
	"Contribution-ID: b%(key)s\r\n"
	"%(more)s"
	"Content-Type: message/cpim\r\n"
	"Content-Length: %(length)d\r\n\r\n")
_BODY = (
	"From: <tel:%(source)s>\r\n"
	"To: <tel:%(to)s>\r\n"
	"NS: imdn <urn:ietf:params:imdn>\r\n"
	"imdn.Message-ID: i%(key)s\r\n"
	"DateTime: 2026-01-01T00:00:00Z\r\n"
	"%(want)s\r\n"
	"Content-Type: text/plain; charset=utf-8\r\n\r\n"
	"%(text)s")
_COPIED = re.compile(rb"^(via|v|from|f|call-id|i|cseq|to|t)[ \t]*:.*\r\n",
		     re.I | re.M)
_IMDN = re.compile(r"<message-id>i(\w+)</message-id>.*?"
		   r"<(?:\w+:)?(delivered|failed|forbidden|error|processed|"
		   r"stored|legacy-sms)\s*/>", re.S)
BOTH = "positive-delivery, negative-delivery"
REPEAT_SEC = 0.4

_counter = iter(range(1 << 30))


class Request:
	"""A MESSAGE of ours: status is None until it has a final answer."""

	def __init__(self, to, text, source, want, more=""):
		self.to, self.text, self.want = to, text, want
		self.key = "%x%08x" % (os.getpid(), next(_counter))
		self.status = None
		self.answer = b""
		self.answered_at = None
		self.sent_at = None
		self.sent_count = 0
		self.reports = []       # statuses of IMDNs about it
		want = "imdn.Disposition-Notification: %s\r\n" % want \
			if want else ""
		fields = {"to": to, "source": source, "key": self.key,
			  "want": want, "text": text, "more": more}
		self._body = (_BODY % fields).encode()
		self._fields = dict(fields, length=len(self._body))

	def octets(self, port):
		head = _REQUEST % dict(self._fields, port=port)
		return head.encode() + self._body


Received = collections.namedtuple("Received", "octets body text source")


def _read_message(octets):
	"""A MESSAGE from the gateway; text is None in an IMDN."""
	body = octets.partition(b"\r\n\r\n")[2].decode()
	cpim, _, rest = body.partition("\r\n\r\n")
	mime, _, content = rest.partition("\r\n\r\n")
	source = re.search(r"^From: .*<(.*)>", cpim, re.M)
	is_imdn = "message/imdn+xml" in mime.lower()
	return Received(octets, body, None if is_imdn else content,
			source.group(1) if source else None)


class Core:
	"""Requests wait in a queue until the window has room. Everything is done
	by one thread; lists are safe to read at any time."""

	def __init__(self, sip_port, next_hop_port, window=32):
		self.window = window
		self.received = []      # messages that are no IMDN
		self.imdns = 0
		self.requests = []
		self._gateway = ("127.0.0.1", sip_port)
		self._waiting = collections.deque()
		self._open = {}         # by branch
		self._by_key = {}
		self._taken = set()     # branches of requests that came
		self._repeats = collections.deque()
		self._changed = threading.Condition()
		self._is_over = False
		self._client = self._listen(0)
		self._port = self._client.getsockname()[1]
		self._server = self._listen(next_hop_port)
		self._thread = threading.Thread(target=self._run, daemon=True)
		self._thread.start()

	@staticmethod
	def _listen(port):
		sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
		sock.bind(("127.0.0.1", port))
		sock.setblocking(False)
		return sock

	def __enter__(self):
		return self

	def __exit__(self, *why):
		self._is_over = True
		self._thread.join()
		self._client.close()
		self._server.close()

	def send(self, to, text, source="+491710000001", want=BOTH, more=""):
		request = Request(to, text, source, want, more)
		with self._changed:
			self.requests.append(request)
			self._by_key[request.key] = request
			self._waiting.append(request)
		return request

	def wait(self, is_true, timeout=10):
		"""True as soon as is_true() is, False when the time is over."""
		with self._changed:
			return self._changed.wait_for(is_true, timeout)

	def pending(self):
		return len(self._waiting) + len(self._open)

	def accepted(self):
		return [r for r in self.requests if r.status == 202]

	# --- its thread ---

	def _run(self):
		while not self._is_over:
			ready = select.select([self._client, self._server], [],
					      [], 0.01)[0]
			with self._changed:
				if self._client in ready:
					self._read(self._client, self._on_answer)
				if self._server in ready:
					self._read(self._server, self._on_request)
				self._repeat()
				self._start()
				self._changed.notify_all()

	@staticmethod
	def _read(sock, take):
		for _ in range(200):
			try:
				octets, peer = sock.recvfrom(65536)
			except BlockingIOError:
				return
			take(octets, peer)

	def _start(self):
		while self._waiting and len(self._open) < self.window:
			request = self._waiting.popleft()
			request.sent_at = time.monotonic()
			self._open[request.key] = request
			self._transmit(request)

	def _transmit(self, request):
		request.sent_count += 1
		self._client.sendto(request.octets(self._port), self._gateway)
		self._repeats.append((time.monotonic() + REPEAT_SEC, request))

	def _repeat(self):
		now = time.monotonic()
		while self._repeats and self._repeats[0][0] <= now:
			request = self._repeats.popleft()[1]
			if request.status is None:
				self._transmit(request)

	def _on_answer(self, octets, _):
		status = int(octets[8:11])
		key = re.search(rb";branch=z9hG4bK(\w+)", octets).group(1)
		request = self._open.get(key.decode())
		if request is None or status < 200:
			return
		request.status = status
		request.answer = octets
		request.answered_at = time.monotonic()
		del self._open[request.key]

	def _on_request(self, octets, peer):
		head = octets.partition(b"\r\n\r\n")[0] + b"\r\n"
		lines = b"".join(m.group(0) for m in _COPIED.finditer(head))
		lines = re.sub(rb"(?mi)^((?:to|t)[ \t]*:.*?)\r\n",
			       rb"\1;tag=core\r\n", lines)
		self._server.sendto(b"SIP/2.0 200 OK\r\n" + lines +
				    b"Content-Length: 0\r\n\r\n", peer)
		# RFC 3261 17.2.2: the same branch is the same request again.
		branch = re.search(rb";branch=([^;\s,]+)", head).group(1)
		if octets.startswith(b"MESSAGE ") and branch not in self._taken:
			self._taken.add(branch)
			self._on_message(_read_message(octets))

	def _on_message(self, message):
		if message.text is not None:
			self.received.append(message)
			return
		self.imdns += 1
		for key, status in _IMDN.findall(message.body):
			if key in self._by_key:
				self._by_key[key].reports.append(status)
