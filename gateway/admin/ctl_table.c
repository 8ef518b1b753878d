/* Aligned columns, durations and text that is safe to show. */
#include "admin/ctl.h"

#include <stdlib.h>
#include <string.h>

struct cell {
	struct cell *next;
	char text[];
};

struct ctl_table {
	char columns[CTL_COLUMNS_MAX][24];
	bool right[CTL_COLUMNS_MAX];
	unsigned column_count;
	struct cell *first;
	struct cell **end;
};

static void *take_memory(size_t len)
{
	void *memory = calloc(1, len);

	if (!memory)
		abort();
	return memory;
}

/* Bytes of UTF-8 that begin a character, each taken as one column wide. */
static size_t width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xC0) != 0x80;
	return n;
}

struct ctl_table *ctl_table_create(const char *columns)
{
	struct ctl_table *table = take_memory(sizeof(*table));

	while (*columns && table->column_count < CTL_COLUMNS_MAX) {
		unsigned i = table->column_count++;
		size_t len;

		table->right[i] = *columns == '>';
		columns += table->right[i];
		len = strcspn(columns, " ");
		snprintf(table->columns[i], sizeof(table->columns[i]), "%.*s",
			 (int)len, columns);
		columns += len + (columns[len] == ' ');
	}
	table->end = &table->first;
	return table;
}

void ctl_table_put(struct ctl_table *table, const char *text)
{
	size_t len = strlen(text);
	struct cell *cell = take_memory(sizeof(*cell) + len + 1);

	for (size_t i = 0; i < len; i++)
		cell->text[i] = (unsigned char)text[i] < 0x20 ||
				text[i] == 0x7f ? ' ' : text[i];
	*table->end = cell;
	table->end = &cell->next;
}

void ctl_table_number(struct ctl_table *table, const json_t *number)
{
	char text[24] = "-";

	if (json_is_integer(number))
		snprintf(text, sizeof(text), "%lld",
			 (long long)json_integer_value(number));
	ctl_table_put(table, text);
}

static void put_cell(FILE *out, const char *text, size_t room, bool right)
{
	int blanks = (int)(room - width(text));

	if (right)
		fprintf(out, "%*s%s", blanks, "", text);
	else
		fprintf(out, "%s%*s", text, blanks, "");
}

static void measure(const struct ctl_table *table, size_t *widths)
{
	unsigned at = 0;

	for (unsigned i = 0; i < table->column_count; i++)
		widths[i] = width(table->columns[i]);
	for (const struct cell *cell = table->first; cell; cell = cell->next) {
		if (width(cell->text) > widths[at])
			widths[at] = width(cell->text);
		at = (at + 1) % table->column_count;
	}
}

/* Without blanks behind the last column. */
static void put_column(const struct ctl_table *table, FILE *out, unsigned at,
		       const char *text, const size_t *widths)
{
	bool is_last = at + 1 == table->column_count;

	put_cell(out, text, is_last && !table->right[at] ? width(text) :
							   widths[at],
		 table->right[at]);
	fputs(is_last ? "\n" : "  ", out);
}

void ctl_table_print(const struct ctl_table *table, FILE *out)
{
	size_t widths[CTL_COLUMNS_MAX] = { 0 };
	unsigned at = 0;

	measure(table, widths);
	for (unsigned i = 0; i < table->column_count; i++)
		put_column(table, out, i, table->columns[i], widths);
	for (const struct cell *cell = table->first; cell; cell = cell->next) {
		put_column(table, out, at, cell->text, widths);
		at = (at + 1) % table->column_count;
	}
}

void ctl_table_destroy(struct ctl_table **table)
{
	struct cell *cell = (*table)->first;

	while (cell) {
		struct cell *next = cell->next;

		free(cell);
		cell = next;
	}
	free(*table);
	*table = NULL;
}

const char *ctl_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && *text ? text : "-";
}

json_int_t ctl_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

void ctl_put_len(FILE *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		fputc(((unsigned char)text[i] < 0x20 && text[i] != '\n') ||
		      text[i] == 0x7f ? ' ' : text[i], out);
}

void ctl_put(FILE *out, const char *text)
{
	ctl_put_len(out, text, strlen(text));
}

void ctl_duration(char *to, json_int_t ms)
{
	size_t len = CTL_DURATION_LEN;
	long long sec = ms / 1000;

	if (ms < 0)
		snprintf(to, len, "-");
	else if (ms < 1000)
		snprintf(to, len, "%lldms", (long long)ms);
	else if (sec < 60)
		snprintf(to, len, "%lld.%llds", sec,
			 (long long)ms % 1000 / 100);
	else if (sec < 3600)
		snprintf(to, len, "%lldm%02llds", sec / 60, sec % 60);
	else if (sec < 86400)
		snprintf(to, len, "%lldh%02lldm", sec / 3600, sec / 60 % 60);
	else
		snprintf(to, len, "%lldd%02lldh", sec / 86400,
			 sec / 3600 % 24);
}
