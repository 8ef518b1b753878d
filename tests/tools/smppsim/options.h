/* What the command line says. */
#pragma once

#include "sim/fault.h"

#include <stdbool.h>
#include <stddef.h>

enum options_receipts { RECEIPTS_ASKED, RECEIPTS_ALWAYS, RECEIPTS_NEVER };
enum options_style { STYLE_BOTH, STYLE_TEXT, STYLE_TLV };
enum options_id { ID_HEX, ID_HEX_UPPER, ID_DEC, ID_SAME };

struct option_account {
	char system_id[16];
	char password[9];
};

struct option_mo {
	char *from;
	char *to;
	char *text;
};

/* Durations in the unit their option has; enums are kept as long so that one
 * table describes all options. */
struct options {
	const char *bind;
	const char *control;
	long port;
	long seed;
	long receipts;
	long receipt_delay_ms;
	long receipt_style;
	long receipt_before_response;
	long intermediate;
	long id_format;
	long id_pad;
	long receipt_id_format;
	long receipt_id_pad;
	long response_delay_ms;
	long window;
	long retry_delay_ms;
	long retry_max;
	long mo_registered_delivery;
	long mo_ack_timeout_ms;
	long enquire_link_sec;
	long count;
	long timeout_sec;
	long quiet;
	struct option_account *accounts;
	size_t account_count;
	struct option_mo *mos;
	size_t mo_count;
	struct fault_set faults;
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_WRONG };

/* Fills options with defaults and what argv says; a wrong option is explained
 * on stderr. Strings borrow from argv. */
enum options_result options_parse(struct options *options, int argc,
				  char **argv);
void options_destroy(struct options *options);
void options_print_help(void);

/* "1", "0x10": false unless all of text is a number in the range. */
bool options_parse_number(const char *text, long least, long most, long *value);
