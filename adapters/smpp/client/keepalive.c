/* enquire_link while the SMSC is silent, and the end of a bind on which it
 * stays so (SMPP 3.4 2.9, 4.11). */
#include "bind/silence.h"
#include "client/session_priv.h"

static void enquire(struct smpp_session *session)
{
	session->enquire_sequence = smpp_session_next_sequence(session);
	iwf_metric_add(&session->metrics[SMPP_METRIC_ENQUIRE_LINK], 1);
	smpp_session_write_header(session, SMPP_ENQUIRE_LINK, SMPP_ROK,
				  session->enquire_sequence);
}

static enum smpp_silence judge(const struct smpp_session *session,
			       int64_t *again_ms)
{
	const struct smpp_conf *conf = session->conf;
	const struct smpp_silence_rules rules = {
		conf->enquire_link_ms, conf->response_ms, conf->inactivity_ms,
	};

	return smpp_silence_judge(&rules, iwf_loop_now_ms(session->loop) -
				  session->heard_ms, session->enquire_sequence,
				  again_ms);
}

static void on_enquire_timer(struct iwf_timer *timer)
{
	struct smpp_session *session =
		IWF_CONTAINER(timer, struct smpp_session, enquire_timer);
	int64_t again_ms;
	enum smpp_silence silence = judge(session, &again_ms);

	if (silence == SMPP_SILENCE_UNANSWERED) {
		iwf_metric_add(&session->metrics[
			       SMPP_METRIC_ENQUIRE_LINK_UNANSWERED], 1);
		smpp_session_apply(session, SMPP_EVENT_LOST,
				   "enquire_link was not answered");
		return;
	}
	if (silence == SMPP_SILENCE_TOO_LONG) {
		smpp_session_apply(session, SMPP_EVENT_LOST,
				   "the SMSC was silent too long");
		return;
	}
	if (silence == SMPP_SILENCE_ASK)
		enquire(session);
	iwf_timer_start(session->loop, timer, again_ms, on_enquire_timer);
}

void smpp_keepalive_start(struct smpp_session *session)
{
	iwf_timer_start(session->loop, &session->enquire_timer,
			session->conf->enquire_link_ms, on_enquire_timer);
}
