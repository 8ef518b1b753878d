"""CPM on top of raw SIP: MESSAGE requests, CPIM bodies, IMDN documents."""

import re
import xml.etree.ElementTree as xml

from . import check, sip

MSG = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg"
SYSTEM = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.systemmsg"
IMDN = "urn:ietf:params:imdn"
IMDN_XML = "{urn:ietf:params:xml:ns:imdn}"
CPM_XML = "{urn:oma:xml:cpm:imdn-extensions:1.0}"

ALICE = "tel:+491710000001"
BOB = "tel:+491720000000"


def tag_of(service):
	"""The service as an Accept-Contact value."""
	return '*;+g.3gpp.icsi-ref="%s";require;explicit' % service.replace(
		":", "%3A")


def cpim(text, sender=ALICE, to=BOB, message_id=None, disposition=None,
         inner=("Content-Type: text/plain; charset=utf-8",), lines=()):
	"""Octets of a message/cpim body; text is str or octets."""
	head = ["From: <%s>" % sender, "To: <%s>" % to,
	        "DateTime: 2026-03-01T10:15:00Z"]
	if message_id:
		head += ["NS: imdn <%s>" % IMDN, "imdn.Message-ID: " + message_id]
	if disposition:
		head.append("imdn.Disposition-Notification: " + disposition)
	head += lines
	octets = text.encode() if isinstance(text, str) else text
	return "\r\n".join([*head, "", *inner, "", ""]).encode() + octets


def message(text="Hello, world", sender=ALICE, to=BOB, imdn_id=None,
            disposition=None, body=None, service=MSG, **fields):
	"""A MESSAGE as the core sends it to us. fields: more headers, or others
	in place of those here (None: none), with _ for -."""
	if imdn_id is None:
		imdn_id = sip.unique("im")
	if body is None:
		body = cpim(text, sender, to, imdn_id, disposition)
	made = sip.Message("MESSAGE %s SIP/2.0" % to, [
		("Max-Forwards", "70"),
		("From", "<%s>;tag=%s" % (sender, sip.unique("t"))),
		("To", "<%s>" % to),
		("Call-ID", sip.unique("call")),
		("CSeq", "1 MESSAGE"),
		("P-Asserted-Identity", "<%s>" % sender),
		("P-Asserted-Service", service),
		("Accept-Contact", tag_of(service)),
		("Conversation-ID", sip.unique("conv")),
		("Contribution-ID", sip.unique("cont")),
		("Content-Type", "message/cpim"),
	], body)
	for name, value in fields.items():
		made.set(name.replace("_", "-"), value)
	made.imdn_id = imdn_id
	return made


class Cpim:
	"""headers: [(name, value)]; inner: {lower name: value}; content: octets.
	get() resolves an imdn name by the namespace, not by its prefix."""

	def __init__(self, octets):
		head, _, rest = octets.partition(b"\r\n\r\n")
		inner, is_there, self.content = rest.partition(b"\r\n\r\n")
		check.that(is_there, "CPIM without content: %r" % octets)
		self.headers = [tuple(line.split(": ", 1))
		                for line in head.decode().split("\r\n")]
		self.inner = {k.lower(): v for k, v in (
			line.split(": ", 1) for line in
			inner.decode().split("\r\n"))}

	def get(self, name):
		return next((v for k, v in self.headers if k == name), None)

	def imdn(self, name):
		"""The value of a header of the namespace of IMDN."""
		prefix = next((re.match(r"(\S+) <%s>$" % re.escape(IMDN), v)[1]
		               for k, v in self.headers if k == "NS" and
		               v.endswith("<%s>" % IMDN)), None)
		return self.get("%s.%s" % (prefix, name)) if prefix else None


class Imdn:
	"""The IMDN in a MESSAGE: message_id, kind (delivery, display, processing,
	interworking), status (delivered, failed, legacy-sms, ...), notes."""

	def __init__(self, request):
		self.request = request
		self.cpim = Cpim(request.body)
		check.equal(self.cpim.inner.get("content-type", "").split(";")[0],
		            "message/imdn+xml", "content of an IMDN")
		self.root = xml.fromstring(self.cpim.content)
		check.equal(self.root.tag, IMDN_XML + "imdn", "root of an IMDN")
		self.message_id = self.root.findtext(IMDN_XML + "message-id")
		self.datetime = self.root.findtext(IMDN_XML + "datetime")
		self.recipient = self.root.findtext(IMDN_XML + "recipient-uri")
		self.notes = [e.text for e in self.root.findall(IMDN_XML + "note")]
		self.part = next((e for e in self.root
		                  if e.tag.endswith("-notification")), None)
		check.that(self.part is not None, "an IMDN without notification")
		self.kind = self.part.tag.split("}")[1][:-len("-notification")]
		self.status = self.part[0][0].tag.split("}")[1]


def is_imdn(request):
	return request.is_request() and b"message/imdn+xml" in request.body


def is_text(request):
	return (request.is_request() and request.method == "MESSAGE" and
	        not is_imdn(request))


def wait_imdns(server, count, timeout=5, message_id=None, after=0):
	"""The first count IMDNs at the server, of this message if told."""
	def match(request):
		return is_imdn(request) and message_id in (
			None, Imdn(request).message_id)

	return [Imdn(r) for r in server.wait_all(count, timeout, match, after)]


def imdn_xml(message_id, kind="delivery", status="delivered"):
	"""The document of an IMDN; a kind of the CPM extension in its shape."""
	xmlns = ('<imdn xmlns="urn:ietf:params:xml:ns:imdn" xmlns:cpm='
	         '"urn:oma:xml:cpm:imdn-extensions:1.0">')
	return ('<?xml version="1.0" encoding="UTF-8"?>\n%s<message-id>%s'
	        '</message-id><datetime>2026-03-01T10:15:00Z</datetime>'
	        '<%s-notification><status><%s/></status></%s-notification>'
	        '</imdn>' % (xmlns, message_id, kind, status, kind))


def imdn_message(message_id, sender, to, kind="delivery",
                 status="delivered", **fields):
	"""A MESSAGE that carries an IMDN, as a CPM user sends it back."""
	body = cpim(imdn_xml(message_id, kind, status), sender, to,
	            sip.unique("rp"), inner=("Content-Type: message/imdn+xml",
	            "Content-Disposition: notification"))
	return message(sender=sender, to=to, body=body, service=SYSTEM, **fields)
