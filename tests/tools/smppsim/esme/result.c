/* What an ESME's run came to: as figures, and as a table for people. */
#include "esme/esme.h"

#include <stdio.h>

bool esme_is_over(const struct esme *esme)
{
	return esme->has_failed ||
	       (load_is_sent(esme) &&
		esme->awaited.missing <= esme->awaited.unmatched);
}

bool esme_has_failed(const struct esme *esme)
{
	return esme->has_failed || esme->load.unanswered > 0 ||
	       esme->awaited.missing > 0;
}

static long long per_second(const struct load *load)
{
	const int64_t us = load->last_us - load->first_us;

	return us > 0 ? (long long)(load->latency.count * 1000000) / us : 0;
}

void esme_add_figures(const struct esme *esme, struct figures *figures)
{
	const struct load *load = &esme->load;
	const struct latency *answers = &load->latency;
	const struct latency *receipts = &esme->receipt_latency;

	figures_add(figures, "messages", load->messages);
	figures_add(figures, "unanswered", load->unanswered);
	figures_add(figures, "receipts_matched", esme->awaited.matched);
	figures_add(figures, "receipts_missing", esme->awaited.missing);
	figures_add(figures, "receipts_unmatched", esme->awaited.unmatched);
	figures_add(figures, "receipts_repeats", esme->awaited.repeated);
	figures_add(figures, "receipts_delivered", esme->receipts_delivered);
	figures_add(figures, "receipts_failed", esme->receipts_failed);
	figures_add(figures, "receipts_intermediate",
		    esme->receipts_intermediate);
	figures_add(figures, "mo_received", esme->mo_received);
	figures_add(figures, "per_second", per_second(load));
	figures_add(figures, "p50_us", latency_percentile(answers, 500));
	figures_add(figures, "p99_us", latency_percentile(answers, 990));
	figures_add(figures, "max_us", answers->max_us);
	figures_add(figures, "receipt_p50_us",
		    latency_percentile(receipts, 500));
	figures_add(figures, "receipt_p99_us",
		    latency_percentile(receipts, 990));
	figures_add(figures, "receipt_max_us", receipts->max_us);
}

static void print_latency(const char *name, const struct latency *latency)
{
	fprintf(stderr, "%-12s %10llu %10.3f %10.3f %10.3f\n", name,
		(unsigned long long)latency->count,
		(double)latency_percentile(latency, 500) / 1000,
		(double)latency_percentile(latency, 990) / 1000,
		(double)latency->max_us / 1000);
}

void esme_print(const struct esme *esme)
{
	const struct tally *tally = &esme->sim->tally;
	const struct trace *trace = &esme->sim->trace;

	fprintf(stderr, "%-12s %10s %10s %10s %10s\n", "", "count", "p50 ms",
		"p99 ms", "max ms");
	print_latency("responses", &esme->load.latency);
	print_latency("receipts", &esme->receipt_latency);
	fprintf(stderr,
		"%ld messages in %lld submits, %lld a second: %lld accepted, "
		"%lld refused, %ld unanswered\n",
		esme->load.messages, tally->submits, per_second(&esme->load),
		tally->submits_accepted, tally->submits_refused,
		esme->load.unanswered);
	fprintf(stderr,
		"receipts: %ld matched, %ld missing, %ld of unknown id, "
		"%ld repeated; %ld messages received\n",
		esme->awaited.matched, esme->awaited.missing,
		esme->awaited.unmatched, esme->awaited.repeated,
		esme->mo_received);
	for (size_t i = 0; i < trace->status_count; i++)
		fprintf(stderr, "%-24s 0x%08x %10lld\n",
			pdu_status_name(trace->statuses[i].status),
			trace->statuses[i].status, trace->statuses[i].count);
}
