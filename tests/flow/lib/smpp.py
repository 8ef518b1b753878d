"""SMPP 3.4 written by hand for tests, apart from the gateway's code: a codec
and an SMSC whose every octet the test decides."""
import collections
import select
import socket
import struct
import time

GENERIC_NACK = 0x80000000
BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER = 0x01, 0x02, 0x09
SUBMIT_SM, DELIVER_SM, UNBIND, ENQUIRE_LINK = 0x04, 0x05, 0x06, 0x15
DATA_SM = 0x103
RESP = 0x80000000
BINDS = (BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER)

ROK, RALYBND, RMSGQFUL, RTHROTTLED = 0x00, 0x05, 0x14, 0x58
RX_T_APPN = 0x64

RECEIPTED_ID, MESSAGE_PAYLOAD, MESSAGE_STATE = 0x1E, 0x424, 0x427
SAR_REF, SAR_TOTAL, SAR_SEQ = 0x20C, 0x20E, 0x20F

_GSM = ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
_EXTENSION = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\",
	      0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€"}
_TO_GSM = {char: bytes([code]) for code, char in enumerate(_GSM)}
_TO_GSM.update({char: bytes([0x1B, code])
		for code, char in _EXTENSION.items()})

Address = collections.namedtuple("Address", "number ton npi")


def address(number, ton=None, npi=None):
	"""'+4917...' is international, other digits are of unknown type."""
	if number.startswith("+"):
		return Address(number[1:], 1 if ton is None else ton,
			       1 if npi is None else npi)
	return Address(number, ton or 0, npi or 0)


def gsm_encode(text):
	return b"".join(_TO_GSM[char] for char in text)


def gsm_decode(octets):
	text, escaped = "", False
	for octet in octets:
		if octet == 0x1B and not escaped:
			escaped = True
			continue
		text += _EXTENSION[octet] if escaped else _GSM[octet]
		escaped = False
	assert not escaped, "ends in an escape: %r" % octets
	return text


class Pdu:
	"""One PDU; fields of messages and binds are read when asked for."""

	def __init__(self, octets):
		self.octets = octets
		_, self.command, self.status, self.sequence = struct.unpack(
			">IIII", octets[:16])
		self.body = octets[16:]
		self._fields = None

	def __repr__(self):
		return "Pdu(0x%x status=0x%x seq=%d %s)" % (
			self.command, self.status, self.sequence,
			self.body.hex())

	@property
	def fields(self):
		if self._fields is None:
			self._fields = parse(self)
		return self._fields

	def __getitem__(self, name):
		return self.fields[name]

	@property
	def udh(self):
		octets = self["short_message"]
		if not self["esm_class"] & 0x40:
			return b""
		return octets[:octets[0] + 1]

	@property
	def user_text(self):
		octets = self["short_message"][len(self.udh):]
		octets += self["tlvs"].get(MESSAGE_PAYLOAD, b"")
		if self["data_coding"] == 8:
			return octets.decode("utf-16-be")
		assert self["data_coding"] == 0, self["data_coding"]
		return gsm_decode(octets)

	@property
	def part(self):
		"""(reference, total, number) of a part, or None."""
		udh, tlvs = self.udh, self["tlvs"]
		if SAR_REF in tlvs:
			assert not udh, udh.hex()
			return (int.from_bytes(tlvs[SAR_REF], "big"),
				tlvs[SAR_TOTAL][0], tlvs[SAR_SEQ][0])
		if not udh:
			return None
		if udh[:3] == b"\x06\x08\x04" and len(udh) == 7:
			return int.from_bytes(udh[3:5], "big"), udh[5], udh[6]
		assert udh[:3] == b"\x05\x00\x03" and len(udh) == 6, udh.hex()
		return udh[3], udh[4], udh[5]


_SM = ("service_type:s source_addr:a dest_addr:a esm_class:1 "
       "protocol_id:1 priority:1 schedule:s validity:s "
       "registered_delivery:1 replace:1 data_coding:1 default_msg:1 "
       "short_message:l").split()
_BIND = ("system_id:s password:s system_type:s interface_version:1 "
	 "addr_ton:1 addr_npi:1 address_range:s").split()
_ID = ["message_id:s"]
_LAYOUT = {SUBMIT_SM: _SM, DELIVER_SM: _SM, BIND_RECEIVER: _BIND,
	   BIND_TRANSMITTER: _BIND, BIND_TRANSCEIVER: _BIND,
	   SUBMIT_SM | RESP: _ID, DELIVER_SM | RESP: _ID}


def _cstring(body, at):
	end = body.index(b"\0", at)
	return body[at:end].decode("latin-1"), end + 1


def _take(body, at, kind):
	if kind == "s":
		return _cstring(body, at)
	if kind == "a":
		number, end = _cstring(body, at + 2)
		return Address(number, body[at], body[at + 1]), end
	if kind == "l":
		end = at + 1 + body[at]
		assert end <= len(body), "sm_length beyond the PDU"
		return body[at + 1:end], end
	return body[at], at + 1


