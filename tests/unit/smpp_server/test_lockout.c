/* Who failed too often, and for how long. */
#include "server/lockout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <iwf/arena.h>

#define LOCK_MS 1000
#define WHO IWF_STR("192.0.2.1")

static bool is_out(const struct server_lockout *lockout, int64_t now_ms)
{
	return server_lockout_has(lockout, WHO, 3, LOCK_MS, now_ms);
}

static void it_ends_with_its_time(void **state)
{
	struct server_lockout *lockout = IWF_NEW(struct server_lockout);

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_false(is_out(lockout, 5000));
		server_lockout_add(lockout, WHO, LOCK_MS, 5000 + i);
	}
	assert_true(is_out(lockout, 6001));
	assert_false(is_out(lockout, 6002));
	assert_false(server_lockout_has(lockout, WHO, 0, LOCK_MS, 5003));
	/* Then it counts anew. */
	server_lockout_add(lockout, WHO, LOCK_MS, 6002);
	assert_false(is_out(lockout, 6002));
	free(lockout);
}

static void who_did_it_well_is_forgotten(void **state)
{
	struct server_lockout *lockout = IWF_NEW(struct server_lockout);

	(void)state;
	for (int i = 0; i < 3; i++)
		server_lockout_add(lockout, WHO, LOCK_MS, 5000);
	server_lockout_forget(lockout, WHO);
	assert_false(is_out(lockout, 5000));
	server_lockout_forget(lockout, WHO);
	free(lockout);
}

/* Its memory does not grow: the oldest of a set go. */
static void the_last_ones_are_known(void **state)
{
	struct server_lockout *lockout = IWF_NEW(struct server_lockout);
	char who[16];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		snprintf(who, sizeof(who), "%d", i);
		server_lockout_add(lockout, iwf_str_from(who), LOCK_MS, 5000 + i);
		assert_true(server_lockout_has(lockout, iwf_str_from(who), 1,
					       LOCK_MS, 5000 + i));
	}
	free(lockout);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_with_its_time),
		cmocka_unit_test(who_did_it_well_is_forgotten),
		cmocka_unit_test(the_last_ones_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
