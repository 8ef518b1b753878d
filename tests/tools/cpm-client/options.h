/* What the command line says. */
#pragma once

#include <stdbool.h>

enum options_want {
	WANT_DELIVERED = 1,
	WANT_FAILED = 2,
	WANT_INTERWORKED = 4,
	WANT_DISPLAY = 8
};

/* Strings borrow from argv, NULL where not given. */
struct options {
	bool is_listen;
	const char *gateway;
	const char *listen;
	const char *from;
	const char *to;
	const char *text;
	const char *conversation;
	const char *contribution;
	const char *in_reply_to;
	unsigned want;      /* bits of enum options_want */
	unsigned send_imdn; /* the same */
	long wait_sec;
	long timeout_sec;   /* 0: none */
	long count;         /* 0: no end */
	long answer;
	bool pai;
	bool plain;
	bool tcp;
	bool json;
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_WRONG };

/* Fills options with defaults and what argv says; what is wrong is explained
 * on stderr. */
enum options_result options_parse(struct options *options, int argc,
				  char **argv);
void options_print_help(void);

/* "delivered,display": false for an unknown word. */
bool options_parse_want(const char *text, unsigned *want);
