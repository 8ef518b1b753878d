/* SMPP 3.4 PDUs, as an SMSC reads and writes them. */
#include "bench/parts/smpp.h"

#include <arpa/inet.h>
#include <string.h>

#define ESM_RECEIPT 0x04

struct cursor {
	const char *at, *end;
	bool is_bad;
};

static uint32_t read_u32(const char *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return ntohl(value);
}

static void write_u32(char *to, uint32_t value)
{
	value = htonl(value);
	memcpy(to, &value, sizeof(value));
}

void smpp_read_head(const char *from, struct smpp_head *head)
{
	*head = (struct smpp_head){ read_u32(from), read_u32(from + 4),
				    read_u32(from + 8), read_u32(from + 12) };
}

static uint8_t take_octet(struct cursor *cur)
{
	if (cur->at == cur->end) {
		cur->is_bad = true;
		return 0;
	}
	return (uint8_t)*cur->at++;
}

/* Into to, which holds max with the NUL; NULL: it is passed over. */
static void take_text(struct cursor *cur, char *to, size_t max)
{
	size_t left = (size_t)(cur->end - cur->at);
	size_t len = strnlen(cur->at, left);

	if (len == left || (to && len >= max)) {
		cur->is_bad = true;
		return;
	}
	if (to)
		memcpy(to, cur->at, len + 1);
	cur->at += len + 1;
}

static void skip(struct cursor *cur, unsigned count)
{
	while (count--)
		take_octet(cur);
}

/* SMPP 3.4 4.4.1 */
bool smpp_read_submit(const char *body, size_t len, struct smpp_submit *submit)
{
	struct cursor cur = { body, body + len, false };

	take_text(&cur, NULL, 0);      /* service_type */
	skip(&cur, 2);
	take_text(&cur, submit->source, sizeof(submit->source));
	skip(&cur, 2);
	take_text(&cur, submit->target, sizeof(submit->target));
	skip(&cur, 3);                 /* esm_class, protocol, priority */
	take_text(&cur, NULL, 0);      /* schedule */
	take_text(&cur, NULL, 0);      /* validity */
	submit->wants_receipt = take_octet(&cur) & 3;
	skip(&cur, 3);                 /* replace, coding, default message */
	submit->text_len = take_octet(&cur);
	submit->text = cur.at;
	return !cur.is_bad && submit->text_len <= (size_t)(cur.end - cur.at);
}

size_t smpp_put_head(char *to, const struct smpp_head *head)
{
	write_u32(to, head->len);
	write_u32(to + 4, head->command);
	write_u32(to + 8, head->status);
	write_u32(to + 12, head->sequence);
	return SMPP_HEAD_LEN;
}

size_t smpp_put_text(char *to, struct smpp_head head, const char *text)
{
	size_t len = strlen(text) + 1;

	head.len = (uint32_t)(SMPP_HEAD_LEN + len);
	smpp_put_head(to, &head);
	memcpy(to + SMPP_HEAD_LEN, text, len);
	return head.len;
}

static char *put_address(char *to, const char *digits)
{
	size_t len = strlen(digits) + 1;

	*to++ = 1; /* international, ISDN */
	*to++ = 1;
	memcpy(to, digits, len);
	return to + len;
}

size_t smpp_put_deliver(char *to, uint32_t sequence,
			const struct smpp_deliver *deliver)
{
	struct smpp_head head = { .command = SMPP_DELIVER_SM,
				  .sequence = sequence };
	char *at = to + SMPP_HEAD_LEN;

	*at++ = '\0';
	at = put_address(at, deliver->source);
	at = put_address(at, deliver->target);
	memset(at, 0, 10); /* esm_class to sm_length */
	if (deliver->is_receipt)
		at[0] = ESM_RECEIPT;
	at[9] = (char)deliver->text_len;
	at += 10;
	memcpy(at, deliver->text, deliver->text_len);
	head.len = (uint32_t)(at + deliver->text_len - to);
	smpp_put_head(to, &head);
	return head.len;
}