def parse(pdu):
	"""The fields of a PDU, every octet accounted for."""
	fields, at = {"tlvs": {}}, 0
	for entry in _LAYOUT.get(pdu.command, []):
		name, _, kind = entry.partition(":")
		if kind and at < len(pdu.body):
			fields[name], at = _take(pdu.body, at, kind)
	while at < len(pdu.body):
		tag, length = struct.unpack(">HH", pdu.body[at:at + 4])
		assert at + 4 + length <= len(pdu.body), "TLV beyond the PDU"
		fields["tlvs"][tag] = pdu.body[at + 4:at + 4 + length]
		at += 4 + length
	return fields


def pack(command, status=0, sequence=0, body=b""):
	return struct.pack(">IIII", 16 + len(body), command, status,
			   sequence) + body


def tlv(tag, value):
	return struct.pack(">HH", tag, len(value)) + value


def sm_body(source, dest, octets, esm_class=0, data_coding=0, registered=0,
	    tlvs=b"", schedule=b"", validity=b""):
	"""The body of submit_sm or deliver_sm."""
	source, dest = (where if isinstance(where, Address) else address(where)
			for where in (source, dest))
	return (b"\0" + bytes([source.ton, source.npi]) +
		source.number.encode() + b"\0" + bytes([dest.ton, dest.npi]) +
		dest.number.encode() + b"\0" + bytes([esm_class, 0, 0]) +
		schedule + b"\0" + validity + b"\0" +
		bytes([registered, 0, data_coding, 0, len(octets)]) +
		octets + tlvs)


def receipt_body(submit, message_id, stat="DELIVRD", text=True, state=None):
	"""A receipt for a submit_sm, addresses swapped."""
	octets = ("id:%s sub:001 dlvrd:001 submit date:2601011200 done "
		  "date:2601011200 stat:%s err:000 text:" %
		  (message_id, stat)).encode()
	tlvs = b""
	if state is not None:
		tlvs = (tlv(RECEIPTED_ID, message_id.encode() + b"\0") +
			tlv(MESSAGE_STATE, bytes([state])))
	return sm_body(submit["dest_addr"], submit["source_addr"],
		       octets if text else b"", esm_class=4, tlvs=tlvs)


class Closed(Exception):
	"""The gateway closed the connection."""


class Link:
	"""One connection of the gateway to us, read and written by hand."""

	def __init__(self, sock):
		self.sock = sock
		self.bind = None
		self.seen = []          # what expect passed over
		self._octets = b""
		self._sequence = 0

	def close(self):
		self.sock.close()

	def raw(self, octets):
		self.sock.sendall(octets)

	def request(self, command, body=b"", sequence=None):
		"""Sends a request; returns its sequence number."""
		if sequence is None:
			self._sequence += 1
			sequence = self._sequence
		self.raw(pack(command, 0, sequence, body))
		return sequence

	def answer(self, pdu, status=ROK, message_id=None, body=None):
		if body is None:
			body = b"" if message_id is None else \
				message_id.encode() + b"\0"
		self.raw(pack(pdu.command | RESP, status, pdu.sequence, body))

	def _cut(self):
		if len(self._octets) < 4:
			return None
		length = struct.unpack(">I", self._octets[:4])[0]
		assert 16 <= length <= 70000, "command_length %d" % length
		if len(self._octets) < length:
			return None
		pdu = Pdu(self._octets[:length])
		self._octets = self._octets[length:]
		return pdu

	def read(self, timeout=10):
		"""The next PDU; TimeoutError or Closed."""
		end = time.monotonic() + timeout
		while True:
			pdu = self._cut()
			if pdu:
				return pdu
			left = end - time.monotonic()
			if left <= 0 or not select.select([self.sock], [], [],
							  left)[0]:
				raise TimeoutError("no PDU in %gs" % timeout)
			try:
				octets = self.sock.recv(65536)
			except ConnectionError as error:
				raise Closed() from error
			if not octets:
				raise Closed()
			self._octets += octets

	def expect(self, command, timeout=10):
		"""The next PDU of that command; keeps others for later calls
		and answers enquire_link."""
		end = time.monotonic() + timeout
		for pdu in self.seen:
			if pdu.command == command:
				self.seen.remove(pdu)
				return pdu
		while True:
			pdu = self.read(max(0, end - time.monotonic()))
			if pdu.command == command:
				return pdu
			if pdu.command == ENQUIRE_LINK:
				self.answer(pdu)
			else:
				self.seen.append(pdu)

	def until_closed(self, timeout=10):
		"""What was still sent before the gateway closed."""
		pdus, end = [], time.monotonic() + timeout
		try:
			while True:
				pdus.append(self.read(end - time.monotonic()))
		except Closed:
			return pdus


class Smsc:
	"""A listening socket that takes one bind after another."""

	def __init__(self, port=0):
		self.sock = socket.create_server(("127.0.0.1", port))
		self.port = self.sock.getsockname()[1]

	def __enter__(self):
		return self

	def __exit__(self, *why):
		self.close()

	def close(self):
		self.sock.close()

	def connect(self, timeout=10):
		"""A connection before its bind is read."""
		self.sock.settimeout(timeout)
		sock = self.sock.accept()[0]
		sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		return Link(sock)

	def accept(self, timeout=10, status=ROK):
		"""A connection whose bind is answered."""
		link = self.connect(timeout)
		link.bind = link.read(timeout)
		assert link.bind.command in BINDS, link.bind
		link.answer(link.bind, status, "smsc" if not status else None)
		return link
