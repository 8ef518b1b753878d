/* See multi.h. */
#include "wire/multi.h"

static enum iwf_err text_check(struct iwf_str text, size_t size)
{
	if (text.len >= size)
		return IWF_E_LIMIT;
	return iwf_str_find(text, '\0') == IWF_STR_NPOS ? IWF_OK :
		IWF_E_SYNTAX;
}

static enum iwf_err answer_check(const struct smpp_multi_answer *answer)
{
	enum iwf_err err = text_check(answer->message_id, SMPP_MULTI_ID_SIZE);

	if (answer->failed_count > 255)
		return IWF_E_LIMIT;
	for (size_t i = 0; !err && i < answer->failed_count; i++)
		err = text_check(answer->failed[i].addr, SMPP_MULTI_ADDR_SIZE);
	return err;
}

static void text_put(struct iwf_buf *buf, struct iwf_str text)
{
	iwf_buf_str_put(buf, text);
	iwf_buf_u8(buf, 0);
}

static uint32_t length_of(const struct smpp_multi_answer *answer)
{
	/* Behind the header: the id's NUL and the count. */
	size_t len = SMPP_HEADER_LEN + answer->message_id.len + 2;

	for (size_t i = 0; i < answer->failed_count; i++)
		len += answer->failed[i].addr.len + 7;
	return (uint32_t)len;
}

enum iwf_err smpp_multi_format(struct iwf_buf *buf,
			       const struct smpp_multi_answer *answer)
{
	enum iwf_err err = answer_check(answer);

	if (err)
		return err;
	iwf_buf_u32(buf, length_of(answer));
	iwf_buf_u32(buf, SMPP_SUBMIT_MULTI | SMPP_RESPONSE);
	iwf_buf_u32(buf, answer->status);
	iwf_buf_u32(buf, answer->sequence);
	text_put(buf, answer->message_id);
	iwf_buf_u8(buf, (uint8_t)answer->failed_count);
	for (size_t i = 0; i < answer->failed_count; i++) {
		iwf_buf_u8(buf, answer->failed[i].ton);
		iwf_buf_u8(buf, answer->failed[i].npi);
		text_put(buf, answer->failed[i].addr);
		iwf_buf_u32(buf, answer->failed[i].status);
	}
	return IWF_OK;
}
