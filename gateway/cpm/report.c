/* A REPORT as IMDN in CPIM (RFC 5438 7, OMA CPM interworking notification). */
#include "cpm/cpm_priv.h"

#include "wire/datetime.h"
#include "wire/imdn.h"

static void set_status(const struct iwf_message *msg, struct imdn *imdn)
{
	imdn->type = IMDN_TYPE_DELIVERY;
	switch (msg->fate) {
	case IWF_FATE_SENT:
		imdn->type = IMDN_TYPE_INTERWORKING;
		imdn->status = IMDN_STATUS_LEGACY_SMS;
		return;
	case IWF_FATE_DELIVERED:
		imdn->status = IMDN_STATUS_DELIVERED;
		return;
	case IWF_FATE_DISPLAYED:
		imdn->type = IMDN_TYPE_DISPLAY;
		imdn->status = IMDN_STATUS_DISPLAYED;
		return;
	case IWF_FATE_UNSURE:
		imdn->status = IMDN_STATUS_ERROR;
		return;
	default:
		imdn->status = msg->forbidden ? IMDN_STATUS_FORBIDDEN :
						IMDN_STATUS_FAILED;
	}
}

/* Enough for nearly every document, and for it in CPIM. */
#define XML_LIKELY_LEN 512
#define BODY_LIKELY_LEN 1024

static struct iwf_str time_text(struct iwf_arena *arena, int64_t ms)
{
	struct iwf_buf buf = { 0 };
	struct iwf_str text;

	datetime_format(&buf, ms);
	text = iwf_arena_copy(arena, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return text;
}

void cpm_report_format(struct iwf_arena *arena, const struct iwf_message *msg,
		       struct iwf_str message_id, struct iwf_buf *body)
{
	struct iwf_str recipient = cpm_uri(arena, &msg->from);
	struct imdn imdn = { .message_id = msg->peer_id,
			     .datetime = time_text(arena, msg->sent_at_ms),
			     .recipient_uri = recipient,
			     .original_recipient_uri = recipient };
	struct cpim_header id = { .uri = IWF_STR(CPIM_NS_IMDN),
				  .name = IWF_STR("Message-ID"),
				  .value = message_id };
	struct cpim_address to = { .uri = cpm_uri(arena, &msg->to) };
	struct cpim_message cpim = {
		.from.uri = recipient, .to = &to, .to_count = 1,
		.datetime_ms = msg->happened_at_ms, .headers = &id,
		.header_count = 1,
		.content_type = IWF_STR("message/imdn+xml"),
		.content_disposition = IWF_STR("notification"),
	};
	struct iwf_buf xml = { 0 };

	set_status(msg, &imdn);
	iwf_buf_reserve(&xml, XML_LIKELY_LEN);
	imdn_format(&xml, &imdn);
	iwf_buf_reserve(body, BODY_LIKELY_LEN);
	cpim.content = iwf_buf_str(&xml);
	cpim_format(body, &cpim);
	iwf_buf_free(&xml);
}
