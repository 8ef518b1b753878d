/* A played SMSC with a queue of its own: the window shrinks until what waits is
 * no queue any more, and never at the cost of what is taken in a second. */
#include <smpp/client/delay.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FLIGHT_MAX 4096

/* Answers in order: each after its own time, and one after the other at most
 * so many a second. */
struct line {
	struct smpp_delay delay;
	double per_second; /* 0: any number */
	double own_ms;
	double free_at_ms;
	double back_ms[FLIGHT_MAX];
	int64_t sent_ms[FLIGHT_MAX];
	unsigned first, count, taken;
	int64_t now_ms;
};

static void line_send(struct line *line)
{
	unsigned at = (line->first + line->count++) % FLIGHT_MAX;
	double step_ms = line->per_second > 0 ? 1000 / line->per_second : 0;

	if (line->free_at_ms < (double)line->now_ms)
		line->free_at_ms = (double)line->now_ms;
	line->free_at_ms += step_ms;
	line->sent_ms[at] = line->now_ms;
	line->back_ms[at] = line->free_at_ms + line->own_ms;
	smpp_delay_on_sent(&line->delay, line->count);
}

static void line_run(struct line *line, int64_t ms)
{
	int64_t end_ms = line->now_ms + ms;

	line->taken = 0;
	for (; line->now_ms < end_ms; line->now_ms++) {
		while (line->count &&
		       line->back_ms[line->first] <= (double)line->now_ms) {
			int64_t sent_ms = line->sent_ms[line->first];

			line->first = (line->first + 1) % FLIGHT_MAX;
			line->count--;
			line->taken++;
			smpp_delay_on_answer(&line->delay, sent_ms,
					     line->now_ms);
		}
		while (line->count < line->delay.allowed)
			line_send(line);
	}
}

static struct line line_create(uint32_t window, double per_second,
			       double own_ms)
{
	struct line line = { .per_second = per_second, .own_ms = own_ms };

	smpp_delay_create(&line.delay, window);
	return line;
}

static void a_queue_of_the_smsc_is_not_filled(void **state)
{
	struct line line = line_create(200, 1000, 10);

	(void)state;
	line_run(&line, 10000);
	assert_int_equal(line.delay.allowed, 200);
	line.per_second = 50; /* 200 would wait four seconds */
	line_run(&line, 60000);
	assert_in_range(line.delay.allowed, 2, 25);
	line_run(&line, 10000);
	assert_in_range(line.taken, 490, 501);
	line.per_second = 1000;
	line_run(&line, 30000);
	assert_in_range(line.delay.allowed, 150, 200);
}

static void a_far_smsc_costs_nothing(void **state)
{
	struct line line = line_create(10, 0, 20);

	(void)state;
	line_run(&line, 10000);
	line.own_ms = 700; /* its time whatever we do */
	line_run(&line, 60000);
	assert_in_range(line.delay.allowed, 8, 10);
	line_run(&line, 20000);
	assert_true(line.taken >= 0.9 * 20 * 10 / 0.7);
}

static void short_waits_are_nobodys_trouble(void **state)
{
	struct line line = line_create(100, 10000, 1);

	(void)state;
	line_run(&line, 5000);
	line.per_second = 500; /* 200 ms: a hundred times the least */
	line_run(&line, 20000);
	assert_int_equal(line.delay.allowed, 100);
}

static void throttling_cuts_to_what_the_rate_needs(void **state)
{
	struct line line = line_create(100, 0, 100);

	(void)state;
	line_run(&line, 5000);
	smpp_delay_on_throttled(&line.delay, 10);
	assert_int_equal(line.delay.allowed, 70);
	for (int i = 0; i < 20; i++)
		smpp_delay_on_throttled(&line.delay, 10);
	assert_in_range(line.delay.allowed, 3, 4);
	line_run(&line, 20000);
	assert_int_equal(line.delay.allowed, 100);
	smpp_delay_on_throttled(&line.delay, 700);
	assert_in_range(line.delay.allowed, 88, 91);
}

static void another_setting_counts_at_once(void **state)
{
	struct smpp_delay delay;

	(void)state;
	smpp_delay_create(&delay, 1);
	smpp_delay_on_throttled(&delay, 0);
	assert_int_equal(delay.allowed, 1);
	smpp_delay_resize(&delay, 50);
	assert_int_equal(delay.allowed, 50);
	smpp_delay_on_throttled(&delay, 0);
	smpp_delay_resize(&delay, 50);
	assert_int_equal(delay.allowed, 35);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_of_the_smsc_is_not_filled),
		cmocka_unit_test(a_far_smsc_costs_nothing),
		cmocka_unit_test(short_waits_are_nobodys_trouble),
		cmocka_unit_test(throttling_cuts_to_what_the_rate_needs),
		cmocka_unit_test(another_setting_counts_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
