/* See submit.h. */
#include "server/submit.h"

#include "server/answer.h"
#include "server/link.h"
#include "server/session.h"
#include "message/compose.h"
#include "message/wording.h"
#include "text/incoming.h"
#include "wire/smpp_time.h"
#include "wire/udh.h"

#include <iwf/random.h>
#include <iwf/utf8.h>

#include <stdio.h>
#include <stdlib.h>

/* registered_delivery (5.2.17). */
#define RECEIPT_MASK 0x03
#define ACK_DELIVERED 0x04
#define ACK_USER 0x08
/* The same part under the same reference: after this time it is another
 * message's. */
#define SET_TIME_MS (15 * 60 * 1000)

/* A PDU taken apart. */
struct entry {
	struct server_session *session;
	struct server_link *link;
	const struct smpp_pdu *pdu;
	struct smpp_udh udh;
	struct iwf_str octets; /* behind the header */
	struct smpp_number_rules rules;
	struct iwf_message msg;
	uint64_t id;           /* of a part or a list */
	uint64_t former;
	uint64_t set;
};

void server_submits_create(struct server_submits *submits, uint32_t most)
{
	smpp_window_create(&submits->window, most);
}

void server_submits_destroy(struct server_submits *submits)
{
	struct smpp_request *request;

	while ((request = smpp_window_take_oldest(&submits->window)))
		free(IWF_CONTAINER(request, struct server_submit, request));
	smpp_window_destroy(&submits->window);
}

/* --- reading --- */

static enum iwf_err octets_read(const struct entry *entry, struct iwf_buf *raw)
{
	const struct smpp_incoming incoming = {
		.octets = entry->octets, .udh = &entry->udh,
		.data_coding = entry->pdu->data_coding,
		.is_part = entry->msg.parts != 0,
	};
	struct smpp_reading_rules rules;
	struct smpp_read read;

	smpp_wording_reading(&entry->link->wording, &rules);
	return smpp_incoming_read(raw, &rules, &incoming, &read);
}

static uint32_t text_take(struct entry *entry)
{
	struct iwf_arena *arena = entry->session->arena;
	struct iwf_buf raw = { 0 };
	struct iwf_buf mended = { 0 };
	enum iwf_err err = octets_read(entry, &raw);

	/* Half a character at a part's end waits for the next part. */
	if (!err && entry->msg.parts)
		entry->msg.body = iwf_arena_copy(arena, iwf_buf_str(&raw));
	if (!err && !entry->msg.parts) {
		iwf_utf8_mend(&mended, iwf_buf_str(&raw));
		entry->msg.body = iwf_arena_copy(arena, iwf_buf_str(&mended));
	}
	iwf_buf_free(&raw);
	iwf_buf_free(&mended);
	return err ? SMPP_RX_R_APPN : SMPP_ROK;
}

/* What joins parts or copies a message keeps its account, and the REPORT
 * brings it back: so receipts have the ids that we answered. */
static void id_keep(struct entry *entry, uint64_t id, uint32_t part)
{
	char text[SERVER_ID_SIZE];

	entry->id = id;
	server_id_format(text, id, part);
	entry->msg.account = iwf_arena_copy(entry->session->arena,
					    iwf_str_from(text));
}

/* One id for all of a list (4.5.2). */
static uint32_t list_take(struct entry *entry)
{
	uint64_t id;

	if (!entry->pdu->dest_count)
		return SMPP_ROK;
	iwf_random_fill(&id, sizeof(id));
	id_keep(entry, id | 1, 0);
	return SMPP_ROK;
}

/* The same for a part that comes again; another's for another text under the
 * same reference. */
static uint64_t part_id(const struct entry *entry, int64_t time)
{
	struct iwf_buf name = { 0 };
	uint64_t id;

	iwf_buf_str_put(&name, entry->msg.set);
	iwf_buf_u8(&name, 0);
	iwf_buf_u64(&name, (uint64_t)time);
	iwf_buf_u32(&name, entry->msg.part);
	iwf_buf_str_put(&name, entry->octets);
	id = iwf_hash(server_id_key, iwf_buf_str(&name)) | 1;
	iwf_buf_free(&name);
	return id;
}

