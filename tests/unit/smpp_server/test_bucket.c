/* Messages a second, and a burst after a silence. */
#include "server/bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static unsigned taken(struct server_bucket *bucket, int64_t now_ms)
{
	unsigned count = 0;

	while (count < 10000 && server_bucket_take(bucket, 1, now_ms))
		count++;
	return count;
}

static void a_second_has_its_messages(void **state)
{
	struct server_bucket bucket;
	unsigned count = 0;

	(void)state;
	server_bucket_create(&bucket, 100, 20, 1000);
	assert_int_equal(taken(&bucket, 1000), 20);
	for (int64_t ms = 1001; ms <= 2000; ms++)
		count += taken(&bucket, ms);
	assert_int_equal(count, 100);
	/* A long silence gives no more than the burst. */
	assert_int_equal(taken(&bucket, 1000000), 20);
}

static void it_may_be_without_limit(void **state)
{
	struct server_bucket bucket;

	(void)state;
	server_bucket_create(&bucket, 0, 0, 0);
	assert_int_equal(taken(&bucket, 0), 10000);
	server_bucket_create(&bucket, 7, 0, 0);
	assert_int_equal(taken(&bucket, 0), 7);
}

static void several_are_taken_whole(void **state)
{
	struct server_bucket bucket;

	(void)state;
	server_bucket_create(&bucket, 10, 5, 0);
	assert_true(server_bucket_take(&bucket, 6, 0));
	assert_false(server_bucket_take(&bucket, 1, 0));
	assert_false(server_bucket_take(&bucket, 1, 199));
	assert_true(server_bucket_take(&bucket, 2, 200));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_has_its_messages),
		cmocka_unit_test(it_may_be_without_limit),
		cmocka_unit_test(several_are_taken_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
