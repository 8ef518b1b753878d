/* The line of tasks between many threads and one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store_priv.h"

static void in_order_until_its_end(void **state)
{
	struct iwf_task tasks[3] = { { 0 } };
	struct store_line line;
	struct iwf_task *taken;
	bool ended;

	(void)state;
	line_open(&line);
	assert_null(line_take(&line, 0, &ended));
	assert_false(ended);
	line_push(&line, &tasks[0]);
	line_push(&line, &tasks[1]);
	line_end(&line);
	line_push(&line, &tasks[2]);
	taken = line_take(&line, -1, &ended);
	assert_ptr_equal(taken, &tasks[0]);
	assert_ptr_equal(taken->next, &tasks[1]);
	assert_null(tasks[1].next);
	assert_false(ended);
	/* What came behind the end was left alone. */
	assert_null(line_take(&line, -1, &ended));
	assert_true(ended);
	line_close(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order_until_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
