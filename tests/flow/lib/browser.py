"""Chromium without a screen, driven through chromedriver (W3C WebDriver, which
is JSON over HTTP).

	with Browser() as browser:
		browser.open("http://127.0.0.1:12776/")
"""

import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from . import check, orphan, port

_KEY = "element-6066-11e4-a52e-4f735466cecf"
_ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
              "--no-first-run", "--disable-background-networking",
              "--disable-component-update", "--disable-sync",
              "--disable-dev-shm-usage", "--window-size=1280,1000")


def _listens(number):
	try:
		socket.create_connection(("127.0.0.1", number), 1).close()
		return True
	except OSError:
		return False


class Browser:
	def __init__(self):
		self.folder = tempfile.mkdtemp(prefix="iwf-browser-")
		self.port = port.take()
		self.session = None
		self._children = []

	def _start(self, *command):
		self._children.append(subprocess.Popen(
			command, stdin=subprocess.DEVNULL,
			stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
			cwd=self.folder, preexec_fn=orphan.end_with_parent))

	def __enter__(self):
		debugger = port.take()
		# A driver that starts it asks for "localhost", which a small
		# machine's resolver may not know.
		self._start("chromium", *_ARGUMENTS,
		            "--remote-debugging-port=%d" % debugger,
		            "--user-data-dir=" + self.folder + "/user")
		self._start("chromedriver", "--port=%d" % self.port)
		self.wait(self._is_ready, "chromedriver", 20)
		self.wait(lambda: _listens(debugger), "chromium", 20)
		options = {"debuggerAddress": "127.0.0.1:%d" % debugger}
		self.session = self._ask("POST", "/session", {
			"capabilities": {"alwaysMatch": {
				"browserName": "chrome",
				"goog:loggingPrefs": {"browser": "ALL"},
				"goog:chromeOptions": options}}})["sessionId"]
		return self

	def __exit__(self, kind, value, trace):
		if self.session:
			self._ask("DELETE", "/session/" + self.session)
		for child in self._children:
			child.terminate()
			child.wait()
		shutil.rmtree(self.folder, ignore_errors=True)

	def _ask(self, method, path, body=None):
		request = urllib.request.Request(
			"http://127.0.0.1:%d%s" % (self.port, path), method=method,
			data=None if body is None else json.dumps(body).encode(),
			headers={"Content-Type": "application/json"})
		try:
			with urllib.request.urlopen(request, timeout=60) as answer:
				return json.load(answer)["value"]
		except urllib.error.HTTPError as error:
			raise check.Failed("browser: %s" % json.load(error)[
				"value"]["message"].split("\n")[0]) from None

	def _is_ready(self):
		try:
			return self._ask("GET", "/status")["ready"]
		except OSError:
			return False

	def _do(self, what, body=None):
		return self._ask("POST", "/session/%s/%s" % (self.session, what),
		                 body or {})

	@staticmethod
	def wait(condition, what, timeout=10):
		"""What the condition returned when it was true at last."""
		deadline = time.monotonic() + timeout
		while True:
			got = condition()
			if got:
				return got
			check.that(time.monotonic() < deadline, "waited for " + what)
			time.sleep(0.05)

	def open(self, url):
		self._do("url", {"url": url})

	def find(self, selector):
		return self._do("element", {"using": "css selector",
		                            "value": selector})[_KEY]

	def click(self, selector):
		self._do("element/%s/click" % self.find(selector))

	def write(self, selector, text):
		element = self.find(selector)
		self._do("element/%s/clear" % element)
		self._do("element/%s/value" % element, {"text": text})

	def run(self, script, *arguments):
		return self._do("execute/sync", {"script": script,
		                                 "args": list(arguments)})

	def text(self, selector):
		return self.run("return document.querySelector(arguments[0])"
		                ".textContent", selector)

	def wait_text(self, selector, text):
		self.wait(lambda: text in self.text(selector),
		          "%r in %s" % (text, selector))

	def complaints(self):
		"""Errors on its console."""
		return [entry["message"] for entry in
		        self._do("se/log", {"type": "browser"})
		        if entry["level"] == "SEVERE"]
