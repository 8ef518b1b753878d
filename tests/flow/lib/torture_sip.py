"""The cases of RFC 4475 as MESSAGE and OPTIONS of this gateway, written from
what the RFC says of them: unusual SIP that is right, and SIP that is not."""

import collections

from . import cpm

# octets: KEY in them is replaced by what no other request has. status: what
# is answered, None: nothing. reason: how the phrase begins. text: what the
# SMSC gets of one that is accepted. stream: whether it makes sense on TCP too.
Case = collections.namedtuple("Case", "name octets status reason text stream")

HEAD = """\
Via: SIP/2.0/TRANSPORT SENTBY;branch=z9hG4bKKEY
Max-Forwards: 70
From: <tel:+491710000001>;tag=KEY
To: <tel:+491720000000>
Call-ID: KEY@example.com
CSeq: 1 MESSAGE
P-Asserted-Identity: <tel:+491710000001>
P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg
Conversation-ID: vKEY
Contribution-ID: bKEY
"""
BODY = """\
From: <tel:+491710000001>
To: <tel:+491720000000>
NS: imdn <urn:ietf:params:imdn>
imdn.Message-ID: iKEY

Content-Type: text/plain; charset=utf-8

Hello, KEY"""


def lines(text):
	"""With the line ends of the wire."""
	return text.replace("\n", "\r\n")


class Text:
	"""A request as text whose lines a case changes."""

	def __init__(self, method="MESSAGE", uri=cpm.BOB, body=BODY):
		self.first = "%s %s SIP/2.0" % (method, uri)
		self.head = HEAD.replace("1 MESSAGE", "1 " + method)
		self.type = "Content-Type: message/cpim\n"
		self.body = lines(body)
		self.length = None

	def line(self, name, *values):
		"""In place of the line of that name; no values: none at all."""
		found = [l for l in self.head.splitlines(True)
		         if l.lower().startswith(name.lower() + ":")]
		made = "".join("%s: %s\n" % (name, v) for v in values)
		if found:
			self.head = self.head.replace(found[0], made)
		else:
			self.head += made
		return self

	def replace(self, old, new):
		assert old in self.head, old
		self.head = self.head.replace(old, new)
		return self

	def start(self, first):
		self.first = first
		return self

	def content(self, content_type, body):
		self.type = "Content-Type: %s\n" % content_type \
			if content_type else ""
		self.body = body
		return self

	def octets(self):
		body = (self.body if isinstance(self.body, bytes)
		        else self.body.encode())
		# KEY has as many octets in the end as its name says here.
		grown = body.replace(b"KEY", b"k" * KEY_LEN)
		length = "Content-Length: %d\n" % len(grown) \
			if self.length is None else self.length
		head = lines("%s\n%s%s%s\n" % (self.first, self.head, self.type,
		                               length))
		return head.encode() + body


KEY_LEN = 12


def options(uri="sip:ims.example"):
	made = Text("OPTIONS", uri, "")
	made.type = ""
	return made


def _case(name, text, status, reason="", got=None, stream=True):
	octets = text if isinstance(text, bytes) else text.octets()
	return Case(name, octets, status, reason, got, stream)


