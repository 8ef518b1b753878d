/* Names of errors, and reasons for a human. */
#include <iwf/err.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Every error has a word, and none has another's. */
static void test_names(void **state)
{
	(void)state;
	assert_string_equal(iwf_err_name(IWF_OK), "ok");
	assert_string_equal(iwf_err_name(IWF_E_NOT_FOUND), "not-found");
	assert_string_equal(iwf_err_name(IWF_E_VERSION), "version");
	assert_string_equal(iwf_err_name((enum iwf_err)99), "unknown");
	for (int a = IWF_OK; a <= IWF_E_VERSION; a++) {
		assert_non_null(iwf_err_name((enum iwf_err)a));
		for (int b = IWF_OK; b < a; b++)
			assert_string_not_equal(iwf_err_name((enum iwf_err)a),
						iwf_err_name((enum iwf_err)b));
	}
}

static void test_why(void **state)
{
	char text[400];
	struct iwf_why why;

	(void)state;
	memset(&why, 0x55, sizeof(why));
	assert_int_equal(iwf_why_set(&why, IWF_E_SYNTAX, 7, "no %s in %d",
				     "colon", 3), IWF_E_SYNTAX);
	assert_int_equal(why.at, 7);
	assert_null(why.file);
	assert_string_equal(why.text, "no colon in 3");
	assert_int_equal(iwf_why_set(NULL, IWF_E_LIMIT, 7, "x"), IWF_E_LIMIT);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	iwf_why_set(&why, IWF_E_SYNTAX, 0, "%s", text);
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
