"""CPIM bodies and IMDN documents, the examples of RFC 3862 and RFC 5438 in our
words and what breaks their rules."""

import collections

from . import cpm

# status: of the answer. part: is in its reason. text: what the SMSC gets.
Case = collections.namedtuple("Case", "name body status part text")

PARTIES = "From: <tel:+491710000001>\nTo: <tel:+491720000000>\n"
INNER = "\nContent-Type: text/plain; charset=utf-8\n\n"
IMDN_INNER = ("\nContent-Type: message/imdn+xml\n"
              "Content-Disposition: notification\n\n")
NS = 'xmlns="urn:ietf:params:xml:ns:imdn"'


def _octets(text):
	return text if isinstance(text, bytes) else \
		text.replace("\n", "\r\n").encode()


def good(name, head, text, inner=INNER, got=None):
	"""KEY in it makes each a message of its own."""
	return Case(name, _octets(head + "DateTime: 2026-03-01T10:15:00Z\n" +
	                          inner + text),
	            202, "", got or text.replace("\n", "\r\n"))


def bad(name, body, part, status=400):
	return Case(name, _octets(body), status, part, None)


def taken():
	"""Odd, and right by RFC 3862."""
	return [
		good("names and copies", "From: MR SANDERS <im:piglet@example.com>"
		     "\nTo: Depressed Donkey <im:eeyore@example.com>\n"
		     "To: \"B \\u00e4\\\"r\" <tel:+491720000000>\n"
		     "cc: Rabbit <im:rabbit@example.com>\n"
		     "Subject: the weather will be fine today\n"
		     "Subject:;lang=fr beau temps pr\\u00e9vu pour aujourd'hui\n",
		     "KEY names"),
		good("namespaces", PARTIES + "NS: MyFeatures <mid:Message"
		     "Features@id.example.com>\nMyFeatures.VitalMessageOption: "
		     "Confirmation-requested\nMyFeatures.WackyMessageOption: "
		     "Use-silly-font\n", "KEY namespaces"),
		good("prefix again for another", PARTIES + "NS: a <urn:x:1>\n"
		     "a.One: 1\nNS: a <urn:ietf:params:imdn>\n"
		     "a.Message-ID: iKEY\n", "KEY prefix again"),
		good("default namespace", PARTIES + "NS: <urn:x:1>\nOther: 1\n"
		     "NS: <urn:ietf:params:cpim-headers:>\n", "KEY default"),
		good("known Require", PARTIES + "Require: Subject\n", "KEY known"),
		good("header names have case", PARTIES + "from: nonsense\n"
		     "TO: more of it\n", "KEY case"),
		good("escapes that are none", PARTIES + "Subject: \\q \\u12 \\\n",
		     "KEY escapes"),
		good("lone surrogate", PARTIES + "Subject: \\ud83d x\n",
		     "KEY surrogate"),
		good("broken DateTime", "", "KEY time")._replace(body=_octets(
			PARTIES + "DateTime: yesterday\n" + INNER + "KEY time")),
		good("no CPIM header but the parties", PARTIES, "KEY least"),
		good("wrapped once more", "Content-Type: Message/CPIM\n\n" +
		     PARTIES, "KEY wrapped"),
		good("bare line ends", "", "KEY bare")._replace(
			body=(PARTIES + INNER + "KEY bare").encode()),
		good("folded MIME header", PARTIES, "KEY folded",
		     "\nContent-Type: text/plain;\n\tcharset=utf-8\nX-A: b\n c\n\n"),
		good("no MIME header", PARTIES, "KEY no MIME", "\n\n"),
		good("lines like headers in the text", PARTIES,
		     "KEY\n\nFrom: <a:b>\n\n"),
		good("empty lines first", PARTIES, "\n\nKEY after"),
		good("everything in UTF-8", PARTIES.replace(
			"From: ", "From: \u5927\u505c\u96fb \U0001f600 "),
			"KEY \u5927 \U0001f600 \u20ac"),
	]


