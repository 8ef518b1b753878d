/* Any octets as the body of a submit_multi, whose destinations are written again
 * and read the same; and as what its answer says, likewise. */
#include <smpp/wire/multi.h>

#include <iwf/arena.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The length is the header's first field, of 4 octets. */
static void length_put(struct iwf_buf *frame)
{
	for (size_t i = 0; i < 4; i++)
		frame->ptr[i] = (char)(frame->len >> (24 - 8 * i));
}

static void destinations_compare(const struct smpp_pdu *one,
				 const struct smpp_pdu *other)
{
	IWF_BUG_ON(one->dest_count != other->dest_count);
	for (size_t i = 0; i < one->dest_count; i++) {
		const struct smpp_dest *a = &one->dests[i];
		const struct smpp_dest *b = &other->dests[i];

		IWF_BUG_ON(a->is_list != b->is_list);
		IWF_BUG_ON(a->ton != b->ton || a->npi != b->npi);
		IWF_BUG_ON(!iwf_str_eq(a->addr, b->addr));
	}
}

static void check_request(struct iwf_str body)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf frame = { 0 };
	struct iwf_buf again = { 0 };
	struct smpp_pdu pdu;
	struct smpp_pdu back;

	iwf_buf_u32(&frame, 0);
	iwf_buf_u32(&frame, SMPP_SUBMIT_MULTI);
	iwf_buf_u64(&frame, 1);
	iwf_buf_str_put(&frame, body);
	length_put(&frame);
	if (!smpp_pdu_parse(arena, iwf_buf_str(&frame), &pdu, NULL)) {
		IWF_BUG_ON(!pdu.dest_count || pdu.dest_count > 254);
		if (!smpp_pdu_format(&again, &pdu)) {
			IWF_BUG_ON(smpp_pdu_parse(arena, iwf_buf_str(&again),
						  &back, NULL));
			destinations_compare(&pdu, &back);
		}
	}
	iwf_buf_free(&frame);
	iwf_buf_free(&again);
	iwf_arena_destroy(&arena);
}

/* False: it is no answer. Longer texts than an answer has are read as well. */
static bool answer_read(struct iwf_str body, struct smpp_multi_answer *out,
			struct smpp_unsuccess failed[255])
{
	struct iwf_cursor cur = iwf_cursor_make(body);

	out->status = iwf_cursor_u32(&cur);
	out->sequence = iwf_cursor_u32(&cur);
	out->message_id = iwf_cursor_cstr(&cur, body.len);
	out->failed = failed;
	out->failed_count = iwf_cursor_u8(&cur);
	for (size_t i = 0; i < out->failed_count; i++) {
		failed[i].ton = iwf_cursor_u8(&cur);
		failed[i].npi = iwf_cursor_u8(&cur);
		failed[i].addr = iwf_cursor_cstr(&cur, body.len);
		failed[i].status = iwf_cursor_u32(&cur);
	}
	return iwf_cursor_is_ok(&cur) && !iwf_cursor_left(&cur);
}

static bool is_too_long(const struct smpp_multi_answer *answer)
{
	bool is_long = answer->message_id.len >= SMPP_MULTI_ID_SIZE;

	for (size_t i = 0; i < answer->failed_count; i++)
		is_long |= answer->failed[i].addr.len >= SMPP_MULTI_ADDR_SIZE;
	return is_long;
}

static void check_answer(struct iwf_str body)
{
	struct smpp_multi_answer answer = { 0 };
	struct smpp_unsuccess failed[255];
	struct iwf_buf out = { 0 };
	struct smpp_header header;
	enum iwf_err err;

	if (!answer_read(body, &answer, failed))
		return;
	err = smpp_multi_format(&out, &answer);
	IWF_BUG_ON((err != IWF_OK) != is_too_long(&answer));
	IWF_BUG_ON(err && out.len);
	if (!err) {
		smpp_header_parse(iwf_buf_str(&out), &header);
		IWF_BUG_ON(header.length != out.len);
		IWF_BUG_ON(header.id != (SMPP_SUBMIT_MULTI | SMPP_RESPONSE));
		/* Behind length and id it is what was read. */
		IWF_BUG_ON(!iwf_str_eq(iwf_str_sub(iwf_buf_str(&out), 8,
						   out.len), body));
	}
	iwf_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_str in = iwf_str_make(bytes, len);

	check_request(in);
	check_answer(in);
	return 0;
}
