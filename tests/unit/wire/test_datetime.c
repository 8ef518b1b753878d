/* RFC 3339 instants: its examples, its bounds, and there and back again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wire/datetime.h>

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		/* RFC 3339 5.8 */
		{ "1985-04-12T23:20:50.52Z", 482196050520 },
		{ "1996-12-19T16:39:57-08:00", 851042397000 },
		{ "1990-12-31T23:59:60Z", 662688000000 },
		{ "1990-12-31T15:59:60-08:00", 662688000000 },
		/* RFC 3862 5.1 */
		{ "2000-12-13T13:40:00-08:00", 976743600000 },
		{ "2026-03-01T10:15:00Z", 1772360100000 },
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1969-12-31T23:00:00-01:00", 0 },
		{ "9999-12-31T23:59:59.999Z", DATETIME_MAX_MS },
		{ "2000-02-29T00:00:00z", 951782400000 },
		{ "2024-02-29t12:00:00+23:59", 1709121660000 },
		{ "2026-03-01T10:15:00.1239999999999999999Z", 1772360100123 },
		{ "2026-03-01T10:15:00.5-00:00", 1772360100500 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ms = -1;

		assert_int_equal(datetime_parse(iwf_str_from(rows[i].text),
						&ms), IWF_OK);
		if (ms != rows[i].ms)
			fail_msg("%s gave %lld", rows[i].text, (long long)ms);
	}
}

static void test_refuse(void **state)
{
	static const struct {
		const char *text;
		enum iwf_err err;
	} rows[] = {
		{ "", IWF_E_SYNTAX },
		{ "2026-03-01", IWF_E_SYNTAX },                /* no time */
		{ "2026-03-01T10:15:00", IWF_E_SYNTAX },       /* no offset */
		{ "2026-03-01T10:15:00+0100", IWF_E_SYNTAX },  /* no colon */
		{ "2026-03-01T10:15Z", IWF_E_SYNTAX },         /* no seconds */
		{ "2026-03-01T10:15:00.Z", IWF_E_SYNTAX },     /* no digit */
		{ "2026-03-01 10:15:00Z", IWF_E_SYNTAX },      /* no T */
		{ "2026-03-01T10:15:00Z ", IWF_E_SYNTAX },     /* more behind */
		{ "26-03-01T10:15:00Z", IWF_E_SYNTAX },        /* short year */
		{ "2026-13-01T10:15:00Z", IWF_E_SYNTAX },      /* month */
		{ "2026-00-01T10:15:00Z", IWF_E_SYNTAX },
		{ "2026-02-29T10:15:00Z", IWF_E_SYNTAX },      /* no leap year */
		{ "2100-02-29T10:15:00Z", IWF_E_SYNTAX },
		{ "2026-04-31T10:15:00Z", IWF_E_SYNTAX },      /* 30 days */
		{ "2026-04-00T10:15:00Z", IWF_E_SYNTAX },
		{ "2026-04-01T24:00:00Z", IWF_E_SYNTAX },      /* hour */
		{ "2026-04-01T10:60:00Z", IWF_E_SYNTAX },
		{ "2026-04-01T10:00:61Z", IWF_E_SYNTAX },
		{ "2026-04-01T10:00:00+24:00", IWF_E_SYNTAX },
		{ "2026-04-01T10:00:00+01:60", IWF_E_SYNTAX },
		{ "2026\r04-01T10:00:00Z", IWF_E_SYNTAX },
		{ "1969-12-31T23:59:59Z", IWF_E_LIMIT },
		{ "0000-01-01T00:00:00Z", IWF_E_LIMIT },
		{ "9999-12-31T23:59:60Z", IWF_E_LIMIT },
		{ "9999-12-31T23:59:59-00:01", IWF_E_LIMIT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ms = 42;

		if (datetime_parse(iwf_str_from(rows[i].text), &ms) !=
		    rows[i].err)
			fail_msg("%s", rows[i].text);
		assert_int_equal(ms, 42);
	}
}

static void test_format(void **state)
{
	struct iwf_buf buf = { .len = 0 };

	(void)state;
	datetime_format(&buf, 1772360100987);
	iwf_buf_u8(&buf, ' ');
	datetime_format_ms(&buf, 1772360100007);
	iwf_buf_u8(&buf, ' ');
	datetime_format(&buf, -1);
	iwf_buf_u8(&buf, ' ');
	datetime_format_ms(&buf, INT64_MAX);
	iwf_buf_u8(&buf, 0);
	assert_string_equal(buf.ptr, "2026-03-01T10:15:00Z "
			    "2026-03-01T10:15:00.007Z 1970-01-01T00:00:00Z "
			    "9999-12-31T23:59:59.999Z");
	iwf_buf_free(&buf);
}

static void test_round_trip(void **state)
{
	struct iwf_buf buf = { .len = 0 };
	uint64_t seed = 3339;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		int64_t ms, again;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		ms = (int64_t)((seed >> 11) % (DATETIME_MAX_MS + 1));
		iwf_buf_clear(&buf);
		datetime_format_ms(&buf, ms);
		assert_int_equal(datetime_parse(iwf_buf_str(&buf), &again), 0);
		assert_int_equal(ms, again);
	}
	iwf_buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
