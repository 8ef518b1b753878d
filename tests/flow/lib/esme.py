"""Applications that bind to the gateway: its settings for them, and one written
by hand."""
import socket

from . import check, port, smpp
from .sms import LONG, Sms


def account(name, listen_port, **more):
	return {"name": name, "port": listen_port, "system_id": name,
		"password": "secret", **more}


class Server(Sms):
	"""A gateway with these accounts. +4915... goes to smppsim, +44NN... to
	the account with this place in the list, all else to the core."""

	def __init__(self, *accounts, **more):
		self.port = port.take()
		names = accounts or ("app",)
		links = [account(name, self.port, **more) if isinstance(
			name, str) else dict(account(name["name"], self.port),
					     **name) for name in names]
		routes = [{"match": "+44%02d*" % place, "via": [link["name"]]}
			  for place, link in enumerate(links)]
		routes += [{"match": "+4915*", "via": ["sim"]},
			   {"match": "+*", "via": ["cpm"]}]
		super().__init__(over=dict(
			LONG, smpp_server={"links": links}, routes=routes))

	def bind(self, name="app", command=smpp.BIND_TRANSCEIVER, timeout=10):
		return Esme(self.port, name, command, timeout)


class Esme(smpp.Link):
	"""A bound connection; submits are told apart by their sequence."""

	def __init__(self, listen_port, name, command, timeout=10,
		     tls=None):
		sock = socket.create_connection(("127.0.0.1", listen_port),
						timeout)
		sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		if tls:
			context, host = tls
			sock = context.wrap_socket(sock, server_hostname=host)
		super().__init__(sock)
		self.request(command, name.encode() + b"\0secret\0\0\x34\0\0\0")
		answer = self.expect(command | smpp.RESP, timeout)
		check.equal(answer.status, 0, "answer to the bind")

	def send(self, dest, text, source="+441234", registered=1):
		return self.request(smpp.SUBMIT_SM, smpp.sm_body(
			source, dest, smpp.gsm_encode(text),
			registered=registered))

	def submit(self, dest, text, **more):
		"""Its message_id."""
		sequence = self.send(dest, text, **more)
		answer = self.expect(smpp.SUBMIT_SM | smpp.RESP)
		check.equal((answer.status, answer.sequence), (0, sequence),
			    "submit_sm_resp")
		return answer["message_id"]

	def take(self, timeout=10):
		"""The next deliver_sm, taken."""
		pdu = self.expect(smpp.DELIVER_SM, timeout)
		self.answer(pdu, body=b"\0")
		return pdu
