/* See notice.h. */
#include "server/notice.h"

#include "server/known.h"
#include "wire/receipt.h"
#include "wire/smpp_time.h"

static const struct word {
	enum iwf_fate fate;
	enum smpp_state state;
	const char *stat;
} words[] = {
	{ IWF_FATE_DELIVERED, SMPP_STATE_DELIVERED, "DELIVRD" },
	{ IWF_FATE_DISPLAYED, SMPP_STATE_DELIVERED, "DELIVRD" },
	{ IWF_FATE_EXPIRED, SMPP_STATE_EXPIRED, "EXPIRED" },
	{ IWF_FATE_CANCELLED, SMPP_STATE_DELETED, "DELETED" },
	{ IWF_FATE_FAILED, SMPP_STATE_UNDELIVERABLE, "UNDELIV" },
	{ IWF_FATE_UNSURE, SMPP_STATE_UNKNOWN, "UNKNOWN" },
};

static const struct word *word_find(enum iwf_fate fate)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].fate == fate)
			return &words[i];
	return NULL;
}

/* The n-th of the ids that were answered, from 0; see id_keep in submit.c.
 * Empty: it was answered with the gateway's own. */
static struct iwf_str id_read(struct iwf_str account, uint32_t n)
{
	struct iwf_str id = IWF_STR_NONE;
	uint64_t number;
	uint32_t part;

	for (uint32_t i = 0; i <= n; i++)
		if (!iwf_str_split(&account, ' ', &id))
			return IWF_STR_NONE;
	return server_id_parse(id, &number, &part) ? id : IWF_STR_NONE;
}

uint32_t server_notice_count(const struct iwf_message *report)
{
	uint32_t count = 0;

	if (!word_find(report->fate))
		return 0;
	while (count < IWF_PARTS_MAX && id_read(report->account, count).len)
		count++;
	return count ? count : 1;
}

static struct iwf_str date(struct iwf_arena *arena, int64_t at_ms)
{
	char text[SMPP_TIME_SIZE] = "";

	if (smpp_time_format_absolute(text, at_ms))
		return IWF_STR("0001010000");
	return iwf_arena_copy(arena, iwf_str_make(text, 10));
}

static void tlvs_put(struct iwf_arena *arena, struct iwf_str id,
		     enum smpp_state state, struct smpp_pdu *out)
{
	struct smpp_tlv *tlvs = IWF_ARENA_ARRAY(arena, struct smpp_tlv, 2);
	char *octet = iwf_arena_alloc(arena, 1);

	*octet = (char)state;
	/* The arena's copy ends with a NUL, as the parameter does. */
	tlvs[0] = (struct smpp_tlv){ SMPP_TAG_RECEIPTED_MESSAGE_ID,
				     { id.ptr, id.len + 1 } };
	tlvs[1] = (struct smpp_tlv){ SMPP_TAG_MESSAGE_STATE, { octet, 1 } };
	out->tlvs = (struct smpp_tlvs){ tlvs, 2 };
}

void server_notice_put(struct iwf_arena *arena,
		       const struct iwf_message *report, uint32_t part,
		       struct smpp_pdu *out)
{
	const struct word *word = word_find(report->fate);
	char text[SERVER_ID_SIZE];
	struct iwf_str id = id_read(report->account, part - 1);

	server_id_format(text, report->about, 0);
	id = iwf_arena_copy(arena, id.len ? id : iwf_str_from(text));
	/* A user's acknowledgement is not the network's receipt (5.2.12). */
	out->esm_class = report->fate == IWF_FATE_DISPLAYED ?
		SMPP_ESM_USER_ACK : SMPP_ESM_RECEIPT;
	out->short_message = iwf_arena_printf(
		arena, "id:%.*s sub:001 dlvrd:%s submit date:%.*s "
		"done date:%.*s stat:%s err:%03u text:", IWF_STR_ARG(id),
		word->state == SMPP_STATE_DELIVERED ? "001" : "000",
		IWF_STR_ARG(date(arena, report->sent_at_ms)),
		IWF_STR_ARG(date(arena, report->happened_at_ms)), word->stat,
		report->code % 1000);
	tlvs_put(arena, id, word->state, out);
}
