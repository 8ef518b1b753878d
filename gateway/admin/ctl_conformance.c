/* What of CPM is true of this gateway (conformance.def): asked of nobody, it is
 * compiled in. */
#include "admin/ctl.h"

#include <string.h>

enum state { PROVEN, OPEN };

#define LINE(number, state, statement, tests, place, note) \
	{ number, state, statement, tests, place, note },
static const struct line {
	unsigned number;
	enum state state;
	const char *statement;
	const char *tests; /* CTest name:function, separated by blanks */
	const char *place;
	const char *note;
} lines[] = {
#include "admin/conformance.def"
};
#undef LINE

static json_t *line_json(const struct line *line)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s}", "number",
			 (int)line->number, "statement", line->statement,
			 "state", line->state == PROVEN ? "proven" : "open",
			 "tests", line->tests, "place", line->place, "note",
			 line->note);
}

json_t *ctl_make_conformance(void)
{
	json_t *all = json_array();

	for (size_t i = 0; i < IWF_COUNT_OF(lines); i++)
		json_array_append_new(all, line_json(&lines[i]));
	return json_pack("{s:b, s:o}", "ok", 1, "lines", all);
}

enum ctl_exit ctl_print_conformance(const json_t *answer, FILE *out)
{
	struct ctl_table *table =
		ctl_table_create(">LINE STATE STATEMENT WHY");
	const json_t *line;
	size_t i;

	json_array_foreach(json_object_get(answer, "lines"), i, line) {
		const char *note = ctl_text(line, "note");

		ctl_table_number(table, json_object_get(line, "number"));
		ctl_table_put(table, ctl_text(line, "state"));
		ctl_table_put(table, ctl_text(line, "statement"));
		ctl_table_put(table, *note && strcmp(note, "-") ? note :
				     ctl_text(line, "tests"));
	}
	ctl_table_print(table, out);
	ctl_table_destroy(&table);
	return CTL_OK;
}
