/* Rows as a sample configuration with their defaults, bounds and help. */
#include "base/conf_tree.h"

struct printer {
	struct iwf_buf *buf;
	unsigned depth;
	unsigned comments; /* > 0: settings are shown as comments */
};

static void print_rows(struct printer *printer,
		       const struct iwf_setting *rows);

/* --- values in their largest unit --- */

struct scale {
	uint64_t factor;
	const char *word;
};

static void put_scaled(struct iwf_buf *buf, uint64_t value,
		       const struct scale *scale)
{
	while (scale->factor > 1 && (!value || value % scale->factor))
		scale++;
	iwf_buf_printf(buf, "%llu%s",
		       (unsigned long long)(value / scale->factor),
		       value ? scale->word : "");
}

static void put_bound(struct iwf_buf *buf, const struct iwf_setting *row,
		      uint64_t value)
{
	static const struct scale sizes[] = {
		{ 1u << 30, "GiB" }, { 1u << 20, "MiB" }, { 1u << 10, "KiB" },
		{ 1, "" },
	};
	static const struct scale durations[] = {
		{ 86400000, "d" }, { 3600000, "h" }, { 60000, "m" },
		{ 1000, "s" }, { 1, "ms" },
	};
	static const struct scale numbers[] = { { 1, "" } };

	put_scaled(buf, value,
		   row->type == IWF_SETTING_SIZE ? sizes :
		   row->type == IWF_SETTING_DURATION ? durations : numbers);
}

void conf_bounds_format(struct iwf_buf *buf, const struct iwf_setting *row)
{
	if (row->min && row->max) {
		put_bound(buf, row, row->min);
		iwf_buf_str_put(buf, IWF_STR(" to "));
		put_bound(buf, row, row->max);
	} else if (row->min) {
		iwf_buf_str_put(buf, IWF_STR("at least "));
		put_bound(buf, row, row->min);
	} else if (row->max) {
		iwf_buf_str_put(buf, IWF_STR("up to "));
		put_bound(buf, row, row->max);
	}
}

/* --- comments --- */

static void begin_line(const struct printer *printer)
{
	if (printer->comments)
		iwf_buf_str_put(printer->buf, IWF_STR("# "));
	for (unsigned i = 0; i < printer->depth; i++)
		iwf_buf_u8(printer->buf, '\t');
}

static void put_choices(struct iwf_buf *buf, const struct iwf_setting *row)
{
	for (size_t i = 0; row->choices[i]; i++)
		iwf_buf_printf(buf, "%s%s", i ? ", " : " One of ",
			       row->choices[i]);
	iwf_buf_u8(buf, '.');
}

static const char *bounded(const struct iwf_setting *row)
{
	if (row->type == IWF_SETTING_TEXT)
		return " bytes";
	if (row->type == IWF_SETTING_TEXTS || row->type == IWF_SETTING_LIST)
		return " elements";
	return "";
}

static void put_help(const struct printer *printer,
		     const struct iwf_setting *row)
{
	struct iwf_buf *buf = printer->buf;
	size_t before;

	begin_line(printer);
	iwf_buf_printf(buf, "# %s", row->help ? row->help : row->key);
	if (buf->ptr[buf->len - 1] != '.')
		iwf_buf_u8(buf, '.');
	if (row->type == IWF_SETTING_CHOICE)
		put_choices(buf, row);
	before = buf->len;
	iwf_buf_u8(buf, ' ');
	conf_bounds_format(buf, row);
	if (buf->len == before + 1) {
		buf->len = before;
	} else {
		if (buf->ptr[before + 1] >= 'a')
			buf->ptr[before + 1] -= 'a' - 'A';
		iwf_buf_printf(buf, "%s.", bounded(row));
	}
	if (!row->fallback)
		iwf_buf_str_put(buf, IWF_STR(" Must be given."));
	if (row->restart)
		iwf_buf_str_put(buf, IWF_STR(" Takes a restart."));
	iwf_buf_u8(buf, '\n');
}

