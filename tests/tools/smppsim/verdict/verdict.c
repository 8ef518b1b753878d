/* Whether a run came to what was expected of it. */
#include "verdict/verdict.h"

#include "sim/sim.h"
#include "verdict/expectation.h"
#include "verdict/junit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool verdict_needs_lines(const struct options *options)
{
	for (size_t i = 0; i < options->expect_count; i++)
		if (!expectation_is_one(options->expects[i]))
			return true;
	return false;
}

static bool check_one(const char *text, const struct figures *figures)
{
	struct expectation expectation;
	long long value;

	if (!expectation_is_one(text)) {
		if (access(text, R_OK) == 0)
			return true;
		fprintf(stderr, "smppsim: expect %s: %s\n", text,
			strerror(errno));
		return false;
	}
	if (expectation_parse(&expectation, text) &&
	    expectation_find(&expectation, figures, &value))
		return true;
	fprintf(stderr, "smppsim: expect %s: not understood\n", text);
	return false;
}

bool verdict_check(const struct sim *sim)
{
	const struct options *options = sim->options;
	struct figures figures = { 0 };
	bool is_good = true;

	sim_add_figures(sim, &figures);
	for (size_t i = 0; i < options->expect_count && is_good; i++)
		is_good = check_one(options->expects[i], &figures);
	figures_destroy(&figures);
	return is_good;
}

static struct verdict_case *case_add(struct verdict *verdict, const char *name)
{
	struct verdict_case *it;

	verdict->cases = mem_grow(verdict->cases, &verdict->count,
				  sizeof(*verdict->cases));
	it = &verdict->cases[verdict->count - 1];
	buf_append_str(&it->name, name);
	return it;
}

static void judge_figure(struct verdict_case *it, const char *text,
			 const struct figures *figures)
{
	struct expectation expectation;
	long long value = 0;

	expectation_parse(&expectation, text);
	expectation_find(&expectation, figures, &value);
	if (!expectation_is_met(&expectation, value))
		buf_appendf(&it->failure, "%s is %lld", expectation.name,
			    value);
}

static void judge_all(struct verdict *verdict, struct sim *sim)
{
	const struct options *options = sim->options;
	struct figures figures = { 0 };

	sim_add_figures(sim, &figures);
	for (size_t i = 0; i < options->expect_count; i++) {
		const char *text = options->expects[i];
		struct verdict_case *it = case_add(verdict, text);

		if (expectation_is_one(text))
			judge_figure(it, text, &figures);
		else
			transcript_compare(&sim->trace.transcript, text,
					   &it->failure);
	}
	figures_destroy(&figures);
}

void verdict_reach(struct verdict *verdict, struct sim *sim, bool is_cut_short)
{
	const char *path = sim->options->report;

	*verdict = (struct verdict){ .ms = loop_now_ms(sim->loop) -
					   sim->started_ms };
	struct verdict_case *end = case_add(verdict, "came to its end");

	if (is_cut_short)
		buf_append_str(&end->failure,
			       "ended before all that was asked for was done");
	judge_all(verdict, sim);
	for (size_t i = 0; i < verdict->count; i++)
		verdict->failed += verdict->cases[i].failure.len > 0;
	if (path && !junit_write(verdict, path)) {
		fprintf(stderr, "smppsim: %s: %s\n", path, strerror(errno));
		verdict->failed++;
	}
}

void verdict_add(const struct verdict *verdict, const struct sim *sim,
		 struct buf *line)
{
	char hash[17];

	snprintf(hash, sizeof(hash), "%016llx",
		 (unsigned long long)sim->trace.transcript.hash);
	json_str(line, "transcript_hash", hash);
	json_number(line, "expected", (long long)sim->options->expect_count);
	json_number(line, "failed", (long long)verdict->failed);
	json_number(line, "ms", verdict->ms);
}

void verdict_print(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->count; i++)
		if (verdict->cases[i].failure.len > 0)
			fprintf(stderr, "smppsim: FAILED %s: %s\n",
				buf_str(&verdict->cases[i].name),
				buf_str(&verdict->cases[i].failure));
}

bool verdict_destroy(struct verdict *verdict)
{
	const bool has_failed = verdict->failed > 0;

	for (size_t i = 0; i < verdict->count; i++) {
		buf_destroy(&verdict->cases[i].name);
		buf_destroy(&verdict->cases[i].failure);
	}
	free(verdict->cases);
	return has_failed;
}
