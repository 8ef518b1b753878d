"""PDUs that an SMSC may send to an ESME: unusual ones that are right, ones that
break a rule, and octets that are no PDU."""

import collections
import struct

from . import smpp
from .smpp import DATA_SM, DELIVER_SM, RESP, Address, pack, sm_body, tlv

# KEY in the octets is replaced by what no other has, and so is the sequence
# number. answer: (command, status) that comes back, None: nothing. text: what
# comes to the core.
Case = collections.namedtuple("Case", "name octets answer text")

USER, SUBSCRIBER = "+491520000001", "+491710000001"
KEY = b"KEYKEYKE"
OK = (DELIVER_SM | RESP, 0)
NACK_COMMAND = (smpp.GENERIC_NACK, 0x03)
NACK_LENGTH = (smpp.GENERIC_NACK, 0x02)


def _sm(octets=KEY, source=USER, dest=SUBSCRIBER, **more):
	return sm_body(source, dest, octets, **more)


def good(name, octets=KEY, text="KEY", command=DELIVER_SM, body=None, **more):
	body = _sm(octets, **more) if body is None else body
	return Case(name, pack(command, 0, 1, body), (command | RESP, 0), text)


def taken():
	"""Right by SMPP 3.4 or normal in the field; library-notes' traps."""
	small = b"".join(tlv(0x1400 + n, b"x") for n in range(500))
	payload = tlv(smpp.MESSAGE_PAYLOAD, KEY + b"y" * 1500)
	ucs2 = KEY.decode().encode("utf-16-be")
	data_sm = b"\0" + b"\1\1" + b"491520000001\0" + b"\1\1" + \
		b"491710000001\0" + bytes([0, 0, 0])
	return [
		good("plain"),
		good("empty text", b"", ""),
		good("36 TLVs", tlvs=small[:180]),
		good("500 TLVs", tlvs=small),
		good("unknown and vendor TLVs", tlvs=tlv(0x0428, b"1") +
		     tlv(0x060D, b"2") + tlv(0x1401, b"3" * 40) + tlv(0x3FFF, b"")),
		good("unknown TON and NPI", source=Address("491520000001", 77, 99),
		     text="KEY"),
		good("letters under TON 1", source=Address("INFO", 1, 1)),
		good("plus under TON 1", source=Address("+491520000001", 1, 1)),
		good("zeros under TON 1", source=Address("00491520000001", 1, 1)),
		good("TLV over 1024", b"", "KEY" + "y" * 1500, tlvs=payload),
		good("payload beside text", KEY, "KEY", tlvs=payload),
		good("SAR of another width", tlvs=tlv(smpp.SAR_REF, b"\1\2\3\4")),
		good("SAR of one part", tlvs=tlv(smpp.SAR_REF, b"\0\1") +
		     tlv(smpp.SAR_TOTAL, b"\1") + tlv(smpp.SAR_SEQ, b"\1")),
		good("SAR part above its total", tlvs=tlv(smpp.SAR_REF, b"\0\1") +
		     tlv(smpp.SAR_TOTAL, b"\2") + tlv(smpp.SAR_SEQ, b"\3")),
		good("times set", schedule=b"260101120000000+",
		     validity=b"000003000000000R"),
		good("every octet as text", KEY + bytes(range(0x20)) + b"\x7f\xff",
		     None),
		good("escape at the end", KEY + b"\x1b", None),
		good("UCS-2", ucs2, data_coding=8),
		good("half a UCS-2 unit", ucs2 + b"\0", None, data_coding=8),
		good("lone surrogate", ucs2 + b"\xd8\x3d", "KEY\ufffd",
		     data_coding=8),
		good("Latin-1", KEY + b"\xe4", "KEY\u00e4", data_coding=3),
		good("message class", data_coding=0xF1),
		good("UDH that lies", b"\x50" + KEY, None, esm_class=0x40),
		good("UDH of one part", b"\x05\0\3\7\1\1" + KEY, esm_class=0x40),
		good("UDH part 0", b"\x05\0\3\7\2\0" + KEY, esm_class=0x40),
		good("unknown UDH element", b"\x04\x70\2\1\1" + KEY,
		     esm_class=0x40),
		good("data_sm", command=DATA_SM, body=data_sm +
		     tlv(smpp.MESSAGE_PAYLOAD, KEY)),
		good("status in a request")._replace(octets=pack(
			DELIVER_SM, 0x45, 1, _sm())),
		good("receipt for nothing", b"id:nobody sub:001 dlvrd:001 submit "
		     b"date:2601011200 done date:2601011200 stat:DELIVRD err:000",
		     None, esm_class=4),
		good("receipt that says nothing", KEY, None, esm_class=4),
		good("receipt of a huge id", b"id:" + b"9" * 200 + b" stat:DELIVRD",
		     None, esm_class=4),
		good("receipt of impossible dates", b"id:1 submit date:9999999999 "
		     b"done date:0000000000 stat:XXXXXXX err:xyz", None,
		     esm_class=4),
		good("acknowledgements of a user", KEY, None, esm_class=0x10),
		Case("enquire_link", pack(smpp.ENQUIRE_LINK, 0, 1),
		     (smpp.ENQUIRE_LINK | RESP, 0), None),
		Case("alert_notification", pack(0x102, 0, 1, b"\1\1" + b"49\0" +
		                                b"\1\1" + b"50\0"), None, None),
	]


