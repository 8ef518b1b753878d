/* The table-driven walk over SMPP 3.4 PDUs (clauses 3.2, 4), see pdu.h. */
#include "wire/pdu.h"

/* What we send (5.2.22); 255 is taken too, as SMPP 5.0 has it. */
#define SHORT_MESSAGE_MAX 254
#define DESTS_MAX 254
/* What an id in an answer may have: beyond, it is junk and dropped. */
#define RESPONSE_TEXT_MAX 255

enum field_kind { FIELD_END, FIELD_U8, FIELD_CSTR, FIELD_MESSAGE, FIELD_DESTS };

struct field {
	const char *name;
	enum field_kind kind;
	uint16_t max;     /* CSTR: with the NUL */
	uint32_t status;  /* CSTR: what a longer one is refused with */
	size_t offset;    /* in struct smpp_pdu */
};

#define SMPP_FIELD(member, kind, max, status) \
	{ #member, kind, max, status, offsetof(struct smpp_pdu, member) },
#define SMPP_BODY(name) static const struct field name##_fields[] = {
#define SMPP_U8(member) SMPP_FIELD(member, FIELD_U8, 1, 0)
#define SMPP_CSTR(member, max, status) \
	SMPP_FIELD(member, FIELD_CSTR, max, status)
#define SMPP_MESSAGE(member) \
	SMPP_FIELD(member, FIELD_MESSAGE, SHORT_MESSAGE_MAX, SMPP_RINVMSGLEN)
#define SMPP_DESTS(member) \
	SMPP_FIELD(member, FIELD_DESTS, DESTS_MAX, SMPP_RINVNUMDESTS)
#define SMPP_END { NULL, FIELD_END, 0, 0, 0 } };
#include "wire/pdu.def"

struct command {
	uint32_t id;
	const char *name;
	const struct field *fields;
	bool has_tlvs;
};

#define RESP(id) ((id) | SMPP_RESPONSE)

static const struct command commands[] = {
	{ SMPP_SUBMIT_SM, "submit_sm", short_message_fields, true },
	{ RESP(SMPP_SUBMIT_SM), "submit_sm_resp", message_id_fields, true },
	{ SMPP_DELIVER_SM, "deliver_sm", short_message_fields, true },
	{ RESP(SMPP_DELIVER_SM), "deliver_sm_resp", message_id_fields, true },
	{ SMPP_DATA_SM, "data_sm", data_sm_fields, true },
	{ RESP(SMPP_DATA_SM), "data_sm_resp", message_id_fields, true },
	{ SMPP_ENQUIRE_LINK, "enquire_link", empty_fields, false },
	{ RESP(SMPP_ENQUIRE_LINK), "enquire_link_resp", empty_fields, false },
	{ SMPP_GENERIC_NACK, "generic_nack", empty_fields, false },
	{ SMPP_UNBIND, "unbind", empty_fields, false },
	{ RESP(SMPP_UNBIND), "unbind_resp", empty_fields, false },
	{ SMPP_BIND_RECEIVER, "bind_receiver", bind_fields, true },
	{ RESP(SMPP_BIND_RECEIVER), "bind_receiver_resp",
	  bind_resp_fields, true },
	{ SMPP_BIND_TRANSMITTER, "bind_transmitter", bind_fields, true },
	{ RESP(SMPP_BIND_TRANSMITTER), "bind_transmitter_resp",
	  bind_resp_fields, true },
	{ SMPP_BIND_TRANSCEIVER, "bind_transceiver", bind_fields, true },
	{ RESP(SMPP_BIND_TRANSCEIVER), "bind_transceiver_resp",
	  bind_resp_fields, true },
	{ SMPP_OUTBIND, "outbind", outbind_fields, true },
	{ SMPP_SUBMIT_MULTI, "submit_multi", submit_multi_fields, true },
	{ RESP(SMPP_SUBMIT_MULTI), "submit_multi_resp",
	  message_id_fields, false },
	{ SMPP_QUERY_SM, "query_sm", query_fields, true },
	{ RESP(SMPP_QUERY_SM), "query_sm_resp", query_resp_fields, true },
	{ SMPP_CANCEL_SM, "cancel_sm", cancel_fields, true },
	{ RESP(SMPP_CANCEL_SM), "cancel_sm_resp", empty_fields, false },
	{ SMPP_REPLACE_SM, "replace_sm", replace_fields, true },
	{ RESP(SMPP_REPLACE_SM), "replace_sm_resp", empty_fields, false },
	{ SMPP_ALERT_NOTIFICATION, "alert_notification", alert_fields, true },
};

static const struct command *command_find(uint32_t id)
{
	for (size_t i = 0; i < IWF_COUNT_OF(commands); i++)
		if (commands[i].id == id)
			return &commands[i];
	return NULL;
}

const char *smpp_command_name(uint32_t id)
{
	const struct command *command = command_find(id);

	return command ? command->name : "unknown";
}

struct iwf_str smpp_pdu_message(const struct smpp_pdu *pdu)
{
	const struct smpp_tlv *payload;

	if (pdu->short_message.len)
		return pdu->short_message;
	payload = smpp_tlv_find(&pdu->tlvs, SMPP_TAG_MESSAGE_PAYLOAD);
	return payload ? payload->value : pdu->short_message;
}

struct walk {
	struct iwf_arena *arena;
	struct iwf_str frame;
	struct iwf_cursor cur;
	struct smpp_pdu *out;
	struct iwf_why *why;
	bool lenient; /* an answer: take what is there */
};

static size_t walk_at(const struct walk *walk)
{
	return walk->frame.len - iwf_cursor_left(&walk->cur);
}

static enum iwf_err refuse(struct walk *walk, enum iwf_err err,
			   uint32_t status, const char *rule)
{
	walk->out->refusal = status;
	return iwf_why_set(walk->why, err, walk_at(walk), "%s: %s",
			   smpp_command_name(walk->out->header.id), rule);
}

static enum iwf_err refuse_field(struct walk *walk, const struct field *field,
				 uint32_t status, const char *rule)
{
	walk->out->refusal = status;
	return iwf_why_set(walk->why, IWF_E_SYNTAX, walk_at(walk), "%s: %s %s",
			   smpp_command_name(walk->out->header.id),
			   field->name, rule);
}

static void *member(struct smpp_pdu *pdu, const struct field *field)
{
	return (char *)pdu + field->offset;
}

static const void *member_const(const struct smpp_pdu *pdu,
				const struct field *field)
{
	return (const char *)pdu + field->offset;
}

static enum iwf_err cstr_parse(struct walk *walk, const struct field *field)
{
	struct iwf_str rest = iwf_str_make(walk->cur.pos,
					   iwf_cursor_left(&walk->cur));
	struct iwf_str *out = member(walk->out, field);
	size_t len = iwf_str_find(rest, '\0');
	bool has_nul = len != IWF_STR_NPOS;

	if (!has_nul && !walk->lenient)
		return refuse_field(walk, field, SMPP_RINVCMDLEN,
				    "has no NUL in the PDU");
	if (!has_nul) {
		walk->out->odd |= SMPP_ODD_BODY;
		len = rest.len;
	}
	if (len >= field->max && !walk->lenient)
		return refuse_field(walk, field, field->status, "is too long");
	if (len >= field->max)
		walk->out->odd |= SMPP_ODD_LONG;
	if (len <= RESPONSE_TEXT_MAX)
		*out = iwf_str_sub(rest, 0, len);
	iwf_cursor_bytes(&walk->cur, len + has_nul);
	return IWF_OK;
}

static enum iwf_err message_parse(struct walk *walk, const struct field *field)
{
	struct iwf_str *out = member(walk->out, field);
	size_t len;

	if (!iwf_cursor_left(&walk->cur))
		return refuse_field(walk, field, SMPP_RINVCMDLEN, "is missing");
	len = iwf_cursor_u8(&walk->cur);
	if (len > iwf_cursor_left(&walk->cur))
		return refuse_field(walk, field, SMPP_RINVMSGLEN,
				    "is longer than the PDU");
	*out = iwf_cursor_bytes(&walk->cur, len);
	return IWF_OK;
}

static enum iwf_err dest_parse(struct walk *walk, const struct field *field,
			       struct smpp_dest *out)
{
	uint8_t flag = iwf_cursor_u8(&walk->cur);

	if (flag != 1 && flag != 2)
		return refuse_field(walk, field, SMPP_RINVDESTFLAG,
				    "has an unknown dest_flag");
	out->is_list = flag == 2;
	if (!out->is_list) {
		out->ton = iwf_cursor_u8(&walk->cur);
		out->npi = iwf_cursor_u8(&walk->cur);
	}
	out->addr = iwf_cursor_cstr(&walk->cur, 21);
	if (!iwf_cursor_is_ok(&walk->cur))
		return refuse_field(walk, field, out->is_list ?
				    SMPP_RINVDLNAME : SMPP_RINVDSTADR,
				    "has an address too long or cut");
	return IWF_OK;
}

static enum iwf_err dests_parse(struct walk *walk, const struct field *field)
{
	size_t count = iwf_cursor_u8(&walk->cur);
	struct smpp_dest *dests;

	if (!count || count > field->max)
		return refuse_field(walk, field, field->status,
				    "are none or too many");
	/* A destination has 2 octets at least: no list without its octets. */
	if (count * 2 > iwf_cursor_left(&walk->cur))
		return refuse_field(walk, field, SMPP_RINVCMDLEN, "are cut");
	dests = IWF_ARENA_ARRAY(walk->arena, struct smpp_dest, count);
	for (size_t i = 0; i < count; i++) {
		enum iwf_err err = dest_parse(walk, field, &dests[i]);

		if (err)
			return err;
	}
	walk->out->dests = dests;
	walk->out->dest_count = count;
	return IWF_OK;
}

static enum iwf_err field_parse(struct walk *walk, const struct field *field)
{
	switch (field->kind) {
	case FIELD_CSTR:
		return cstr_parse(walk, field);
	case FIELD_MESSAGE:
		return message_parse(walk, field);
	case FIELD_DESTS:
		return dests_parse(walk, field);
	default:
		break;
	}
	if (!iwf_cursor_left(&walk->cur))
		return refuse_field(walk, field, SMPP_RINVCMDLEN, "is missing");
	*(uint8_t *)member(walk->out, field) = iwf_cursor_u8(&walk->cur);
	return IWF_OK;
}

static enum iwf_err fields_parse(struct walk *walk, const struct field *field)
{
	for (; field->kind != FIELD_END; field++) {
		enum iwf_err err;

		if (walk->lenient && !iwf_cursor_left(&walk->cur)) {
			/* An error needs no body (4.4.2 note); peers of all
			 * kinds leave it out of good answers too. */
			walk->out->odd |= walk->out->header.status ?
				0 : SMPP_ODD_BODY;
			return IWF_OK;
		}
		err = field_parse(walk, field);
		if (err)
			return err;
	}
	return IWF_OK;
}

static enum iwf_err tlvs_parse(struct walk *walk)
{
	struct smpp_pdu *out = walk->out;
	struct iwf_why inner = { 0 };
	struct iwf_str rest = iwf_str_sub(walk->frame, out->tlv_at,
					  walk->frame.len);
	enum iwf_err err = smpp_tlvs_parse(walk->arena, rest, &out->tlvs,
					   &inner);

	if (!err)
		return IWF_OK;
	if (walk->lenient) {
		out->odd |= SMPP_ODD_TAIL;
		return IWF_OK;
	}
	iwf_cursor_bytes(&walk->cur, inner.at);
	/* With its header there, it is the length that lies. */
	return refuse(walk, err, rest.len - inner.at >= 4 && err == IWF_E_SYNTAX ?
		      SMPP_RINVPARLEN : SMPP_RINVOPTPARSTREAM, inner.text);
}

static bool is_npi(uint8_t npi)
{
	return npi <= 1 || npi == 3 || npi == 4 || npi == 6 ||
		(npi >= 8 && npi <= 10) || npi == 14 || npi == 18;
}

static void oddities_note(struct smpp_pdu *out, const struct command *command)
{
	bool is_bind = command->fields == bind_fields;

	if (out->source_ton > 6 || out->dest_ton > 6 || out->addr_ton > 6 ||
	    !is_npi(out->source_npi) || !is_npi(out->dest_npi) ||
	    !is_npi(out->addr_npi))
		out->odd |= SMPP_ODD_TON_NPI;
	if (command->id == SMPP_DELIVER_SM &&
	    (out->schedule_time.len || out->validity_period.len))
		out->odd |= SMPP_ODD_TIME;
	if (is_bind && out->interface_version != 0x34)
		out->odd |= SMPP_ODD_VERSION;
	if ((!out->header.sequence || out->header.sequence & 0x80000000u) &&
	    command->id != SMPP_GENERIC_NACK)
		out->odd |= SMPP_ODD_SEQUENCE;
}

static enum iwf_err body_parse(struct walk *walk, const struct command *command)
{
	enum iwf_err err = fields_parse(walk, command->fields);

	if (err && !walk->lenient)
		return err;
	/* In an answer a field that does not parse ends what is known of it. */
	walk->out->tlv_at = walk_at(walk);
	if (err || (!command->has_tlvs && iwf_cursor_left(&walk->cur)))
		walk->out->odd |= SMPP_ODD_TAIL;
	else if (command->has_tlvs)
		err = tlvs_parse(walk);
	oddities_note(walk->out, command);
	return walk->lenient ? IWF_OK : err;
}

enum iwf_err smpp_pdu_parse(struct iwf_arena *arena, struct iwf_str frame,
			    struct smpp_pdu *out, struct iwf_why *why)
{
	struct walk walk = {
		.arena = arena, .frame = frame, .out = out, .why = why,
		.cur = iwf_cursor_make(frame),
	};
	const struct command *command;
	enum iwf_err err;

	*out = (struct smpp_pdu){ 0 };
	if (frame.len < SMPP_HEADER_LEN)
		return refuse(&walk, IWF_E_SYNTAX, SMPP_RINVCMDLEN,
			      "no complete header");
	smpp_header_parse(frame, &out->header);
	iwf_cursor_bytes(&walk.cur, SMPP_HEADER_LEN);
	if (out->header.length != frame.len)
		return refuse(&walk, IWF_E_SYNTAX, SMPP_RINVCMDLEN,
			      "command_length is not the PDU's length");
	command = command_find(out->header.id);
	if (!command)
		return refuse(&walk, IWF_E_UNSUPPORTED, SMPP_RINVCMDID,
			      "command_id");
	walk.lenient = smpp_is_response(out->header.id);
	err = body_parse(&walk, command);
	if (!err)
		out->refusal = SMPP_ROK;
	return err;
}

static enum iwf_err cstr_format(struct iwf_buf *buf, const struct field *field,
				struct iwf_str s)
{
	if (s.len >= field->max)
		return IWF_E_LIMIT;
	if (iwf_str_find(s, '\0') != IWF_STR_NPOS)
		return IWF_E_SYNTAX;
	iwf_buf_str_put(buf, s);
	iwf_buf_u8(buf, 0);
	return IWF_OK;
}

static enum iwf_err dests_format(struct iwf_buf *buf, const struct field *field,
				 const struct smpp_pdu *pdu)
{
	const struct field addr = { "addr", FIELD_CSTR, 21, 0, 0 };
	enum iwf_err err = IWF_OK;

	if (!pdu->dest_count || pdu->dest_count > field->max)
		return IWF_E_LIMIT;
	iwf_buf_u8(buf, (uint8_t)pdu->dest_count);
	for (size_t i = 0; !err && i < pdu->dest_count; i++) {
		const struct smpp_dest *dest = &pdu->dests[i];

		iwf_buf_u8(buf, dest->is_list ? 2 : 1);
		if (!dest->is_list) {
			iwf_buf_u8(buf, dest->ton);
			iwf_buf_u8(buf, dest->npi);
		}
		err = cstr_format(buf, &addr, dest->addr);
	}
	return err;
}

static enum iwf_err field_format(struct iwf_buf *buf, const struct field *field,
				 const struct smpp_pdu *pdu)
{
	const struct iwf_str *s;

	switch (field->kind) {
	case FIELD_CSTR:
		s = member_const(pdu, field);
		return cstr_format(buf, field, *s);
	case FIELD_MESSAGE:
		s = member_const(pdu, field);
		if (s->len > field->max)
			return IWF_E_LIMIT;
		iwf_buf_u8(buf, (uint8_t)s->len);
		iwf_buf_str_put(buf, *s);
		return IWF_OK;
	case FIELD_DESTS:
		return dests_format(buf, field, pdu);
	default:
		iwf_buf_u8(buf, *(const uint8_t *)member_const(pdu, field));
		return IWF_OK;
	}
}

static void header_put(struct iwf_buf *buf, const struct smpp_header *hdr)
{
	iwf_buf_u32(buf, 0);
	iwf_buf_u32(buf, hdr->id);
	iwf_buf_u32(buf, hdr->status);
	iwf_buf_u32(buf, hdr->sequence);
}

static enum iwf_err tlvs_format(struct iwf_buf *buf,
				const struct smpp_tlvs *tlvs)
{
	for (size_t i = 0; i < tlvs->count; i++) {
		if (tlvs->at[i].value.len > UINT16_MAX)
			return IWF_E_LIMIT;
		smpp_tlv_put(buf, tlvs->at[i].tag, tlvs->at[i].value);
	}
	return IWF_OK;
}

/* 4.4.2: no body when the status is not 0. deliver_sm_resp keeps its NUL,
 * which many peers wait for. */
static bool has_body(const struct smpp_pdu *pdu)
{
	return !smpp_is_response(pdu->header.id) || !pdu->header.status ||
		pdu->header.id == RESP(SMPP_DELIVER_SM) ||
		pdu->message_id.len || pdu->system_id.len || pdu->tlvs.count;
}

static enum iwf_err body_format(struct iwf_buf *buf,
				const struct command *command,
				const struct smpp_pdu *pdu)
{
	const struct field *field = command->fields;
	enum iwf_err err = IWF_OK;

	for (; !err && field->kind != FIELD_END; field++)
		err = field_format(buf, field, pdu);
	if (!err && command->has_tlvs)
		err = tlvs_format(buf, &pdu->tlvs);
	return err;
}

enum iwf_err smpp_pdu_format(struct iwf_buf *buf, const struct smpp_pdu *pdu)
{
	const struct command *command = command_find(pdu->header.id);
	size_t start = buf->len;
	enum iwf_err err = IWF_OK;
	uint32_t len;

	if (!command)
		return IWF_E_UNSUPPORTED;
	header_put(buf, &pdu->header);
	if (has_body(pdu))
		err = body_format(buf, command, pdu);
	if (err) {
		buf->len = start;
		return err;
	}
	len = (uint32_t)(buf->len - start);
	for (size_t i = 0; i < 4; i++)
		buf->ptr[start + i] = (char)(len >> (24 - 8 * i));
	return IWF_OK;
}
