/* Tests of fault specifications and of when faults strike. */
#include "sim/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_good_specs(void **state)
{
	static const struct {
		const char *spec;
		enum fault_kind kind;
		long every;
		long code;
	} rows[] = {
		{ "throttle:rate=5", FAULT_THROTTLE, 0, 0x58 },
		{ "throttle:rate=5,status=0x14", FAULT_THROTTLE, 0, 0x14 },
		{ "bucket:rate=5,burst=9", FAULT_BUCKET, 0, 0x58 },
		{ "window:rate=5,status=RMSGQFUL", FAULT_WINDOW, 0, 0x14 },
		{ "congestion:level=99,every=2", FAULT_CONGESTION, 2, 0 },
		{ "drop-response:every=10", FAULT_DROP_RESPONSE, 10, 0 },
		{ "delay:ms=500", FAULT_DELAY, 0, 0 },
		{ "disconnect:every=20", FAULT_DISCONNECT, 20, 0 },
		{ "disconnect:now", FAULT_DISCONNECT, 0, 0 },
		{ "status:code=0x400,every=3", FAULT_STATUS, 3, 0x400 },
		{ "status:code=RMSGQFUL", FAULT_STATUS, 0, 0x14 },
		{ "refuse-bind:status=0x0D,count=2", FAULT_REFUSE_BIND, 0,
		  0x0d },
		{ "refuse-bind", FAULT_REFUSE_BIND, 0, 0x0d },
		{ "no-receipt", FAULT_NO_RECEIPT, 0, 0 },
		{ "duplicate-response:permille=100", FAULT_DUPLICATE_RESPONSE,
		  0, 0 },
		{ "reorder", FAULT_REORDER, 2, 0 },
		{ "half-open:after=1", FAULT_HALF_OPEN, 0, 0 },
		{ "stall-read", FAULT_STALL_READ, 0, 0 },
		{ "bad-length:length=8", FAULT_BAD_LENGTH, 0, 0 },
		{ "slow-read", FAULT_SLOW_READ, 0, 0 },
		{ "slow-read:rate=10,after=2", FAULT_SLOW_READ, 0, 0 },
		{ "garbage:length=7,every=4", FAULT_GARBAGE, 4, 0 },
		{ "away:ms=100", FAULT_AWAY, 0, 0 },
		{ "away:ms=100,now", FAULT_AWAY, 0, 0 },
		{ "drop-bind:count=1", FAULT_DROP_BIND, 0, 0 },
		{ "drop-enquire", FAULT_DROP_ENQUIRE, 0, 0 },
		{ "drop_resp:every=10", FAULT_DROP_RESPONSE, 10, 0 },
		{ "drop:link=demo", FAULT_DROP_RESPONSE, 0, 0 },
		{ "refuse", FAULT_REFUSE_BIND, 0, 0x0d },
		{ "duplicate", FAULT_DUPLICATE_RESPONSE, 0, 0 },
		{ "stall_read", FAULT_STALL_READ, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault fault;
		const char *why;

		if (!fault_parse(&fault, rows[i].spec, &why))
			fail_msg("%s: %s", rows[i].spec, why);
		assert_int_equal(rows[i].kind, fault.kind);
		assert_int_equal(rows[i].every, fault.every);
		assert_int_equal(rows[i].code, fault.code);
		assert_string_equal(rows[i].spec, fault.spec);
	}
}

static void test_bad_specs(void **state)
{
	static const struct {
		const char *rule;
		const char *spec;
	} rows[] = {
		{ "no name", "" },
		{ "unknown", "explode" },
		{ "needed key missing", "throttle" },
		{ "needed key missing", "status:every=3" },
		{ "key of another fault", "drop-response:ms=3" },
		{ "unknown key", "delay:ms=3,often=1" },
		{ "no value", "delay:ms=" },
		{ "no =", "delay:ms" },
		{ "no number", "delay:ms=soon" },
		{ "trailing", "delay:ms=5x" },
		{ "every of 0", "disconnect:every=0" },
		{ "permille above 1000", "disconnect:permille=1001" },
		{ "negative", "delay:ms=-1" },
		{ "now elsewhere", "unbind:now" },
		{ "empty word", "delay:ms=5," },
		{ "unknown status", "status:code=RNONSENSE" },
		{ "no link", "drop:link=" },
		{ "long link", "drop:link=sixteen-octets-x" },
		{ "short name", "drop-respons" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault fault;
		const char *why = NULL;

		if (fault_parse(&fault, rows[i].spec, &why))
			fail_msg("%s: %s", rows[i].rule, rows[i].spec);
		assert_non_null(why);
	}
}

/* Which of count occasions, at_ms apart, the fault strikes: "..x.." */
static void strikes(const char *spec, uint64_t seed, int64_t at_ms, char *seen,
		    size_t count)
{
	struct fault_set set = { .count = 0 };
	struct fault fault;
	const char *why;

	assert_true(fault_parse(&fault, spec, &why));
	assert_true(fault_add(&set, &fault, seed));
	for (size_t i = 0; i < count; i++)
		seen[i] = fault_strike(&set, fault.kind, "demo",
				       1000000 + (int64_t)i * at_ms) ?
				  'x' :
				  '.';
	seen[count] = 0;
}

static void test_when(void **state)
{
	static const struct {
		const char *spec;
		int64_t at_ms;
		const char *seen;
	} rows[] = {
		{ "no-receipt", 1, "xxxxxxxxxx" },
		{ "drop-response:every=3", 1, "..x..x..x." },
		{ "drop-response:count=2", 1, "xx........" },
		{ "drop-response:after=4,count=3", 1, "....xxx..." },
		{ "drop-response:after=3,every=2", 1, "....x.x.x." },
		{ "throttle:rate=2", 100, "..xxxxxxxx" },
		{ "throttle:rate=2", 300, "..xx..xx.." },
		{ "throttle:rate=0", 1000, "xxxxxxxxxx" },
	};
	char seen[11];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		strikes(rows[i].spec, 1, rows[i].at_ms, seen, 10);
		if (strcmp(rows[i].seen, seen) != 0)
			fail_msg("%s: %s", rows[i].spec, seen);
	}
}

static void test_permille_follows_the_seed(void **state)
{
	char first[1001];
	char again[1001];
	char other[1001];
	int struck = 0;

	(void)state;
	strikes("drop-response:permille=100", 7, 1, first, 1000);
	strikes("drop-response:permille=100", 7, 1, again, 1000);
	strikes("drop-response:permille=100", 8, 1, other, 1000);
	assert_string_equal(first, again);
	assert_string_not_equal(first, other);
	for (size_t i = 0; i < 1000; i++)
		struck += first[i] == 'x';
	assert_in_range(struck, 60, 140);
}

/* What one fault throws does not depend on what others do. */
static void test_chance_is_its_own(void **state)
{
	struct fault_set alone = { .count = 0 };
	struct fault_set both = { .count = 0 };
	struct fault drop;
	struct fault delay;
	const char *why;

	(void)state;
	assert_true(fault_parse(&drop, "drop:permille=500", &why));
	assert_true(fault_parse(&delay, "delay:ms=1,permille=500", &why));
	assert_true(fault_add(&alone, &drop, 3));
	assert_true(fault_add(&both, &drop, 3));
	assert_true(fault_add(&both, &delay, 3));
	for (int i = 0; i < 100; i++) {
		fault_strike(&both, FAULT_DELAY, "", 0);
		assert_int_equal(fault_strike(&alone, FAULT_DROP_RESPONSE, "",
					      0) != NULL,
				 fault_strike(&both, FAULT_DROP_RESPONSE, "",
					      0) != NULL);
	}
}

static void test_link(void **state)
{
	struct fault_set set = { .count = 0 };
	struct fault fault;
	const char *why;

	(void)state;
	assert_true(fault_parse(&fault, "drop:link=demo", &why));
	assert_true(fault_add(&set, &fault, 1));
	assert_null(fault_strike(&set, FAULT_DROP_RESPONSE, "", 0));
	assert_null(fault_strike(&set, FAULT_DROP_RESPONSE, "demo2", 0));
	assert_non_null(fault_strike(&set, FAULT_DROP_RESPONSE, "demo", 0));
	assert_int_equal(1, set.faults[0].seen);
}

static void test_set_is_bounded(void **state)
{
	struct fault_set set = { .count = 0 };
	struct fault fault;
	const char *why;

	(void)state;
	assert_true(fault_parse(&fault, "no-receipt", &why));
	for (int i = 0; i < FAULT_MAX; i++)
		assert_true(fault_add(&set, &fault, 1));
	assert_false(fault_add(&set, &fault, 1));
	assert_true(fault_is_set(&set, FAULT_NO_RECEIPT));
	fault_clear(&set);
	assert_false(fault_is_set(&set, FAULT_NO_RECEIPT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_specs),
		cmocka_unit_test(test_bad_specs),
		cmocka_unit_test(test_when),
		cmocka_unit_test(test_permille_follows_the_seed),
		cmocka_unit_test(test_chance_is_its_own),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_set_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
