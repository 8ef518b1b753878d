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
	assert_int_equal(sizeof(codes) / sizeof(codes[0]), 48);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(means),
		cmocka_unit_test(every_row_is_found),
		cmocka_unit_test(data_sm_failures_may_be_temporary),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
