/* See submit.h. */
#include "server/submit.h"

#include "server/link.h"
#include "server/session.h"
#include "message/compose.h"
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
/* A reference comes round again; by then it is another message. */
#define SET_TIME_MS (15 * 60 * 1000)
/* Of a tag: what is below is the destination's place in its list. */
#define TAG_SHIFT 8

/* One PDU that waits for the gateway's verdict on each destination. */
struct submit {
	struct smpp_request request;
	uint32_t session; /* its number */
	uint32_t command;
	uint32_t sequence;
	uint32_t left;
	uint32_t good;
	uint64_t id;      /* the gateway's */
	uint64_t set;     /* of parts or of a list, 0: it is one message */
	uint32_t part;
	uint32_t count;
	struct submit_dest {
		struct smpp_dest dest;
		char addr[21];
		uint32_t status;
	} dests[];
};

/* A PDU taken apart. */
struct entry {
	struct server_session *session;
	struct server_link *link;
	const struct smpp_pdu *pdu;
	struct smpp_udh udh;
	struct iwf_str octets; /* behind the header */
	struct smpp_number_rules rules;
	struct iwf_message msg;
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
		free(IWF_CONTAINER(request, struct submit, request));
	smpp_window_destroy(&submits->window);
}

void server_id_format(char to[SERVER_ID_SIZE], uint64_t id, uint32_t part)
{
	snprintf(to, SERVER_ID_SIZE, part ? "%016llx-%u" : "%016llx",
		 (unsigned long long)id, part);
}

/* --- answering --- */

static uint32_t unsuccess_count(const struct submit *submit)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < submit->count; i++)
		count += submit->dests[i].status != SMPP_ROK;
	return count;
}

/* 4.5.2: message_id, then who did not get it, and why; not in pdu.h, for
 * nobody sends it to us. */
static void multi_answer(struct server_session *session,
			 const struct submit *submit, const char *id,
			 uint32_t status)
{
	struct iwf_buf out = { 0 };
	uint32_t len;

	iwf_buf_u32(&out, 0);
	iwf_buf_u32(&out, SMPP_SUBMIT_MULTI | SMPP_RESPONSE);
	iwf_buf_u32(&out, status);
	iwf_buf_u32(&out, submit->sequence);
	iwf_buf_put(&out, id, strlen(id) + 1);
	iwf_buf_u8(&out, (uint8_t)unsuccess_count(submit));
	for (uint32_t i = 0; i < submit->count; i++) {
		const struct submit_dest *at = &submit->dests[i];

		if (at->status == SMPP_ROK)
			continue;
		iwf_buf_u8(&out, at->dest.ton);
		iwf_buf_u8(&out, at->dest.npi);
		iwf_buf_put(&out, at->addr, strlen(at->addr) + 1);
		iwf_buf_u32(&out, at->status);
	}
	len = (uint32_t)out.len;
	for (size_t i = 0; i < 4; i++)
		out.ptr[i] = (char)(len >> (24 - 8 * i));
	iwf_stream_send(session->stream, iwf_buf_str(&out));
	iwf_buf_free(&out);
}

static void submit_answer(struct server_session *session,
			  const struct submit *submit)
{
	char id[SERVER_ID_SIZE] = "";
	uint32_t status = submit->good ? (uint32_t)SMPP_ROK :
		submit->dests[0].status;

	if (submit->good)
		server_id_format(id, submit->set ? submit->set : submit->id,
				 submit->part);
	if (submit->command == SMPP_SUBMIT_MULTI) {
		multi_answer(session, submit, id, status);
	} else {
		const struct smpp_pdu out = {
			.header = { .id = submit->command | SMPP_RESPONSE,
				    .status = status,
				    .sequence = submit->sequence },
			.message_id = iwf_str_from(id),
		};

		server_session_write(session, &out);
	}
}

static void count_refusal(struct server_link *link, uint32_t status)
{
	if (status == SMPP_ROK)
		return;
	iwf_metric_add(&link->metrics[SERVER_METRIC_SUBMIT_REFUSED], 1);
	if (status == SMPP_RTHROTTLED)
		iwf_metric_add(&link->metrics[SERVER_METRIC_SUBMIT_THROTTLED],
			       1);
}

static void submit_finish(struct server_link *link, struct submit *submit)
{
	struct server_session *session = server_link_find(link,
							  submit->session);

	smpp_window_take(&link->submits.window, submit->request.sequence);
	iwf_metric_add(&link->metrics[SERVER_METRIC_SUBMIT_WAITING], -1);
	if (session) {
		session->waiting_count--;
		submit_answer(session, submit);
	}
	if (!submit->good)
		count_refusal(link, submit->dests[0].status);
	free(submit);
}

static struct submit *submit_find(struct server_link *link, uint64_t tag)
{
	struct smpp_window *window = &link->submits.window;
	uint32_t number = (uint32_t)(tag >> TAG_SHIFT);
	struct smpp_request *request =
		window->buckets[number & (window->bucket_count - 1)];

