/* Any bytes as a stream of SIP that the test client reads and answers. */
#include <sip.h>

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool is_true)
{
	if (!is_true)
		abort();
}

static void check_message(struct out *out, struct text in)
{
	struct sip_message msg, answer;

	if (!sip_parse(&msg, in))
		return;
	check(!msg.method.len == !!msg.status);
	check(msg.body.len <= in.len);
	out->len = 0;
	out->is_full = false;
	sip_format_answer(out, &msg, 200, "mytag");
	if (out->is_full)
		return;
	check(sip_parse(&answer, out_text(out)));
	check(answer.status == 200 && !answer.body.len);
	check(sip_find(&answer, "To").len >= sip_find(&msg, "To").len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct text in = { (const char *)bytes, len };
	struct out *out = malloc(sizeof(*out));
	long first;

	check(out != NULL);
	check_message(out, in);
	while ((first = sip_frame_len(in)) > 0) {
		check((size_t)first <= in.len);
		check_message(out, text_sub(in, 0, (size_t)first));
		in = text_sub(in, (size_t)first, in.len);
	}
	free(out);
	return 0;
}
