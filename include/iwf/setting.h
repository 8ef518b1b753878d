/* Settings as rows beside the struct they fill. */
#pragma once

#include <iwf/str.h>

/* From a row come: parsing, default, bounds, unknown-key errors, `iwfd
 * --check`, `iwfd --print`, the manual's section and etc/. */
enum iwf_setting_type {
	IWF_SETTING_BOOL,     /* bool */
	IWF_SETTING_U32,      /* uint32_t, a plain number */
	IWF_SETTING_SIZE,     /* uint64_t bytes, "64KiB" or a number */
	IWF_SETTING_DURATION, /* uint32_t milliseconds, "30s", "2h", "250ms" */
	IWF_SETTING_TEXT,     /* struct iwf_str, UTF-8 */
	IWF_SETTING_CHOICE,   /* uint32_t, index into choices */
	IWF_SETTING_TEXTS,    /* struct iwf_texts, an array of strings or one */
	IWF_SETTING_GROUP,    /* a struct in place, rows describe it */
	IWF_SETTING_LIST      /* struct iwf_list, rows describe an element */
};

struct iwf_texts {
	const struct iwf_str *items;
	size_t count;
};

/* Elements of one row's size each, side by side. */
struct iwf_list {
	const void *items;
	size_t count;
};

struct iwf_setting {
	const char *key;     /* NULL ends a table of rows */
	enum iwf_setting_type type;
	size_t offset;
	const char *fallback; /* as one would write it; NULL: must be given */
	uint64_t min, max;    /* of numbers, of text its bytes, of lists their
			       * elements; max 0: no bound */
	const char *help;     /* one line */
	const char *const *choices; /* CHOICE: words, NULL-terminated */
	const struct iwf_setting *rows; /* GROUP and LIST */
	size_t size;          /* LIST: bytes of an element */
	bool restart;         /* a change takes effect only after a restart */
};

/* A row whose C type is checked against its setting type by the compiler. */
#define IWF_SETTING_CHECKED(ctype, structure, member) \
	(offsetof(structure, member) + 0 * sizeof(char[ \
		_Generic(((structure *)0)->member, ctype: 1, default: -1)]))

#define IWF_ROW_BOOL(structure, member, name, def, text) \
	{ .key = name, .type = IWF_SETTING_BOOL, .fallback = def, .help = text, \
	  .offset = IWF_SETTING_CHECKED(bool, structure, member) }
#define IWF_ROW_U32(structure, member, name, def, least, most, text) \
	{ .key = name, .type = IWF_SETTING_U32, .fallback = def, .help = text, \
	  .min = least, .max = most, \
	  .offset = IWF_SETTING_CHECKED(uint32_t, structure, member) }
#define IWF_ROW_SIZE(structure, member, name, def, least, most, text) \
	{ .key = name, .type = IWF_SETTING_SIZE, .fallback = def, .help = text, \
	  .min = least, .max = most, \
	  .offset = IWF_SETTING_CHECKED(uint64_t, structure, member) }
#define IWF_ROW_DURATION(structure, member, name, def, least_ms, most_ms, text) \
	{ .key = name, .type = IWF_SETTING_DURATION, .fallback = def, \
	  .help = text, .min = least_ms, .max = most_ms, \
	  .offset = IWF_SETTING_CHECKED(uint32_t, structure, member) }
#define IWF_ROW_TEXT(structure, member, name, def, most_len, text) \
	{ .key = name, .type = IWF_SETTING_TEXT, .fallback = def, .help = text, \
	  .max = most_len, \
	  .offset = IWF_SETTING_CHECKED(struct iwf_str, structure, member) }
#define IWF_ROW_CHOICE(structure, member, name, def, words, text) \
	{ .key = name, .type = IWF_SETTING_CHOICE, .fallback = def, \
	  .help = text, .choices = words, \
	  .offset = IWF_SETTING_CHECKED(uint32_t, structure, member) }
#define IWF_ROW_TEXTS(structure, member, name, def, most_count, text) \
	{ .key = name, .type = IWF_SETTING_TEXTS, .fallback = def, \
	  .help = text, .max = most_count, \
	  .offset = IWF_SETTING_CHECKED(struct iwf_texts, structure, member) }
#define IWF_ROW_GROUP(structure, member, name, table, text) \
	{ .key = name, .type = IWF_SETTING_GROUP, .help = text, .rows = table, \
	  .fallback = "", .offset = offsetof(structure, member) }
#define IWF_ROW_LIST(structure, member, name, table, element, most_count, text) \
	{ .key = name, .type = IWF_SETTING_LIST, .help = text, .rows = table, \
	  .fallback = "", .max = most_count, .size = sizeof(element), \
	  .offset = IWF_SETTING_CHECKED(struct iwf_list, structure, member) }
#define IWF_ROWS_END { .key = NULL }