def broken():
	"""Against RFC 3862: 400 with the octet and the rule."""
	long = "X" * 5000
	many = "".join("X-%d: y\n" % n for n in range(200))
	spaces = "".join("NS: n%d <urn:n:%d>\n" % (n, n) for n in range(100))
	return [
		bad("nothing", b"", "no empty line"),
		bad("headers that do not end", PARTIES, "no empty line"),
		bad("only an empty line", "\n\nx", "no headers"),
		bad("no colon", PARTIES + "Subject\n" + INNER, "no colon"),
		bad("no name", PARTIES + ": x\n" + INNER, "bad header name"),
		bad("blank in a name", PARTIES + "Sub ject: x\n" + INNER,
		    "bad header name"),
		bad("two dots", PARTIES + "a.b.c: x\n" + INNER, "bad header name"),
		bad("prefix without NS", PARTIES + "imdn.Message-ID: x\n" + INNER,
		    "without NS"),
		bad("NS behind its use", PARTIES + "z.Message-ID: x\n"
		    "NS: z <urn:z>\n" + INNER, "without NS"),
		bad("NS without brackets", PARTIES + "NS: imdn urn:x\n" + INNER,
		    "NS is not"),
		bad("unknown Require", PARTIES + "Require: MyFeatures.Vital\n" +
		    INNER, "without NS"),
		bad("unknown Require of a namespace", PARTIES + "NS: m <urn:m>\n"
		    "Require: m.Vital\n" + INNER, "Require Vital"),
		bad("two From", PARTIES + PARTIES + INNER, "second From"),
		bad("two DateTime", PARTIES + 2 * "DateTime: 2026-01-01T00:00:00Z\n"
		    + INNER, "second DateTime"),
		bad("From without brackets", "From: tel:+49171\n" + INNER,
		    "address is not"),
		bad("open bracket", "From: <tel:+49171\n" + INNER,
		    "address is not"),
		bad("open quote", "From: \"A <tel:+49171>\n" + INNER,
		    "address is not"),
		bad("open quote in a parameter", PARTIES + "Subject:;lang=\"x y\n"
		    + INNER, "open quote"),
		bad("control character", PARTIES + "Subject: a\1b\n" + INNER,
		    "control character"),
		bad("NUL", PARTIES + "Subject: a\0b\n" + INNER,
		    "control character"),
		bad("carriage return alone", _octets(PARTIES) + b"Subject: a\rb\r\n"
		    + _octets(INNER), "control character"),
		bad("no UTF-8", _octets(PARTIES) + b"Subject: \xff\xfe\r\n" +
		    _octets(INNER), "not UTF-8"),
		bad("UTF-16", (PARTIES + INNER).encode("utf-16"), "control character"),
		bad("UTF-8 of a surrogate", _octets(PARTIES) +
		    b"Subject: \xed\xa0\x80\r\n" + _octets(INNER), "not UTF-8"),
		bad("long line", PARTIES + "Subject: " + long + "\n" + INNER,
		    "too long"),
		bad("many headers", PARTIES + many + INNER, "too many headers"),
		bad("many namespaces", PARTIES + spaces + INNER, "too many"),
		bad("many MIME headers", PARTIES + "\n" + many + "\nx",
		    "too many MIME"),
		bad("MIME header without a colon", PARTIES + "\nContent-Type\n\nx",
		    "bad MIME header"),
		bad("MIME header of a long fold", PARTIES + "\nContent-Type: a\n" +
		    (" " + "b" * 900 + "\n") * 9 + "\nx", "too long"),
		bad("wrapped in something else", "Content-Type: text/html\n\n" +
		    PARTIES + INNER, "wrapper"),
		bad("bytes", bytes(range(256)), ""),
	]


def _imdn(name, document, status):
	octets = document if isinstance(document, bytes) else document.encode()
	return Case(name, _octets(PARTIES + IMDN_INNER) + octets, status,
	            "Bad IMDN" if status == 400 else "", None)


def document(inner="<delivery-notification><status><delivered/></status>"
             "</delivery-notification>", before="", ns=NS):
	return ('<?xml version="1.0" encoding="UTF-8"?>\n%s<imdn %s><message-id>'
	        '34jk324j</message-id><datetime>2006-04-04T12:16:49-05:00'
	        '</datetime>%s</imdn>' % (before, ns, inner))


