/* command_status, fates and verdicts. */
#include <smpp/wire/smpp_status.h>

#include "octets.h"

static const struct {
	uint32_t code;
	const char *name;
	enum smpp_class class;
	enum iwf_fate fate;
	bool link_trouble;
	unsigned tries;
	enum smpp_again again;
} cases[] = {
	{ 0x00, "ESME_ROK", SMPP_CLASS_OK, IWF_FATE_SENT, false, 0, 0 },
	{ 0x01, "ESME_RINVMSGLEN", SMPP_CLASS_PERMANENT, IWF_FATE_FAILED,
	  false, 1, 0 },
	{ 0x04, "ESME_RINVBNDSTS", SMPP_CLASS_LINK, IWF_FATE_QUEUED, true, 0,
	  0 },
	{ 0x07, "ESME_RINVREGDLVFLG", SMPP_CLASS_BUG, IWF_FATE_FAILED, false,
	  2, SMPP_AGAIN_NO_RECEIPT },
	{ 0x08, "ESME_RSYSERR", SMPP_CLASS_TEMPORARY, IWF_FATE_QUEUED, false,
	  0, 0 },
	{ 0x14, "ESME_RMSGQFUL", SMPP_CLASS_THROTTLE, IWF_FATE_QUEUED, true, 0,
	  0 },
	{ 0x45, "ESME_RSUBMITFAIL", SMPP_CLASS_TEMPORARY, IWF_FATE_QUEUED,
	  false, 3, 0 },
	{ 0x58, "ESME_RTHROTTLED", SMPP_CLASS_THROTTLE, IWF_FATE_QUEUED, true,
	  0, 0 },
	{ 0x62, "ESME_RINVEXPIRY", SMPP_CLASS_BUG, IWF_FATE_FAILED, false, 2,
	  SMPP_AGAIN_NO_VALIDITY },
	{ 0xC1, "ESME_ROPTPARNOTALLWD", SMPP_CLASS_BUG, IWF_FATE_FAILED, false,
	  2, SMPP_AGAIN_NO_TLVS },
	{ 0xFF, "ESME_RUNKNOWNERR", SMPP_CLASS_TEMPORARY, IWF_FATE_QUEUED,
	  false, 3, 0 },
	{ 0x101, "ESME_RPROHIBITED", SMPP_CLASS_PERMANENT, IWF_FATE_FAILED,
	  false, 1, 0 },
	{ 0x102, "ESME_RSERTYPUNAVAIL", SMPP_CLASS_TEMPORARY, IWF_FATE_QUEUED,
	  false, 3, 0 },
	{ 0x104, "ESME_RINVDCS", SMPP_CLASS_BUG, IWF_FATE_FAILED, false, 1, 0 },
	{ 0x112, "ESME_RINVBCASTCHANIND", SMPP_CLASS_BUG, IWF_FATE_FAILED,
	  false, 1, 0 },
	{ 0x113, "reserved", SMPP_CLASS_TEMPORARY, IWF_FATE_QUEUED, false, 3,
	  0 },
	{ 0x400, "vendor", SMPP_CLASS_TEMPORARY, IWF_FATE_QUEUED, false, 3, 0 },
	{ 0x4FF, "vendor", SMPP_CLASS_TEMPORARY, IWF_FATE_QUEUED, false, 3, 0 },
	{ 0x500, "reserved", SMPP_CLASS_TEMPORARY, IWF_FATE_QUEUED, false, 3,
	  0 },
	{ 0x09, "reserved", SMPP_CLASS_TEMPORARY, IWF_FATE_QUEUED, false, 3,
	  0 },
	{ 0xFFFFFFFF, "reserved", SMPP_CLASS_TEMPORARY, IWF_FATE_QUEUED, false,
	  3, 0 },
};

static void means(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct smpp_status *got = smpp_status_get(cases[i].code);

		assert_string_equal(got->name, cases[i].name);
		assert_int_equal(got->class, cases[i].class);
		assert_int_equal(got->fate, cases[i].fate);
		assert_int_equal(got->link_trouble, cases[i].link_trouble);
		assert_int_equal(got->max_tries, cases[i].tries);
		assert_int_equal(got->again, cases[i].again);
	}
}

/* Found by halving, so every row must be where halving looks. */
static void every_row_is_found(void **state)
{
	static const uint32_t codes[] = {
#define SMPP_STATUS(code, name, class, fate, tries, again, forbidden) code,
#include <smpp/wire/smpp_status.def>
#undef SMPP_STATUS
	};

	(void)state;
	assert_int_equal(sizeof(codes) / sizeof(codes[0]), 67);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const struct smpp_status *got = smpp_status_get(codes[i]);

		assert_int_equal(got->code, codes[i]);
		assert_int_equal(strncmp(got->name, "ESME_R", 6), 0);
		assert_true(codes[i] == 0 || got->fate != IWF_FATE_SENT);
		assert_int_equal(got->forbidden, codes[i] == SMPP_RX_R_APPN);
	}
}

