/* `table`: how the words of a service's peers meet fates, as it is in force. */
#include "admin/admin_priv.h"

#include <ctype.h>

/* Keys in lower case, in the order of the columns. */
static json_t *keys_json(struct iwf_str line)
{
	json_t *keys = json_array();
	struct iwf_str cell;

	while (iwf_str_split(&line, '\t', &cell)) {
		char key[24] = "";

		for (size_t i = 0; i < cell.len && i < sizeof(key) - 1; i++)
			key[i] = (char)tolower((unsigned char)cell.ptr[i]);
		json_array_append_new(keys, json_string(key));
	}
	return keys;
}

static json_t *row_json(const json_t *keys, struct iwf_str line)
{
	json_t *row = json_object();
	struct iwf_str cell;

	for (size_t i = 0; iwf_str_split(&line, '\t', &cell) &&
	     i < json_array_size(keys); i++)
		json_object_set_new(row, json_string_value(
			json_array_get(keys, i)), view_text(cell));
	return row;
}

/* The first line has the columns' names. */
static json_t *table_json(struct iwf_str text)
{
	json_t *rows = json_array();
	json_t *columns = NULL;
	struct iwf_str line;

	while (iwf_str_split(&text, '\n', &line)) {
		if (!line.len)
			continue;
		if (!columns)
			columns = keys_json(line);
		else
			json_array_append_new(rows, row_json(columns, line));
	}
	return json_pack("{s:o, s:o}", "columns",
			 columns ? columns : json_array(), "rows", rows);
}

void cmd_table(struct request *request)
{
	const struct admin_parts *parts = &request->admin->parts;
	struct iwf_why why = { .file = NULL };
	struct iwf_buf text = { 0 };
	enum iwf_err err;

	if (!parts->ops || !parts->ops->table) {
		request_refuse(request, IWF_E_UNSUPPORTED,
			       "nothing here has a table");
		return;
	}
	err = parts->ops->table(parts->ops_arg,
				iwf_str_from(request_text(request, "service")),
				iwf_str_from(request_text(request, "link")),
				&text, &why);
	if (err)
		request_refuse(request, err, "%s", why.text);
	else
		request_answer(request, table_json(iwf_buf_str(&text)));
	iwf_buf_free(&text);
}
