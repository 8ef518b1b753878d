/* Where SMPP command_status values meet fates and verdicts (SMPP 3.4 5.1.3);
 * no other file of the adapter knows what a status means. Pure, any thread. */
#pragma once

#include <iwf/message.h>

enum smpp_esme {
#define SMPP_STATUS(code, name, class, fate, tries, again, forbidden) \
	SMPP_##name = code,
#include "wire/smpp_status.def"
#undef SMPP_STATUS
	SMPP_VENDOR_FIRST = 0x400,
	SMPP_VENDOR_LAST = 0x4FF
};

enum smpp_class {
	SMPP_CLASS_OK,
	SMPP_CLASS_TEMPORARY, /* of this message: try again later */
	SMPP_CLASS_THROTTLE,  /* of the link: slow down, no attempt is counted */
	SMPP_CLASS_PERMANENT, /* this message never will pass */
	SMPP_CLASS_LINK,      /* the bind is not what we think: bind again */
	SMPP_CLASS_BUG,       /* the peer dislikes what we built: alarm */
	SMPP_CLASS_OPERATION  /* a query, cancel or replace came to nothing */
};

/* How a second try differs from the first; SAME: not at all. */
enum smpp_again {
	SMPP_AGAIN_SAME,
	SMPP_AGAIN_NO_RECEIPT,  /* once with registered_delivery 0 */
	SMPP_AGAIN_NO_VALIDITY, /* once with an empty validity_period */
	SMPP_AGAIN_NO_TLVS      /* once without optional parameters */
};

struct smpp_status {
	uint32_t code;      /* of the row; a vendor's row stands for its range */
	const char *name;   /* "ESME_RTHROTTLED", "vendor", "reserved" */
	enum smpp_class class;
	enum iwf_fate fate; /* SENT, QUEUED or FAILED, as answer to a job */
	uint8_t max_tries;  /* QUEUED at most so often, then FAILED; 0: no limit */
	enum smpp_again again;
	bool link_trouble;  /* QUEUED because of the link, not the message */
	bool forbidden;     /* refused by the recipient's policy */
};

/* Never NULL: vendor codes (0x400-0x4FF) and everything else that is not in
 * the specification have a row of their own. */
const struct smpp_status *smpp_status_get(uint32_t code);
/* As above for data_sm, where delivery_failure_reason (TLV 0x0425) 0 and 3
 * turn ESME_RDELIVERYFAILURE into something temporary. */
const struct smpp_status *smpp_status_get_data_sm(uint32_t code,
						  uint32_t reason);
/* Which command_status the deliver_sm_resp or data_sm_resp carries. `code` of
 * the verdict is taken for a SIP status when the fate is FAILED. */
uint32_t smpp_status_from_verdict(const struct iwf_verdict *verdict);
/* The same for a SIP final status, 2xx is ESME_ROK. */
uint32_t smpp_status_from_sip(uint32_t sip_status);
