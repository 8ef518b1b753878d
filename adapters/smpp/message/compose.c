/* See compose.h; the mapping is that of SMPP 3.4 4.4.1. */
#include "message/compose.h"
#include "message/wording.h"
#include "wire/smpp_time.h"

#include <iwf/adapter.h>
#include <iwf/utf8.h>

#include <stdio.h>

/* 3GPP TS 23.040 9.2.3.12.1: the shortest validity a handset network knows. */
#define VALIDITY_MIN_SEC 300

void smpp_compose_rules(const struct smpp_conf *conf,
			struct smpp_number_rules *rules)
{
	*rules = (struct smpp_number_rules){
		.country_code = conf->country_code,
		.trunk_prefix = conf->trunk_prefix,
		.international_prefix = conf->international_prefix,
		.home_domain = conf->home_domain,
		.short_max = conf->short_max,
		.short_ton = (uint8_t)conf->short_ton,
		.short_npi = (uint8_t)conf->short_npi,
		.number_ton = (uint8_t)conf->number_ton,
		.number_npi = (uint8_t)conf->number_npi,
		.number_prefix = conf->number_prefix,
		.send_national = conf->send_national,
		.has_number_form = true,
	};
}

static bool charset_is_utf8(struct iwf_str params)
{
	struct iwf_str one;

	while (iwf_str_split(&params, ';', &one)) {
		struct iwf_str value = iwf_str_trim(one);
		const struct iwf_str key = IWF_STR("charset=");

		if (!iwf_str_starts_case(value, key))
			continue;
		value = iwf_str_trim(iwf_str_sub(value, key.len, value.len));
		if (value.len >= 2 && value.ptr[0] == '"')
			value = iwf_str_sub(value, 1, value.len - 1);
		return iwf_str_eq_case(value, IWF_STR("utf-8")) ||
			iwf_str_eq_case(value, IWF_STR("us-ascii"));
	}
	return true;
}

static bool is_text(struct iwf_str content_type)
{
	struct iwf_str rest = content_type;
	struct iwf_str type;

	if (iwf_str_is_empty(content_type))
		return true;
	iwf_str_split(&rest, ';', &type);
	return iwf_str_eq_case(iwf_str_trim(type), IWF_STR("text/plain")) &&
		charset_is_utf8(rest);
}

static uint8_t registered_delivery(const struct smpp_conf *conf, uint32_t want)
{
	if (conf->receipts == SMPP_RECEIPTS_NEVER)
		return 0;
	if (conf->receipts == SMPP_RECEIPTS_ALWAYS || want & IWF_WANT_DELIVERED)
		return 1;
	return want & IWF_WANT_FAILED ? 2 : 0;
}

static void validity_put(struct smpp_draft *out, bool is_absolute,
			 int64_t expires_at_ms, int64_t now_ms)
{
	int64_t sec = (expires_at_ms - now_ms) / 1000;
	enum iwf_err err;

	if (sec < VALIDITY_MIN_SEC)
		sec = VALIDITY_MIN_SEC;
	err = sec <= SMPP_TIME_RELATIVE_MAX_SEC && !is_absolute ?
		smpp_time_format_relative(out->validity, sec) :
		smpp_time_format_absolute(out->validity,
					  now_ms + sec * 1000);
	/* Without it the SMSC's own limit holds. */
	if (err)
		out->validity[0] = '\0';
}

static bool is_stood_in(const struct smpp_conf *conf,
			const struct iwf_message *msg)
{
	return (msg->from.kind == IWF_ADDRESS_ALPHA && !conf->alpha_senders) ||
	       (msg->anonymous &&
		conf->anonymous == SMPP_ANONYMOUS_STAND_IN) ||
	       msg->from.kind == IWF_ADDRESS_NONE;
}

/* Whom the job itself would name. */
static enum iwf_err sender_format(struct iwf_arena *arena,
				  const struct smpp_conf *conf,
				  const struct iwf_message *msg,
				  const struct smpp_number_rules *rules,
				  struct smpp_address *out)
{
	if (msg->anonymous && conf->anonymous == SMPP_ANONYMOUS_EMPTY) {
		*out = (struct smpp_address){ .digits = IWF_STR("") };
		return IWF_OK;
	}
	if (msg->anonymous && conf->anonymous != SMPP_ANONYMOUS_SHOW)
		return IWF_E_DENIED;
	return smpp_address_format(arena, &msg->from, rules, out);
}

/* The sender, or who stands in where SMS, the link or its SMSC has no way to say
 * it, or nobody is to know. */
static enum iwf_err source_put(struct iwf_arena *arena,
			       const struct smpp_conf *conf,
			       const struct iwf_job *job,
			       const struct smpp_number_rules *rules,
			       struct smpp_draft *out)
{
	const struct iwf_message *msg = job->msg;
	struct smpp_address source = { 0 };
	enum iwf_err err;

