/* A clock that is set and descriptors that run out, each counted once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/machine.h"

#define WALL INT64_C(1795592994162)

static int start(void **state)
{
	static const struct log_conf conf = { .level = IWF_LOG_INFO };
	static struct machine machine;

	machine = (struct machine){ .log = log_create(&conf) };
	*state = &machine;
	return 0;
}

static int stop(void **state)
{
	struct machine *machine = *state;

	log_destroy(&machine->log);
	return 0;
}

static int64_t clock_sets(const struct machine *machine)
{
	return iwf_metric_get(&machine->metrics[MACHINE_M_CLOCK_SET]);
}

static void test_a_clock_that_is_set(void **state)
{
	static const struct {
		int64_t monotonic_ms, wall_ms;
		int64_t count; /* afterwards */
	} looks[] = {
		{ 500, WALL, 0 },                 /* whatever it says first */
		{ 2500, WALL + 2000, 0 },
		{ 4500, WALL + 4010, 0 },         /* slewed */
		{ 6500, WALL + 6010 - 3600000, 1 }, /* back by an hour */
		{ 8500, WALL + 8010 - 3600000, 1 },
		{ 10500, WALL + 10010, 2 },       /* forward by an hour */
		{ 12500, WALL + 12010, 2 },
		{ 912500, WALL + 912020, 2 },     /* nobody looked */
	};
	struct machine *machine = *state;

	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		machine_look(machine, looks[i].monotonic_ms, looks[i].wall_ms);
		if (clock_sets(machine) != looks[i].count)
			fail_msg("row %zu: %lld", i,
				 (long long)clock_sets(machine));
	}
}

static void limit_descriptors(rlim_t count)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = count;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void test_descriptors_run_out(void **state)
{
	struct machine *machine = *state;
	const struct iwf_metric *metric =
		&machine->metrics[MACHINE_M_NO_DESCRIPTOR];
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int64_t turn = 1; turn <= 2; turn++) {
		machine_look(machine, 0, WALL);
		assert_int_equal(iwf_metric_get(metric), turn - 1);
		limit_descriptors(3);
		for (int look = 0; look < 3; look++) {
			machine_look(machine, 0, WALL);
			assert_int_equal(iwf_metric_get(metric), turn);
		}
		limit_descriptors(limit.rlim_cur);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_clock_that_is_set,
						start, stop),
		cmocka_unit_test_setup_teardown(test_descriptors_run_out,
						start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