def valid():
	"""RFC 4475 3.1.1 and 3.4: right, if odd."""
	tortuous = Text()
	tortuous.head = (
		"TO :\n <tel:+491720000000>\n"
		"from   : \"A \\\\\\\" Tortuous Name\"\t <tel:+491710000001>\n"
		"  ;\n  tag    =    KEY\n"
		"MaX-fOrWaRdS: 0068\n"
		"call-id: KEY@example.com\n"
		"cseq: 0009\n  MESSAGE\n"
		"v: SIP  / 2.0\n  /TRANSPORT  SENTBY;branch =\n"
		"   z9hG4bKKEY ,SIP/2.0 / UDP 192.0.2.2;branch=z9hG4bKold\n"
		"s:\n"
		"UnknownHeader: newfangled value,\n  ;in, =\" strange \" places\n"
		"P-Asserted-Identity :\n\t<tel:+491710000001>\n"
		"p-asserted-SERVICE: \n urn:urn-7:3gpp-service.ims.icsi.oma.cpm"
		".msg\nConversation-ID:vKEY\nContribution-ID:\n\n")
	tortuous.head = tortuous.head.replace("\n\n", "\n bKEY\n")
	tortuous.type = "c:\n message/cpim\n"

	compact = Text()
	for name, short in (("Via", "v"), ("From", "f"), ("To", "t"),
	                    ("Call-ID", "i")):
		compact.replace("%s: " % name, "%s: " % short)
	compact.type = "c: message/cpim\n"
	compact.length = "l: %d\n" % len(Text().body.replace("KEY",
	                                                     "k" * KEY_LEN))

	long = Text()
	long.replace("<tel:+491710000001>;", "\"%s\" <tel:+491710000001>;"
	             "unknown=%s;quoted=\"%s\";" % ("I am called " * 20,
	             "very" * 40, "long value " * 20))
	long.line("Call-ID", "KEY." + "long" * 60 + "@example.com")
	long.line("Unknown-%s-Name" % ("Long" * 40), "unknown-%s-value; "
	          "p=%s" % ("long" * 50, "really" * 20))
	long.head = long.head.replace("\nMax", ",\n SIP/2.0/TCP host%s.example;"
	                              "branch=%s\nMax" % (
	                              "h" * 60, "verylong" * 30), 1)

	two = Text().octets() + Text("OPTIONS", "sip:ims.example").octets()
	multipart = (b"--b0\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
	             b"--b0\r\nContent-Type: application/octet-stream\r\n\r\n"
	             b"0\x82\x01R\x06\x09*\x86\0\0H\xf7\r\x01\0\x07\r\n--b0--\r\n")
	old = Text().replace(";branch=z9hG4bKKEY", "").replace(";tag=KEY", "")
	method = "!interesting-Method0123456789_*.%indeed'~"
	return [
		# 3.1.1.1 line folding, blanks, case, compact and empty fields
		_case("tortuous", tortuous, 202, got="Hello, KEY"),
		_case("compact forms", compact, 202, got="Hello, KEY"),
		# 3.1.1.2 every character that a token may have; Sofia drops
		# a method with a plus or a backtick in it
		_case("characters of a method", options().start(
			"%s sip:ims.example SIP/2.0" % method).line(
			"CSeq", "139122385 " + method), 501, "Method Not Impl"),
		_case("plus in a method", options().start(
			"a+b sip:ims.example SIP/2.0").line("CSeq", "1 a+b"),
			None),
		_case("characters of ids and names", options().line(
			"Call-ID", "KEYintmeth.word%ZK-!.*_+'@word`~)(><:\\/\"]"
			"[?}{").line("extensionHeader-!.%*+_`'~",
			"\ufeff\u5927\u505c\u96fb"), 200),
		_case("characters of a user part", options(
			"sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:"
			"&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com"
			), 200),
		# 3.1.1.3, 3.1.1.4 escapes, also of what they cannot be
		_case("escaped user", Text(uri="sip:sips%3Auser%40example.com@"
		                           "example.net"), 404, "No Route"),
		_case("escaped number", Text(
			uri="sip:%2B4917200%30%300%30%30@ims.example;user=phone"),
			202, got="Hello, KEY"),
		_case("escaped NUL", options("sip:null-%00-null@example.com"),
		      200),
		_case("escaped NUL in the recipient", Text(
			uri="sip:null-%00-null@example.com"), 404),
		# 3.1.1.5 a percent sign that begins no escape
		_case("percent in a method", Text("RE%47IST%45R",
		                                  "sip:ims.example"), 501),
		# 3.1.1.6
		_case("no blank before the bracket", Text().replace(
			"From: <", "From: caller<"), 202, got="Hello, KEY"),
		# 3.1.1.7
		_case("long values", long, 202, got="Hello, KEY", stream=False),
		# 3.1.1.8 what follows the first request of a datagram
		_case("octets behind the body", two, 202, got="Hello, KEY",
		      stream=False),
		# 3.1.1.9
		_case("semicolon in the user part", options(
			"sip:user;par=u%40example.net@example.com"), 200),
		# 3.1.1.10
		_case("unknown transports in Via", options().replace(
			"\nMax", "\nVia: SIP/2.0/SCTP s1.example.com;branch="
			"z9hG4bKs\nVia: SIP/2.0/UNKNOWN u.example.com;branch="
			"z9hG4bKu\nMax"), 200),
		# 3.1.1.11 our listener takes message/cpim only
		_case("multipart with NUL", Text().content(
			"multipart/mixed;boundary=b0", multipart), 415),
		_case("NUL in the text", Text(body=BODY + "\0NUL"), 202,
		      got="Hello, KEY\0NUL"),
		# 3.4 RFC 2543: no branch, no tag
		_case("without branch and tag", old, 202, got="Hello, KEY"),
	]


