/* Printing a trace: one line per step, then what it waits for. */
#include "admin/ctl.h"

static void put_field(FILE *out, const char *indent, const char *name,
		      const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text || !*text)
		return;
	fprintf(out, "%s%-11s", indent, name);
	ctl_put(out, text);
	fputc('\n', out);
}

static void put_step(FILE *out, const char *indent, const json_t *step,
		     bool is_first)
{
	char delta[CTL_DURATION_LEN] = "";

	if (!is_first)
		ctl_duration(delta, ctl_number(step, "delta_ms"));
	fprintf(out, "%s%s  %s%8s  %-10s ", indent, ctl_text(step, "at"),
		is_first ? " " : "+", delta, ctl_text(step, "step"));
	ctl_put(out, json_string_value(json_object_get(step, "text")));
	fputc('\n', out);
}

static void put_steps(FILE *out, const char *indent, const json_t *trace)
{
	const json_t *step;
	size_t i;

	json_array_foreach(json_object_get(trace, "steps"), i, step)
		put_step(out, indent, step, i == 0);
	put_field(out, indent, "", trace, "hint");
}

static void put_reports(FILE *out, const json_t *trace)
{
	const json_t *report;
	size_t i;

	json_array_foreach(json_object_get(trace, "reports"), i, report) {
		fprintf(out, "report %s: %s, %s by link %s\n",
			ctl_text(report, "id"), ctl_text(report, "fate"),
			ctl_text(report, "state"), ctl_text(report, "link"));
		put_steps(out, "  ", report);
	}
}

enum ctl_exit ctl_print_trace(const json_t *answer, FILE *out)
{
	fprintf(out, "%s %s: %s\n", ctl_text(answer, "kind"),
		ctl_text(answer, "id"), ctl_text(answer, "state"));
	put_field(out, "  ", "from", answer, "from");
	put_field(out, "  ", "to", answer, "to");
	put_field(out, "  ", "came by", answer, "origin");
	put_field(out, "  ", "goes by", answer, "link");
	put_field(out, "  ", "message-id", answer, "message_id");
	put_field(out, "  ", "about", answer, "about");
	put_field(out, "  ", "expires", answer, "expires");
	put_steps(out, "  ", answer);
	put_reports(out, answer);
	return CTL_OK;
}
