/* SMPP times and receipt dates against known instants. */
#include <smpp/wire/smpp_time.h>

#include "octets.h"

#define SEC 1000LL
#define AT_2024_02_29 1709208000000LL /* 2024-02-29 12:00:00 UTC */

static const struct {
	const char *text;
	enum iwf_err err;
	int64_t at_ms; /* now is 1,000,000 s */
} times[] = {
	{ "", IWF_OK, 0 },
	{ "240229120000000+", IWF_OK, AT_2024_02_29 },
	{ "240229120000500+", IWF_OK, AT_2024_02_29 + 500 },
	{ "240229140000008+", IWF_OK, AT_2024_02_29 },      /* 2 h ahead */
	{ "240229090000012-", IWF_OK, AT_2024_02_29 },      /* 3 h behind */
	{ "000000000500000R", IWF_OK, 1000300 * SEC },
	{ "000003000000000R", IWF_OK, (1000000 + 3 * 86400) * SEC },
	{ "010203040506000R", IWF_OK,
	  (1000000 + (365 + 60 + 3) * 86400 + 4 * 3600 + 5 * 60 + 6) * SEC },
	{ "230229120000000+", IWF_E_SYNTAX, -1 }, /* no leap year */
	{ "241329120000000+", IWF_E_SYNTAX, -1 },
	{ "240001120000000+", IWF_E_SYNTAX, -1 },
	{ "240229240000000+", IWF_E_SYNTAX, -1 },
	{ "240229120000049+", IWF_E_SYNTAX, -1 }, /* above 12 h */
	{ "240229120000000", IWF_E_SYNTAX, -1 },
	{ "240229120000000x", IWF_E_SYNTAX, -1 },
	{ "2402291200000000+", IWF_E_SYNTAX, -1 },
	{ "24022912000000a+", IWF_E_SYNTAX, -1 },
};

static void parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		int64_t at_ms = -1;

		assert_int_equal(smpp_time_parse(iwf_str_from(times[i].text),
						 1000000 * SEC, &at_ms),
				 times[i].err);
		assert_true(at_ms == times[i].at_ms);
	}
}

static void parse_undoes_format(void **state)
{
	char text[SMPP_TIME_SIZE];
	int64_t back;

	(void)state;
	/* 2000-01-01 on, steps that meet every month, hour and tenth. */
	for (int64_t at_ms = 946684800000; at_ms < 4102444800000;
	     at_ms += 86400000LL * 11 + 3723100) {
		assert_int_equal(smpp_time_format_absolute(text, at_ms), 0);
		assert_int_equal(strlen(text), 16);
		assert_int_equal(smpp_time_parse(iwf_str_from(text), 0, &back),
				 0);
		assert_true(back == at_ms);
	}
	for (int64_t sec = 0; sec <= SMPP_TIME_RELATIVE_MAX_SEC; sec += 997) {
		assert_int_equal(smpp_time_format_relative(text, sec), 0);
		assert_int_equal(smpp_time_parse(iwf_str_from(text), 7, &back),
				 0);
		assert_true(back == 7 + sec * 1000);
	}
	assert_int_equal(smpp_time_format_absolute(text, AT_2024_02_29), 0);
	assert_string_equal(text, "240229120000000+");
	assert_int_equal(smpp_time_format_relative(text, 48 * 3600), 0);
	assert_string_equal(text, "000002000000000R");
}

static void formats_have_limits(void **state)
{
	char text[SMPP_TIME_SIZE];

	(void)state;
	assert_int_equal(smpp_time_format_absolute(text, -1), IWF_E_LIMIT);
	assert_int_equal(smpp_time_format_absolute(text, 946684799999),
			 IWF_E_LIMIT);
	assert_int_equal(smpp_time_format_absolute(text, 4102444800000),
			 IWF_E_LIMIT);
	assert_int_equal(smpp_time_format_absolute(text, INT64_MAX),
			 IWF_E_LIMIT);
	assert_int_equal(smpp_time_format_relative(text, -1), IWF_E_LIMIT);
	assert_int_equal(smpp_time_format_relative(
		text, SMPP_TIME_RELATIVE_MAX_SEC + 1), IWF_E_LIMIT);
}

static const struct {
	const char *text;
	int64_t at_ms;
} dates[] = {
	{ "2402291200", AT_2024_02_29 },
	{ "240229120001", AT_2024_02_29 + SEC },
	{ "20240229120001", AT_2024_02_29 + SEC },
	{ "202402291200", AT_2024_02_29 }, /* no month 24: YYYYMMDDhhmm */
	{ "240229120000000+", AT_2024_02_29 },
	{ "000003000000000R", 0 },
	{ "0000000000", 0 },
	{ "000000000000", 0 },
	{ "24022912000", 0 },
	{ "240229120x", 0 },
	{ "", 0 },
	{ "2024-02-29 12:00:00", 1709208000000LL },
	{ "24/02/29T12:00", 1709208000000LL },
	{ "2024-02-29 12:00:00 UTC", 0 },
	{ "- - -", 0 },
};

static void receipt_dates(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		assert_true(smpp_time_from_receipt(
			iwf_str_from(dates[i].text)) == dates[i].at_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(parse_undoes_format),
		cmocka_unit_test(formats_have_limits),
		cmocka_unit_test(receipt_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
