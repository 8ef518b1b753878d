"""The figures as a page of text."""

import statistics

NAMES = {
	"a": "(a) MESSAGE to 202",
	"b": "(b) MESSAGE to submit_sm_resp",
	"c": "(c) MESSAGE to IMDN answered",
	"d": "(d) deliver_sm to MESSAGE answered",
	"d resp": "    deliver_sm to its response",
}
TITLES = {"one": "one recipient", "purge": "purging", "slow": "5 ms a sync",
          "waiting": "a million wait"}
# Parts of which a row tells nothing that another does not.
LEFT_OUT = {("one", "a"), ("purge", "a"), ("slow", "a")}
# More than so much of a load still inside at its end: it came too fast.
BACKLOG_SEC = 0.5
WIDTHS = (46, 17, 11, 10, 12, 9, 12, 9)


def _line(cells):
	return " ".join(str(c).ljust(w) if i == 0 else str(c).rjust(w)
	                for i, (c, w) in enumerate(zip(cells, WIDTHS))).rstrip()


def _head(rate):
	yield _line(("", "messages/s", "CPU us", "syncs", "at half", "",
	             "at %d/s" % rate, ""))
	yield _line(("", "at the most", "a message", "a message", "p50 ms",
	             "p99 ms", "p50 ms", "p99 ms"))


def _median(values):
	values = list(values)
	return statistics.median(values) if values else None


def _spread(values, form="%.0f"):
	"""Median and, of several, the least and the most."""
	values = list(values)
	if not values:
		return "-"
	text = form % statistics.median(values)
	if len(values) > 1:
		text += " (%s-%s)" % (form % min(values), form % max(values))
	return text


def _times(loads, letter):
	return ["-" if not loads else "%.2f" % (_median(
		load["times_us"][letter][quantile] for load in loads) / 1000)
		for quantile in ("p50", "p99")]


def _rows(part, record):
	loads = {kind: [x for x in record["loads"] if x["kind"] == kind]
	         for kind in ("most", "half", "rate")}
	if not loads["most"]:
		return
	for letter in loads["most"][0]["per_s"]:
		if (part, letter) in LEFT_OUT:
			continue
		name = NAMES[letter]
		if part in TITLES:
			name += ", " + TITLES[part]
		yield _line((
			name, _spread(x["per_s"][letter] for x in loads["most"]),
			"%.1f" % _median(x["cpu_us_sum"] for x in loads["most"]),
			"%.3f" % _median(x["syncs"] for x in loads["most"]),
			*_times(loads["half"], letter),
			*_times(loads["rate"], letter)))


def _beyond(part, record):
	"""Loads that were more than the gateway takes: what was refused, and at
	a rate what had piled up when the load ended."""
	for load in record["loads"]:
		at = "%.0f/s" % load["rate"] if load["rate"] else "the most"
		if load["refused"]:
			yield "  %-10s at %s: %d of %d refused for now" % (
				part, at, load["refused"],
				load["refused"] + load["messages"])
		if load["rate"] and load["backlog"] > load["rate"] * BACKLOG_SEC:
			yield "  %-10s at %s: %d of %d were still inside" % (
				part, at, load["backlog"], load["messages"])


def _threads(part, record):
	loads = [x for x in record["loads"] if x["kind"] == "most"]
	if not loads:
		return
	names = sorted({n for x in loads for n in x["cpu_us"]})
	used = [(n, _median(x["cpu_us"].get(n, 0) for x in loads))
	        for n in names]
	yield "  %-10s %s" % (part, "  ".join(
		"%s %.1f" % (n, us) for n, us in used if us >= 0.05))


def _memory(part, record):
	if "pss_idle_mib" not in record:
		return
	yield "  %-10s idle %5.1f  under load %5.1f  drained %5.1f%s" % (
		part, record["pss_idle_mib"],
		max(x["pss_most_mib"] for x in record["loads"]),
		record["pss_drained_mib"], record.get("memory_more", ""))


def _limits(limits):
	yield "The machine alone"
	yield "  Sofia answers 202   %8.0f messages/s  %5.1f us CPU" % (
		limits["responder"]["per_s"], limits["responder"]["cpu_us"])
	yield ("  the store's verbs   %8.0f messages/s  %5.1f us CPU  "
	       "%.0f changes/s" % (
		limits["store"]["per_s"], limits["store"]["cpu_us"],
		limits["store"]["changes_per_s"]))
	yield "  the disk            %8.0f syncs/s     p50 %d us p99 %d us" % (
		limits["disk"]["per_s"], limits["disk"]["p50_us"],
		limits["disk"]["p99_us"])


def lines(result):
	"""All of it, line by line."""
	flows = {k: v for k, v in result["parts"].items() if "loads" in v}
	if flows:
		yield from _head(result["options"]["rate"])
	for part, record in flows.items():
		yield from _rows(part, record)
	for part, record in flows.items():
		yield from _beyond(part, record)
	for title, of in (("CPU us per message by thread, at the most", _threads),
	                  ("Memory, PSS in MiB", _memory)):
		if flows:
			yield ""
			yield title
		for part, record in flows.items():
			yield from of(part, record)
	for record in result["parts"].values():
		for text in record.get("notes", ()):
			yield text
	if "limits" in result["parts"]:
		yield ""
		yield from _limits(result["parts"]["limits"])