def malformed():
	"""RFC 4475 3.1.2, and 3.2. Where it lets the receiver choose between 400
	and taking what is clear, it is taken; None: what Sofia drops because
	it finds no way back, or no request at all."""
	negative = Text()
	negative.length = "Content-Length: -999\n"
	large = Text()
	large.length = "Content-Length: 9999\n"
	huge = Text()
	huge.length = "Content-Length: 36893488147419103232\n"
	return [
		# 3.1.2.1
		_case("separators without values", Text().replace(
			";branch", ";;,;,,;branch"), None),
		# 3.1.2.2, 3.1.2.3
		_case("length above the datagram", large, 400, stream=False),
		_case("negative length", negative, 400, stream=False),
		_case("huge length", huge, 400, stream=False),
		# 3.1.2.4
		_case("CSeq above 32 bits", Text().line(
			"CSeq", "36893488147419103232 MESSAGE"), 400),
		_case("Max-Forwards above 255", Text().line("Max-Forwards",
		      "300"), 202, got="Hello, KEY"),
		_case("huge Expires", Text().line("Expires", "1" + 30 * "0"), 202, got="Hello, KEY"),
		# 3.1.2.6
		_case("open quote in To", Text().replace(
			"To: <", "To: \"Mr. J. User <"), 400),
		# 3.1.2.7 to 3.1.2.10
		_case("brackets around the URI", Text(uri="<%s>" % cpm.BOB),
		      400),
		_case("blank in the URI", Text(uri="sip:user@example.com; lr"),
		      None),
		_case("blanks in the first line", Text().start(
			"MESSAGE  %s  SIP/2.0" % cpm.BOB), 202, got="Hello, KEY"),
		_case("blanks behind the first line", Text().start(
			"MESSAGE %s SIP/2.0  " % cpm.BOB), 202, got="Hello, KEY"),
		# 3.1.2.11
		_case("headers in the URI", Text(
			uri="sip:+491720000000@ims.example?Route=%3Csip:x%3E"),
			202, got="Hello, KEY"),
		# 3.1.2.12
		_case("Date of another zone", Text().line(
			"Date", "Fri, 01 Jan 2010 16:00:00 EST"), 202, got="Hello, KEY"),
		# 3.1.2.14, 3.1.2.15
		_case("blanks in brackets", Text().replace(
			"To: <tel:+491720000000>", "To: < tel:+49172 >"), 202, got="Hello, KEY"),
		_case("display name of no tokens", Text().replace(
			"From: <", "From: Bell, Alexander <"), 400),
		# 3.1.2.16
		_case("version 7", Text().start("MESSAGE %s SIP/7.0" % cpm.BOB),
		      505),
		# 3.1.2.17, 3.1.2.18
		_case("another method in CSeq", Text().line("CSeq", "1 OPTIONS"),
		      400),
		_case("unknown method, another in CSeq", Text(
			"NEWMETHOD").line("CSeq", "1 INVITE"), 400),
		# 3.2.1
		_case("cookie alone as branch", Text().replace(
			"z9hG4bKKEY", "z9hG4bK"), 202, got="Hello, KEY"),
	]


