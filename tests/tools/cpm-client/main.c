/* cpm-client: a CPM client for testers (OMA CPM pager mode: RFC 3428, RFC 3862,
 * RFC 5438). */
#include "listen.h"
#include "send.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct options options;

	switch (options_parse(&options, argc, argv)) {
	case OPTIONS_RUN:
		return options.is_listen ? listen_run(&options) :
					   send_run(&options);
	case OPTIONS_HELP:
		options_print_help();
		return 0;
	case OPTIONS_WRONG:
		break;
	}
	fputs("cpm-client: see cpm-client --help\n", stderr);
	return 2;
}
