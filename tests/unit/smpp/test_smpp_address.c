/* TON, NPI and digits, both ways. */
#include <smpp/wire/smpp_address.h>

#include "octets.h"

static const struct smpp_number_rules german = {
	.country_code = { "49", 2 }, .trunk_prefix = { "0", 1 },
	.international_prefix = { "00", 2 }, .home_domain = { "h.example", 9 },
	.short_max = 6,
};
static const struct smpp_number_rules none;

static const struct {
	uint8_t ton;
	const char *digits;
	const struct smpp_number_rules *rules;
	enum iwf_err err;
	enum iwf_address_kind kind;
	const char *user;
} incoming[] = {
	{ 1, "491710000002", &german, 0, IWF_ADDRESS_NUMBER, "+491710000002" },
	{ 1, "+491710000002", &german, 0, IWF_ADDRESS_NUMBER, "+491710000002" },
	{ 1, "00491710000002", &german, 0, IWF_ADDRESS_NUMBER,
	  "+491710000002" },
	{ 2, "01710000002", &german, 0, IWF_ADDRESS_NUMBER, "+491710000002" },
	{ 2, "1710000002", &german, 0, IWF_ADDRESS_NUMBER, "+491710000002" },
	{ 2, "01710000002", &none, 0, IWF_ADDRESS_LOCAL, "01710000002" },
	{ 0, "+491710000002", &none, 0, IWF_ADDRESS_NUMBER, "+491710000002" },
	{ 0, "00431710000002", &german, 0, IWF_ADDRESS_NUMBER,
	  "+431710000002" },
	{ 0, "01710000002", &german, 0, IWF_ADDRESS_NUMBER, "+491710000002" },
	{ 0, "491710000002", &german, 0, IWF_ADDRESS_NUMBER, "+491710000002" },
	{ 0, "491710000002", &none, 0, IWF_ADDRESS_LOCAL, "491710000002" },
	{ 0, "49123", &german, 0, IWF_ADDRESS_LOCAL, "49123" },
	{ 0, "12345", &german, 0, IWF_ADDRESS_LOCAL, "12345" },
	{ 3, "12345", &german, 0, IWF_ADDRESS_LOCAL, "12345" },
	{ 6, "12345", &german, 0, IWF_ADDRESS_LOCAL, "12345" },
	{ 4, "5550100", &german, 0, IWF_ADDRESS_LOCAL, "5550100" },
	{ 9, "491710000002", &german, 0, IWF_ADDRESS_NUMBER, "+491710000002" },
	{ 255, "12345", &german, 0, IWF_ADDRESS_LOCAL, "12345" },
	{ 1, "*100#", &german, 0, IWF_ADDRESS_LOCAL, "*100#" },
	{ 5, "My Bank", &german, 0, IWF_ADDRESS_ALPHA, "My Bank" },
	{ 5, "12345", &german, 0, IWF_ADDRESS_ALPHA, "12345" },
	{ 1, "MyBank", &german, 0, IWF_ADDRESS_ALPHA, "MyBank" },
	{ 5, "B\xE4nk\r\n", &german, 0, IWF_ADDRESS_ALPHA, "B?nk??" },
	{ 1, "", &german, 0, IWF_ADDRESS_NONE, "" },
	{ 1, "+", &german, IWF_E_SYNTAX, IWF_ADDRESS_NONE, "" },
};

static void parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(incoming) / sizeof(incoming[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_address in = {
			.ton = incoming[i].ton, .npi = 1,
			.digits = iwf_str_from(incoming[i].digits),
		};
		struct iwf_address out;

		assert_int_equal(smpp_address_parse(
			arena, &in, incoming[i].rules, &out), incoming[i].err);
		assert_int_equal(out.kind, incoming[i].kind);
		assert_text(out.user, incoming[i].user);
		if (out.kind == IWF_ADDRESS_LOCAL)
			octets_assert(out.domain,
				      incoming[i].rules->home_domain);
		iwf_arena_destroy(&arena);
	}
}