def refused():
	"""RFC 4475 3.3: right by the grammar, and cannot be served."""
	return [
		# 3.3.1
		_case("no required fields", Text().line("From").line("To").line(
			"Call-ID"), 400),
		# 3.3.2, 3.3.3
		_case("unknown scheme", Text(uri="nobodyKnowsThisScheme:opaque"),
		      404),
		_case("another known scheme", Text(
			uri="soap.beep://192.0.2.103:3002"), 404),
		# 3.3.4
		_case("unknown schemes in fields", options().replace(
			"<tel:+491720000000>", "<isbn:2983792873>").replace(
			"<tel:+491710000001>;", "<http://www.example.com>;"),
			200),
		# 3.3.5
		_case("unknown extensions", Text().line(
			"Require", "nothingSupportsThis, norThis").line(
			"Proxy-Require", "noProxiesSupportThis"), 420),
		# 3.3.6
		_case("unknown content", Text().content(
			"application/unknownformat", "<audio>\r\n</audio>"),
			415),
		# 3.3.7
		_case("unknown authorization", Text().line(
			"Authorization", "NoOneKnowsThisScheme opaque-data=here"),
			202, got="Hello, KEY"),
		# 3.3.8, 3.3.9
		_case("two CSeq", Text().line("CSeq", "5 MESSAGE", "59 MESSAGE"),
		      400),
		_case("two Call-ID", Text().line("Call-ID", "KEY@a", "KEYx@b"),
		      400),
		_case("two From and To", Text().replace("\nTo", "\nFrom: <sip:x@y>"
		      ";tag=1\nTo: <sip:z@y>\nTo"), 400),
		_case("two lengths", Text().line("Content-Length", "5"), 400,
		      stream=False),
		# 3.3.11
		_case("no hops left", Text().line("Max-Forwards", "0"), 483),
		_case("no hops left, OPTIONS", options().line(
			"Max-Forwards", "0"), 200),
		# 3.3.12 to 3.3.15
		_case("REGISTER", Text("REGISTER", "sip:ims.example").line(
			"Contact", "<sip:+1972@example.com?Route=%3Csip:x%3E>;"
			"unknownparam"), 405),
		_case("INVITE", Text("INVITE").line("Accept", "text/nobodyKnows"),
		      405),
	]


def answers():
	"""Answers that nobody waits for (3.1.2.5, 3.1.2.19, 3.3.10)."""
	head = HEAD + "Content-Length: 0\n"
	return [_case(name, lines("SIP/2.0 %s\n%s\n" % (
		first, head)).encode(), None) for name, first in (
			("to nothing", "200 OK"),
			("status of many digits", "4294967301 better not break"),
			("status 0", "0 None"), ("status 099", "099 Low"),
			("status 700", "700 High"), ("no status", "OK"))] + [
		_case("huge numbers", lines(
			"SIP/2.0 503 Service Unavailable\n" + head.replace(
				"CSeq: 1 ", "CSeq: 9292394834772304023312 ") +
			"Retry-After: 949302838503028349304023988\n\n"
			).encode(), None),
		_case("Via of a broadcast address", lines(
			"SIP/2.0 200 OK\n" + head.replace(
				"SENTBY", "255.255.255.255") + "\n").encode(),
			None),
	]


def other():
	"""What is no SIP, and what begins like it."""
	return [_case(name, octets, None, stream=False) for name, octets in (
		("NULs", b"\0" * 100), ("HTTP", b"GET / HTTP/1.1\r\n\r\n"),
		("TLS", bytes.fromhex("1603010200010001fc0303") + b"\x55" * 500),
		("method alone", b"MESSAGE"), ("line ends", b"\r\n" * 50),
		("high octets", b"\xff\xfe" * 500), ("letters", b"A" * 60000),
		("STUN", b"\0\1\0\x08\x21\x12\xa4\x42" + b"k" * 20),
		("STUN with a false length", b"\0\1\xff\xff\x21\x12\xa4\x42"),
		("SigComp", b"\xf8" + b"\x55" * 60),
		("first line alone", b"MESSAGE sip:a@b SIP/2.0\r\n\r\n"),
		("colons", b"MESSAGE sip:a@b SIP/2.0\r\n" + b":\r\n" * 2000),
		("no Via", lines("OPTIONS sip:a SIP/2.0\nFrom: <sip:a@b>;tag=1\n"
		                 "To: <sip:a@b>\nCall-ID: KEY\nCSeq: 1 OPTIONS\n"
		                 "\n").encode()),
		("Via of no host", Text().replace("SENTBY", "").octets()),
	)]
