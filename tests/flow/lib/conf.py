"""A configuration of iwfd, written from Python values as libconfig text."""


def _text(value):
	return '"%s"' % str(value).replace("\\", "\\\\").replace('"', '\\"')


def format_value(value, depth=0):
	"""dict: group, list of dicts: list, list of others: array."""
	tab = "\t" * (depth + 1)
	end = "\t" * depth
	if isinstance(value, bool):
		return "true" if value else "false"
	if isinstance(value, int):
		return str(value)
	if isinstance(value, dict):
		return "{\n%s%s}" % ("".join(
			"%s%s = %s;\n" % (tab, k, format_value(v, depth + 1))
			for k, v in value.items() if v is not None), end)
	if isinstance(value, (list, tuple)):
		inner = ", ".join(format_value(v, depth) for v in value)
		is_list = value and isinstance(value[0], dict)
		return "(%s)" % inner if is_list else "[ %s ]" % inner
	return _text(value)


def format_conf(groups):
	return "".join("%s = %s;\n" % (k, format_value(v))
	               for k, v in groups.items() if v is not None)


def merge(base, over):
	"""base with the groups of over laid over it; None takes a key away."""
	made = dict(base)
	for key, value in over.items():
		if isinstance(value, dict) and isinstance(made.get(key), dict):
			made[key] = merge(made[key], value)
		else:
			made[key] = value
	return made
