/* Optional parameters: walking, finding, numbers of any width. */
#include <smpp/wire/tlv.h>

#include "octets.h"

static void walks_in_order(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_tlvs tlvs;

	(void)state;
	assert_int_equal(smpp_tlvs_parse(
		arena, octets(arena, "0427 0001 02  1401 0000  001e 0003 'ab' "
			      "00  0427 0001 05"), &tlvs, NULL), IWF_OK);
	assert_int_equal(tlvs.count, 4);
	assert_int_equal(tlvs.at[1].tag, 0x1401);
	assert_int_equal(tlvs.at[1].value.len, 0);
	assert_int_equal(tlvs.at[2].value.len, 3);
	/* The first of two counts. */
	assert_int_equal(smpp_tlv_find(&tlvs, 0x0427)->value.ptr[0], 2);
	assert_null(smpp_tlv_find(&tlvs, 0x9999));
	assert_text(smpp_tlv_text(&tlvs, 0x001E), "ab");
	assert_int_equal(smpp_tlv_text(&tlvs, 0x9999).len, 0);
	assert_int_equal(smpp_tlvs_parse(arena, IWF_STR_NONE, &tlvs, NULL), 0);
	assert_int_equal(tlvs.count, 0);
	iwf_arena_destroy(&arena);
}

static const struct {
	const char *octets;
	size_t at;
} broken[] = {
	{ "04", 0 },                    /* ends inside the tag */
	{ "0427 00", 0 },               /* ends inside the length */
	{ "0427 0002 01", 0 },          /* length behind the end */
	{ "0427 ffff 01", 0 },
	{ "0427 0001 01 00", 5 },       /* one octet behind the last */
};

static void refuses_what_is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_why why = { 0 };
		struct smpp_tlvs tlvs;

		assert_int_equal(smpp_tlvs_parse(
			arena, octets(arena, broken[i].octets), &tlvs, &why),
			IWF_E_SYNTAX);
		assert_int_equal(why.at, broken[i].at);
		assert_int_equal(tlvs.count, 0);
		iwf_arena_destroy(&arena);
	}
}

static void counts_are_limited(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf buf = { 0 };
	struct smpp_tlvs tlvs;

	(void)state;
	for (size_t i = 0; i < SMPP_TLV_MAX; i++)
		smpp_tlv_put(&buf, (uint16_t)i, IWF_STR_NONE);
	assert_int_equal(smpp_tlvs_parse(arena, iwf_buf_str(&buf), &tlvs, NULL),
			 IWF_OK);
	assert_int_equal(tlvs.count, SMPP_TLV_MAX);
	smpp_tlv_put(&buf, 1, IWF_STR_NONE);
	assert_int_equal(smpp_tlvs_parse(arena, iwf_buf_str(&buf), &tlvs, NULL),
			 IWF_E_LIMIT);
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
}

static const struct {
	const char *octets;
	bool found;
	uint32_t value;
} numbers[] = {
	{ "0204 0001 07", true, 7 },
	{ "0204 0002 0107", true, 0x107 },
	{ "0204 0003 010203", true, 0x10203 },
	{ "0204 0004 ffffffff", true, 0xFFFFFFFF },
	{ "0204 0005 0000000001", false, 42 },
	{ "0204 0000", false, 42 },
	{ "0205 0001 07", false, 42 },
};

static void numbers_of_any_width(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_tlvs tlvs;
		uint32_t value = 42;

		smpp_tlvs_parse(arena, octets(arena, numbers[i].octets), &tlvs,
				NULL);
		assert_int_equal(smpp_tlv_number(&tlvs, 0x0204, &value),
				 numbers[i].found);
		assert_int_equal(value, numbers[i].value);
		iwf_arena_destroy(&arena);
	}
}

static void parse_undoes_put(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf buf = { 0 };
	char *large = iwf_arena_alloc(arena, 65535);
	struct smpp_tlvs tlvs;
	uint32_t value;

	(void)state;
	smpp_tlv_put_u8(&buf, SMPP_TAG_SAR_TOTAL_SEGMENTS, 3);
	smpp_tlv_put_u16(&buf, SMPP_TAG_SAR_MSG_REF_NUM, 0xBEEF);
	smpp_tlv_put_text(&buf, SMPP_TAG_RECEIPTED_MESSAGE_ID, IWF_STR("id"));
	smpp_tlv_put(&buf, SMPP_TAG_MESSAGE_PAYLOAD,
		     iwf_str_make(large, 65535));
	assert_int_equal(smpp_tlvs_parse(arena, iwf_buf_str(&buf), &tlvs, NULL),
			 0);
	assert_true(smpp_tlv_number(&tlvs, SMPP_TAG_SAR_TOTAL_SEGMENTS, &value));
	assert_int_equal(value, 3);
	assert_true(smpp_tlv_number(&tlvs, SMPP_TAG_SAR_MSG_REF_NUM, &value));
	assert_int_equal(value, 0xBEEF);
	assert_text(smpp_tlv_text(&tlvs, SMPP_TAG_RECEIPTED_MESSAGE_ID), "id");
	assert_int_equal(smpp_tlv_find(&tlvs, SMPP_TAG_MESSAGE_PAYLOAD)
			 ->value.len, 65535);
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_in_order),
		cmocka_unit_test(refuses_what_is_cut),
		cmocka_unit_test(counts_are_limited),
		cmocka_unit_test(numbers_of_any_width),
		cmocka_unit_test(parse_undoes_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
