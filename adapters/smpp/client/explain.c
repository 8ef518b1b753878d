/* See explain.h; the same composing as submit.c, and then nothing is sent. */
#include "client/explain.h"
#include "client/compose.h"
#include "client/link.h"

static void draft_explain(const struct smpp_draft *draft, struct iwf_buf *text)
{
	const struct smpp_pdu *pdu = &draft->pdu;

	iwf_buf_printf(text, "source: %.*s ton=%u npi=%u\n",
		       IWF_STR_ARG(pdu->source_addr), pdu->source_ton,
		       pdu->source_npi);
	iwf_buf_printf(text, "destination: %.*s ton=%u npi=%u\n",
		       IWF_STR_ARG(pdu->dest_addr), pdu->dest_ton,
		       pdu->dest_npi);
	iwf_buf_printf(text, "data_coding: %u (%s)\n", pdu->data_coding,
		       draft->split.coding == SMPP_CODING_GSM ? "GSM 7-bit" :
		       "UCS-2");
	iwf_buf_printf(text, "esm_class: 0x%02X\n", pdu->esm_class);
	iwf_buf_printf(text, "registered_delivery: %u\n",
		       pdu->registered_delivery);
	iwf_buf_printf(text, "validity_period: %s\n",
		       draft->validity[0] ? draft->validity : "none");
	iwf_buf_printf(text, "parts: %zu\n", draft->split.count);
	for (size_t i = 0; i < draft->split.count; i++)
		iwf_buf_printf(text, "part_%zu: %zu octets\n", i + 1,
			       draft->split.udhs[i].len +
			       draft->split.parts[i].len);
}

void smpp_explain(struct iwf_link *base, const struct iwf_message *msg,
		  struct iwf_buf *text)
{
	struct smpp_link *link = smpp_link_of(base);
	const struct iwf_job job = { .id = msg->id, .msg = msg, .attempt = 1 };
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_draft draft;
	struct iwf_why why = { 0 };

	iwf_buf_printf(text, "link: %.*s:%u system_id=%.*s\n",
		       IWF_STR_ARG(link->conf->host),
		       link->conf->port, IWF_STR_ARG(link->conf->system_id));
	if (smpp_compose(arena, link->conf, &job,
			 iwf_loop_wall_ms(link->loop), &draft, &why) == IWF_OK)
		draft_explain(&draft, text);
	else
		iwf_buf_printf(text, "refused: %s\n", why.text);
	iwf_arena_destroy(&arena);
}
