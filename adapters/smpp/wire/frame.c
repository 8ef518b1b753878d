/* See frame.h. */
#include "wire/frame.h"

#include <stdio.h>

void smpp_header_parse(struct iwf_str in, struct smpp_header *hdr)
{
	struct iwf_cursor cur = iwf_cursor_make(in);

	*hdr = (struct smpp_header){ .length = iwf_cursor_u32(&cur) };
	if (in.len < SMPP_HEADER_LEN)
		return;
	hdr->id = iwf_cursor_u32(&cur);
	hdr->status = iwf_cursor_u32(&cur);
	hdr->sequence = iwf_cursor_u32(&cur);
}

enum smpp_frame smpp_frame_next(struct iwf_str in, size_t limit,
				struct smpp_header *hdr)
{
	smpp_header_parse(in, hdr);
	if (in.len < 4)
		return SMPP_FRAME_MORE;
	if (hdr->length < SMPP_HEADER_LEN || hdr->length > limit)
		return SMPP_FRAME_LOST;
	return in.len < hdr->length ? SMPP_FRAME_MORE : SMPP_FRAME_READY;
}

const char *smpp_frame_guess(struct iwf_str in)
{
	static const struct {
		struct iwf_str start;
		const char *name;
	} guesses[] = {
		{ { "\x16\x03", 2 }, "TLS" }, { { "\x15\x03", 2 }, "TLS" },
		{ { "SSH-", 4 }, "SSH" },
		{ { "SIP/", 4 }, "SIP" }, { { "INVI", 4 }, "SIP" },
		{ { "REGI", 4 }, "SIP" }, { { "MESS", 4 }, "SIP" },
		{ { "HTTP", 4 }, "HTTP" }, { { "GET ", 4 }, "HTTP" },
		{ { "POST", 4 }, "HTTP" }, { { "HEAD", 4 }, "HTTP" },
		{ { "PUT ", 4 }, "HTTP" }, { { "CONN", 4 }, "HTTP" },
		{ { "PRI ", 4 }, "HTTP" }, { { "OPTI", 4 }, "HTTP or SIP" },
		{ { "EHLO", 4 }, "SMTP" }, { { "HELO", 4 }, "SMTP" },
		{ { "220 ", 4 }, "SMTP" },
	};

	for (size_t i = 0; i < IWF_COUNT_OF(guesses); i++)
		if (iwf_str_starts(in, guesses[i].start))
			return guesses[i].name;
	return NULL;
}

void smpp_frame_explain(struct iwf_str in, char *out, size_t len)
{
	const char *guess = smpp_frame_guess(in);
	struct smpp_header hdr;

	smpp_header_parse(in, &hdr);
	snprintf(out, len, "no SMPP here: command_length %u%s%s", hdr.length,
		 guess ? ", looks like " : "", guess ? guess : "");
}
