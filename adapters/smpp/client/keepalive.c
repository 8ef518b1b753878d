/* enquire_link while the SMSC is silent, and the end of a bind on which it
 * stays so (SMPP 3.4 2.9, 4.11). */
#include "client/session_priv.h"

static void enquire(struct smpp_session *session)
{
	session->enquire_sequence = smpp_session_next_sequence(session);
	iwf_metric_add(&session->metrics[SMPP_METRIC_ENQUIRE_LINK], 1);
	smpp_session_write_header(session, SMPP_ENQUIRE_LINK, SMPP_ROK,
				  session->enquire_sequence);
}

static uint32_t enquire_patience_ms(const struct smpp_session *session)
{
	const struct smpp_conf *conf = session->conf;

	return conf->response_ms < conf->enquire_link_ms ?
		conf->response_ms : conf->enquire_link_ms;
}

static void on_enquire_timer(struct iwf_timer *timer)
{
	struct smpp_session *session =
		IWF_CONTAINER(timer, struct smpp_session, enquire_timer);
	const struct smpp_conf *conf = session->conf;
	int64_t silent_ms = iwf_loop_now_ms(session->loop) - session->heard_ms;
	int64_t next_ms = conf->enquire_link_ms - silent_ms;

	if (session->enquire_sequence) {
		iwf_metric_add(&session->metrics[
			       SMPP_METRIC_ENQUIRE_LINK_UNANSWERED], 1);
		smpp_session_apply(session, SMPP_EVENT_LOST,
				   "enquire_link was not answered");
		return;
	}
	if (silent_ms >= conf->inactivity_ms) {
		smpp_session_apply(session, SMPP_EVENT_LOST,
				   "the SMSC was silent too long");
		return;
	}
	if (next_ms <= 0) {
		enquire(session);
		next_ms = enquire_patience_ms(session);
	}
	iwf_timer_start(session->loop, timer, next_ms, on_enquire_timer);
}

void smpp_keepalive_start(struct smpp_session *session)
{
	iwf_timer_start(session->loop, &session->enquire_timer,
			session->conf->enquire_link_ms, on_enquire_timer);
}
