/* SIP status codes, fates and verdicts (RFC 3261 21). */
#include "cpm/cpm_priv.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
	unsigned status;
	enum iwf_fate fate;
	bool forbidden;
} fates[] = {
	{ 0, IWF_FATE_FAILED, false },
	{ 100, IWF_FATE_FAILED, false },
	{ 199, IWF_FATE_FAILED, false },
	{ 200, IWF_FATE_SENT, false },
	{ 202, IWF_FATE_SENT, false },
	{ 299, IWF_FATE_SENT, false },
	{ 300, IWF_FATE_FAILED, false },
	{ 302, IWF_FATE_FAILED, false },
	{ 399, IWF_FATE_FAILED, false },
	{ 400, IWF_FATE_FAILED, false },
	{ 401, IWF_FATE_FAILED, false },
	{ 402, IWF_FATE_FAILED, false },
	{ 403, IWF_FATE_FAILED, true },
	{ 404, IWF_FATE_FAILED, false },
	{ 407, IWF_FATE_FAILED, false },
	{ 408, IWF_FATE_UNSURE, false },
	{ 409, IWF_FATE_FAILED, false },
	{ 410, IWF_FATE_FAILED, false },
	{ 413, IWF_FATE_FAILED, false },
	{ 415, IWF_FATE_FAILED, false },
	{ 422, IWF_FATE_FAILED, false },
	{ 423, IWF_FATE_QUEUED, false },
	{ 424, IWF_FATE_FAILED, false },
	{ 429, IWF_FATE_FAILED, false },
	{ 430, IWF_FATE_QUEUED, false },
	{ 431, IWF_FATE_FAILED, false },
	{ 479, IWF_FATE_FAILED, false },
	{ 480, IWF_FATE_QUEUED, false },
	{ 481, IWF_FATE_FAILED, false },
	{ 485, IWF_FATE_FAILED, false },
	{ 486, IWF_FATE_QUEUED, false },
	{ 487, IWF_FATE_FAILED, false },
	{ 490, IWF_FATE_FAILED, false },
	{ 491, IWF_FATE_QUEUED, false },
	{ 492, IWF_FATE_FAILED, false },
	{ 499, IWF_FATE_FAILED, false },
	{ 500, IWF_FATE_QUEUED, false },
	{ 501, IWF_FATE_FAILED, false },
	{ 502, IWF_FATE_QUEUED, false },
	{ 503, IWF_FATE_QUEUED, false },
	{ 504, IWF_FATE_QUEUED, false },
	{ 505, IWF_FATE_FAILED, false },
	{ 506, IWF_FATE_QUEUED, false },
	{ 512, IWF_FATE_QUEUED, false },
	{ 513, IWF_FATE_FAILED, false },
	{ 514, IWF_FATE_QUEUED, false },
	{ 599, IWF_FATE_QUEUED, false },
	{ 600, IWF_FATE_FAILED, false },
	{ 602, IWF_FATE_FAILED, false },
	{ 603, IWF_FATE_FAILED, true },
	{ 604, IWF_FATE_FAILED, false },
	{ 606, IWF_FATE_FAILED, false },
	{ 699, IWF_FATE_FAILED, false },
	{ 700, IWF_FATE_FAILED, false },
	{ 999, IWF_FATE_FAILED, false },
	/* RFC 3261 7.2: three digits; the table must end for all. */
	{ 1000, IWF_FATE_FAILED, false },
	{ UINT_MAX, IWF_FATE_FAILED, false },
};

static void each_status_has_its_fate(void **state)
{
	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(fates); i++) {
		struct iwf_report report = { .part = 1 };

		print_message("%u\n", fates[i].status);
		cpm_status_to_report(fates[i].status, false, 0, &report);
		assert_int_equal(report.fate, fates[i].fate);
		assert_int_equal(report.forbidden, fates[i].forbidden);
		assert_int_equal(report.code, fates[i].status);
		assert_int_equal(report.retry_after_ms, 0);
		assert_false(report.link_trouble);
		assert_int_equal(report.part, 1);
	}
}

