/* See deliver.h. */
#include "message/compose.h"
#include "client/link.h"
#include "message/wording.h"
#include "wire/receipt.h"
#include "wire/udh.h"

#include <iwf/utf8.h>

/* A deliver_sm taken apart. */
struct inbound {
	const struct smpp_pdu *pdu;
	struct iwf_arena *arena;
	struct smpp_udh udh;
	struct iwf_str octets; /* behind the header */
	struct iwf_address from, to;
};

static void on_done(struct iwf_link *base, uint64_t tag,
		    const struct iwf_verdict *verdict)
{
	struct smpp_link *link = smpp_link_of(base);
	struct smpp_session *session = smpp_link_find(link, tag);
	uint32_t status = smpp_status_from_verdict(verdict);

	if (session)
		smpp_session_answer(session, tag, status);
	else if (status == SMPP_ROK && verdict->result != IWF_RESULT_UNMATCHED)
		/* Its connection is gone: the SMSC will send it again. */
		iwf_host_untold(base->host, verdict->id);
}

static uint32_t refuse(struct smpp_link *link, const struct inbound *in,
		       uint32_t status, const char *why)
{
	iwf_log_warning(link->log, "refused", "command=%s sequence=%u "
			"status=%s why=\"%s\"",
			smpp_command_name(in->pdu->header.id),
			in->pdu->header.sequence, smpp_status_get(status)->name,
			why);
	return status;
}

static void octets_take(struct inbound *in)
{
	struct iwf_str message = smpp_pdu_message(in->pdu);

	in->octets = message;
	if (!(in->pdu->esm_class & SMPP_ESM_UDHI))
		return;
	/* A header that does not parse is read as text. */
	if (smpp_udh_parse(message, &in->udh, NULL) == IWF_OK)
		in->octets = iwf_str_sub(message, in->udh.len, message.len);
}

static enum iwf_err addresses_take(const struct smpp_conf *conf,
				   struct inbound *in)
{
	const struct smpp_pdu *pdu = in->pdu;
	struct smpp_number_rules rules;
	struct smpp_address address = {
		pdu->source_ton, pdu->source_npi, pdu->source_addr
	};
	enum iwf_err err;

	smpp_compose_rules(conf, &rules);
	err = smpp_address_parse(in->arena, &address, &rules, &in->from);
	if (err)
		return err;
	address = (struct smpp_address){
		pdu->dest_ton, pdu->dest_npi, pdu->dest_addr
	};
	return smpp_address_parse(in->arena, &address, &rules, &in->to);
}

/* --- receipts --- */

static bool receipt_read(const struct smpp_link *link, const struct inbound *in,
			 struct smpp_receipt *receipt)
{
	const struct smpp_receipt_source source = {
		.message = in->octets,
		.tlvs = &in->pdu->tlvs,
		.data_coding = in->pdu->data_coding,
		.zero = smpp_wording_zero(link->conf),
		.base = (enum smpp_id_base)link->conf->id_base,
		.learnt = link->learn.base,
	};

	return smpp_receipt_parse(in->arena, &source, receipt, NULL) == IWF_OK;
}

static void on_receipt_done(struct iwf_link *base, uint64_t tag,
			    const struct iwf_verdict *verdict)
{
	smpp_learn_tell(&smpp_link_of(base)->learn, base->host, tag, verdict);
	on_done(base, tag, verdict);
}

static uint32_t receipt_tell(struct smpp_link *link, const struct inbound *in,
			     const struct smpp_receipt *receipt, uint64_t tag)
{
	const struct smpp_told told = smpp_receipt_told(receipt);
	const struct smpp_fate fate = smpp_status_of_receipt(
		&link->conf->receipts_table, &told);
	struct iwf_report report = {
		.fate = fate.fate,
		.remote_count = (uint32_t)receipt->candidate_count,
		.code = receipt->err,
		.text = receipt->stat,
		.forbidden = fate.forbidden,
		/* The receipt travels the other way than its message. */
		.from = in->to,
		.to = in->from,
		.submitted_at_ms = receipt->submitted_at_ms,
		.happened_at_ms = receipt->done_at_ms ? receipt->done_at_ms :
			iwf_loop_wall_ms(link->loop),
	};

	iwf_metric_add(&link->metrics[SMPP_METRIC_RECEIPT_TOTAL], 1);
	if (report.fate == IWF_FATE_NONE)
		return SMPP_ROK;
	for (size_t i = 0; i < receipt->candidate_count; i++)
		report.remote_ids[i] = receipt->candidates[i];
	smpp_learn_ask(&link->learn, tag, receipt);
	iwf_host_report_remote(link->base.host, &report, on_receipt_done, tag);
	return SMPP_ANSWER_LATER;
}

/* Said again it would be no clearer, so it is taken. */
static uint32_t receipt_lost(struct smpp_link *link, const struct inbound *in)
{
	iwf_metric_add(&link->metrics[SMPP_METRIC_RECEIPT_TOTAL], 1);
	iwf_metric_add(&link->metrics[SMPP_METRIC_RECEIPT_UNDECODABLE], 1);
	iwf_log_warning(link->log, "receipt_undecodable",
			"sequence=%u octets=%zu", in->pdu->header.sequence,
			in->octets.len);
	return SMPP_ROK;
}

/* --- messages --- */

