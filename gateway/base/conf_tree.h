/* The configuration between reading and rows: libconfig's settings copied into
 * an arena, each with its own file and line. Only for gateway/base/conf*.c. */
#pragma once

#include "base/conf.h"

enum conf_type {
	CONF_GROUP,
	CONF_LIST,
	CONF_ARRAY,
	CONF_NUMBER,
	CONF_FLOAT,
	CONF_BOOL,
	CONF_TEXT
};

struct conf_node {
	const char *key; /* NULL for elements */
	enum conf_type type;
	const char *file;
	size_t line;
	int64_t number; /* NUMBER, and BOOL as 0 or 1 */
	struct iwf_str text;
	struct conf_node *children;
	size_t count;
};

struct conf {
	const char *path;
	struct conf_node root;
};

/* NULL when the group has no such key. */
const struct conf_node *conf_node_find(const struct conf_node *group,
				       const char *key);
/* Tells why at the node's place and returns IWF_E_SYNTAX. */
enum iwf_err conf_node_refuse(const struct conf_node *node, struct iwf_why *why,
			      const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* For a key that is not in names (NULL-terminated, or where name_at ends). */
typedef const char *conf_name_fn(const void *names, size_t index);
enum iwf_err conf_node_refuse_key(const struct conf_node *node,
				  conf_name_fn *name_at, const void *names,
				  struct iwf_why *why);

/* Fills `to` from a group, see conf_section. */
enum iwf_err conf_group_apply(struct iwf_arena *arena,
			      const struct conf_node *group,
			      const struct iwf_setting *rows, void *to,
			      struct iwf_why *why);
/* Fills the struct iwf_list at `to` from a list as the row of type LIST says. */
enum iwf_err conf_list_apply(struct iwf_arena *arena,
			     const struct conf_node *node,
			     const struct iwf_setting *row, void *to,
			     struct iwf_why *why);

/* "1 to 65535", "at least 1s", "up to 1MiB" in the row's unit; nothing when
 * the row has no bounds. */
void conf_bounds_format(struct iwf_buf *buf, const struct iwf_setting *row);

/* Looks for what libconfig takes in silence or dies of, in a file and all it
 * includes. IWF_OK: libconfig may read it; then *flaw tells whether it may be
 * believed. Else why it must not be read. Files in why live in arena. */
struct conf_flaw {
	enum iwf_err err;
	struct iwf_why why;
};
enum iwf_err conf_scan(struct iwf_arena *arena, const char *path,
		       const char *folder, struct conf_flaw *flaw,
		       struct iwf_why *why);
/* FOLDER/NAME as libconfig joins them for an included file. */
const char *conf_path_join(struct iwf_arena *arena, const char *folder,
			   const char *name);
