/* Printing what is about the whole: version, status, links, short texts. */
#include "admin/ctl.h"

#include <string.h>

enum ctl_exit ctl_print_version(const json_t *answer, FILE *out)
{
	fprintf(out, "iwfctl %s\niwfd   %s\n", IWF_VERSION,
		ctl_text(answer, "version"));
	return CTL_OK;
}

static void put_totals(const json_t *totals, FILE *out)
{
	static const char *const keys[] = {
		"accepted", "sent", "delivered", "failed", "expired",
		"reports", "possible_duplicates",
	};

	for (size_t i = 0; i < IWF_COUNT_OF(keys); i++)
		fprintf(out, "%-20s %lld\n", keys[i],
			(long long)ctl_number(totals, keys[i]));
}

static void put_waiting(const json_t *answer, FILE *out)
{
	json_int_t waiting = ctl_number(answer, "waiting");
	char age[CTL_DURATION_LEN];

	if (!json_object_get(answer, "waiting")) {
		fprintf(out, "%-20s unknown, the store cannot be read\n",
			"waiting");
		return;
	}
	ctl_duration(age, ctl_number(answer, "oldest_waiting_ms"));
	fprintf(out, "%-20s %lld", "waiting", (long long)waiting);
	if (waiting)
		fprintf(out, ", oldest %s", age);
	fputc('\n', out);
}

enum ctl_exit ctl_print_status(const json_t *answer, FILE *out)
{
	bool is_ready = json_is_true(json_object_get(answer, "ready"));
	json_int_t imbalance = ctl_number(answer, "ledger_imbalance");
	char uptime[CTL_DURATION_LEN];

	ctl_duration(uptime, ctl_number(answer, "uptime_ms"));
	fprintf(out, "%-20s %s\n", "version", ctl_text(answer, "version"));
	fprintf(out, "%-20s %s%s%s\n", "ready", is_ready ? "yes" : "no",
		is_ready ? "" : ": ", is_ready ? "" :
		ctl_text(answer, "reason"));
	fprintf(out, "%-20s %s\n", "uptime", uptime);
	fprintf(out, "%-20s %lld of %lld\n", "links up",
		(long long)ctl_number(answer, "links_up"),
		(long long)ctl_number(answer, "links"));
	put_waiting(answer, out);
	fprintf(out, "%-20s %lld\n", "in_memory",
		(long long)ctl_number(answer, "in_memory"));
	put_totals(json_object_get(answer, "totals"), out);
	fprintf(out, "%-20s %lld%s\n", "ledger_imbalance", (long long)imbalance,
		imbalance ? " (iwfctl ledger --audit)" : "");
	return is_ready && !imbalance ? CTL_OK : CTL_BAD_NEWS;
}

static void put_link(struct ctl_table *table, const json_t *link)
{
	char up[48];

	snprintf(up, sizeof(up), "%lld/%lld",
		 (long long)ctl_number(link, "instances_up"),
		 (long long)ctl_number(link, "instances"));
	ctl_table_put(table, ctl_text(link, "name"));
	ctl_table_put(table, ctl_text(link, "adapter"));
	ctl_table_put(table, json_is_true(json_object_get(link, "removed")) ?
		      "removed" : ctl_text(link, "state"));
	ctl_table_put(table, up);
	ctl_table_number(table, json_object_get(link, "outstanding"));
	ctl_table_number(table, json_object_get(link, "in_memory"));
	ctl_table_number(table, json_object_get(link, "waiting"));
	ctl_table_put(table, ctl_text(link, "since"));
	ctl_table_put(table, ctl_text(link, "reason"));
}

enum ctl_exit ctl_print_links(const json_t *answer, FILE *out)
{
	struct ctl_table *table = ctl_table_create(
		"LINK ADAPTER STATE >UP >OUTSTANDING >MEMORY >WAITING SINCE "
		"REASON");
	const json_t *link;
	size_t i;

	json_array_foreach(json_object_get(answer, "links"), i, link)
		put_link(table, link);
	ctl_table_print(table, out);
	ctl_table_destroy(&table);
	return CTL_OK;
}

enum ctl_exit ctl_print_sent(const json_t *answer, FILE *out)
{
	fprintf(out, "%s\n", ctl_text(answer, "id"));
	return CTL_OK;
}

enum ctl_exit ctl_print_level(const json_t *answer, FILE *out)
{
	fprintf(out, "%s\n", ctl_text(answer, "level"));
	return CTL_OK;
}

enum ctl_exit ctl_print_text(const json_t *answer, FILE *out)
{
	const char *text = json_string_value(json_object_get(answer, "text"));

	ctl_put(out, text && *text ? text : "done\n");
	return CTL_OK;
}

/* Lines "key: value" with the values below one another. */
enum ctl_exit ctl_print_lines(const json_t *answer, FILE *out)
{
	const char *line = ctl_text(answer, "text");

	while (*line) {
		size_t len = strcspn(line, "\n");
		size_t key = strcspn(line, ":\n");

		if (key < len) {
			fprintf(out, "%-20.*s ", (int)key, line);
			key += 1 + strspn(line + key + 1, " ");
		} else {
			key = 0;
		}
		ctl_put_len(out, line + key, len - key);
		fputc('\n', out);
		line += len + (line[len] == '\n');
	}
	return CTL_OK;
}

enum ctl_exit ctl_print_cancelled(const json_t *answer, FILE *out)
{
	const char *state = ctl_text(answer, "state");

	fprintf(out, "%s: %s\n", state, ctl_text(answer, "text"));
	return strcmp(state, "cancelled") ? CTL_BAD_NEWS : CTL_OK;
}
