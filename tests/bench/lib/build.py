"""The optimised build that is measured: build/bench, made when it is old."""

import os
import subprocess

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
FOLDER = os.path.join(TOP, "build", "bench")

_PLACES = {"iwfd": "gateway", "iwfctl": "gateway"}


def make():
	os.makedirs(FOLDER, exist_ok=True)
	log = os.path.join(FOLDER, "build.log")
	with open(log, "w") as out:
		for command in (
			["cmake", "-S", TOP, "-B", FOLDER, "-G", "Ninja",
			 "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
			 "-DIWF_ASAN=OFF", "-DIWF_TSAN=OFF"],
			["cmake", "--build", FOLDER, "--target", "bench"]):
			if subprocess.run(command, stdout=out, stderr=out,
			                  check=False).returncode:
				raise OSError("the build failed, see " + log)


def modules():
	return os.path.join(FOLDER, "adapters")


def find(name):
	"""A program of the build, or the library of a shim (lib....so)."""
	return os.path.join(FOLDER, _PLACES.get(name, "tests"), name)
