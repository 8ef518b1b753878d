/* Any bytes as an IMDN document and as a Disposition-Notification list. */
#include <wire/imdn.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static bool is_same(const struct imdn *a, const struct imdn *b)
{
	return a->type == b->type && a->status == b->status &&
	       iwf_str_eq(a->message_id, b->message_id) &&
	       iwf_str_eq(a->datetime, b->datetime) &&
	       iwf_str_eq(a->recipient_uri, b->recipient_uri) &&
	       iwf_str_eq(a->original_recipient_uri,
			  b->original_recipient_uri) &&
	       iwf_str_eq(a->subject, b->subject) &&
	       iwf_str_eq(a->note, b->note);
}

static void check_document(struct iwf_arena *arena, struct iwf_str text,
			   struct iwf_buf *buf)
{
	struct imdn first, second;
	enum iwf_err err;

	if (imdn_parse(arena, text, &first, NULL))
		return;
	imdn_format(buf, &first);
	err = imdn_parse(arena, iwf_buf_str(buf), &second, NULL);
	/* Escaping may make it longer than we take. */
	IWF_BUG_ON(err && err != IWF_E_LIMIT);
	IWF_BUG_ON(!err && !is_same(&first, &second));
}

static void check_list(struct iwf_str text, struct iwf_buf *buf)
{
	uint32_t first, second;

	if (imdn_want_parse(text, &first))
		return;
	iwf_buf_clear(buf);
	imdn_want_format(buf, first);
	IWF_BUG_ON(imdn_want_parse(iwf_buf_str(buf), &second));
	IWF_BUG_ON(first != second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf buf = { .len = 0 };

	check_document(arena, iwf_str_make(bytes, len), &buf);
	check_list(iwf_str_make(bytes, len), &buf);
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
	return 0;
}
