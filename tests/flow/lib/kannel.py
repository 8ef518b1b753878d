"""Kannel as an application that binds to us: bearerbox and smsbox with an HTTP
server of ours that hears of messages and receipts."""
import http.server
import os
import subprocess
import threading
import time
import urllib.parse
import urllib.request

from . import check, orphan, port

_CONF = """
group = core
admin-port = %(admin)d
admin-password = x
admin-interface = 127.0.0.1
smsbox-port = %(box)d
smsbox-interface = 127.0.0.1
log-file = "%(folder)s/bearerbox.log"
log-level = 0
box-allow-ip = "127.0.0.1"
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = iwf
host = 127.0.0.1
port = %(smpp)d
transceiver-mode = true
smsc-username = app
smsc-password = secret
system-type = ""
interface-version = 34
source-addr-ton = 1
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = %(box)d
sendsms-port = %(send)d
sendsms-interface = 127.0.0.1
log-file = "%(folder)s/smsbox.log"
log-level = 0
mo-recode = true

group = sendsms-user
username = u
password = p
max-messages = 10
concatenation = true

group = sms-service
keyword = default
get-url = "http://127.0.0.1:%(http)d/mo?from=%%p&to=%%P&text=%%b"
max-messages = 0
accept-x-kannel-headers = true
catch-all = true
concatenation = true
"""


class _Ear(http.server.BaseHTTPRequestHandler):
	def do_GET(self):
		where = urllib.parse.urlsplit(self.path)
		self.server.heard.append((where.path, dict(
			urllib.parse.parse_qsl(where.query, encoding="utf-8"))))
		self.send_response(200)
		self.send_header("Content-Length", "0")
		self.end_headers()

	def log_message(self, *_):
		pass


class Kannel:
	def __init__(self, smpp_port, folder):
		self.folder = folder
		self.send_port = port.take()
		self.ear = http.server.ThreadingHTTPServer(
			("127.0.0.1", 0), _Ear)
		self.ear.heard = []
		self.http_port = self.ear.server_address[1]
		self.path = os.path.join(folder, "kannel.conf")
		with open(self.path, "w") as out:
			out.write(_CONF % {
				"admin": port.take(), "box": port.take(),
				"smpp": smpp_port, "send": self.send_port,
				"folder": folder, "http": self.http_port})
		self.children = []

	def __enter__(self):
		threading.Thread(target=self.ear.serve_forever,
				 daemon=True).start()
		self._start("bearerbox")
		self._wait("bearerbox.log", "Connecting nonblocking|iwf")
		self._start("smsbox")
		self._wait("smsbox.log", "Started")
		return self

	def __exit__(self, *_):
		for child in reversed(self.children):
			child.kill()
			child.wait()
		self.ear.shutdown()
		self.ear.server_close()

	def _start(self, name):
		with open(os.path.join(self.folder, name + ".out"), "w") as out:
			self.children.append(subprocess.Popen(
				[name, self.path], stdin=subprocess.DEVNULL,
				stdout=out, stderr=subprocess.STDOUT,
				env=dict(os.environ, PATH=os.environ["PATH"] +
					 ":/usr/sbin"),
				preexec_fn=orphan.kill_with_parent))

	def _wait(self, log, words, timeout=10):
		path = os.path.join(self.folder, log)
		end = time.monotonic() + timeout
		while time.monotonic() < end:
			if os.path.exists(path):
				with open(path, errors="replace") as seen:
					text = seen.read()
				if any(w in text for w in words.split("|")):
					return
			time.sleep(0.02)
		raise check.Failed("%s does not say %s" % (log, words))

	def send(self, dest, text, mark, timeout=10):
		"""Its answer to sendsms; tried until smsbox takes it."""
		dlr = "http://127.0.0.1:%d/dlr?mark=%s&state=%%d" % (
			self.http_port, mark)
		query = urllib.parse.urlencode({
			"username": "u", "password": "p", "to": dest,
			"from": "+441234",
			"text": text, "dlr-mask": 31, "dlr-url": dlr,
			"charset": "UTF-8",
			"coding": 0 if text.isascii() else 2})
		end = time.monotonic() + timeout
		while True:
			try:
				with urllib.request.urlopen(
					"http://127.0.0.1:%d/cgi-bin/sendsms?%s"
					% (self.send_port, query),
					timeout=timeout) as answer:
					return answer.read().decode()
			except OSError as error:
				if time.monotonic() > end:
					raise check.Failed("sendsms: %s" %
							   error) from error
				time.sleep(0.05)

	def wait(self, path, is_it, timeout=10):
		"""The first call of this path whose query is_it."""
		end = time.monotonic() + timeout
		while time.monotonic() < end:
			for heard, query in list(self.ear.heard):
				if heard == path and is_it(query):
					return query
			time.sleep(0.02)
		raise check.Failed("Kannel did not call %s: %s" %
				   (path, self.ear.heard))