static const struct {
	enum iwf_address_kind kind;
	const char *user;
	const char *domain;
	enum iwf_err err;
	uint8_t ton, npi;
	const char *digits;
} outgoing[] = {
	{ IWF_ADDRESS_NUMBER, "+491710000002", "", 0, 1, 1, "491710000002" },
	{ IWF_ADDRESS_NUMBER, "+12345678901234567890", "", 0, 1, 1,
	  "12345678901234567890" },
	{ IWF_ADDRESS_NUMBER, "+123456789012345678901", "", IWF_E_LIMIT, 0, 0,
	  "" },
	{ IWF_ADDRESS_NUMBER, "+", "", IWF_E_SYNTAX, 0, 0, "" },
	{ IWF_ADDRESS_NUMBER, "+49x", "", IWF_E_SYNTAX, 0, 0, "" },
	{ IWF_ADDRESS_LOCAL, "12345", "h.example", 0, 0, 0, "12345" },
	{ IWF_ADDRESS_LOCAL, "01710000002", "h.example", 0, 1, 1,
	  "491710000002" },
	{ IWF_ADDRESS_LOCAL, "0171000", "+43", 0, 1, 1, "43171000" },
	{ IWF_ADDRESS_LOCAL, "1710000002", "h.example", 0, 2, 1,
	  "1710000002" },
	{ IWF_ADDRESS_LOCAL, "*100#", "", 0, 0, 0, "*100#" },
	{ IWF_ADDRESS_LOCAL, "12a", "", IWF_E_SYNTAX, 0, 0, "" },
	{ IWF_ADDRESS_LOCAL, "", "", IWF_E_SYNTAX, 0, 0, "" },
	{ IWF_ADDRESS_ALPHA, "My Bank", "", 0, 5, 0, "My Bank" },
	{ IWF_ADDRESS_ALPHA, "TwelveLetter", "", IWF_E_LIMIT, 0, 0, "" },
	{ IWF_ADDRESS_ALPHA, "a`b", "", IWF_E_CHARSET, 0, 0, "" },
	{ IWF_ADDRESS_ALPHA, "B\xC3\xA4nk", "", IWF_E_CHARSET, 0, 0, "" },
	{ IWF_ADDRESS_SIP, "alice", "h.example", IWF_E_UNSUPPORTED, 0, 0, "" },
	{ IWF_ADDRESS_NONE, "", "", 0, 0, 0, "" },
};

static void formats(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(outgoing) / sizeof(outgoing[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_address in = {
			.kind = outgoing[i].kind,
			.user = iwf_str_from(outgoing[i].user),
			.domain = iwf_str_from(outgoing[i].domain),
		};
		struct smpp_address out = { 0 };

		assert_int_equal(smpp_address_format(arena, &in, &german, &out),
				 outgoing[i].err);
		assert_int_equal(out.ton, outgoing[i].ton);
		assert_int_equal(out.npi, outgoing[i].npi);
		assert_text(out.digits, outgoing[i].digits);
		iwf_arena_destroy(&arena);
	}
}

/* As SMSCs want international numbers. */
static void numbers_in_other_forms(void **state)
{
	static const struct {
		struct smpp_number_rules rules;
		const char *user;
		enum iwf_err err;
		unsigned ton, npi;
		const char *digits;
	} rows[] = {
		{ { .has_number_form = true }, "+491711", 0, 0, 0, "491711" },
		{ { .has_number_form = true, .number_ton = 1, .number_npi = 1,
		    .number_prefix = IWF_STR("+") }, "+491711", 0, 1, 1,
		  "+491711" },
		{ { .has_number_form = true, .number_npi = 1,
		    .number_prefix = IWF_STR("00") }, "+491711", 0, 0, 1,
		  "00491711" },
		{ { .has_number_form = true, .number_prefix = IWF_STR("00") },
		  "+4917112345678901234", IWF_E_LIMIT, 0, 0, "" },
		{ { .send_national = true, .country_code = IWF_STR("49"),
		    .trunk_prefix = IWF_STR("0") }, "+491711", 0, 2, 1,
		  "01711" },
		{ { .send_national = true, .country_code = IWF_STR("49") },
		  "+491711", 0, 2, 1, "1711" },
		{ { .send_national = true, .country_code = IWF_STR("49") },
		  "+431711", 0, 1, 1, "431711" },
		{ { .send_national = true }, "+491711", 0, 1, 1, "491711" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_address in = {
			.kind = IWF_ADDRESS_NUMBER,
			.user = iwf_str_from(rows[i].user),
		};
		struct smpp_address out = { 0 };
		struct iwf_address back;

		assert_int_equal(smpp_address_format(arena, &in, &rows[i].rules,
						     &out), rows[i].err);
		if (!rows[i].err) {
			assert_int_equal(out.ton, rows[i].ton);
			assert_int_equal(out.npi, rows[i].npi);
			assert_text(out.digits, rows[i].digits);
		}
		/* And back, where the rules tell what it is. */
		if (!rows[i].err && rows[i].rules.country_code.len) {
			assert_int_equal(smpp_address_parse(
				arena, &out, &rows[i].rules, &back), 0);
			assert_text(back.user, rows[i].user);
		}
		iwf_arena_destroy(&arena);
	}
}

static void parse_undoes_format(void **state)
{
	static const struct iwf_address addresses[] = {
		{ .kind = IWF_ADDRESS_NUMBER, .user = { "+491710000002", 13 } },
		{ .kind = IWF_ADDRESS_LOCAL, .user = { "12345", 5 },
		  .domain = { "h.example", 9 } },
		{ .kind = IWF_ADDRESS_ALPHA, .user = { "My Bank", 7 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_address wire;
		struct iwf_address back;

		assert_int_equal(smpp_address_format(arena, &addresses[i],
						     &german, &wire), 0);
		assert_int_equal(smpp_address_parse(arena, &wire, &german,
						    &back), 0);
		assert_int_equal(back.kind, addresses[i].kind);
		octets_assert(back.user, addresses[i].user);
		octets_assert(back.domain, addresses[i].domain);
		iwf_arena_destroy(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(formats),
		cmocka_unit_test(numbers_in_other_forms),
		cmocka_unit_test(parse_undoes_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
