"""Where the programs under test are: the build folder in IWF_BUILD, or one by
one in IWFD, IWFCTL, IWF_MODULES and SMPPSIM."""

import os

_places = {
	"IWFD": "gateway/iwfd",
	"IWFCTL": "gateway/iwfctl",
	"IWF_MODULES": "adapters",
	"SMPPSIM": "tests/tools/smppsim/smppsim",
}


def find(name):
	path = os.environ.get(name)
	if not path:
		if "IWF_BUILD" not in os.environ:
			raise FileNotFoundError("IWF_BUILD or %s must be set" % name)
		path = os.path.join(os.environ["IWF_BUILD"], _places[name])
	if not os.path.exists(path):
		raise FileNotFoundError(path)
	return os.path.abspath(path)
