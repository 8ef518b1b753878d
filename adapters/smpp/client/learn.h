/* Which bases an SMSC uses for ids, learnt from the receipts that found their
 * message: what it did before is tried first and needs no further proof. */
#pragma once

#include "wire/receipt.h"

#include <iwf/adapter.h>

/* Receipts under way of which a link learns; of more it just does not. */
#define SMPP_LEARN_ASKED 64

struct smpp_asked {
	uint64_t tag; /* 0: free */
	enum smpp_id_base bases[IWF_REMOTE_IDS_MAX];
};

struct smpp_learn {
	enum smpp_id_base base;  /* ANY: nothing is known yet */
	enum smpp_id_base recent; /* of the last joins that taught something */
	unsigned recent_count;
	struct smpp_asked asked[SMPP_LEARN_ASKED];
	unsigned next;
};

/* What an earlier life of the link has learnt. */
void smpp_learn_open(struct smpp_learn *learn, struct iwf_host *host);
/* The receipt is looked for under this tag. */
void smpp_learn_ask(struct smpp_learn *learn, uint64_t tag,
		    const struct smpp_receipt *receipt);
/* What became of it; what is learnt is remembered and logged. */
void smpp_learn_tell(struct smpp_learn *learn, struct iwf_host *host,
		     uint64_t tag, const struct iwf_verdict *verdict);
