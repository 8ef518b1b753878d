/* ICSI URNs and feature tags of CPM: which service a header names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wire/service.h>

#define URN "urn:urn-7:3gpp-service.ims.icsi.oma.cpm."
#define TAG "urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm."

static void test_urn(void **state)
{
	static const struct {
		const char *urn;
		enum service service;
	} rows[] = {
		{ URN "msg", SERVICE_MSG },
		{ URN "largemsg", SERVICE_LARGEMSG },
		{ URN "deferred", SERVICE_DEFERRED },
		{ URN "session", SERVICE_SESSION },
		{ URN "session.group", SERVICE_SESSION_GROUP },
		{ URN "filetransfer", SERVICE_FILETRANSFER },
		{ URN "systemmsg", SERVICE_SYSTEMMSG },
		/* without regard to case and encoding */
		{ "URN:URN-7:3GPP-SERVICE.IMS.ICSI.OMA.CPM.MSG", SERVICE_MSG },
		{ TAG "msg", SERVICE_MSG },
		{ "urn%3aurn-7%3a3gpp%2Dservice.ims.icsi.oma.cpm.ms%67",
		  SERVICE_MSG },
		/* a subclass is its parent, TS 24.229 7.2A.8.2 */
		{ URN "msg.group", SERVICE_MSG },
		{ URN "session.x", SERVICE_SESSION },
		{ URN "session.group.x", SERVICE_SESSION_GROUP },
		{ URN "session.groupx", SERVICE_SESSION },
		/* not CPM */
		{ URN "msgx", SERVICE_NONE },
		{ URN, SERVICE_NONE },
		{ "urn:urn-7:3gpp-service.ims.icsi.mmtel", SERVICE_NONE },
		{ "urn:urn-7:3gpp-application.ims.iari.rcse.im", SERVICE_NONE },
		{ "", SERVICE_NONE },
		{ URN "msg%", SERVICE_NONE },    /* escape cut off */
		{ URN "msg%2", SERVICE_NONE },
		{ URN "ms%zz", SERVICE_NONE },   /* not hexadecimal */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (service_from_urn(iwf_str_from(rows[i].urn)) !=
		    rows[i].service)
			fail_msg("%s", rows[i].urn);
}

static void test_urn_limit(void **state)
{
	char text[400];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, URN "msg.", sizeof(URN "msg.") - 1);
	assert_int_equal(service_from_urn(iwf_str_make(text, 200)),
			 SERVICE_MSG);
	assert_int_equal(service_from_urn(iwf_str_make(text, 400)),
			 SERVICE_NONE);
}

static void test_asserted(void **state)
{
	(void)state;
	assert_int_equal(service_from_asserted(IWF_STR(" " URN "msg ")),
			 SERVICE_MSG);
	assert_int_equal(service_from_asserted(
		IWF_STR("urn:urn-7:3gpp-service.ims.icsi.mmtel, "
			URN "session," URN "msg")), SERVICE_SESSION);
	assert_int_equal(service_from_asserted(IWF_STR("")), SERVICE_NONE);
	assert_int_equal(service_from_asserted(IWF_STR_NONE), SERVICE_NONE);
}

static void test_accept_contact(void **state)
{
	static const struct {
		const char *value;
		enum service first;
		uint32_t set;
	} rows[] = {
		{ "*;+g.3gpp.icsi-ref=\"" TAG "msg\";require;explicit",
		  SERVICE_MSG, SERVICE_BIT(SERVICE_MSG) },
		{ "<sip:a@b;x=y>;+g.3gpp.icsi-ref=\"" TAG "session," TAG "msg,"
		  TAG "largemsg\"", SERVICE_SESSION,
		  SERVICE_BIT(SERVICE_SESSION) | SERVICE_BIT(SERVICE_MSG) |
		  SERVICE_BIT(SERVICE_LARGEMSG) },
		/* raw colons, blanks, case of the tag's name */
		{ "* ; +G.3GPP.ICSI-Ref = \"" URN "msg , " URN "deferred\"",
		  SERVICE_MSG, SERVICE_BIT(SERVICE_MSG) |
		  SERVICE_BIT(SERVICE_DEFERRED) },
		{ "*;+g.3gpp.icsi-ref=" TAG "msg", SERVICE_MSG,
		  SERVICE_BIT(SERVICE_MSG) },
		/* RFC 3841 9.2: several values in one header */
		{ "*;audio;require, *;+g.3gpp.icsi-ref=\"" TAG "systemmsg\"",
		  SERVICE_SYSTEMMSG, SERVICE_BIT(SERVICE_SYSTEMMSG) },
		{ "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi."
		  "mmtel," TAG "filetransfer\"", SERVICE_FILETRANSFER,
		  SERVICE_BIT(SERVICE_FILETRANSFER) },
		{ "*;+g.oma.sip-im", SERVICE_SESSION,
		  SERVICE_BIT(SERVICE_SESSION) },
		{ "*;+g.oma.sip-im;+g.3gpp.icsi-ref=\"" TAG "msg\"",
		  SERVICE_MSG, SERVICE_BIT(SERVICE_MSG) },
		/* a quoted separator ends nothing */
		{ "*;x=\";+g.3gpp.icsi-ref=\\\"" TAG "msg\"", SERVICE_NONE, 0 },
		{ "*;+g.3gpp.iari-ref=\"" TAG "msg\"", SERVICE_NONE, 0 },
		{ "*", SERVICE_NONE, 0 },
		{ "", SERVICE_NONE, 0 },
		{ "*;+g.3gpp.icsi-ref", SERVICE_NONE, 0 },
		{ "*;+g.3gpp.icsi-ref=\"", SERVICE_NONE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_str value = iwf_str_from(rows[i].value);

		if (service_from_accept_contact(value) != rows[i].first ||
		    service_set_from_accept_contact(value) != rows[i].set)
			fail_msg("%s", rows[i].value);
	}
}

static void test_format(void **state)
{
	struct iwf_buf buf = { .len = 0 };

	(void)state;
	service_tag_format(&buf, 0);
	assert_int_equal(buf.len, 0);
	service_tag_format(&buf, SERVICE_BIT(SERVICE_MSG) |
				 SERVICE_BIT(SERVICE_LARGEMSG));
	iwf_buf_u8(&buf, 0);
	assert_string_equal(buf.ptr, "+g.3gpp.icsi-ref=\"" TAG "msg," TAG
			    "largemsg\"");
	for (uint32_t set = 0; set < SERVICE_BIT(SERVICE_COUNT); set += 2) {
		iwf_buf_clear(&buf);
		service_tag_format(&buf, set);
		assert_int_equal(service_set_from_accept_contact(
			iwf_buf_str(&buf)), set);
	}
	iwf_buf_free(&buf);
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(service_urn(SERVICE_NONE).len, 0);
	for (enum service i = SERVICE_NONE; i < SERVICE_COUNT; i++)
		assert_int_equal(service_from_urn(service_urn(i)), i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urn),
		cmocka_unit_test(test_urn_limit),
		cmocka_unit_test(test_asserted),
		cmocka_unit_test(test_accept_contact),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