static void trouble_of_the_link_is_told_from_that_of_the_message(void **state)
{
	static const struct {
		unsigned status;
		bool local;
		uint32_t retry_after_sec;
		enum iwf_fate fate;
		bool link_trouble;
		uint32_t retry_after_ms;
	} rows[] = {
		{ 503, false, 0, IWF_FATE_QUEUED, false, 0 },
		{ 503, false, 7, IWF_FATE_QUEUED, true, 7000 },
		{ 486, false, 7, IWF_FATE_QUEUED, false, 7000 },
		{ 500, false, 7, IWF_FATE_QUEUED, false, 7000 },
		{ 404, false, 7, IWF_FATE_FAILED, false, 7000 },
		{ 603, false, 7, IWF_FATE_FAILED, false, 7000 },
		{ 503, false, 3599, IWF_FATE_QUEUED, true, 3599000 },
		{ 503, false, 3600, IWF_FATE_QUEUED, true, 3600000 },
		{ 503, false, UINT32_MAX, IWF_FATE_QUEUED, true, 3600000 },
		/* Nothing left us: whatever the number, it is to be tried. */
		{ 503, true, 0, IWF_FATE_QUEUED, true, 0 },
		{ 500, true, 0, IWF_FATE_QUEUED, true, 0 },
		{ 404, true, 0, IWF_FATE_QUEUED, true, 0 },
		{ 403, true, 0, IWF_FATE_QUEUED, true, 0 },
		{ 0, true, 0, IWF_FATE_QUEUED, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct iwf_report report = { .part = 1 };

		print_message("%u %s %u\n", rows[i].status,
			      rows[i].local ? "local" : "peer",
			      rows[i].retry_after_sec);
		cpm_status_to_report(rows[i].status, rows[i].local,
				     rows[i].retry_after_sec, &report);
		assert_int_equal(report.fate, rows[i].fate);
		assert_int_equal(report.link_trouble, rows[i].link_trouble);
		assert_int_equal(report.retry_after_ms,
				 rows[i].retry_after_ms);
		/* The policy of nobody has spoken. */
		if (rows[i].local)
			assert_false(report.forbidden);
	}
}

static void each_verdict_has_its_status(void **state)
{
	static const struct {
		enum iwf_result result;
		unsigned status;
		const char *phrase;
	} rows[] = {
		{ IWF_RESULT_ACCEPTED, 202, "Accepted" },
		{ IWF_RESULT_DUPLICATE, 202, "Accepted" },
		{ IWF_RESULT_UNMATCHED, 202, "Accepted" },
		{ IWF_RESULT_BUSY, 503, "Gateway Busy" },
		{ IWF_RESULT_NO_ROUTE, 404, "No Route To This Recipient" },
		{ IWF_RESULT_LOOP, 482, "Would Return To Where It Came From" },
		{ IWF_RESULT_TOO_LARGE, 413, "Message Too Large" },
		{ IWF_RESULT_BLOCKED, 403, "Refused" },
		{ IWF_RESULT_ERROR, 500,
		  "Internal Error, Nothing Was Accepted" },
	};

	(void)state;
	assert_int_equal(IWF_COUNT_OF(rows), IWF_RESULT_ERROR + 1);
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		const struct iwf_verdict verdict = {
			.result = rows[i].result, .retry_after_sec = 9,
		};
		struct sip_answer answer = { .accept = "left over" };

		cpm_status_of_verdict(&verdict, &answer);
		assert_int_equal(answer.status, rows[i].status);
		assert_string_equal(answer.phrase, rows[i].phrase);
		assert_int_equal(answer.retry_after_sec, 9);
		assert_null(answer.accept);
	}
}

/* Under ack = outcome; good news and none are the same to the sender. */
static void a_fate_known_in_time(void **state)
{
	static const struct {
		enum iwf_fate fate;
		bool forbidden;
		unsigned status;
		const char *phrase;
	} rows[] = {
		{ IWF_FATE_NONE, false, 202, "Accepted" },
		{ IWF_FATE_SENT, false, 202, "Accepted" },
		{ IWF_FATE_DELIVERED, false, 202, "Accepted" },
		{ IWF_FATE_FAILED, false, 404, "Cannot Be Delivered" },
		{ IWF_FATE_FAILED, true, 403, "Refused There" },
		{ IWF_FATE_EXPIRED, false, 480, "Not In Time" },
		{ IWF_FATE_CANCELLED, false, 487, "Cancelled" },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		const struct iwf_verdict verdict = {
			.result = IWF_RESULT_ACCEPTED, .fate = rows[i].fate,
			.code = 11, .forbidden = rows[i].forbidden,
		};
		struct sip_answer answer;

		cpm_status_of_verdict(&verdict, &answer);
		assert_int_equal(answer.status, rows[i].status);
		assert_string_equal(answer.phrase, rows[i].phrase);
	}
}

static void a_block_says_why(void **state)
{
	const struct iwf_verdict verdict = {
		.result = IWF_RESULT_BLOCKED, .why = "Sender Is Blocked",
	};
	struct sip_answer answer;

	(void)state;
	cpm_status_of_verdict(&verdict, &answer);
	assert_int_equal(answer.status, 403);
	assert_string_equal(answer.phrase, "Sender Is Blocked");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_status_has_its_fate),
		cmocka_unit_test(
			trouble_of_the_link_is_told_from_that_of_the_message),
		cmocka_unit_test(each_verdict_has_its_status),
		cmocka_unit_test(a_block_says_why),
		cmocka_unit_test(a_fate_known_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
