/* Counted immutable messages, and their durable form. One table says which
 * fields there are; copying and both directions of the record read it. */
#include "base/record.h"

#include <iwf/arena.h>

#include <stdatomic.h>
#include <stdlib.h>

struct counted {
	atomic_uint count;
	struct iwf_message msg;
	char bytes[];
};

enum field_type { FIELD_STR, FIELD_U32, FIELD_U64, FIELD_BOOL };

struct field {
	uint8_t tag;
	enum field_type type;
	size_t offset;
};

#define FIELD(tag, type, member) \
	{ tag, FIELD_##type, offsetof(struct iwf_message, member) }

/* Tags are on disk: never reuse one. */
static const struct field fields[] = {
	FIELD(1, U64, id),
	FIELD(2, U32, kind),
	FIELD(3, U32, want),
	FIELD(4, U32, from.kind),
	FIELD(5, STR, from.user),
	FIELD(6, STR, from.domain),
	FIELD(7, STR, from.uri),
	FIELD(8, U32, to.kind),
	FIELD(9, STR, to.user),
	FIELD(10, STR, to.domain),
	FIELD(11, STR, to.uri),
	FIELD(12, STR, service),
	FIELD(13, STR, listener),
	FIELD(14, STR, account),
	FIELD(15, STR, peer_id),
	FIELD(16, STR, conversation_id),
	FIELD(17, STR, contribution_id),
	FIELD(18, STR, in_reply_to),
	FIELD(19, STR, subject),
	FIELD(20, STR, content_type),
	FIELD(21, STR, body),
	FIELD(22, STR, charging),
	FIELD(23, STR, session_case),
	FIELD(24, U64, sent_at_ms),
	FIELD(25, U64, expires_at_ms),
	FIELD(26, STR, set),
	FIELD(27, U32, part),
	FIELD(28, U32, parts),
	FIELD(29, BOOL, incomplete),
	FIELD(30, U32, fate),
	FIELD(31, BOOL, forbidden),
	FIELD(32, BOOL, interworked),
	FIELD(33, U64, about),
	FIELD(34, U64, happened_at_ms),
	FIELD(35, U32, code),
	FIELD(36, STR, reason),
	FIELD(37, U64, transaction),
	FIELD(38, BOOL, anonymous),
};

#define FIELD_COUNT IWF_COUNT_OF(fields)
_Static_assert(sizeof(enum iwf_kind) == 4 && sizeof(enum iwf_fate) == 4 &&
	       sizeof(enum iwf_address_kind) == 4, "enums are stored as U32");

static struct iwf_str *str_at(struct iwf_message *msg, const struct field *f)
{
	return (struct iwf_str *)((char *)msg + f->offset);
}

static uint64_t number_get(const struct iwf_message *msg,
			   const struct field *f)
{
	const char *at = (const char *)msg + f->offset;
	uint64_t u64;
	uint32_t u32;

	if (f->type == FIELD_BOOL)
		return *(const bool *)at;
	if (f->type == FIELD_U32)
		return memcpy(&u32, at, sizeof(u32)), u32;
	return memcpy(&u64, at, sizeof(u64)), u64;
}

static void number_set(struct iwf_message *msg, const struct field *f,
		       uint64_t value)
{
	char *at = (char *)msg + f->offset;
	uint32_t u32 = (uint32_t)value;

	if (f->type == FIELD_BOOL)
		*(bool *)at = value != 0;
	else if (f->type == FIELD_U32)
		memcpy(at, &u32, sizeof(u32));
	else
		memcpy(at, &value, sizeof(value));
}

struct iwf_message *iwf_message_create(const struct iwf_message *from)
{
	struct iwf_message copy = *from;
	struct counted *counted;
	size_t len = 0;
	char *to;

	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (fields[i].type == FIELD_STR)
			len += str_at(&copy, &fields[i])->len + 1;
	counted = malloc(sizeof(*counted) + len);
	IWF_BUG_ON(!counted);
	atomic_init(&counted->count, 1);
	to = counted->bytes;
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		struct iwf_str *s = str_at(&copy, &fields[i]);

		if (fields[i].type != FIELD_STR)
			continue;
		if (s->len)
			memcpy(to, s->ptr, s->len);
		to[s->len] = '\0';
		s->ptr = to;
		to += s->len + 1;
	}
	counted->msg = copy;
	return &counted->msg;
}

