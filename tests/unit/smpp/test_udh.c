/* User data headers, honest and lying. */
#include <smpp/wire/udh.h>

#include "octets.h"

static const struct {
	const char *message;
	enum iwf_err err;
	struct smpp_udh want;
} cases[] = {
	{ "05 00 03 2a 03 02 'text'", IWF_OK,
	  { .len = 6, .ref = 0x2A, .parts = 3, .part = 2 } },
	{ "06 08 04 12 34 02 01", IWF_OK,
	  { .len = 7, .ref = 0x1234, .is_wide = true, .parts = 2, .part = 1 } },
	{ "06 05 04 23f4 0000 'x'", IWF_OK,
	  { .len = 7, .has_port = true, .dest_port = 0x23F4 } },
	{ "04 04 02 f5 01", IWF_OK,
	  { .len = 5, .has_port = true, .dest_port = 0xF5, .source_port = 1 } },
	{ "06 24 01 01 25 01 03", IWF_OK,
	  { .len = 7, .single_shift = 1, .locking_shift = 3 } },
	{ "0b 05 04 0001 0002 00 03 07 02 02", IWF_OK,
	  { .len = 12, .has_port = true, .dest_port = 1, .source_port = 2,
	    .ref = 7, .parts = 2, .part = 2 } },
	{ "00 'text'", IWF_OK, { .len = 1 } },
	{ "04 70 02 01 02 'x'", IWF_OK, { .len = 5 } }, /* unknown element */
	/* 9.2.3.24.1: part 0, no parts, part behind the last: ignored */
	{ "05 00 03 01 02 00", IWF_OK, { .len = 6 } },
	{ "05 00 03 01 00 00", IWF_OK, { .len = 6 } },
	{ "05 00 03 01 02 03", IWF_OK, { .len = 6 } },
	{ "04 00 02 01 02", IWF_OK, { .len = 5 } }, /* concatenation cut */
	{ "0a 00 03 01 02 01 00 03 02 02 02", IWF_OK, /* the last counts */
	  { .len = 11, .ref = 2, .parts = 2, .part = 2 } },
	/* A header longer than the message */
	{ "", IWF_E_SYNTAX, { 0 } },
	{ "05", IWF_E_SYNTAX, { 0 } },
	{ "ff 00 03 01 02 01", IWF_E_SYNTAX, { 0 } },
	/* An element that ends outside its header */
	{ "05 00 04 01 02 01 'text'", IWF_E_SYNTAX, { 0 } },
	{ "01 00 'text'", IWF_E_SYNTAX, { 0 } },
	{ "03 24 ff 01 'text'", IWF_E_SYNTAX, { 0 } },
};

static void udh_assert(const struct smpp_udh *got, const struct smpp_udh *want)
{
	assert_int_equal(got->len, want->len);
	assert_int_equal(got->ref, want->ref);
	assert_int_equal(got->is_wide, want->is_wide);
	assert_int_equal(got->parts, want->parts);
	assert_int_equal(got->part, want->part);
	assert_int_equal(got->has_port, want->has_port);
	assert_int_equal(got->dest_port, want->dest_port);
	assert_int_equal(got->source_port, want->source_port);
	assert_int_equal(got->single_shift, want->single_shift);
	assert_int_equal(got->locking_shift, want->locking_shift);
}

static void parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_udh udh;

		assert_int_equal(smpp_udh_parse(octets(arena, cases[i].message),
						&udh, NULL), cases[i].err);
		udh_assert(&udh, &cases[i].want);
		iwf_arena_destroy(&arena);
	}
}

/* Every header we write: with a place, with tables, with both. */
static void tables_come_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		struct smpp_udh udh = {
			.single_shift = i & 1 ? 2 : 0,
			.locking_shift = i & 2 ? 3 : 0,
			.is_wide = (i & 12) == 12, .ref = i & 4 ? 200 : 0,
			.parts = i & 4 ? 3 : 0, .part = i & 4 ? 2 : 0,
		};
		struct smpp_udh back = { 0 };
		struct iwf_buf buf = { 0 };

		smpp_udh_format(&buf, &udh);
		udh.len = buf.len;
		if (buf.len)
			assert_int_equal(smpp_udh_parse(iwf_buf_str(&buf),
							&back, NULL), 0);
		udh_assert(&back, &udh);
		assert_int_equal(buf.len, (i & 7 ? 1 : 0) + (i & 1 ? 3 : 0) +
				 (i & 2 ? 3 : 0) +
				 (i & 4 ? (i & 8 ? 6 : 5) : 0));
		iwf_buf_free(&buf);
	}
}

static void parse_undoes_format(void **state)
{
	(void)state;
	for (unsigned ref = 0; ref < 0x10000; ref += 0x101) {
		for (unsigned wide = 0; wide < 2; wide++) {
			struct smpp_udh udh = {
				.len = wide ? 7 : 6,
				.ref = (uint16_t)(wide ? ref : ref & 0xFF),
				.is_wide = wide, .parts = 255, .part = 200,
			};
			struct smpp_udh back;
			struct iwf_buf buf = { 0 };

			smpp_udh_format(&buf, &udh);
			assert_int_equal(smpp_udh_parse(iwf_buf_str(&buf),
							&back, NULL), 0);
			udh_assert(&back, &udh);
			iwf_buf_free(&buf);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(tables_come_back),
		cmocka_unit_test(parse_undoes_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
