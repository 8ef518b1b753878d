/* What the silence of a peer asks for: enquire_link, and at last the end of the
 * bind (SMPP 3.4 2.9, 4.11). Pure. */
#pragma once

#include <stdint.h>

struct smpp_silence_rules {
	uint32_t enquire_link_ms; /* it is asked after so much of it */
	uint32_t response_ms;     /* for the answer, if that is less */
	uint32_t inactivity_ms;   /* more is not borne */
};

enum smpp_silence {
	SMPP_SILENCE_BORNE,
	SMPP_SILENCE_ASK,        /* send enquire_link */
	SMPP_SILENCE_UNANSWERED, /* the one before was not answered */
	SMPP_SILENCE_TOO_LONG
};

/* asked: the enquire_link that is out, 0: none. *again_ms: when to look again,
 * with BORNE and ASK. */
enum smpp_silence smpp_silence_judge(const struct smpp_silence_rules *rules,
				     int64_t silent_ms, uint32_t asked,
				     int64_t *again_ms);
