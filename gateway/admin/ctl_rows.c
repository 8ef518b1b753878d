/* Printing rows: queue, list, ledger, and how words meet fates. */
#include "admin/ctl.h"

#include <ctype.h>

static void put_duration(struct ctl_table *table, json_int_t ms)
{
	char text[CTL_DURATION_LEN];

	ctl_duration(text, ms);
	ctl_table_put(table, text);
}

enum ctl_exit ctl_print_queue(const json_t *answer, FILE *out)
{
	struct ctl_table *table =
		ctl_table_create("LINK KIND STATE >COUNT >OLDEST");
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "queue"), i, row) {
		ctl_table_put(table, ctl_text(row, "link"));
		ctl_table_put(table, ctl_text(row, "kind"));
		ctl_table_put(table, ctl_text(row, "state"));
		ctl_table_number(table, json_object_get(row, "count"));
		put_duration(table, ctl_number(row, "oldest_age_ms"));
	}
	ctl_table_print(table, out);
	ctl_table_destroy(&table);
	return CTL_OK;
}

enum ctl_exit ctl_print_list(const json_t *answer, FILE *out)
{
	static const char *const keys[] = { "id", "accepted", "kind", "state",
					    "origin", "link", "from", "to" };
	struct ctl_table *table = ctl_table_create(
		"ID ACCEPTED KIND STATE ORIGIN LINK FROM TO TEXT");
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "deliveries"), i, row) {
		for (size_t k = 0; k < IWF_COUNT_OF(keys); k++)
			ctl_table_put(table, ctl_text(row, keys[k]));
		ctl_table_put(table, ctl_text(row, "text"));
	}
	ctl_table_print(table, out);
	ctl_table_destroy(&table);
	return CTL_OK;
}

static void put_sum(FILE *out, const json_t *object, const char *key,
		    const char *label)
{
	const json_t *number = json_object_get(object, key);

	if (number)
		fprintf(out, "%-12s %12lld\n", label,
			(long long)json_integer_value(number));
}

enum ctl_exit ctl_print_ledger(const json_t *answer, FILE *out)
{
	bool is_audit = json_is_true(json_object_get(answer, "audited"));
	json_int_t imbalance = ctl_number(answer, "imbalance");
	json_t *states = json_object_get(answer, "states");
	const char *state;
	json_t *number;

	put_sum(out, answer, "taken", "taken");
	put_sum(out, answer, "purged", "purged");
	put_sum(out, answer, "counted", "counted");
	json_object_foreach(states, state, number)
		fprintf(out, "  %-10s %12lld\n", state,
			(long long)json_integer_value(number));
	fprintf(out, "%-12s %12lld  (%s)\n", "imbalance", (long long)imbalance,
		is_audit ? "recounted now" : "as last recounted");
	if (json_object_get(answer, "differs_from"))
		fprintf(out, "differs from id %s on\n",
			ctl_text(answer, "differs_from"));
	return imbalance ? CTL_BAD_NEWS : CTL_OK;
}

/* The columns are those that the answer names. */
static void head_format(char *to, size_t len, const json_t *keys)
{
	const json_t *key;
	size_t i, at = 0;

	json_array_foreach(keys, i, key)
		for (const char *c = json_string_value(key); c; c++) {
			if (at + 2 >= len)
				break;
			to[at++] = *c ? (char)toupper((unsigned char)*c) : ' ';
			if (!*c)
				break;
		}
	to[at ? at - 1 : 0] = '\0';
}

enum ctl_exit ctl_print_mapping(const json_t *answer, FILE *out)
{
	const json_t *keys = json_object_get(answer, "columns");
	char head[CTL_COLUMNS_MAX * 24];
	struct ctl_table *table;
	const json_t *row, *key;
	size_t i, k;

	head_format(head, sizeof(head), keys);
	table = ctl_table_create(head);
	json_array_foreach(json_object_get(answer, "rows"), i, row)
		json_array_foreach(keys, k, key)
			if (k < CTL_COLUMNS_MAX)
				ctl_table_put(table, ctl_text(row,
						json_string_value(key)));
	ctl_table_print(table, out);
	ctl_table_destroy(&table);
	return CTL_OK;
}
