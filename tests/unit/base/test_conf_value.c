/* Durations and sizes as words of the configuration. */
#include "base/conf.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_units(void **state)
{
	static const struct {
		const char *text;
		enum iwf_err duration_err;
		uint64_t ms;
		enum iwf_err size_err;
		uint64_t len;
	} cases[] = {
		{ "250ms", IWF_OK, 250, IWF_E_SYNTAX, 0 },
		{ "30s", IWF_OK, 30000, IWF_E_SYNTAX, 0 },
		{ "10m", IWF_OK, 600000, IWF_E_SYNTAX, 0 },
		{ "2h", IWF_OK, 7200000, IWF_E_SYNTAX, 0 },
		{ "1d", IWF_OK, 86400000, IWF_E_SYNTAX, 0 },
		{ "60d", IWF_OK, 5184000000u, IWF_E_SYNTAX, 0 },
		{ "0", IWF_OK, 0, IWF_OK, 0 },
		{ "5", IWF_E_SYNTAX, 0, IWF_OK, 5 },
		{ "64KiB", IWF_E_SYNTAX, 0, IWF_OK, 65536 },
		{ "1MiB", IWF_E_SYNTAX, 0, IWF_OK, 1048576 },
		{ "2GiB", IWF_E_SYNTAX, 0, IWF_OK, 2147483648u },
		{ "17179869183GiB", IWF_E_SYNTAX, 0, IWF_OK,
		  17179869183u * (UINT64_C(1) << 30) },
		{ "17179869184GiB", IWF_E_SYNTAX, 0, IWF_E_LIMIT, 0 },
		{ "213503982334602d", IWF_E_LIMIT, 0, IWF_E_SYNTAX, 0 },
		{ "18446744073709551616", IWF_E_SYNTAX, 0, IWF_E_LIMIT, 0 },
		{ "", IWF_E_SYNTAX, 0, IWF_E_SYNTAX, 0 },
		{ "s", IWF_E_SYNTAX, 0, IWF_E_SYNTAX, 0 },
		{ "-1s", IWF_E_SYNTAX, 0, IWF_E_SYNTAX, 0 },
		{ "1 s", IWF_E_SYNTAX, 0, IWF_E_SYNTAX, 0 },
		{ "1S", IWF_E_SYNTAX, 0, IWF_E_SYNTAX, 0 },
		{ "1sec", IWF_E_SYNTAX, 0, IWF_E_SYNTAX, 0 },
		{ "1.5s", IWF_E_SYNTAX, 0, IWF_E_SYNTAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iwf_str s = iwf_str_from(cases[i].text);
		uint64_t ms = 0, len = 0;

		assert_int_equal(conf_duration_parse(s, &ms),
				 cases[i].duration_err);
		assert_int_equal(ms, cases[i].ms);
		assert_int_equal(conf_size_parse(s, &len), cases[i].size_err);
		assert_int_equal(len, cases[i].len);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
