/* What the command line says. */
#pragma once

#include "rules/rule.h"
#include "sim/fault.h"
#include "smsc/shape.h"

#include <stdbool.h>
#include <stddef.h>

enum options_role { ROLE_SMSC, ROLE_ESME };
enum options_clock { CLOCK_REAL, CLOCK_VIRTUAL };
enum options_bind { BIND_TRX, BIND_TX, BIND_RX };

/* max_binds 0: as the option says. */
struct option_account {
	char system_id[16];
	char password[9];
	long max_binds;
};

/* at_ms 0: when a receiver binds, else that long after the start. */
struct option_mo {
	char *from;
	char *to;
	char *text;
};

/* Something the rule file wants at a time: a line of the control socket. */
struct option_step {
	long at_ms;
	char *line;
};

/* How an ESME binds and what it sends. */
struct options_esme {
	const char *host;
	const char *system_id;
	const char *password;
	const char *system_type;
	const char *from;
	const char *to;
	const char *text;
	const char *service_type;
	long bind_as;
	long session_count;
	long rate;
	long data_coding;
	long registered_delivery;
	long esm_class;
	long response_timeout_ms;
	long await_outbind;
	long interface_version;
};

/* Files and names of TLS; off unless is_on. */
struct options_tls {
	long is_on;
	const char *cert;
	const char *key;
	const char *ca;
	const char *name;
	const char *save;
	long version;
};

struct script;

/* Durations in the unit their option has; enums are kept as long so that one
 * table describes all options. */
struct options {
	enum options_role role;
	const char *bind;
	const char *control;
	const char *web_bind;
	const char *transcript;
	const char *report;
	const char *capture;
	const char *replay;
	long port;
	/* -1: no page. */
	long web_port;
	long seed;
	struct receipt_shape shape;
	long id_format;
	long id_pad;
	long response_delay_ms;
	long max_binds;
	long window;
	long retry_delay_ms;
	long retry_max;
	long mo_registered_delivery;
	long mo_ack_timeout_ms;
	long enquire_link_sec;
	long count;
	long timeout_sec;
	long clock;
	long quiet;
	struct options_esme esme;
	struct options_tls tls;
	struct option_account *accounts;
	size_t account_count;
	struct option_mo *mos;
	size_t mo_count;
	struct option_step *steps;
	size_t step_count;
	const char **expects;
	size_t expect_count;
	struct rule_set rules;
	struct fault_set faults;
	/* The rule file; strings of the others may be its. */
	struct script *script;
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_PICS, OPTIONS_WRONG };

/* Fills options with defaults and what argv says; a wrong option is explained
 * on stderr. Strings borrow from argv. The first word may be the role. */
enum options_result options_parse(struct options *options, int argc,
				  char **argv);
void options_destroy(struct options *options);
void options_print_help(void);

/* One option by its name, as if it stood on the command line; text is kept,
 * not copied. False with a reason. */
bool options_apply(struct options *options, const char *name, char *text,
		   const char **why);
/* The same for the choices about receipts, in a rule. */
bool options_apply_shape(struct receipt_shape *shape, const char *name,
			 const char *text, const char **why);

/* "1", "0x10": false unless all of text is a number in the range. */
bool options_parse_number(const char *text, long least, long most, long *value);
