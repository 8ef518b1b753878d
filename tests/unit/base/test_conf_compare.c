/* Differences between two settings structs of the same rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/conf.h"

struct door {
	struct iwf_str name;
	struct iwf_texts trust;
};

struct house {
	bool open;
	uint32_t rooms;
	uint32_t wait_ms;
	uint64_t size_len;
	struct door front;
	struct iwf_list doors;
};

static const struct iwf_setting door_rows[] = {
	IWF_ROW_TEXT(struct door, name, "name", "", 10, ""),
	IWF_ROW_TEXTS(struct door, trust, "trust", "", 10, ""),
	IWF_ROWS_END
};

static const struct iwf_setting house_rows[] = {
	IWF_ROW_BOOL(struct house, open, "open", "true", ""),
	IWF_ROW_U32(struct house, rooms, "rooms", "1", 0, 9, ""),
	IWF_ROW_DURATION(struct house, wait_ms, "wait", "1s", 0, 0, ""),
	IWF_ROW_SIZE(struct house, size_len, "size", "1", 0, 0, ""),
	IWF_ROW_GROUP(struct house, front, "front", door_rows, ""),
	IWF_ROW_LIST(struct house, doors, "doors", door_rows, struct door, 9,
		     ""),
	IWF_ROWS_END
};

static const struct iwf_str friends[] = { { "bob", 3 }, { "eve", 3 } };
static const struct door doors[] = {
	{ .name = { "back", 4 }, .trust = { friends, 1 } },
	{ .name = { "side", 4 } },
};
static const struct door other_doors[] = {
	{ .name = { "back", 4 }, .trust = { friends, 2 } },
	{ .name = { "side", 4 } },
};

static void test_each_kind_of_row(void **state)
{
	const struct house same = { .rooms = 3, .doors = { doors, 2 },
				    .front = { .name = { "red", 3 } } };
	const struct {
		const char *key;
		const char *but;
		struct house b;
	} rows[] = {
		{ NULL, NULL, { 0 } },
		{ "open", NULL, { .open = true } },
		{ "rooms", NULL, { .rooms = 4 } },
		{ "wait", NULL, { .wait_ms = 1 } },
		{ "size", NULL, { .size_len = UINT64_C(1) << 40 } },
		{ "front", NULL, { .front = { .name = { "blu", 3 } } } },
		{ "doors", NULL, { .doors = { doors, 1 } } },
		{ "doors", NULL, { .doors = { other_doors, 2 } } },
		{ NULL, "trust", { .doors = { other_doors, 2 } } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct house b = rows[i].b;
		const char *key;

		if (!b.rooms)
			b.rooms = same.rooms;
		if (!b.doors.count)
			b.doors = same.doors;
		if (!b.front.name.len)
			b.front = same.front;
		key = conf_difference(house_rows, &same, &b, rows[i].but);
		if (rows[i].key)
			assert_string_equal(key, rows[i].key);
		else
			assert_null(key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind_of_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
