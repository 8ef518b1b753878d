"""The command line of tests/bench/run."""

import argparse
import os

PARTS = {
	"limits": "the machine alone: Sofia answering, the store's verbs, the disk",
	"submit": "(a) MESSAGE to 202 and (b) MESSAGE to submit_sm_resp",
	"one": "(b) again, all for one recipient",
	"full": "(c) MESSAGE to IMDN answered",
	"deliver": "(d) deliver_sm to MESSAGE answered, and its response",
	"steady": "memory while 6,000 messages a second come",
	"waiting": "a million messages behind a link that is down",
	"purge": "(b) again over ten million finished rows that are being purged",
	"slow": "(b) again on a disk whose syncs take 5 ms",
	"ceiling": "by turns with the program that --ceiling names",
	"syncs": "syncs counted by the kernel beside those the store tells",
}


def parse(arguments):
	parser = argparse.ArgumentParser(
		prog="tests/bench/run", formatter_class=argparse.RawDescriptionHelpFormatter,
		description="Measures iwfd as it is shipped. Parts:\n" + "\n".join(
			"  %-8s %s" % part for part in PARTS.items()),
		epilog="README.md beside it tells how to read the figures.")
	parser.add_argument("parts", nargs="*", metavar="PART",
	                    help="default: all of them")
	parser.add_argument("--seconds", type=float, default=10,
	                    help="of each load (default 10)")
	parser.add_argument("--rounds", type=int, default=1,
	                    help="times each load is repeated (default 1)")
	parser.add_argument("--window", type=int, default=64,
	                    help="unanswered messages when the most is looked "
	                    "for (default 64)")
	parser.add_argument("--rate", type=float, default=6000,
	                    help="messages a second of the second load "
	                    "(default 6000)")
	parser.add_argument("--quick", action="store_true",
	                    help="short loads, few rows: shows that it works")
	parser.add_argument("--json", metavar="FILE", help="all figures")
	parser.add_argument("--folder", default="/var/tmp", metavar="DIR",
	                    help="where stores are made (default /var/tmp)")
	parser.add_argument("--build", metavar="DIR",
	                    help="a build to measure instead of build/bench")
	parser.add_argument("--ceiling", metavar="PROGRAM",
	                    help="a program to compare with, see README.md")
	chosen = parser.parse_args(arguments)
	for part in chosen.parts:
		if part not in PARTS:
			parser.error("no part %r; there are: %s" %
			             (part, " ".join(PARTS)))
	if "ceiling" in chosen.parts and not chosen.ceiling:
		parser.error("part ceiling needs --ceiling PROGRAM")
	chosen.parts = chosen.parts or [
		part for part in PARTS if part != "ceiling" or chosen.ceiling]
	if chosen.ceiling:
		chosen.ceiling = os.path.abspath(chosen.ceiling)
	if chosen.quick:
		chosen.seconds = min(chosen.seconds, 2)
	return chosen