static struct counted *counted_of(const struct iwf_message *msg)
{
	return (struct counted *)((char *)(uintptr_t)msg -
				  offsetof(struct counted, msg));
}

const struct iwf_message *iwf_message_ref(const struct iwf_message *msg)
{
	atomic_fetch_add_explicit(&counted_of(msg)->count, 1,
				  memory_order_relaxed);
	return msg;
}

void iwf_message_unref(const struct iwf_message **msg)
{
	struct counted *counted;

	if (!*msg)
		return;
	counted = counted_of(*msg);
	*msg = NULL;
	if (atomic_fetch_sub_explicit(&counted->count, 1,
				      memory_order_acq_rel) == 1)
		free(counted);
}

static void varint_put(struct iwf_buf *buf, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		iwf_buf_u8(buf, (uint8_t)(value | 0x80));
	iwf_buf_u8(buf, (uint8_t)value);
}

static uint64_t varint_get(struct iwf_cursor *cur)
{
	uint64_t value = 0;
	uint8_t byte;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		byte = iwf_cursor_u8(cur);
		value |= (uint64_t)(byte & 0x7F) << shift;
		if (!(byte & 0x80))
			return value;
	}
	cur->bad = true;
	return 0;
}

/* A field is its tag, the low bit of a varint saying text or number, then the
 * length and bytes, or the value. */
void record_format(struct iwf_buf *buf, const struct iwf_message *msg)
{
	struct iwf_message view = *msg;

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const struct field *f = &fields[i];
		uint64_t number;

		if (f->type == FIELD_STR) {
			struct iwf_str s = *str_at(&view, f);

			if (!s.len)
				continue;
			iwf_buf_u8(buf, (uint8_t)(f->tag << 1 | 1));
			varint_put(buf, s.len);
			iwf_buf_str_put(buf, s);
			continue;
		}
		number = number_get(&view, f);
		if (!number)
			continue;
		iwf_buf_u8(buf, (uint8_t)(f->tag << 1));
		varint_put(buf, number);
	}
}

static const struct field *field_find(unsigned tag)
{
	/* Rows stand in the order of their tags, from 1 without a gap. */
	return tag >= 1 && tag <= FIELD_COUNT ? &fields[tag - 1] : NULL;
}

static void field_parse(struct iwf_cursor *cur, struct iwf_message *msg)
{
	uint8_t head = iwf_cursor_u8(cur);
	const struct field *f = field_find(head >> 1);
	uint64_t value = varint_get(cur);
	struct iwf_str s;

	if (!(head & 1)) {
		if (f && f->type == FIELD_U32 && value > UINT32_MAX)
			cur->bad = true;
		else if (f && f->type != FIELD_STR)
			number_set(msg, f, value);
		return;
	}
	s = iwf_cursor_bytes(cur, value);
	if (f && f->type == FIELD_STR)
		*str_at(msg, f) = s;
}

struct record_field record_body(struct iwf_str record)
{
	struct iwf_cursor cur = iwf_cursor_make(record);
	struct iwf_message msg = { 0 };
	size_t at = 0;

	while (iwf_cursor_left(&cur) && !msg.body.len) {
		at = record.len - iwf_cursor_left(&cur);
		field_parse(&cur, &msg);
	}
	if (!iwf_cursor_is_ok(&cur) || !msg.body.len)
		return (struct record_field){ 0 };
	return (struct record_field){
		.at = at, .len = record.len - iwf_cursor_left(&cur) - at,
		.body_len = msg.body.len,
	};
}

struct iwf_message *record_parse(struct iwf_str bytes)
{
	struct iwf_cursor cur = iwf_cursor_make(bytes);
	struct iwf_message msg = { 0 };

	while (iwf_cursor_left(&cur))
		field_parse(&cur, &msg);
	if (!iwf_cursor_is_ok(&cur) || !msg.kind ||
	    msg.kind > IWF_KIND_REPORT || msg.fate > IWF_FATE_UNSURE ||
	    msg.from.kind > IWF_ADDRESS_SIP || msg.to.kind > IWF_ADDRESS_SIP)
		return NULL;
	return iwf_message_create(&msg);
}
