/* From a message to the submit_sm that say it: alphabet, cut, addresses,
 * wishes. Pure: the clock is an argument. */
#pragma once

#include "wire/pdu.h"
#include "rows.h"
#include "wire/smpp_address.h"
#include "text/split.h"

struct smpp_draft {
	struct smpp_split split;
	struct smpp_pdu pdu; /* of every part, without its own octets */
	char validity[17];   /* what pdu.validity_period points to */
	/* Who is named instead when the SMSC refuses the name of the sender; no
	 * digits: nobody. */
	struct smpp_address stand_in;
	bool is_recut;       /* cut otherwise than before: all parts again */
};

/* Everything lives in the arena or in `job`. The UDH reference derives from
 * the job, the number of parts and the alphabet, so that parts of two cuts
 * never meet in one message.
 * What has arrived in part is cut as it was at first, whatever conf says now.
 * IWF_E_UNSUPPORTED: no SMS can say this, IWF_E_LIMIT: too many parts,
 * IWF_E_CHARSET: no text; why->text says it to a human. */
enum iwf_err smpp_compose(struct iwf_arena *arena, const struct smpp_conf *conf,
			  const struct iwf_job *job, int64_t now_ms,
			  struct smpp_draft *out, struct iwf_why *why);
/* The submit_sm of one part, from 1. Its octets are copied to the arena. */
void smpp_compose_part(struct iwf_arena *arena, const struct smpp_draft *draft,
		       uint32_t part, struct smpp_pdu *out);
/* What a link's settings say of numbering; borrows them. */
void smpp_compose_rules(const struct smpp_conf *conf,
			struct smpp_number_rules *rules);
/* Another source address than the draft's. */
void smpp_compose_source(struct smpp_pdu *pdu,
			 const struct smpp_address *source);
