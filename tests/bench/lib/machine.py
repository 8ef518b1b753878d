"""The machine under the figures, and a network that nobody else is on."""

import fcntl
import os
import platform
import shutil
import socket
import struct
import subprocess

_MARK = "IWF_BENCH_ALONE"
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1


def _raise_loopback():
	"""What `ip link set lo up` does, where there is no ip."""
	with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
		fcntl.ioctl(any_socket, _SIOCSIFFLAGS,
		            struct.pack("16sH14x", b"lo", _IFF_UP))


def enter_own_network(arguments):
	"""Starts this program again in a network namespace of its own, where the
	ports of the shipped configuration are free. Without the right to one it
	goes on, and says so."""
	if os.environ.get(_MARK):
		_raise_loopback()
		return
	own = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
	if subprocess.run([*own, "true"], stderr=subprocess.DEVNULL,
	                  check=False).returncode:
		print("no network namespace: the ports must be free, and "
		      "neighbours disturb")
		return
	os.environ[_MARK] = "1"
	os.execvp("unshare", [*own, *arguments])


def _first(path, key):
	with open(path) as lines:
		for line in lines:
			if line.startswith(key):
				return line.split(":", 1)[1].strip()
	return "?"


def _git(top, *arguments):
	done = subprocess.run(["git", "-C", top, *arguments], text=True,
	                      capture_output=True, check=False)
	return done.stdout.strip() or "?"


def describe(top, folder):
	disk = subprocess.run(["df", "--output=source,fstype", folder],
	                      text=True, capture_output=True, check=False)
	return {
		"commit": _git(top, "rev-parse", "--short", "HEAD"),
		"is_changed": _git(top, "status", "--porcelain",
		                   "--untracked-files=no") != "?",
		"processor": _first("/proc/cpuinfo", "model name"),
		"cores": len(os.sched_getaffinity(0)),
		"memory": _first("/proc/meminfo", "MemTotal"),
		"kernel": platform.release(),
		"store_on": " ".join(disk.stdout.split("\n")[1].split()),
		"load_before": os.getloadavg()[0],
	}


def need_room(folder, octets):
	free = shutil.disk_usage(folder).free
	if free < octets:
		raise OSError("%s has %d MiB free, %d are needed" %
		              (folder, free >> 20, octets >> 20))
