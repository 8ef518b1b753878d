/* What either end of a bind keeps and holds to: its window, the silence of its
 * peer, its numbers, its password. */
#include <smpp/bind/limits.h>
#include <smpp/bind/password.h>
#include <smpp/bind/silence.h>
#include <smpp/bind/window.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void silence_is_judged(void **state)
{
	static const struct {
		struct smpp_silence_rules rules;
		int64_t silent_ms;
		uint32_t asked;
		enum smpp_silence want;
		int64_t again_ms;
	} rows[] = {
		{ { 30, 60, 120 }, 0, 0, SMPP_SILENCE_BORNE, 30 },
		{ { 30, 60, 120 }, 29, 0, SMPP_SILENCE_BORNE, 1 },
		{ { 30, 60, 120 }, 30, 0, SMPP_SILENCE_ASK, 30 },
		{ { 30, 10, 120 }, 30, 0, SMPP_SILENCE_ASK, 10 },
		{ { 30, 10, 120 }, 119, 0, SMPP_SILENCE_ASK, 10 },
		{ { 30, 10, 120 }, 120, 0, SMPP_SILENCE_TOO_LONG, -1 },
		{ { 30, 60, 120 }, 0, 7, SMPP_SILENCE_UNANSWERED, -1 },
		{ { 30, 60, 120 }, 120, 7, SMPP_SILENCE_UNANSWERED, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t again_ms = -1;

		assert_int_equal(smpp_silence_judge(&rows[i].rules,
						    rows[i].silent_ms,
						    rows[i].asked, &again_ms),
				 rows[i].want);
		assert_int_equal(again_ms, rows[i].again_ms);
	}
}

static void numbers_go_round(void **state)
{
	(void)state;
	assert_int_equal(smpp_sequence_after(0), 1);
	assert_int_equal(smpp_sequence_after(0x7FFFFFFE), 0x7FFFFFFF);
	assert_int_equal(smpp_sequence_after(0x7FFFFFFF), 1);
	assert_int_equal(smpp_sequence_after(UINT32_MAX), 1);
}

static void requests_are_found_and_end_in_order(void **state)
{
	/* 1 and 17 share a bucket. */
	static const uint32_t numbers[] = { 1, 17, 2 };
	struct smpp_request requests[3] = { { 0 } };
	struct smpp_window window;

	(void)state;
	smpp_window_create(&window, 3);
	assert_int_equal(smpp_window_wait_ms(&window, 0), -1);
	for (unsigned i = 0; i < 3; i++)
		smpp_window_push(&window, &requests[i], numbers[i], 100 + i);
	assert_true(smpp_window_is_full(&window));
	assert_null(smpp_window_find(&window, 33));
	assert_ptr_equal(smpp_window_find(&window, 17), &requests[1]);
	assert_int_equal(smpp_window_wait_ms(&window, 40), 60);
	assert_int_equal(smpp_window_wait_ms(&window, 400), 0);
	assert_null(smpp_window_take_due(&window, 99));
	assert_ptr_equal(smpp_window_take_due(&window, 100), &requests[0]);
	assert_null(smpp_window_take(&window, 1));
	assert_ptr_equal(smpp_window_take(&window, 17), &requests[1]);
	assert_int_equal(smpp_window_wait_ms(&window, 100), 2);
	assert_ptr_equal(smpp_window_take_oldest(&window), &requests[2]);
	assert_null(smpp_window_take_oldest(&window));
	smpp_window_resize(&window, 100);
	assert_false(smpp_window_is_full(&window));
	smpp_window_destroy(&window);
}

static void a_password_is_read(void **state)
{
	char path[] = "/tmp/bind.XXXXXX";
	int fd = mkstemp(path);
	struct iwf_buf out = { 0 };
	struct iwf_why why = { 0 };

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, " secret\n", 8), 8);
	close(fd);
	assert_int_equal(smpp_password_read(iwf_str_from(path), &out, &why),
			 IWF_OK);
	assert_true(iwf_str_eq(iwf_buf_str(&out), IWF_STR("secret")));
	unlink(path);
	iwf_buf_clear(&out);
	assert_int_equal(smpp_password_read(iwf_str_from(path), &out, &why),
			 IWF_E_IO);
	assert_non_null(strstr(why.text, path));
	assert_int_equal(out.len, 0);
	iwf_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_is_judged),
		cmocka_unit_test(numbers_go_round),
		cmocka_unit_test(requests_are_found_and_end_in_order),
		cmocka_unit_test(a_password_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
