/* What is counted since the start, by name. */
#include "sim/tally.h"

static const struct {
	const char *name;
	size_t offset;
} counters[] = {
#define COUNTER(member)                                 \
	{                                               \
#member, offsetof(struct tally, member) \
	}
	COUNTER(connections),      COUNTER(binds),
	COUNTER(binds_refused),    COUNTER(submits),
	COUNTER(submits_accepted), COUNTER(submits_refused),
	COUNTER(responses),        COUNTER(ids),
	COUNTER(receipts_sent),    COUNTER(receipts_acked),
	COUNTER(receipts_refused), COUNTER(receipts_repeated),
	COUNTER(receipts_lost),    COUNTER(mo_sent),
	COUNTER(mo_acked),         COUNTER(mo_refused),
	COUNTER(mo_repeated),      COUNTER(mo_lost),
	COUNTER(faults),           COUNTER(rules),
	COUNTER(bad_pdus),
#undef COUNTER
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void tally_add_figures(const struct tally *tally, struct figures *figures)
{
	for (size_t i = 0; i < COUNT(counters); i++) {
		const void *member = (const char *)tally + counters[i].offset;

		figures_add(figures, counters[i].name,
			    *(const long long *)member);
	}
}