def broken():
	"""Each breaks one rule: answered, and the bind goes on."""
	body = _sm()
	return [Case(name, octets, answer, None) for name, octets, answer in (
		("TLV cut", pack(DELIVER_SM, 0, 1, body + b"\x14\0\xff"), True),
		("TLV beyond the end", pack(DELIVER_SM, 0, 1, body +
		                            b"\x14\0\xff\xffab"), True),
		("sm_length beyond the end", pack(
			DELIVER_SM, 0, 1, body[:-9] + b"\xffxy"), True),
		("no body", pack(DELIVER_SM, 0, 1), True),
		("no NUL", pack(DELIVER_SM, 0, 1, b"A" * 60), True),
		("half a body", pack(DELIVER_SM, 0, 1, body[:20]), True),
		("address too long", pack(DELIVER_SM, 0, 1, _sm(
			source="+" + "1" * 60)), True),
		("unknown alphabet", pack(DELIVER_SM, 0, 1, _sm(data_coding=13)),
		 True),
		("for a port", pack(DELIVER_SM, 0, 1, _sm(
			b"\x06\5\4\x0b\x84\x0b\x84" + KEY, esm_class=0x40)), True),
		("plus alone", pack(DELIVER_SM, 0, 1, _sm(
			source=Address("+", 1, 1))), True),
		("unknown command", pack(0x777, 0, 1, b"abc"), NACK_COMMAND),
		("broadcast_sm of 5.0", pack(0x111, 0, 1, b"abc"), NACK_COMMAND),
		("submit_sm to an ESME", pack(smpp.SUBMIT_SM, 0, 1, body),
		 NACK_COMMAND),
		("bind to an ESME", pack(smpp.BIND_TRANSCEIVER, 0, 1, b"\0" * 7),
		 True),
		("outbind", pack(0x0B, 0, 1, b"a\0b\0"), True),
		("unknown answer", pack(0x80000777, 0, 1), None),
		("answer to nothing", pack(smpp.SUBMIT_SM | RESP, 0, 1, b"x\0"),
		 None),
		("answer without an end", pack(smpp.SUBMIT_SM | RESP, 0, 1,
		                               b"x" * 80), None),
		("generic_nack of nothing", pack(smpp.GENERIC_NACK, 3, 1), None),
		("generic_nack with a body", pack(smpp.GENERIC_NACK, 3, 1, b"x"),
		 None),
		("answer to a bind", pack(smpp.BIND_TRANSCEIVER | RESP, 0, 1,
		                          b"smsc\0"), None),
		("bind refused late", pack(smpp.BIND_TRANSCEIVER | RESP, 5, 1),
		 None),
		("answer to unbind", pack(smpp.UNBIND | RESP, 0, 1), None),
	)]


def lost():
	"""No PDU begins here: generic_nack, and the connection ends."""
	return (("length 0", bytes(16)), ("length 15", b"\0\0\0\x0f" + bytes(12)),
	        ("length 2 GiB", b"\x7f\xff\xff\xff" + bytes(12)),
	        ("length 4 GiB", b"\xff" * 16),
	        ("length 70000", struct.pack(">I", 70000) + bytes(12)),
	        ("HTTP", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
	        ("TLS", bytes.fromhex("1603030100020000fc0303")),
	        ("SSH", b"SSH-2.0-x\r\n"), ("high octets", bytes(range(200, 256))))
