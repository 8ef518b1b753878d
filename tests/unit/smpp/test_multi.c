/* The answer to a submit_multi, octet by octet (SMPP 3.4 4.5.2). */
#include "wire/multi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void it_names_who_failed(void **state)
{
	static const unsigned char wanted[] =
		"\0\0\0\x2C\x80\0\0\x21\0\0\0\0\0\0\0\7" "00ab\0" "\2"
		"\1\1" "4915\0\0\0\0\x0B" "\0\0" "list\0\0\0\0\x34";
	const struct smpp_unsuccess failed[] = {
		{ 1, 1, IWF_STR("4915"), SMPP_RINVDSTADR },
		{ 0, 0, IWF_STR("list"), SMPP_RINVDLNAME },
	};
	const struct smpp_multi_answer answer = {
		.sequence = 7, .message_id = IWF_STR("00ab"),
		.failed = failed, .failed_count = 2,
	};
	struct iwf_buf buf = { 0 };

	(void)state;
	assert_int_equal(smpp_multi_format(&buf, &answer), IWF_OK);
	assert_int_equal(buf.len, sizeof(wanted) - 1);
	assert_memory_equal(buf.ptr, wanted, sizeof(wanted) - 1);
	iwf_buf_free(&buf);
}

static void what_does_not_fit_is_refused(void **state)
{
	static const struct smpp_unsuccess failed[256];
	static const struct smpp_unsuccess is_long = {
		.addr = IWF_STR("123456789012345678901")
	};
	static const struct smpp_unsuccess has_nul = {
		.addr = { "1\0" "2", 3 }
	};
	static const struct {
		const struct smpp_unsuccess *failed;
		size_t count;
		enum iwf_err err;
	} rows[] = {
		{ failed, 256, IWF_E_LIMIT }, { failed, 255, IWF_OK },
		{ &is_long, 1, IWF_E_LIMIT }, { &has_nul, 1, IWF_E_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct smpp_multi_answer answer = {
			.failed = rows[i].failed, .failed_count = rows[i].count,
		};
		struct iwf_buf buf = { 0 };

		assert_int_equal(smpp_multi_format(&buf, &answer),
				 rows[i].err);
		assert_int_equal(buf.len == 0, rows[i].err != IWF_OK);
		iwf_buf_free(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_names_who_failed),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
