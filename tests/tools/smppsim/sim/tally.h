/* What is counted since the start. */
#pragma once

#include "verdict/figure.h"

struct tally {
	long long connections;
	long long binds;
	long long binds_refused;
	long long submits;
	long long submits_accepted;
	long long submits_refused;
	long long responses;
	long long ids;
	long long receipts_sent;
	long long receipts_acked;
	long long receipts_refused;
	long long receipts_repeated;
	long long receipts_lost;
	long long mo_sent;
	long long mo_acked;
	long long mo_refused;
	long long mo_repeated;
	long long mo_lost;
	long long faults;
	long long rules;
	long long bad_pdus;
};

void tally_add_figures(const struct tally *tally, struct figures *figures);
