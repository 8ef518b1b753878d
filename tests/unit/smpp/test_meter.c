/* A rate by setting, with what may go at once after a silence. */
#include <smpp/client/meter.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

/* How many go in these milliseconds when there is always one. */
static unsigned run(struct smpp_meter *meter, int64_t *now_ms, int64_t ms)
{
	int64_t end_ms = *now_ms + ms;
	unsigned count = 0;

	for (; *now_ms < end_ms; ++*now_ms)
		while (meter->tps && !smpp_meter_wait_ms(meter, *now_ms)) {
			smpp_meter_on_sent(meter, *now_ms);
			count++;
		}
	return count;
}

static void a_rate_is_kept(void **state)
{
	static const struct {
		uint32_t tps, burst;
		unsigned at_once, in_ten_sec;
	} rows[] = {
		{ 1, 0, 1, 10 },
		{ 10, 0, 1, 100 },
		{ 300, 0, 15, 3015 },
		{ 300, 1, 1, 3000 },
		{ 300, 300, 300, 3300 },
		{ 10, 50, 50, 150 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct smpp_meter meter = { 0 };
		int64_t now_ms = 1000000;

		smpp_meter_set(&meter, rows[i].tps, rows[i].burst);
		assert_int_equal(run(&meter, &now_ms, 1), rows[i].at_once);
		assert_in_range(rows[i].at_once + run(&meter, &now_ms, 9999),
				rows[i].in_ten_sec - 2, rows[i].in_ten_sec + 2);
		/* A silence saves no more than the burst. */
		now_ms += 3600000;
		assert_int_equal(run(&meter, &now_ms, 1), rows[i].at_once);
	}
}

static void the_wait_is_told(void **state)
{
	struct smpp_meter meter = { 0 };

	(void)state;
	assert_int_equal(smpp_meter_wait_ms(&meter, 5), 0);
	smpp_meter_on_sent(&meter, 5);
	assert_int_equal(smpp_meter_wait_ms(&meter, 5), 0);
	smpp_meter_set(&meter, 4, 1);
	smpp_meter_on_sent(&meter, 1000);
	assert_int_equal(smpp_meter_wait_ms(&meter, 1000), 250);
	assert_int_equal(smpp_meter_wait_ms(&meter, 1249), 1);
	assert_int_equal(smpp_meter_wait_ms(&meter, 1250), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_is_kept),
		cmocka_unit_test(the_wait_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
