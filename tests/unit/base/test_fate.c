/* The words for fates. */
#include <iwf/message.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_names(void **state)
{
	static const char *const names[] = {
		"none", "queued", "sent", "delivered", "displayed", "failed",
		"expired", "cancelled", "unsure", "unknown",
	};

	(void)state;
	for (int fate = IWF_FATE_NONE; fate <= IWF_FATE_UNSURE + 1; fate++)
		assert_string_equal(iwf_fate_name((enum iwf_fate)fate),
				    names[fate]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