	if (job->stand_in.kind != IWF_ADDRESS_NONE &&
	    smpp_address_format(arena, &job->stand_in, rules, &out->stand_in))
		out->stand_in = (struct smpp_address){ 0 };
	err = sender_format(arena, conf, msg, rules, &source);
	if (out->stand_in.digits.len && (err ? err != IWF_E_DENIED ||
	    conf->anonymous == SMPP_ANONYMOUS_STAND_IN :
	    is_stood_in(conf, msg))) {
		source = out->stand_in;
		err = IWF_OK;
	}
	if (err)
		return err;
	if (source.ton != SMPP_TON_ALPHANUMERIC)
		out->stand_in = (struct smpp_address){ 0 };
	smpp_compose_source(&out->pdu, &source);
	return IWF_OK;
}

void smpp_compose_source(struct smpp_pdu *pdu,
			 const struct smpp_address *source)
{
	pdu->source_ton = source->ton;
	pdu->source_npi = source->npi;
	pdu->source_addr = source->digits;
}

static enum iwf_err addresses_put(struct iwf_arena *arena,
				  const struct smpp_conf *conf,
				  const struct iwf_job *job,
				  struct smpp_draft *out, struct iwf_why *why)
{
	struct smpp_number_rules rules;
	struct smpp_address address;
	enum iwf_err err;

	smpp_compose_rules(conf, &rules);
	err = source_put(arena, conf, job, &rules, out);
	if (err == IWF_E_DENIED)
		return iwf_why_set(why, IWF_E_UNSUPPORTED, 0,
				   "the sender is not to be known, and nothing "
				   "stands in (anonymous, stand_in)");
	if (err)
		return iwf_why_set(why, IWF_E_UNSUPPORTED, 0,
				   "the sender has no SMS address (%s)",
				   iwf_err_name(err));
	err = smpp_address_format(arena, &job->msg->to, &rules, &address);
	if (err || iwf_str_is_empty(address.digits))
		return iwf_why_set(why, IWF_E_UNSUPPORTED, 0,
				   "the recipient has no SMS address (%s)",
				   iwf_err_name(err));
	out->pdu.dest_ton = address.ton;
	out->pdu.dest_npi = address.npi;
	out->pdu.dest_addr = address.digits;
	return IWF_OK;
}

static bool has_parts_done(const struct iwf_job *job)
{
	for (size_t i = 0; i < sizeof(job->parts_done); i++)
		if (job->parts_done[i])
			return true;
	return false;
}

/* What has arrived in part goes on as it began, whatever is set now. */
static bool cut_as_before(struct iwf_arena *arena, const struct iwf_job *job,
			  struct iwf_str text, struct smpp_cut *out)
{
	struct smpp_way way;
	uint8_t moved;

	return job->parts && has_parts_done(job) &&
		smpp_way_parse(job->coding, &way, &moved) &&
		smpp_choose_way(arena, &way, text, SMPP_PARTS_MAX, out) ==
		IWF_OK && out->moved == moved;
}

static uint16_t ref_seed(const struct iwf_job *job, const struct smpp_cut *cut)
{
	return cut->way.style == SMPP_STYLE_UDH8 ? iwf_job_reference(job) :
		iwf_job_reference16(job);
}

static bool is_same_cut(const struct iwf_job *job,
			const struct smpp_split *split)
{
	return job->parts == split->count && job->coding == split->coding;
}

static enum iwf_err text_cut(struct iwf_arena *arena,
			     const struct smpp_conf *conf,
			     const struct iwf_job *job, struct iwf_str text,
			     struct smpp_draft *out)
{
	struct smpp_text_rules rules;
	struct smpp_cut cut;
	enum iwf_err err;

	if (cut_as_before(arena, job, text, &cut)) {
		smpp_split(arena, &cut, ref_seed(job, &cut), &out->split);
		if (is_same_cut(job, &out->split))
			return IWF_OK;
	}
	smpp_wording_rules(conf, &rules);
	err = smpp_choose(arena, &rules, text, &cut);
	if (err)
		return err;
	smpp_split(arena, &cut, ref_seed(job, &cut), &out->split);
	out->is_recut = job->parts && !is_same_cut(job, &out->split);
	return IWF_OK;
}

/* Names the first character that the alphabet lacks. */
static enum iwf_err unsayable_tell(const struct smpp_conf *conf,
				   struct iwf_str text, struct iwf_why *why)
{
	struct smpp_text_rules rules;
	struct smpp_way way;
	uint32_t code = 0;

	smpp_wording_rules(conf, &rules);
	way = (struct smpp_way){ .alphabet = rules.first };
	while (text.len) {
		code = iwf_utf8_next(&text);
		if (!smpp_way_cost(&way, code))
			break;
	}
	return iwf_why_set(why, IWF_E_UNSUPPORTED, 0, "the alphabet lacks "
			   "U+%04X, and the link forbids UCS-2", code);
}

static enum iwf_err text_put(struct iwf_arena *arena,
			     const struct smpp_conf *conf,
			     const struct iwf_job *job, struct iwf_str text,
			     struct smpp_draft *out, struct iwf_why *why)
{
	enum iwf_err err = text_cut(arena, conf, job, text, out);

