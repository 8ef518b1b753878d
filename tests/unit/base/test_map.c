/* The intrusive map against a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/map.h"

#define COUNT 5000

struct item {
	struct map_node node;
	uint64_t key;
};

static uint64_t key_of(uint64_t i)
{
	/* clustered and spread keys alike */
	return i % 3 ? i : i << 40;
}

static void test_put_find_remove(void **state)
{
	static const uint64_t missing[] = { 7000, UINT64_MAX };
	struct item items[COUNT];
	struct map map = { 0 };

	(void)state;
	memset(items, 0, sizeof(items));
	for (uint64_t i = 0; i < COUNT; i++)
		map_put(&map, &items[i].node, key_of(i + 1));
	assert_int_equal(map.count, COUNT);
	for (uint64_t i = 0; i < COUNT; i += 2)
		map_remove(&map, &items[i].node);
	for (uint64_t i = 0; i < COUNT; i++)
		assert_ptr_equal(map_find(&map, key_of(i + 1)),
				 i % 2 ? &items[i].node : NULL);
	for (size_t i = 0; i < 2; i++)
		assert_null(map_find(&map, missing[i]));
	while (map_any(&map))
		map_remove(&map, map_any(&map));
	assert_int_equal(map.count, 0);
	map_free(&map);
}

static void test_equal_keys_give_the_last(void **state)
{
	struct item a = { .key = 1 }, b = { .key = 2 };
	struct map map = { 0 };

	(void)state;
	assert_null(map_find(&map, 9));
	map_put(&map, &a.node, 9);
	map_put(&map, &b.node, 9);
	assert_ptr_equal(map_find(&map, 9), &b.node);
	map_remove(&map, &b.node);
	assert_ptr_equal(map_find(&map, 9), &a.node);
	map_remove(&map, &a.node);
	map_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_find_remove),
		cmocka_unit_test(test_equal_keys_give_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
