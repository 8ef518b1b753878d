/* Tests of what other parts stand on: JSON, the last PDUs, and messages cut
 * into parts. */
#include "core/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smsc/mo.h"
#include "trace/recent.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_nested_json(void **state)
{
	struct buf out = { 0 };

	(void)state;
	json_open(&out);
	json_open_list(&out, "none");
	json_close_list(&out);
	json_open_list(&out, "list");
	json_open_item(&out);
	json_close_object(&out);
	json_open_item(&out);
	json_number(&out, "a", -1);
	json_str(&out, "b", "</script>\"\n");
	json_close_object(&out);
	json_close_list(&out);
	json_open_object(&out, "object");
	json_bool(&out, "c", true);
	json_close_object(&out);
	json_hex(&out, "d", (const uint8_t *)"\x01\xff", 2);
	json_close(&out);
	assert_string_equal("{\"none\":[],\"list\":[{},{\"a\":-1,"
			    "\"b\":\"</script>\\\"\\u000a\"}],"
			    "\"object\":{\"c\":true},\"d\":\"01ff\"}\n",
			    buf_str(&out));
	buf_destroy(&out);
}

static void test_recent(void **state)
{
	static struct recent recent;
	static const uint8_t octets[RECENT_OCTETS_MAX + 5];

	(void)state;
	assert_null(recent_get(&recent, 0));
	for (size_t i = 1; i <= RECENT_MAX + 3; i++)
		recent_add(&recent, octets, i)->conn_id = (uint32_t)i;
	assert_int_equal(RECENT_MAX + 3, recent_get(&recent, 0)->conn_id);
	assert_int_equal(4, recent_get(&recent, RECENT_MAX - 1)->conn_id);
	assert_int_equal(4, recent_get(&recent, RECENT_MAX - 1)->bytes.len);
	assert_null(recent_get(&recent, RECENT_MAX));
	recent_add(&recent, octets, sizeof(octets));
	assert_int_equal(sizeof(octets), recent_get(&recent, 0)->len);
	assert_int_equal(RECENT_OCTETS_MAX, recent_get(&recent, 0)->bytes.len);
	recent_destroy(&recent);
}

/* How a text goes: parts, data_coding, whether with a user data header. */
static void test_parts(void **state)
{
	static const struct {
		const char *character;
		size_t count;
		size_t parts;
		uint8_t coding;
	} rows[] = {
		{ "a", 0, 1, 0 },
		{ "a", 160, 1, 0 },
		{ "a", 161, 2, 0 },
		{ "a", 306, 2, 0 },
		{ "a", 307, 3, 0 },
		{ "€", 80, 1, 0 },
		{ "€", 81, 2, 0 },
		{ "я", 70, 1, 8 },
		{ "я", 71, 2, 8 },
		{ "я", 134, 2, 8 },
		{ "я", 135, 3, 8 },
		{ "😀", 35, 1, 8 },
		{ "😀", 36, 2, 8 },
		{ "a", 153 * 255, 255, 0 },
		{ "a", 153 * 255 + 1, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mo_parts parts = { .command_id = PDU_submit_sm,
					  .ref = 7 };
		struct buf text = { 0 };
		struct pdu pdu;
		const char *why;

		for (size_t k = 0; k < rows[i].count; k++)
			buf_append_str(&text, rows[i].character);

		const struct mo mo = { .from = "+1",
				       .to = "2",
				       .text = buf_str(&text),
				       .data_coding = -1 };

		assert_int_equal(rows[i].parts > 0,
				 mo_build(&parts, &mo, &why));
		assert_int_equal(rows[i].parts, parts.count);
		for (size_t k = 0; k < parts.count; k++) {
			assert_int_equal(ESME_ROK,
					 pdu_parse(&pdu, parts.parts[k].bytes,
						   parts.parts[k].len, &why));
			assert_int_equal(rows[i].coding, pdu.data_coding);
			assert_int_equal(parts.count > 1 ? 0x40 : 0,
					 pdu.esm_class);
			if (parts.count > 1)
				assert_int_equal(k + 1, pdu.short_message[5]);
		}
		mo_parts_destroy(&parts);
		buf_destroy(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nested_json),
		cmocka_unit_test(test_recent),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