	if (err == IWF_E_LIMIT)
		return iwf_why_set(why, err, 0, "the text needs more than %u "
				   "short messages", conf->parts_max);
	if (err == IWF_E_UNSUPPORTED)
		return unsayable_tell(conf, text, why);
	if (err)
		return iwf_why_set(why, err, 0, "the text is no UTF-8");
	out->pdu.data_coding = out->split.cut.way.data_coding;
	if (out->split.udhs[0].len)
		out->pdu.esm_class |= SMPP_ESM_UDHI;
	return IWF_OK;
}

/* SMPP 3.4 leaves the words of an SME acknowledgement open (5.2.12); those of
 * a receipt are what receivers can read. */
static struct iwf_str ack_text(struct iwf_arena *arena,
			       const struct iwf_message *msg, int64_t now_ms)
{
	int64_t at_ms = msg->happened_at_ms ? msg->happened_at_ms : now_ms;
	char date[17] = "";

	if (smpp_time_format_absolute(date, at_ms))
		date[0] = '\0';
	return iwf_arena_printf(arena, "id:%llu sub:001 dlvrd:001 "
				"submit date:%.10s done date:%.10s "
				"stat:DELIVRD err:000 text:",
				(unsigned long long)msg->about, date, date);
}

enum iwf_err smpp_compose(struct iwf_arena *arena, const struct smpp_conf *conf,
			  const struct iwf_job *job, int64_t now_ms,
			  struct smpp_draft *out, struct iwf_why *why)
{
	const struct iwf_message *msg = job->msg;
	struct iwf_str text = msg->body;
	enum iwf_err err;

	*out = (struct smpp_draft){ 0 };
	out->pdu.header.id = SMPP_SUBMIT_SM;
	out->pdu.service_type = conf->service_type;
	err = addresses_put(arena, conf, job, out, why);
	if (err)
		return err;
	if (msg->kind == IWF_KIND_REPORT) {
		text = ack_text(arena, msg, now_ms);
		out->pdu.esm_class = SMPP_ESM_DELIVERY_ACK;
	} else if (!is_text(msg->content_type)) {
		return iwf_why_set(why, IWF_E_UNSUPPORTED, 0,
				   "an SMS cannot carry %.*s",
				   IWF_STR_ARG(msg->content_type));
	} else {
		out->pdu.registered_delivery =
			registered_delivery(conf, msg->want);
	}
	if (conf->validity && msg->expires_at_ms &&
	    msg->kind == IWF_KIND_MESSAGE)
		validity_put(out, conf->validity_form == SMPP_VALIDITY_ABSOLUTE,
			     msg->expires_at_ms, now_ms);
	return text_put(arena, conf, job, text, out, why);
}

static void tlv_set(struct iwf_arena *arena, struct smpp_tlv *tlv,
		    enum smpp_tag tag, uint16_t value, size_t len)
{
	char octets[2] = { (char)(value >> 8), (char)value };

	tlv->tag = (uint16_t)tag;
	tlv->value = iwf_arena_copy(arena,
				    iwf_str_make(octets + 2 - len, len));
}

/* SMPP 3.4 5.3.2.22 to 24 */
static void sar_put(struct iwf_arena *arena, const struct smpp_split *split,
		    uint32_t part, struct smpp_pdu *out)
{
	struct smpp_tlv *tlvs = IWF_ARENA_ARRAY(arena, struct smpp_tlv, 3);

	tlv_set(arena, &tlvs[0], SMPP_TAG_SAR_MSG_REF_NUM, split->ref, 2);
	tlv_set(arena, &tlvs[1], SMPP_TAG_SAR_TOTAL_SEGMENTS,
		(uint16_t)split->count, 1);
	tlv_set(arena, &tlvs[2], SMPP_TAG_SAR_SEGMENT_SEQNUM, (uint16_t)part, 1);
	out->tlvs = (struct smpp_tlvs){ tlvs, 3 };
}

/* 5.3.2.32; short_message is then empty. */
static void payload_put(struct iwf_arena *arena, struct smpp_pdu *out)
{
	struct smpp_tlv *tlv = IWF_ARENA_NEW(arena, struct smpp_tlv);

	tlv->tag = SMPP_TAG_MESSAGE_PAYLOAD;
	tlv->value = out->short_message;
	out->short_message = IWF_STR_NONE;
	out->tlvs = (struct smpp_tlvs){ tlv, 1 };
}

void smpp_compose_part(struct iwf_arena *arena, const struct smpp_draft *draft,
		       uint32_t part, struct smpp_pdu *out)
{
	struct iwf_str udh = draft->split.udhs[part - 1];
	struct iwf_str text = draft->split.parts[part - 1];
	char *octets = iwf_arena_alloc(arena, udh.len + text.len);

	if (udh.len)
		memcpy(octets, udh.ptr, udh.len);
	if (text.len)
		memcpy(octets + udh.len, text.ptr, text.len);
	*out = draft->pdu;
	out->validity_period = iwf_str_from(draft->validity);
	out->short_message = iwf_str_make(octets, udh.len + text.len);
	if (smpp_split_is_payload(&draft->split))
		payload_put(arena, out);
	else if (draft->split.count > 1 &&
		 draft->split.cut.way.style == SMPP_STYLE_SAR)
		sar_put(arena, &draft->split, part, out);
}
