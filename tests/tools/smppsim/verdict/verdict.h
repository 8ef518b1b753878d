/* Whether a run came to what was expected of it. */
#pragma once

#include "core/buf.h"

struct sim;
struct options;

/* failure empty: it is met. */
struct verdict_case {
	struct buf name;
	struct buf failure;
};

struct verdict {
	struct verdict_case *cases;
	size_t count;
	size_t failed;
	long long ms;
};

/* Whether some transcript is to be met. */
bool verdict_needs_lines(const struct options *options);
/* Before the run: false, after a message on stderr, if an expectation cannot
 * be understood. */
bool verdict_check(const struct sim *sim);
/* At the end: judges all, and whether it came to its end. Writes the report
 * if there shall be one. */
void verdict_reach(struct verdict *verdict, struct sim *sim, bool is_cut_short);
/* The members of the summary. */
void verdict_add(const struct verdict *verdict, const struct sim *sim,
		 struct buf *line);
/* What failed, for people, on stderr. */
void verdict_print(const struct verdict *verdict);
/* True if something failed. */
bool verdict_destroy(struct verdict *verdict);
