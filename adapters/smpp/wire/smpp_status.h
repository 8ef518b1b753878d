/* Where SMPP command_status values (SMPP 3.4 5.1.3) and the states of receipts
 * (5.2.28, appendix B) meet fates and verdicts; no other file of the adapter
 * knows what they mean. Pure, any thread. */
#pragma once

#include <iwf/buf.h>
#include <iwf/message.h>
#include <iwf/setting.h>

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
	SMPP_AGAIN_STAND_IN,    /* once under who stands in for its sender */
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

/* --- receipts --- */

enum smpp_state {
#define SMPP_STATE(number, name, stat, fate) SMPP_STATE_##name = number,
#include "wire/smpp_state.def"
#undef SMPP_STATE
	SMPP_STATE_NONE = 10 /* the receipt does not tell */
};

/* Any spelling of `stat`; SMPP_STATE_NONE for a word nobody knows. */
enum smpp_state smpp_state_from_text(struct iwf_str stat);
/* NONE for all that is not final: acceptance is not delivery, and a final
 * state that was not received is never made up. UNSURE: final, and not even the
 * SMSC knows. Values that are no state: NONE. */
enum iwf_fate smpp_state_fate(enum smpp_state state);
/* The number in `err`: decimal digits as decimal, 0x and other hex digits as
 * hex, 0 for anything else. */
uint32_t smpp_err_number(struct iwf_str err);

/* What a receipt says of its message, in the SMSC's words. */
struct smpp_told {
	enum smpp_state state;
	struct iwf_str stat;     /* may be empty */
	struct iwf_str err_text; /* may be empty */
	uint32_t err;
	uint8_t network_type;    /* of network_error_code, 0: none */
};

/* A row of a link's receipts_table; an empty text fits all. */
struct smpp_receipt_rule {
	struct iwf_str stat;  /* a word of the SMSC's, or a state's own */
	struct iwf_str error; /* as in `err:`, or the number of the parameter */
	uint32_t fate;        /* index into smpp_fate_words */
};
extern const struct iwf_setting smpp_receipt_rule_rows[];

struct smpp_fate {
	enum iwf_fate fate; /* as smpp_state_fate */
	bool forbidden;     /* refused by the recipient's policy */
};

/* The first rule that fits, else the specification's rows; rules may be NULL. */
struct smpp_fate smpp_status_of_receipt(const struct iwf_list *rules,
					const struct smpp_told *told);
/* IWF_E_SYNTAX with the row's number when a row fits nothing or repeats. */
enum iwf_err smpp_status_check(const struct iwf_list *rules,
			       struct iwf_why *why);
/* The whole mapping in force as lines of cells with tabs between them, the
 * columns' names first; see struct iwf_ops. */
void smpp_status_table(const struct iwf_list *rules, struct iwf_buf *text);