static uint32_t part_take(struct entry *entry)
{
	const struct smpp_pdu *pdu = entry->pdu;
	struct iwf_arena *arena = entry->session->arena;
	uint32_t ref = entry->udh.ref;
	uint32_t part = entry->udh.part;
	uint32_t parts = entry->udh.parts;
	unsigned bits = entry->udh.is_wide ? 16 : 8;
	int64_t time = iwf_loop_wall_ms(entry->link->loop) / SET_TIME_MS;

	if (!parts &&
	    smpp_tlv_number(&pdu->tlvs, SMPP_TAG_SAR_MSG_REF_NUM, &ref) &&
	    smpp_tlv_number(&pdu->tlvs, SMPP_TAG_SAR_TOTAL_SEGMENTS, &parts) &&
	    smpp_tlv_number(&pdu->tlvs, SMPP_TAG_SAR_SEGMENT_SEQNUM, &part))
		bits = 0;
	if (parts < 2 || parts > IWF_PARTS_MAX || !part || part > parts)
		return SMPP_ROK;
	/* A list of parts would be one set for each of its recipients. */
	if (pdu->dest_count)
		return SMPP_RX_R_APPN;
	entry->msg.part = part;
	entry->msg.parts = parts;
	entry->msg.set = iwf_arena_printf(arena, "%.*s|%.*s|%u|%u|%u",
					  IWF_STR_ARG(pdu->source_addr),
					  IWF_STR_ARG(pdu->dest_addr), ref,
					  bits, parts);
	entry->set = iwf_hash(server_id_key, entry->msg.set) | 1;
	entry->former = part_id(entry, time - 1);
	id_keep(entry, part_id(entry, time), part);
	return SMPP_ROK;
}

static uint32_t octets_take(struct entry *entry)
{
	struct iwf_str message = smpp_pdu_message(entry->pdu);

	entry->octets = message;
	if (!(entry->pdu->esm_class & SMPP_ESM_UDHI))
		return SMPP_ROK;
	if (smpp_udh_parse(message, &entry->udh, NULL))
		return SMPP_RX_R_APPN;
	entry->octets = iwf_str_sub(message, entry->udh.len, message.len);
	return entry->udh.has_port ? SMPP_RX_R_APPN : SMPP_ROK;
}

static bool sender_is_allowed(const struct iwf_texts *from,
			      const struct iwf_address *address)
{
	for (size_t i = 0; i < from->count; i++) {
		struct iwf_str one = from->items[i];
		bool is_open = one.len && one.ptr[one.len - 1] == '*';

		if (is_open ? iwf_str_starts(address->user,
					     iwf_str_sub(one, 0, one.len - 1)) :
		    iwf_str_eq(address->user, one))
			return true;
	}
	return from->count == 0;
}

static uint32_t sender_take(struct entry *entry)
{
	const struct smpp_pdu *pdu = entry->pdu;
	const struct smpp_address source = {
		pdu->source_ton, pdu->source_npi, pdu->source_addr
	};

	smpp_compose_rules(&entry->link->wording, &entry->rules);
	if (smpp_address_parse(entry->session->arena, &source, &entry->rules,
			       &entry->msg.from) ||
	    entry->msg.from.kind == IWF_ADDRESS_NONE ||
	    !sender_is_allowed(&entry->link->conf->from, &entry->msg.from))
		return SMPP_RINVSRCADR;
	return SMPP_ROK;
}

static uint32_t wants_take(struct entry *entry)
{
	static const uint32_t receipts[] = {
		0, IWF_WANT_DELIVERED | IWF_WANT_FAILED, IWF_WANT_FAILED,
		IWF_WANT_DELIVERED
	};
	uint8_t flags = entry->pdu->registered_delivery;

	entry->msg.want = receipts[flags & RECEIPT_MASK];
	if (flags & ACK_DELIVERED)
		entry->msg.want |= IWF_WANT_DELIVERED;
	if (flags & ACK_USER)
		entry->msg.want |= IWF_WANT_DISPLAYED;
	return SMPP_ROK;
}

/* What we cannot do is refused, not left out in silence. */
static uint32_t wishes_take(struct entry *entry)
{
	const struct smpp_pdu *pdu = entry->pdu;
	int64_t now_ms = iwf_loop_wall_ms(entry->link->loop);

	if (pdu->esm_class & SMPP_ESM_TYPE_MASK)
		return SMPP_RINVESMCLASS;
	if (pdu->schedule_time.len)
		return SMPP_RINVSCHED;
	if (pdu->replace_if_present)
		return SMPP_RINVREPFLAG;
	if (pdu->sm_default_msg_id && !smpp_pdu_message(pdu).len)
		return SMPP_RINVDFTMSGID;
	if (smpp_time_parse(pdu->validity_period, now_ms,
			    &entry->msg.expires_at_ms) ||
	    (entry->msg.expires_at_ms && entry->msg.expires_at_ms <= now_ms))
		return SMPP_RINVEXPIRY;
	return SMPP_ROK;
}

