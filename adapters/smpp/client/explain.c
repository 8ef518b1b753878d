/* See explain.h; the same composing as submit.c, and then nothing is sent. */
#include "client/explain.h"
#include "message/compose.h"
#include "message/explain_text.h"
#include "client/link.h"

static void binds_explain(const struct smpp_link *link, struct iwf_buf *text)
{
	size_t bound = 0, slots = 0;

	for (size_t i = 0; i < link->session_count; i++) {
		const struct smpp_session *session = &link->sessions[i];

		if (!smpp_session_is_bound(session) ||
		    session->role == SMPP_ROLE_RECEIVER)
			continue;
		bound++;
		slots += smpp_session_allowed(session);
		if (session->pace.rate > 0)
			iwf_buf_printf(text, "rate: %.1f a second on bind %u, "
				       "the SMSC throttles above\n",
				       session->pace.rate, session->number);
	}
	iwf_buf_printf(text, "binds: %zu of %zu connections can send\n", bound,
		       link->session_count);
	iwf_buf_printf(text, "window: %zu of %zu unanswered, %zu waiting\n",
		       link->queue.written_count, slots,
		       link->queue.waiting_count);
}

static void pdu_explain(const struct smpp_draft *draft, struct iwf_buf *text)
{
	static const char *const receipts[] = {
		"no receipt", "a receipt", "a receipt of failure",
		"a receipt of success"
	};
	const struct smpp_pdu *pdu = &draft->pdu;

	iwf_buf_printf(text, "source: %.*s ton=%u npi=%u\n",
		       IWF_STR_ARG(pdu->source_addr), pdu->source_ton,
		       pdu->source_npi);
	iwf_buf_printf(text, "destination: %.*s ton=%u npi=%u\n",
		       IWF_STR_ARG(pdu->dest_addr), pdu->dest_ton,
		       pdu->dest_npi);
	if (pdu->service_type.len)
		iwf_buf_printf(text, "service_type: %.*s\n",
			       IWF_STR_ARG(pdu->service_type));
	iwf_buf_printf(text, "data_coding: %u\n", pdu->data_coding);
	iwf_buf_printf(text, "esm_class: 0x%02X\n", pdu->esm_class);
	iwf_buf_printf(text, "registered_delivery: %u (%s)\n",
		       pdu->registered_delivery,
		       receipts[pdu->registered_delivery & 3]);
	iwf_buf_printf(text, "validity_period: %s\n",
		       draft->validity[0] ? draft->validity : "none");
}

void smpp_explain(struct iwf_link *base, const struct iwf_message *msg,
		  struct iwf_buf *text)
{
	struct smpp_link *link = smpp_link_of(base);
	const struct iwf_job job = { .id = msg->id, .msg = msg, .attempt = 1 };
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_draft draft;
	struct iwf_why why = { 0 };
	enum iwf_err err;

	iwf_buf_printf(text, "smsc: %.*s:%u system_id=%.*s\n",
		       IWF_STR_ARG(link->conf->host),
		       link->conf->port, IWF_STR_ARG(link->conf->system_id));
	binds_explain(link, text);
	err = smpp_compose(arena, link->conf, &job,
			   iwf_loop_wall_ms(link->loop), &draft, &why);
	if (err)
		iwf_buf_printf(text, "refused: %s\n", why.text);
	else
		smpp_explain_split(link->conf, &draft.split, text);
	if (msg->kind == IWF_KIND_MESSAGE)
		smpp_explain_wording(link->conf, msg->body,
				     err ? NULL : &draft.split, text);
	if (!err)
		pdu_explain(&draft, text);
	iwf_arena_destroy(&arena);
}
