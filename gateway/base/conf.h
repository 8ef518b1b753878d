/* Configuration files (libconfig) read once into typed structs by rows. */
#pragma once

#include <iwf/arena.h>
#include <iwf/buf.h>
#include <iwf/buf.h>
#include <iwf/setting.h>

/* One parsed file with everything it includes; immutable after conf_read. */
struct conf;

/* Reads FILE and, when there is one, every *.conf of the folder adapters.d
 * beside it in the order of their names, as if they followed it; each of them
 * includes files from the folder of FILE. IWF_E_NOT_FOUND, IWF_E_IO,
 * IWF_E_LIMIT (a file above 16 MiB), IWF_E_SYNTAX with why->file and why->at
 * (the line). The result, why->file and all that is taken from it live in
 * arena. */
enum iwf_err conf_read(struct iwf_arena *arena, const char *path,
		       struct conf **conf, struct iwf_why *why);

/* Fills `to` (zeroed, of the size the rows were written for) from the group at
 * the top-level key `section`; a missing group gives every default. Unknown
 * keys (with the nearest known one), wrong types, numbers out of bounds, text
 * that is not UTF-8, missing required keys: IWF_E_SYNTAX with file and line. */
enum iwf_err conf_section(struct iwf_arena *arena, const struct conf *conf,
			  const char *section, const struct iwf_setting *rows,
			  void *to, struct iwf_why *why);
/* The same for a top-level list: elements of `size` bytes into *list. */
enum iwf_err conf_list(struct iwf_arena *arena, const struct conf *conf,
		       const char *section, const struct iwf_setting *rows,
		       size_t size, struct iwf_list *list, struct iwf_why *why);
/* A top-level key that no section or list asked for: IWF_E_SYNTAX with its
 * place and the nearest known name. */
enum iwf_err conf_check_known(const struct conf *conf,
			      const char *const *sections, struct iwf_why *why);
/* File and line of an element of a list taken by conf_list or of a nested one
 * ("smpp", "smpp[2].binds"), for messages about what only its user can judge.
 * What is not a list, or has no such element, stands for itself; what is not
 * there is on line 1 of the main file. Leaves why->text alone. */
void conf_place(const struct conf *conf, const char *section, size_t index,
		struct iwf_why *why);

/* "30s", "250ms", "10m", "2h", "1d", "0"; "64KiB", "1MiB", "2GiB", plain
 * numbers. IWF_E_SYNTAX, or IWF_E_LIMIT when it does not fit. */
enum iwf_err conf_duration_parse(struct iwf_str s, uint64_t *ms);
enum iwf_err conf_size_parse(struct iwf_str s, uint64_t *len);

/* The key of the first row in which two structs of the same rows differ, NULL
 * when they say the same. Rows of the key `but` are passed over, at any depth;
 * but may be NULL. */
const char *conf_difference(const struct iwf_setting *rows, const void *a,
			    const void *b, const char *but);

/* Every row as a commented sample in libconfig syntax, indented, with its
 * default, bounds and help: what etc/ and the manual are checked against. */
void conf_print_rows(struct iwf_buf *buf, const char *section,
		     const struct iwf_setting *rows, bool is_list);