def imdns_taken():
	"""As RFC 5438 shows them, and with all that it lets others add; about a
	message that nobody knows."""
	def notification(kind, status):
		return document("<%s-notification><status><%s/></status></%s-"
		                "notification>" % (kind, status, kind))
	named = ("<recipient-uri>im:bob@example.com</recipient-uri>"
	         "<original-recipient-uri>im:b@example.com"
	         "</original-recipient-uri><subject>a &amp; b</subject>")
	last = document().split("<delivery")[1]
	return [_imdn("%s %s" % row, notification(*row), 202) for row in (
		("delivery", "delivered"), ("delivery", "failed"),
		("delivery", "forbidden"), ("delivery", "error"),
		("processing", "processed"), ("processing", "stored"),
		("processing", "forbidden"), ("display", "displayed"),
		("display", "error"))] + [
		_imdn("all fields", document(named + "<delivery" + last.replace(
			"</imdn>", "") + "<note lang='en'>far &lt; away</note>"),
			202),
		_imdn("extensions", document("<x:more xmlns:x='urn:x'><x:y/>"
		                             "</x:more><delivery" + last.replace(
		                             "</imdn>", "") + "<new a='b'/>"),
		      202),
		_imdn("comments and instructions", document(
			"<!-- <status> --><?pi <status> ?><delivery" +
			last.replace("</imdn>", "")), 202),
		_imdn("CDATA", document().replace("34jk324j",
		                                  "<![CDATA[34jk&324j]]>"), 202),
		_imdn("character references", document().replace(
			"34jk", "&#51;&#x34;jk"), 202),
		_imdn("byte order mark", b"\xef\xbb\xbf" + document().encode(),
		      202),
		_imdn("no declaration", document().split("\n", 1)[1], 202),
		_imdn("line ends around", "\r\n\r\n" + document().split(
			"\n", 1)[1] + "\r\n\r\n", 202),
	]


def imdns_broken():
	laughs = "<!DOCTYPE imdn [<!ENTITY a \"ha\">" + "".join(
		"<!ENTITY %s \"%s\">" % (chr(98 + n), ("&%s;" % chr(97 + n)) * 10)
		for n in range(9)) + "]>\n"
	external = '<!DOCTYPE imdn [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
	utf16 = document().replace("UTF-8", "UTF-16").encode("utf-16")
	utf7 = document(before="+ADwAIQ-DOCTYPE imdn+AD4-").replace(
		"UTF-8", "UTF-7")
	end = "</delivery-notification>"
	return [_imdn(name, xml, 400) for name, xml in (
		("nothing", ""), ("text", "delivered"), ("an open tag", "<imdn"),
		("cut", document()[:-20]), ("two roots", document() + "<imdn/>"),
		("another root", document().replace("<imdn ", "<i ").replace(
			"</imdn>", "</i>")),
		("no message-id", document().replace("message-id", "message-ix")),
		("empty message-id", document().replace("34jk324j", " ")),
		("no notification", document("")),
		("no status", document("<delivery-notification>" + end)),
		("empty status", document("<delivery-notification><status/>" + end)),
		("unknown status", document().replace("delivered/", "maybe/")),
		("status of another kind", document().replace(
			"delivered/", "displayed/")),
		("two notifications", document(2 * document().split(
			"</datetime>")[1].replace("</imdn>", ""))),
		("entity", document(before="<!DOCTYPE imdn [<!ENTITY a \"b\">]>"
		                    ).replace("34jk", "&a;")),
		("DOCTYPE alone", document(before="<!DOCTYPE imdn>")),
		("a billion laughs", document(before=laughs).replace(
			"34jk", "&j;")),
		("external entity", document(before=external).replace(
			"34jk", "&x;")),
		("DOCTYPE of another host", document(
			before='<!DOCTYPE imdn SYSTEM "http://127.0.0.1:9/x.dtd">')),
		("undeclared entity", document().replace("34jk", "&a;")),
		("twenty levels", document("<a>" * 20 + "</a>" * 20)),
		("many levels", document("<a>" * 2000 + "</a>" * 2000)),
		("levels without an end", document("<a>" * 5000)),
		("huge", document("<note>" + "x" * 20000 + "</note>")),
		("many attributes", document("<a " + " ".join(
			"b%d='c'" % n for n in range(1500)) + ">")),
		("an attribute twice", document("<a b='1' b='2'/>")),
		("NUL", document().replace("34jk", "34\0jk")),
		("control character", document().replace("34jk", "34\1jk")),
		("reference to a control character", document().replace(
			"34jk", "34&#1;jk")),
		("reference to NUL", document().replace("34jk", "&#0;jk")),
		("no UTF-8", document().encode().replace(b"34jk", b"34\xff\xfejk")),
		("UTF-16", utf16), ("UTF-7 that hides a DOCTYPE", utf7),
		("prefix without namespace", document("<p:delivery-notification/>"
		                                      )),
	)]