static uint32_t rate_take(struct entry *entry)
{
	size_t count = entry->pdu->dest_count ? entry->pdu->dest_count : 1;
	struct server_link *link = entry->link;

	if (link->is_draining || smpp_window_is_full(&link->submits.window) ||
	    !server_bucket_take(&link->bucket, (uint32_t)count,
				iwf_loop_now_ms(link->loop)))
		return SMPP_RTHROTTLED;
	return SMPP_ROK;
}

static uint32_t entry_read(struct entry *entry)
{
	static uint32_t (*const steps[])(struct entry *entry) = {
		rate_take, wishes_take, sender_take, octets_take, list_take,
		part_take, text_take, wants_take,
	};
	uint32_t status = SMPP_ROK;

	entry->msg.kind = IWF_KIND_MESSAGE;
	entry->msg.content_type = IWF_STR("text/plain; charset=utf-8");
	entry->msg.sent_at_ms = iwf_loop_wall_ms(entry->link->loop);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !status; i++)
		status = steps[i](entry);
	return status;
}

/* --- giving it to the gateway --- */

static struct server_submit *submit_open(struct entry *entry, uint32_t count)
{
	struct server_submits *submits = &entry->link->submits;
	struct server_submit *submit = iwf_alloc(sizeof(*submit) + count *
					  sizeof(submit->dests[0]));

	submit->session = entry->session->number;
	submit->command = entry->pdu->header.id;
	submit->sequence = entry->pdu->header.sequence;
	submit->count = submit->left = count;
	submit->id = entry->id;
	submit->former = entry->former;
	submit->set = entry->set;
	submit->part = entry->msg.part;
	smpp_window_push(&submits->window, &submit->request,
			 ++submits->last_number, 0);
	entry->session->waiting_count++;
	iwf_metric_add(&entry->link->metrics[SERVER_METRIC_SUBMIT_WAITING], 1);
	return submit;
}

static void dest_give(struct entry *entry, struct server_submit *submit,
		      uint32_t place, const struct smpp_dest *dest)
{
	struct server_submit_dest *to = &submit->dests[place];
	const struct smpp_address address = { dest->ton, dest->npi, dest->addr };

	to->dest = *dest;
	to->dest.addr = IWF_STR_NONE;
	snprintf(to->addr, sizeof(to->addr), "%.*s", IWF_STR_ARG(dest->addr));
	if (dest->is_list)
		to->status = SMPP_RINVDLNAME;
	else if (smpp_address_parse(entry->session->arena, &address,
				    &entry->rules, &entry->msg.to) ||
		 entry->msg.to.kind == IWF_ADDRESS_NONE ||
		 entry->msg.to.kind == IWF_ADDRESS_ALPHA)
		to->status = SMPP_RINVDSTADR;
	if (to->status != SMPP_ROK) {
		submit->left--;
		return;
	}
	iwf_host_accept(entry->link->base.host, &entry->msg,
			server_answer_on_done,
			(uint64_t)submit->request.sequence << SERVER_TAG_SHIFT |
			place);
}

static void entry_give(struct entry *entry)
{
	const struct smpp_pdu *pdu = entry->pdu;
	const struct smpp_dest one = {
		.ton = pdu->dest_ton, .npi = pdu->dest_npi,
		.addr = pdu->dest_addr,
	};
	uint32_t count = pdu->dest_count ? (uint32_t)pdu->dest_count : 1;
	struct server_submit *submit = submit_open(entry, count);

	for (uint32_t i = 0; i < count; i++)
		dest_give(entry, submit, i, pdu->dest_count ?
			  &pdu->dests[i] : &one);
	/* Nothing was given: nobody else will finish it. */
	if (!submit->left)
		server_answer(entry->link, submit);
}

void server_submit(struct server_session *session, const struct smpp_pdu *pdu)
{
	struct server_link *link = session->link;
	struct entry entry = { .session = session, .link = link, .pdu = pdu };
	uint32_t status = entry_read(&entry);

	iwf_metric_add(&link->metrics[SERVER_METRIC_SUBMIT_TOTAL], 1);
	if (status == SMPP_ROK) {
		entry_give(&entry);
		return;
	}
	server_answer_count(link, status);
	iwf_log_seldom(link->log, "refused", "command=%s sequence=%u status=%s",
		       smpp_command_name(pdu->header.id), pdu->header.sequence,
		       smpp_status_get(status)->name);
	server_session_write_header(session, pdu->header.id | SMPP_RESPONSE,
				    status, pdu->header.sequence);
}