	while (request && request->sequence != number)
		request = request->chain;
	return request ? IWF_CONTAINER(request, struct submit, request) : NULL;
}

static void on_done(struct iwf_link *base, uint64_t tag,
		    const struct iwf_verdict *verdict)
{
	struct server_link *link = server_link_of(base);
	struct submit *submit = submit_find(link, tag);
	uint32_t status = smpp_status_from_verdict(verdict);

	if (!submit)
		return;
	submit->dests[tag & ((1u << TAG_SHIFT) - 1)].status = status;
	if (status == SMPP_ROK) {
		submit->good++;
		submit->id = verdict->result == IWF_RESULT_DUPLICATE ?
			verdict->original_id : verdict->id;
		/* Its connection is gone: it will be sent again. */
		if (!server_link_find(link, submit->session))
			iwf_host_untold(base->host, verdict->id);
	}
	if (--submit->left == 0)
		submit_finish(link, submit);
}

/* --- reading --- */

static uint32_t text_take(struct entry *entry)
{
	static const enum smpp_alphabet zeros[] = {
		[SMPP_ZERO_GSM] = SMPP_ALPHABET_GSM,
		[SMPP_ZERO_LATIN1] = SMPP_ALPHABET_LATIN1,
		[SMPP_ZERO_ASCII] = SMPP_ALPHABET_ASCII,
	};
	struct iwf_arena *arena = entry->session->arena;
	struct iwf_buf raw = { 0 };
	struct iwf_buf mended = { 0 };
	enum smpp_alphabet alphabet;
	enum iwf_err err;

	err = smpp_coding_alphabet(entry->pdu->data_coding,
				   zeros[entry->link->conf->data_coding_0],
				   &alphabet);
	if (!err)
		err = smpp_coding_decode(&raw, alphabet, entry->octets, NULL);
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
 * brings it back: so receipts have the id that we answered. */
static void set_keep(struct entry *entry, uint64_t set, uint32_t parts)
{
	entry->set = set;
	entry->msg.account = iwf_arena_printf(entry->session->arena,
					      "%016llx/%u",
					      (unsigned long long)set, parts);
}

/* One id for all of a list (4.5.2). */
static uint32_t list_take(struct entry *entry)
{
	uint64_t set;

	if (!entry->pdu->dest_count)
		return SMPP_ROK;
	iwf_random_fill(&set, sizeof(set));
	set_keep(entry, set | 1, 0);
	return SMPP_ROK;
}

static uint32_t part_take(struct entry *entry)
{
	static const uint8_t key[16] = "iwf smpp server";
	const struct smpp_pdu *pdu = entry->pdu;
	struct iwf_arena *arena = entry->session->arena;
	uint32_t ref = entry->udh.ref;
	uint32_t part = entry->udh.part;
	uint32_t parts = entry->udh.parts;
	unsigned bits = entry->udh.is_wide ? 16 : 8;
	struct iwf_str name;

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
	name = iwf_arena_printf(arena, "%.*s|%lld",
				IWF_STR_ARG(entry->msg.set),
				(long long)(iwf_loop_wall_ms(entry->link->loop)
					    / SET_TIME_MS));
	set_keep(entry, iwf_hash(key, name) | 1, parts);
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

static struct submit *submit_open(struct entry *entry, uint32_t count)
{
	struct server_submits *submits = &entry->link->submits;
	struct submit *submit = iwf_alloc(sizeof(*submit) + count *
					  sizeof(submit->dests[0]));

	submit->session = entry->session->number;
	submit->command = entry->pdu->header.id;
	submit->sequence = entry->pdu->header.sequence;
	submit->count = submit->left = count;
	submit->set = entry->set;
	submit->part = entry->msg.part;
	smpp_window_push(&submits->window, &submit->request,
			 ++submits->last_number, 0);
	entry->session->waiting_count++;
	iwf_metric_add(&entry->link->metrics[SERVER_METRIC_SUBMIT_WAITING], 1);
	return submit;
}

static void dest_give(struct entry *entry, struct submit *submit,
		      uint32_t place, const struct smpp_dest *dest)
{
	struct submit_dest *to = &submit->dests[place];
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
	iwf_host_accept(entry->link->base.host, &entry->msg, on_done,
			(uint64_t)submit->request.sequence << TAG_SHIFT |
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
	struct submit *submit = submit_open(entry, count);

	for (uint32_t i = 0; i < count; i++)
		dest_give(entry, submit, i, pdu->dest_count ?
			  &pdu->dests[i] : &one);
	/* Nothing was given: nobody else will finish it. */
	if (!submit->left)
		submit_finish(entry->link, submit);
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
	count_refusal(link, status);
	iwf_log_seldom(link->log, "refused", "command=%s sequence=%u status=%s",
		       smpp_command_name(pdu->header.id), pdu->header.sequence,
		       smpp_status_get(status)->name);
	server_session_write_header(session, pdu->header.id | SMPP_RESPONSE,
				    status, pdu->header.sequence);
}
