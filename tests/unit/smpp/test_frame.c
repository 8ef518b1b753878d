/* Framing: what is a PDU, what is not yet one, what never will be. */
#include <smpp/wire/frame.h>

#include "octets.h"

static const struct {
	const char *in;
	enum smpp_frame want;
	uint32_t length;
} cases[] = {
	{ "", SMPP_FRAME_MORE, 0 },
	{ "00 00 00", SMPP_FRAME_MORE, 0 },
	{ "00000010", SMPP_FRAME_MORE, 16 },
	{ "00000010 00000015 00000000 000000", SMPP_FRAME_MORE, 16 },
	{ "00000010 00000015 00000000 00000001", SMPP_FRAME_READY, 16 },
	{ "00000010 00000015 00000000 00000001 00", SMPP_FRAME_READY, 16 },
	{ "00000011 00000015 00000000 00000001", SMPP_FRAME_MORE, 17 },
	{ "0000000f 00000015", SMPP_FRAME_LOST, 15 }, /* below a header */
	{ "00000000", SMPP_FRAME_LOST, 0 },
	{ "00000101", SMPP_FRAME_LOST, 257 },         /* above the limit */
	{ "00000100", SMPP_FRAME_MORE, 256 },
	{ "ffffffff", SMPP_FRAME_LOST, 0xFFFFFFFF },
	{ "'HTTP/1.1 200'", SMPP_FRAME_LOST, 0x48545450 },
	{ "1603010200", SMPP_FRAME_LOST, 0x16030102 },
};

static void frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_header hdr;

		assert_int_equal(smpp_frame_next(octets(arena, cases[i].in),
						 256, &hdr), cases[i].want);
		assert_int_equal(hdr.length, cases[i].length);
		iwf_arena_destroy(&arena);
	}
}

static void header_is_read(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_header hdr;

	(void)state;
	smpp_header_parse(octets(arena, "00000010 80000004 00000458 7fffffff"),
			  &hdr);
	assert_int_equal(hdr.id, 0x80000004);
	assert_int_equal(hdr.status, 0x458);
	assert_int_equal(hdr.sequence, 0x7FFFFFFF);
	iwf_arena_destroy(&arena);
}

static const struct {
	const char *in;
	const char *name;
} guesses[] = {
	{ "'GET / HTTP/1.1'", "HTTP" }, { "'HTTP/1.1'", "HTTP" },
	{ "160301", "TLS" }, { "'SIP/2.0'", "SIP" },
	{ "'INVITE sip:'", "SIP" }, { "'SSH-2.0'", "SSH" },
	{ "'OPTIONS'", "HTTP or SIP" }, { "'EHLO x'", "SMTP" },
	{ "00000010", NULL }, { "", NULL },
};

static void strangers_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		const char *name =
			smpp_frame_guess(octets(arena, guesses[i].in));

		assert_int_equal(name != NULL, guesses[i].name != NULL);
		if (name)
			assert_string_equal(name, guesses[i].name);
		iwf_arena_destroy(&arena);
	}
}

static void a_lost_stream_is_explained(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	char text[80];

	(void)state;
	smpp_frame_explain(octets(arena, "'GET /'"), text, sizeof(text));
	assert_string_equal(text, "no SMPP here: command_length 1195725856, "
			    "looks like HTTP");
	smpp_frame_explain(octets(arena, "0000000f"), text, sizeof(text));
	assert_string_equal(text, "no SMPP here: command_length 15");
	smpp_frame_explain(IWF_STR_NONE, text, 8);
	assert_string_equal(text, "no SMPP");
	iwf_arena_destroy(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames),
		cmocka_unit_test(header_is_read),
		cmocka_unit_test(strangers_are_named),
		cmocka_unit_test(a_lost_stream_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
