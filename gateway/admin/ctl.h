/* Parts of iwfctl: it knows the control socket's lines and nothing of the
 * gateway's own code. */
#pragma once

#include <iwf/err.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* What iwfctl ends with. */
enum ctl_exit {
	CTL_OK,
	CTL_BAD_NEWS,    /* the daemon refused, or what it tells is not well */
	CTL_USAGE,
	CTL_UNREACHABLE
};

struct ctl_options {
	const char *socket;
	unsigned timeout_sec;
	bool json;
	bool help;
	json_t *asked;   /* the request */
	const struct ctl_command *command;
};

/* An answer that iwfctl knows by itself, to be freed by json_decref. */
typedef json_t *ctl_make_fn(void);
/* Prints an answer that is ok; what iwfctl ends with. */
typedef enum ctl_exit ctl_print_fn(const json_t *answer, FILE *out);

struct ctl_command {
	const char *name;
	const char *operand;   /* key of its one argument, or NULL */
	const char *options;   /* those of ctl_options.c it takes, " a b " */
	const char *required;  /* of these, those that must be given */
	const char *usage;     /* behind its name */
	const char *text;
	ctl_print_fn *print;
	ctl_make_fn *make;     /* NULL: the daemon is asked */
};
extern const struct ctl_command ctl_commands[];

/* ctl_options.c: false when a sentence was written to stderr. asked is to be
 * freed by json_decref in any case. */
bool ctl_options_parse(struct ctl_options *options, int argc, char **argv);
void ctl_usage(FILE *out);

/* ctl_socket.c: sends the line and takes the answer's, without newline, to be
 * freed; NULL when a sentence was written to stderr. */
char *ctl_ask(const struct ctl_options *options, const char *line);

/* ctl_table.c: rows of columns, aligned when printed. */
#define CTL_COLUMNS_MAX 12
struct ctl_table;
/* Names separated by one space; a name that begins with > is aligned right. */
struct ctl_table *ctl_table_create(const char *columns);
/* The next cell of the current row; copied, control characters blanked. */
void ctl_table_put(struct ctl_table *table, const char *text);
void ctl_table_number(struct ctl_table *table, const json_t *number);
void ctl_table_print(const struct ctl_table *table, FILE *out);
void ctl_table_destroy(struct ctl_table **table);

/* Text of a member, "-" when there is none. Borrowed. */
const char *ctl_text(const json_t *object, const char *key);
json_int_t ctl_number(const json_t *object, const char *key);
/* Control characters of peers stay off the terminal. */
void ctl_put(FILE *out, const char *text);
void ctl_put_len(FILE *out, const char *text, size_t len);
/* "250ms", "4.2s", "3m12s", "5h03m", "2d04h" into CTL_DURATION_LEN bytes. */
#define CTL_DURATION_LEN 32
void ctl_duration(char *to, json_int_t ms);

/* ctl_conformance.c */
ctl_make_fn ctl_make_conformance;
ctl_print_fn ctl_print_conformance;
/* ctl_status.c, ctl_rows.c and ctl_trace.c */
ctl_print_fn ctl_print_version, ctl_print_status, ctl_print_links;
ctl_print_fn ctl_print_queue, ctl_print_list, ctl_print_ledger;
ctl_print_fn ctl_print_trace, ctl_print_sent, ctl_print_text, ctl_print_level;
ctl_print_fn ctl_print_lines, ctl_print_cancelled, ctl_print_mapping;
