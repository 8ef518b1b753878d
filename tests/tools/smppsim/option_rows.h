/* The options as one table: how each is read, and what the help says of it. */
#pragma once

#include <stddef.h>

enum option_kind {
	KIND_NUMBER,
	KIND_FLAG,
	KIND_STRING,
	KIND_CHOICE,
	KIND_TLV,
	KIND_ACCOUNT,
	KIND_MO,
	KIND_FAULT,
	KIND_EXPECT,
	KIND_SCRIPT,
	KIND_HELP,
	KIND_PICS,
};

/* Bits: 1 << enum options_role. */
enum { FOR_SMSC = 1, FOR_ESME = 2, FOR_BOTH = 3 };

struct option_row {
	const char *name;
	const char *arg;
	int roles;
	enum option_kind kind;
	size_t offset;
	long least;
	long most;
	const char *const *choices;
	const char *help;
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;

/* NULL when there is none of that name. */
const struct option_row *option_row_find(const char *name);
void option_rows_print(int roles);