static void part_take(const struct inbound *in, struct iwf_message *msg)
{
	const struct smpp_pdu *pdu = in->pdu;
	uint32_t ref = in->udh.ref;
	uint32_t part = in->udh.part;
	uint32_t parts = in->udh.parts;
	unsigned bits = in->udh.is_wide ? 16 : 8;

	/* Some send both; the header is what handsets would believe. */
	if (!parts &&
	    smpp_tlv_number(&pdu->tlvs, SMPP_TAG_SAR_MSG_REF_NUM, &ref) &&
	    smpp_tlv_number(&pdu->tlvs, SMPP_TAG_SAR_TOTAL_SEGMENTS, &parts) &&
	    smpp_tlv_number(&pdu->tlvs, SMPP_TAG_SAR_SEGMENT_SEQNUM, &part))
		bits = 0;
	if (parts < 2 || parts > IWF_PARTS_MAX || !part || part > parts)
		return;
	msg->part = part;
	msg->parts = parts;
	msg->set = iwf_arena_printf(in->arena, "%.*s|%.*s|%u|%u|%u",
				    IWF_STR_ARG(pdu->source_addr),
				    IWF_STR_ARG(pdu->dest_addr), ref, bits,
				    parts);
}

static void reading_tell(struct smpp_link *link, const struct inbound *in,
			 const struct smpp_read *read)
{
	if (read->is_sniffed)
		iwf_metric_add(&link->metrics[SMPP_METRIC_DELIVER_SNIFFED], 1);
	if (read->unknown_language)
		iwf_metric_add(&link->metrics[SMPP_METRIC_SHIFT_UNKNOWN], 1);
	if (read->bad_count)
		iwf_metric_add(&link->metrics[SMPP_METRIC_DELIVER_MANGLED], 1);
	if (read->unknown_language || read->bad_count)
		iwf_log_seldom(link->log, "text_doubtful", "sequence=%u "
			       "data_coding=%u language=%u octets_bad=%zu",
			       in->pdu->header.sequence, in->pdu->data_coding,
			       read->unknown_language, read->bad_count);
}

static enum iwf_err body_decode(struct smpp_link *link,
				const struct inbound *in, bool is_part,
				struct iwf_buf *raw)
{
	const struct smpp_incoming incoming = {
		.octets = in->octets, .udh = &in->udh,
		.data_coding = in->pdu->data_coding, .is_part = is_part,
	};
	struct smpp_reading_rules rules;
	struct smpp_read read;
	enum iwf_err err;

	smpp_wording_reading(link->conf, &rules);
	err = smpp_incoming_read(raw, &rules, &incoming, &read);
	if (!err)
		reading_tell(link, in, &read);
	return err;
}

/* A part keeps half a character at its end for the next one to complete. */
static struct iwf_str body_mend(const struct inbound *in, struct iwf_buf *raw,
				bool is_part)
{
	struct iwf_buf mended = { 0 };
	struct iwf_str body;

	if (is_part)
		return iwf_arena_copy(in->arena, iwf_buf_str(raw));
	iwf_utf8_mend(&mended, iwf_buf_str(raw));
	body = iwf_arena_copy(in->arena, iwf_buf_str(&mended));
	iwf_buf_free(&mended);
	return body;
}

static uint32_t message_accept(struct smpp_link *link, const struct inbound *in,
			       uint64_t tag)
{
	struct iwf_message msg = {
		.kind = IWF_KIND_MESSAGE,
		.from = in->from,
		.to = in->to,
		.content_type = IWF_STR("text/plain; charset=utf-8"),
		.sent_at_ms = iwf_loop_wall_ms(link->loop),
	};
	struct iwf_buf raw = { 0 };

	if (in->udh.has_port)
		return refuse(link, in, SMPP_RX_R_APPN, "for a port, no text");
	if (in->pdu->registered_delivery & 0x04)
		msg.want = IWF_WANT_DELIVERED;
	part_take(in, &msg);
	if (body_decode(link, in, msg.parts != 0, &raw) != IWF_OK) {
		iwf_buf_free(&raw);
		return refuse(link, in, SMPP_RX_R_APPN,
			      "an alphabet that is not understood");
	}
	msg.body = body_mend(in, &raw, msg.parts != 0);
	iwf_buf_free(&raw);
	iwf_host_accept(link->base.host, &msg, on_done, tag);
	return SMPP_ANSWER_LATER;
}

static uint32_t default_type(struct smpp_link *link, struct inbound *in,
			     uint64_t tag)
{
	struct smpp_receipt receipt;

	if (receipt_read(link, in, &receipt) && smpp_receipt_is_one(&receipt))
		return receipt_tell(link, in, &receipt, tag);
	return message_accept(link, in, tag);
}

uint32_t smpp_deliver(struct smpp_link *link, struct smpp_session *session,
		      const struct smpp_pdu *pdu, uint64_t tag)
{
	struct inbound in = { .pdu = pdu, .arena = session->arena };
	struct smpp_receipt receipt;
	unsigned type;

	octets_take(&in);
	if (addresses_take(link->conf, &in) != IWF_OK)
		return refuse(link, &in, SMPP_RINVSRCADR,
			      "an address that is none");
	type = pdu->esm_class & SMPP_ESM_TYPE_MASK;
	if (!type)
		return default_type(link, &in, tag);
	/* Some say with the same bits that it is one and of a stage between. */
	if (type & SMPP_ESM_RECEIPT)
		return receipt_read(link, &in, &receipt) ?
			receipt_tell(link, &in, &receipt, tag) :
			receipt_lost(link, &in);
	/* Acknowledgements that we never ask for, and stages on the way: nothing
	 * follows from them. */
	return SMPP_ROK;
}

void smpp_alert(struct smpp_link *link, struct smpp_session *session,
		const struct smpp_pdu *pdu)
{
	const struct smpp_address source = {
		pdu->source_ton, pdu->source_npi, pdu->source_addr
	};
	struct smpp_number_rules rules;
	struct iwf_address address;

	smpp_compose_rules(link->conf, &rules);
	if (smpp_address_parse(session->arena, &source, &rules, &address) ==
	    IWF_OK)
		iwf_host_wake(link->base.host, &address);
}
