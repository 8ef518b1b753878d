/* server/known.h: ids as text, and what the latest of them stand for. */
#include "server/known.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void ids_are_read_as_written(void **state)
{
	static const struct { uint64_t id; uint32_t part; const char *text; }
	rows[] = {
		{ 0xab, 0, "00000000000000ab" },
		{ UINT64_MAX, 1, "ffffffffffffffff-1" },
		{ 1, 255, "0000000000000001-255" },
	};
	char text[SERVER_ID_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t id;
		uint32_t part;

		server_id_format(text, rows[i].id, rows[i].part);
		assert_string_equal(text, rows[i].text);
		assert_true(server_id_parse(iwf_str_from(text), &id, &part));
		assert_int_equal(id, rows[i].id);
		assert_int_equal(part, rows[i].part);
	}
}

static void others_are_no_ids(void **state)
{
	static const char *const texts[] = {
		"", "ab", "00000000000000AB", "00000000000000abc",
		"00000000000000ab-", "00000000000000ab-0",
		"00000000000000ab-256", "00000000000000ab-01",
		"00000000000000ab-1x", "00000000000000ab/1",
	};
	uint64_t id;
	uint32_t part;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(server_id_parse(iwf_str_from(texts[i]), &id,
					     &part));
}

static void part_add(struct server_known *known, uint64_t id, uint32_t part)
{
	server_known_add(known, &(struct server_known_row){
		.id = id, .set = 7, .part = part });
}

/* A set that was never whole had the reference before. */
static void only_the_latest_parts_are_joined(void **state)
{
	struct server_known known = { 0 };

	(void)state;
	part_add(&known, 1, 1);
	part_add(&known, 2, 1);
	part_add(&known, 3, 2);
	server_known_join(&known, 7, 0xab);
	assert_int_equal(server_known_message(&known, 1, 1, 0), 0);
	assert_int_equal(server_known_message(&known, 2, 1, 0), 0xab);
	assert_int_equal(server_known_message(&known, 3, 2, 0), 0xab);
	/* The next under the reference. */
	part_add(&known, 4, 1);
	server_known_join(&known, 7, 0xac);
	assert_int_equal(server_known_message(&known, 3, 2, 0), 0xab);
	assert_int_equal(server_known_message(&known, 4, 1, 0), 0xac);
	server_known_destroy(&known);
}

static void one_of_a_list_is_found_by_its_recipient(void **state)
{
	struct server_known known = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		server_known_add(&known, &(struct server_known_row){
			.id = 9, .message = 100 + i, .dest = 50 + i });
	assert_int_equal(server_known_message(&known, 9, 0, 51), 101);
	assert_int_equal(server_known_message(&known, 9, 0, 0), 0);
	assert_int_equal(server_known_message(&known, 9, 0, 77), 0);
	assert_int_equal(server_known_list(&known, 102), 9);
	assert_int_equal(server_known_list(&known, 103), 0);
	server_known_destroy(&known);
}

static void the_oldest_goes(void **state)
{
	struct server_known known = { 0 };

	(void)state;
	assert_false(server_known_has(&known, 1, 1));
	for (uint64_t i = 1; i <= SERVER_KNOWN_MAX + 1; i++)
		part_add(&known, i, 1);
	assert_false(server_known_has(&known, 1, 1));
	assert_true(server_known_has(&known, 2, 1));
	assert_true(server_known_has(&known, SERVER_KNOWN_MAX + 1, 1));
	server_known_destroy(&known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_read_as_written),
		cmocka_unit_test(others_are_no_ids),
		cmocka_unit_test(only_the_latest_parts_are_joined),
		cmocka_unit_test(one_of_a_list_is_found_by_its_recipient),
		cmocka_unit_test(the_oldest_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