static void data_sm_failures_may_be_temporary(void **state)
{
	(void)state;
	assert_int_equal(smpp_status_get_data_sm(0xFE, 0)->fate,
			 IWF_FATE_QUEUED);
	assert_int_equal(smpp_status_get_data_sm(0xFE, 3)->fate,
			 IWF_FATE_QUEUED);
	assert_int_equal(smpp_status_get_data_sm(0xFE, 1)->fate,
			 IWF_FATE_FAILED);
	assert_int_equal(smpp_status_get_data_sm(0xFE, 2)->fate,
			 IWF_FATE_FAILED);
	assert_int_equal(smpp_status_get_data_sm(0x0B, 0)->fate,
			 IWF_FATE_FAILED);
}

static const struct {
	struct iwf_verdict verdict;
	uint32_t status;
} verdicts[] = {
	{ { .result = IWF_RESULT_ACCEPTED }, 0x00 },
	{ { .result = IWF_RESULT_DUPLICATE }, 0x00 },
	{ { .result = IWF_RESULT_UNMATCHED }, 0x00 },
	{ { .result = IWF_RESULT_BUSY }, 0x58 },
	{ { .result = IWF_RESULT_NO_ROUTE }, 0x0B },
	{ { .result = IWF_RESULT_LOOP }, 0x66 },
	{ { .result = IWF_RESULT_TOO_LARGE }, 0x01 },
	{ { .result = IWF_RESULT_BLOCKED }, 0x65 },
	{ { .result = IWF_RESULT_ERROR }, 0x64 },
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_DELIVERED }, 0x00 },
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_UNSURE }, 0x00 },
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_FAILED,
	    .code = 404 }, 0x0B },
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_FAILED,
	    .code = 603 }, 0x65 },
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_FAILED,
	    .code = 486 }, 0x64 },
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_FAILED,
	    .code = 415 }, 0x66 },
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_FAILED,
	    .code = 503 }, 0x64 },
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_FAILED,
	    .code = 200 }, 0x65 }, /* a failure is never ESME_ROK */
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_FAILED }, 0x65 },
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_FAILED,
	    .code = 430 }, 0x64 },
	/* whatever the other side's code says: it is worth another try */
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_FAILED, .code = 20,
	    .retry_after_sec = 30 }, 0x64 },
	{ { .result = IWF_RESULT_ACCEPTED, .fate = IWF_FATE_EXPIRED }, 0x65 },
};

static void answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		assert_int_equal(smpp_status_from_verdict(
			&verdicts[i].verdict), verdicts[i].status);
	assert_int_equal(smpp_status_from_sip(202), 0);
}

static const struct smpp_receipt_rule rules[] = {
	/* fate: delivered failed expired forbidden error none */
	{ IWF_STR("ACCEPTD"), IWF_STR(""), 0 },
	{ IWF_STR("undeliv"), IWF_STR("13"), 3 },
	{ IWF_STR(""), IWF_STR("0x2A"), 4 },
	{ IWF_STR(""), IWF_STR("ABSENT"), 5 },
	{ IWF_STR("SPAM"), IWF_STR(""), 3 },
	{ IWF_STR("8"), IWF_STR(""), 2 },
};
static const struct iwf_list rule_list = {
	rules, sizeof(rules) / sizeof(rules[0])
};

static const struct {
	struct smpp_told told;
	struct smpp_fate fate;
	struct smpp_fate by_rule;
} receipts[] = {
	{ { .state = SMPP_STATE_ACCEPTED, .stat = IWF_STR("ACCEPTED") },
	  { IWF_FATE_NONE, false }, { IWF_FATE_DELIVERED, false } },
	{ { .state = SMPP_STATE_UNDELIVERABLE, .stat = IWF_STR("UNDELIV"),
	    .err_text = IWF_STR("013"), .err = 13 },
	  { IWF_FATE_FAILED, false }, { IWF_FATE_FAILED, true } },
	/* no error was told: a row with one does not fit */
	{ { .state = SMPP_STATE_UNDELIVERABLE, .err = 13 },
	  { IWF_FATE_FAILED, false }, { IWF_FATE_FAILED, false } },
	/* the parameter instead of the text */
	{ { .state = SMPP_STATE_UNDELIVERABLE, .err = 13, .network_type = 3 },
	  { IWF_FATE_FAILED, false }, { IWF_FATE_FAILED, true } },
	{ { .state = SMPP_STATE_EXPIRED, .err_text = IWF_STR("42"),
	    .err = 42 },
	  { IWF_FATE_EXPIRED, false }, { IWF_FATE_UNSURE, false } },
	{ { .state = SMPP_STATE_EXPIRED, .err_text = IWF_STR("absent") },
	  { IWF_FATE_EXPIRED, false }, { IWF_FATE_NONE, false } },
	/* a word that nobody knows, until a row does */
	{ { .state = SMPP_STATE_NONE, .stat = IWF_STR("Spam") },
	  { IWF_FATE_NONE, false }, { IWF_FATE_FAILED, true } },
	{ { .state = SMPP_STATE_NONE, .stat = IWF_STR("SPAMMY") },
	  { IWF_FATE_NONE, false }, { IWF_FATE_NONE, false } },
	{ { .state = SMPP_STATE_REJECTED, .err = 13, .network_type = 3 },
	  { IWF_FATE_FAILED, true }, { IWF_FATE_EXPIRED, false } },
	{ { .state = SMPP_STATE_REJECTED, .err = 13, .network_type = 1 },
	  { IWF_FATE_FAILED, false }, { IWF_FATE_EXPIRED, false } },
	{ { .state = SMPP_STATE_UNKNOWN }, { IWF_FATE_UNSURE, false },
	  { IWF_FATE_UNSURE, false } },
};

