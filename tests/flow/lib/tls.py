"""Certificates made with openssl, and the TLS clients that show them."""

import os
import ssl
import subprocess


def _openssl(*arguments):
	subprocess.run(["openssl", *arguments], check=True,
	               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Authority:
	"""A certificate authority in a folder of its own."""

	def __init__(self, folder, name="Test CA"):
		self.folder = folder
		os.makedirs(folder)
		self.key = os.path.join(folder, "ca.key")
		self.path = os.path.join(folder, "ca.pem")
		_openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
		         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
		         "-subj", "/CN=" + name, "-keyout", self.key, "-out",
		         self.path)

	def issue(self, name):
		"""The path of a file with key and certificate for this host."""
		base = os.path.join(self.folder, name)
		_openssl("req", "-newkey", "ec", "-pkeyopt",
		         "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
		         "/CN=" + name, "-keyout", base + ".key", "-out",
		         base + ".csr")
		with open(base + ".ext", "w") as out:
			out.write("subjectAltName=DNS:%s\n" % name)
		_openssl("x509", "-req", "-in", base + ".csr", "-CA", self.path,
		         "-CAkey", self.key, "-CAcreateserial", "-days", "2",
		         "-extfile", base + ".ext", "-out", base + ".crt")
		with open(base + ".pem", "w") as out:
			for part in (".key", ".crt"):
				with open(base + part) as text:
					out.write(text.read())
		return base + ".pem"

	def listener_folder(self, name):
		"""A tls_dir of a listener: agent.pem and cafile.pem."""
		folder = os.path.join(self.folder, "tls-" + name)
		os.makedirs(folder)
		os.link(self.issue(name), os.path.join(folder, "agent.pem"))
		os.link(self.path, os.path.join(folder, "cafile.pem"))
		return folder


class _Named:
	"""A context that asks for a certificate of one name."""

	def __init__(self, context, name):
		self.context = context
		self.name = name

	def wrap_socket(self, socket):
		return self.context.wrap_socket(socket, server_hostname=self.name)


def client(authority, name, certificate=None):
	"""What sip.Client(tls=...) takes: the server must show a certificate of
	the authority for the name; ours is shown when there is one."""
	context = ssl.create_default_context(cafile=authority.path)
	if certificate:
		context.load_cert_chain(certificate)
	return _Named(context, name)