/* --- settings --- */

static void put_quoted(struct iwf_buf *buf, struct iwf_str s)
{
	iwf_buf_u8(buf, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c < 0x20 || c == 0x7f)
			iwf_buf_printf(buf, "\\x%02x", c);
		else if (c == '"' || c == '\\')
			iwf_buf_printf(buf, "\\%c", c);
		else
			iwf_buf_u8(buf, c);
	}
	iwf_buf_u8(buf, '"');
}

static void put_texts(struct iwf_buf *buf, struct iwf_str s)
{
	struct iwf_str piece;
	bool first = true;

	iwf_buf_u8(buf, '[');
	while (s.len && iwf_str_split(&s, ',', &piece)) {
		iwf_buf_str_put(buf, first ? IWF_STR(" ") : IWF_STR(", "));
		put_quoted(buf, iwf_str_trim(piece));
		first = false;
	}
	iwf_buf_str_put(buf, IWF_STR(" ]"));
}

static bool is_number(struct iwf_str s)
{
	uint64_t value;

	return iwf_str_to_u64(s, INT32_MAX, &value) == IWF_OK;
}

static void put_value(const struct printer *printer,
		      const struct iwf_setting *row)
{
	struct iwf_str fallback = iwf_str_from(row->fallback);

	if (row->type == IWF_SETTING_TEXTS)
		put_texts(printer->buf, fallback);
	else if (row->type == IWF_SETTING_BOOL ||
		 row->type == IWF_SETTING_U32 ||
		 (row->type == IWF_SETTING_SIZE && is_number(fallback)))
		iwf_buf_str_put(printer->buf, fallback);
	else
		put_quoted(printer->buf, fallback);
}

static void put_line(const struct printer *printer, const char *before,
		     const char *text)
{
	begin_line(printer);
	iwf_buf_printf(printer->buf, "%s%s\n", before, text);
}

static void print_block(struct printer *printer, const char *key,
			const struct iwf_setting *rows)
{
	put_line(printer, key, " = {");
	printer->depth++;
	print_rows(printer, rows);
	printer->depth--;
	put_line(printer, "", "};");
}

static void print_element(struct printer *printer,
			  const struct iwf_setting *rows)
{
	printer->depth++;
	put_line(printer, "", "{");
	printer->depth++;
	print_rows(printer, rows);
	printer->depth--;
	put_line(printer, "", "}");
	printer->depth--;
}

/* Empty by default, so an element can only be shown as a comment. */
static void print_list(struct printer *printer, const struct iwf_setting *row)
{
	put_line(printer, row->key, " = (");
	printer->comments++;
	print_element(printer, row->rows);
	printer->comments--;
	put_line(printer, "", ");");
}

static void print_value(struct printer *printer, const struct iwf_setting *row)
{
	bool shown = row->fallback != NULL;

	printer->comments += !shown;
	begin_line(printer);
	iwf_buf_printf(printer->buf, "%s = ", row->key);
	put_value(printer, row);
	iwf_buf_str_put(printer->buf, IWF_STR(";\n"));
	printer->comments -= !shown;
}

static void print_rows(struct printer *printer, const struct iwf_setting *rows)
{
	for (; rows->key; rows++) {
		put_help(printer, rows);
		if (rows->type == IWF_SETTING_GROUP)
			print_block(printer, rows->key, rows->rows);
		else if (rows->type == IWF_SETTING_LIST)
			print_list(printer, rows);
		else
			print_value(printer, rows);
	}
}

void conf_print_rows(struct iwf_buf *buf, const char *section,
		     const struct iwf_setting *rows, bool is_list)
{
	struct printer printer = { .buf = buf };

	if (!is_list) {
		print_block(&printer, section, rows);
		return;
	}
	put_line(&printer, section, " = (");
	print_element(&printer, rows);
	put_line(&printer, "", ");");
}