static void receipts_have_fates(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(receipts) / sizeof(receipts[0]); i++) {
		struct smpp_fate plain = smpp_status_of_receipt(
			NULL, &receipts[i].told);
		struct smpp_fate ruled = smpp_status_of_receipt(
			&rule_list, &receipts[i].told);

		assert_int_equal(plain.fate, receipts[i].fate.fate);
		assert_int_equal(plain.forbidden, receipts[i].fate.forbidden);
		assert_int_equal(ruled.fate, receipts[i].by_rule.fate);
		assert_int_equal(ruled.forbidden,
				 receipts[i].by_rule.forbidden);
	}
}

static void rows_are_checked(void **state)
{
	static const struct smpp_receipt_rule empty[] = {
		{ IWF_STR("A"), IWF_STR(""), 0 }, { IWF_STR(""), IWF_STR(""), 0 }
	};
	static const struct smpp_receipt_rule twice[] = {
		{ IWF_STR("A"), IWF_STR("1"), 0 },
		{ IWF_STR("A"), IWF_STR("2"), 0 },
		{ IWF_STR("a"), IWF_STR("1"), 1 },
	};
	struct iwf_why why = { 0 };

	(void)state;
	assert_int_equal(smpp_status_check(&rule_list, &why), IWF_OK);
	assert_int_equal(smpp_status_check(&(struct iwf_list){ empty, 2 },
					   &why), IWF_E_SYNTAX);
	assert_int_equal(why.at, 1);
	assert_int_equal(smpp_status_check(&(struct iwf_list){ twice, 3 },
					   &why), IWF_E_SYNTAX);
	assert_int_equal(why.at, 2);
	assert_string_equal(why.text, "row 1 has the same stat and error");
}

static bool table_has(const struct iwf_list *list, const char *row)
{
	struct iwf_buf text = { 0 };
	bool has;

	smpp_status_table(list, &text);
	has = iwf_str_search(iwf_buf_str(&text), iwf_str_from(row)) !=
		IWF_STR_NPOS;
	iwf_buf_free(&text);
	return has;
}

static void table_is_what_is_in_force(void **state)
{
	(void)state;
	assert_true(table_has(NULL, "receipt\t6\tACCEPTD\t*\tnone\t-\t"
			      "specification\n"));
	assert_true(table_has(NULL, "receipt\t8\tREJECTD\tGSM 13\tfailed\t"
			      "forbidden\tspecification\n"));
	assert_true(table_has(NULL, "answer\t0x45\tESME_RSUBMITFAIL\t*\t"
			      "queued\tfailed after 3 tries\t"));
	assert_true(table_has(&rule_list, "receipt\t*\tACCEPTD\t*\t"
			      "delivered\tdelivered\tconfiguration\n"));
	assert_true(table_has(&rule_list, "receipt\t*\tundeliv\t13\t"
			      "failed\tforbidden\tconfiguration\n"));
	/* Wholly replaced: the specification's row is not there any more. */
	assert_false(table_has(&rule_list, "receipt\t6\t"));
	assert_false(table_has(&rule_list, "receipt\t8\t"));
	assert_true(table_has(&rule_list, "receipt\t5\tUNDELIV\t*\tfailed\t"
			      "failed\tspecification\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(means),
		cmocka_unit_test(every_row_is_found),
		cmocka_unit_test(data_sm_failures_may_be_temporary),
		cmocka_unit_test(answers),
		cmocka_unit_test(receipts_have_fates),
		cmocka_unit_test(rows_are_checked),
		cmocka_unit_test(table_is_what_is_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
