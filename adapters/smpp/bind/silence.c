/* See silence.h. */
#include "bind/silence.h"

enum smpp_silence smpp_silence_judge(const struct smpp_silence_rules *rules,
				     int64_t silent_ms, uint32_t asked,
				     int64_t *again_ms)
{
	if (asked)
		return SMPP_SILENCE_UNANSWERED;
	if (silent_ms >= rules->inactivity_ms)
		return SMPP_SILENCE_TOO_LONG;
	*again_ms = rules->enquire_link_ms - silent_ms;
	if (*again_ms > 0)
		return SMPP_SILENCE_BORNE;
	*again_ms = rules->response_ms < rules->enquire_link_ms ?
		rules->response_ms : rules->enquire_link_ms;
	return SMPP_SILENCE_ASK;
}
