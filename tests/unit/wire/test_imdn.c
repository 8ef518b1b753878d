/* IMDN documents of every kind and shape, broken ones, and what asks for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wire/imdn.h>

#define ROOT "<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">"
#define ROOT_CPM "<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\" " \
	"xmlns:cpm=\"urn:oma:xml:cpm:imdn-extensions:1.0\">"
#define ID "<message-id>Msg4kA9zQ7pL2x</message-id>"
#define WHEN "<datetime>2026-03-01T10:15:00Z</datetime>"
#define SHOWN "<display-notification><status><displayed/></status>" \
	"</display-notification>"

static int setup(void **state)
{
	*state = iwf_arena_create(0);
	return 0;
}

static int teardown(void **state)
{
	struct iwf_arena *arena = *state;

	iwf_arena_destroy(&arena);
	return 0;
}

static const struct pair_row {
	enum imdn_type type;
	enum imdn_status status;
	const char *xml; /* as RFC 5438 11 and OMA CPM write it */
} pairs[] = {
#define ROW(t, s, type, status) { IMDN_TYPE_##t, IMDN_STATUS_##s, \
	"<" type "-notification><status><" status "/></status></" type \
	"-notification>" }
	ROW(DELIVERY, DELIVERED, "delivery", "delivered"),
	ROW(DELIVERY, FAILED, "delivery", "failed"),
	ROW(DELIVERY, FORBIDDEN, "delivery", "forbidden"),
	ROW(DELIVERY, ERROR, "delivery", "error"),
	ROW(PROCESSING, PROCESSED, "processing", "processed"),
	ROW(PROCESSING, STORED, "processing", "stored"),
	ROW(PROCESSING, FORBIDDEN, "processing", "forbidden"),
	ROW(PROCESSING, ERROR, "processing", "error"),
	ROW(DISPLAY, DISPLAYED, "display", "displayed"),
	ROW(DISPLAY, FORBIDDEN, "display", "forbidden"),
	ROW(DISPLAY, ERROR, "display", "error"),
#undef ROW
#define ROW(s, status) { IMDN_TYPE_INTERWORKING, IMDN_STATUS_##s, \
	"<cpm:interworking-notification><cpm:status><cpm:" status \
	"/></cpm:status></cpm:interworking-notification>" }
	ROW(LEGACY_SMS, "legacy-sms"),
	ROW(LEGACY_MMS, "legacy-mms"),
	ROW(LEGACY_EMAIL, "legacy-email"),
	ROW(ERROR, "error"),
#undef ROW
};

static void test_pairs(void **state)
{
	struct iwf_buf buf = { .len = 0 };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct imdn first = {
			.message_id = IWF_STR("Msg4kA9zQ7pL2x"),
			.datetime = IWF_STR("2026-03-01T10:15:00Z"),
			.type = pairs[i].type,
			.status = pairs[i].status,
		};
		bool is_cpm = first.type == IMDN_TYPE_INTERWORKING;
		struct iwf_str want = iwf_arena_printf(*state,
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n%s%s%s"
			"</imdn>", is_cpm ? ROOT_CPM : ROOT, ID WHEN,
			pairs[i].xml);
		struct imdn second;

		iwf_buf_clear(&buf);
		imdn_format(&buf, &first);
		if (!iwf_str_eq(iwf_buf_str(&buf), want))
			fail_msg("%.*s", IWF_STR_ARG(iwf_buf_str(&buf)));
		assert_int_equal(imdn_parse(*state, want, &second, NULL), 0);
		assert_int_equal(second.type, first.type);
		assert_int_equal(second.status, first.status);
		assert_true(iwf_str_eq(second.message_id, first.message_id));
		assert_true(iwf_str_eq(second.datetime, first.datetime));
	}
	iwf_buf_free(&buf);
}

static void test_shape_b(void **state)
{
	struct imdn imdn;

	assert_int_equal(imdn_parse(*state, IWF_STR(ROOT_CPM ID
		"<interworking-notification><status><cpm:legacy-mms/></status>"
		"</interworking-notification></imdn>"), &imdn, NULL), IWF_OK);
	assert_int_equal(imdn.type, IMDN_TYPE_INTERWORKING);
	assert_int_equal(imdn.status, IMDN_STATUS_LEGACY_MMS);
}

static void test_full(void **state)
{
	struct imdn imdn;

	/* Foreign elements, comments, CDATA, references, prefixes, blanks. */
	assert_int_equal(imdn_parse(*state, IWF_STR(
		"\r\n<?xml version='1.0'?>\n<!-- c -->\n"
		"<i:imdn xmlns:i='urn:ietf:params:xml:ns:imdn'>\n"
		" <i:message-id> a&lt;b </i:message-id>\n"
		" <i:datetime><![CDATA[2026-03-01T10:15:00Z]]></i:datetime>\n"
		" <i:recipient-uri>tel:+49</i:recipient-uri>\n"
		" <i:original-recipient-uri>tel:+1</i:original-recipient-uri>\n"
		" <i:subject>&#x4e2d; &amp;</i:subject>\n"
		" <x:y xmlns:x='u'><x:message-id>no</x:message-id></x:y>\n"
		" <i:delivery-notification><!-- d --><x:z xmlns:x='u'/>"
		"<i:status> <i:failed/> </i:status></i:delivery-notification>\n"
		" <i:note>one</i:note><i:note>two</i:note>\n</i:imdn>\n"),
		&imdn, NULL), IWF_OK);
	assert_true(iwf_str_eq(imdn.message_id, IWF_STR("a<b")));
	assert_true(iwf_str_eq(imdn.datetime, IWF_STR("2026-03-01T10:15:00Z")));
	assert_true(iwf_str_eq(imdn.recipient_uri, IWF_STR("tel:+49")));
	assert_true(iwf_str_eq(imdn.original_recipient_uri, IWF_STR("tel:+1")));
	assert_true(iwf_str_eq(imdn.subject, IWF_STR("\xe4\xb8\xad &")));
	assert_true(iwf_str_eq(imdn.note, IWF_STR("one")));
	assert_int_equal(imdn.type, IMDN_TYPE_DELIVERY);
	assert_int_equal(imdn.status, IMDN_STATUS_FAILED);
}

static void test_order(void **state)
{
	const struct imdn imdn = {
		.message_id = IWF_STR("a<&>\"'"),
		.datetime = IWF_STR("d"),
		.recipient_uri = IWF_STR("r"),
		.original_recipient_uri = IWF_STR("o"),
		.subject = IWF_STR("x\ry\x01\xff"),
		.note = IWF_STR("]]>"),
		.type = IMDN_TYPE_DISPLAY,
		.status = IMDN_STATUS_DISPLAYED,
	};
	struct iwf_buf buf = { .len = 0 };

	(void)state;
	imdn_format(&buf, &imdn);
	iwf_buf_u8(&buf, 0);
	assert_string_equal(buf.ptr,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n" ROOT
		"<message-id>a&lt;&amp;&gt;\"'</message-id>"
		"<datetime>d</datetime><recipient-uri>r</recipient-uri>"
		"<original-recipient-uri>o</original-recipient-uri>"
		"<subject>x&#13;y\xef\xbf\xbd\xef\xbf\xbd</subject>" SHOWN
		"<note>]]&gt;</note></imdn>");
	iwf_buf_free(&buf);
}

static const struct {
	const char *rule;
	const char *text;
	enum iwf_err err;
} refused[] = {
	{ "empty", "", IWF_E_SYNTAX },
	{ "not XML", "hello", IWF_E_SYNTAX },
	{ "cut off", ROOT ID SHOWN, IWF_E_SYNTAX },
	{ "two roots", ROOT ID SHOWN "</imdn><a/>", IWF_E_SYNTAX },
	{ "other root", "<cpim>" ID SHOWN "</cpim>", IWF_E_SYNTAX },
	{ "no id", ROOT SHOWN "</imdn>", IWF_E_SYNTAX },
	{ "blank id", ROOT "<message-id> </message-id>" SHOWN "</imdn>",
	  IWF_E_SYNTAX },
	{ "no notification", ROOT ID "</imdn>", IWF_E_SYNTAX },
	{ "two notifications", ROOT ID SHOWN SHOWN "</imdn>",
	  IWF_E_SYNTAX },
	{ "no status", ROOT ID "<display-notification/></imdn>",
	  IWF_E_SYNTAX },
	{ "empty status", ROOT ID "<display-notification><status>"
	  "x</status></display-notification></imdn>", IWF_E_SYNTAX },
	{ "status of another type", ROOT ID "<display-notification>"
	  "<status><delivered/></status></display-notification></imdn>",
	  IWF_E_UNSUPPORTED },
	{ "unknown status", ROOT ID "<display-notification><status>"
	  "<seen/></status></display-notification></imdn>",
	  IWF_E_UNSUPPORTED },
	{ "DOCTYPE", "<!DOCTYPE imdn>" ROOT ID SHOWN "</imdn>",
	  IWF_E_SYNTAX },
	{ "entity of our own", "<!DOCTYPE imdn [<!ENTITY a \"b\">]>"
	  ROOT "<message-id>&a;</message-id>" SHOWN "</imdn>",
	  IWF_E_SYNTAX },
	{ "unknown entity", ROOT "<message-id>&a;</message-id>" SHOWN
	  "</imdn>", IWF_E_SYNTAX },
	{ "line end in the id", ROOT "<message-id>a&#13;&#10;b"
	  "</message-id>" SHOWN "</imdn>", IWF_E_SYNTAX },
	{ "not UTF-8", ROOT "<message-id>\xe4</message-id>" SHOWN
	  "</imdn>", IWF_E_SYNTAX },
	{ "17 levels", ROOT ID SHOWN
	  "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
	  "</a></a></a></a></a></a></a></a></a></a></a></a></a></a>"
	  "</a></a></imdn>", IWF_E_LIMIT },
};

static void test_refuse(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct imdn imdn = { .type = IMDN_TYPE_NONE };
		struct iwf_why why = { .at = 0 };

		if (imdn_parse(*state, iwf_str_from(refused[i].text), &imdn,
			       &why) != refused[i].err)
			fail_msg("%s: %s", refused[i].rule, why.text);
		assert_true(why.text[0]);
		assert_int_equal(imdn.type, IMDN_TYPE_NONE);
	}
}

static void test_limits(void **state)
{
	static const char text[] = ROOT ID SHOWN "</imdn>";
	static const char deep[] = ROOT ID SHOWN
		"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
		"</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>"
		"</imdn>";
	char room[IMDN_LEN_MAX + 1];
	struct imdn imdn;

	assert_int_equal(imdn_parse(*state, iwf_str_from(deep), &imdn, NULL),
			 IWF_OK);
	memset(room, ' ', sizeof(room));
	memcpy(room, text, sizeof(text) - 1);
	assert_int_equal(imdn_parse(*state, iwf_str_make(room, IMDN_LEN_MAX),
				    &imdn, NULL), IWF_OK);
	assert_int_equal(imdn_parse(*state,
				    iwf_str_make(room, IMDN_LEN_MAX + 1),
				    &imdn, NULL), IWF_E_LIMIT);
	room[sizeof(text) + 10] = '\0';
	assert_int_equal(imdn_parse(*state, iwf_str_make(room, IMDN_LEN_MAX),
				    &imdn, NULL), IWF_E_SYNTAX);
}

/* A declared encoding must not turn harmless bytes into a DOCTYPE. */
static void test_encoding(void **state)
{
	struct imdn imdn;

	assert_int_equal(imdn_parse(*state, IWF_STR(
		"<?xml version=\"1.0\" encoding=\"UTF-7\"?>"
		"+ADwAIQ-DOCTYPE imdn>" ROOT ID SHOWN "</imdn>"),
		&imdn, NULL), IWF_E_SYNTAX);
	assert_int_equal(imdn_parse(*state, IWF_STR(
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" ROOT
		"<message-id>\xc3\xa4</message-id>" SHOWN "</imdn>"),
		&imdn, NULL), IWF_OK);
	assert_true(iwf_str_eq(imdn.message_id, IWF_STR("\xc3\xa4")));
}

static struct iwf_str make_text(uint32_t *seed, struct iwf_arena *arena,
				bool is_free)
{
	static const char *const pieces[] = {
		"a", "<", ">", "&", "\"", "'", "]]>", "&amp;", "\xc3\xa4",
		"\xf0\x9f\x98\x80", "b c", "<!DOCTYPE", "\n", "\r", "\t",
	};
	struct iwf_str text = IWF_STR("x");

	for (int i = 0; i < 8; i++) {
		*seed = *seed * 1664525u + 1013904223u;
		text = iwf_arena_printf(arena, "%.*s%s", IWF_STR_ARG(text),
			pieces[(*seed >> 8) % (is_free ? 15 : 12)]);
	}
	return iwf_arena_printf(arena, "%.*sx", IWF_STR_ARG(text));
}

/* What stands for an octet in a document. */
static struct iwf_str escaped(unsigned char *c)
{
	switch (*c) {
	case '&':
		return IWF_STR("&amp;");
	case '<':
		return IWF_STR("&lt;");
	case '>':
		return IWF_STR("&gt;");
	case '\r':
		return IWF_STR("&#13;");
	case '\t':
	case '\n':
		return iwf_str_make(c, 1);
	default:
		return *c < 0x20 || *c >= 0x80 ? IWF_STR("\xef\xbf\xbd") :
						 iwf_str_make(c, 1);
	}
}

/* Every octet at every offset: what needs no escape goes over in runs. */
static void test_escape_anywhere(void **state)
{
	struct iwf_buf got = { .len = 0 }, want = { .len = 0 };
	char text[19];
	struct imdn imdn = { .type = IMDN_TYPE_DISPLAY,
			     .status = IMDN_STATUS_DISPLAYED,
			     .note = iwf_str_make(text, sizeof(text)) };

	(void)state;
	for (size_t row = 0; row < 256 * sizeof(text); row++) {
		size_t at = row / 256;
		unsigned char c = (unsigned char)row;

		memset(text, 'x', sizeof(text));
		iwf_buf_clear(&want);
		iwf_buf_str_put(&want, IWF_STR("<note>"));
		iwf_buf_put(&want, text, at);
		iwf_buf_str_put(&want, escaped(&c));
		iwf_buf_put(&want, text, sizeof(text) - at - 1);
		iwf_buf_str_put(&want, IWF_STR("</note></imdn>"));
		text[at] = (char)c;
		iwf_buf_clear(&got);
		imdn_format(&got, &imdn);
		if (iwf_str_search(iwf_buf_str(&got), iwf_buf_str(&want)) ==
		    IWF_STR_NPOS)
			fail_msg("octet %02x at %zu", c, at);
	}
	iwf_buf_free(&got);
	iwf_buf_free(&want);
}

static void test_round_trip(void **state)
{
	struct iwf_buf buf = { .len = 0 };
	uint32_t seed = 5438;

	for (size_t i = 0; i < 1000; i++) {
		const struct pair_row *pair =
			&pairs[i % (sizeof(pairs) / sizeof(pairs[0]))];
		const struct imdn first = {
			.message_id = make_text(&seed, *state, false),
			.recipient_uri = make_text(&seed, *state, false),
			.subject = make_text(&seed, *state, true),
			.note = make_text(&seed, *state, true),
			.type = pair->type,
			.status = pair->status,
		};
		struct imdn second;

		iwf_buf_clear(&buf);
		imdn_format(&buf, &first);
		assert_int_equal(imdn_parse(*state, iwf_buf_str(&buf), &second,
					    NULL), IWF_OK);
		assert_true(iwf_str_eq(first.message_id, second.message_id));
		assert_true(iwf_str_eq(first.recipient_uri,
				       second.recipient_uri));
		assert_true(iwf_str_eq(first.subject, second.subject));
		assert_true(iwf_str_eq(first.note, second.note));
		assert_int_equal(first.type, second.type);
		assert_int_equal(first.status, second.status);
	}
	iwf_buf_free(&buf);
}

static void test_want(void **state)
{
	static const struct {
		const char *value;
		uint32_t want;
	} rows[] = {
		{ "", 0 },
		{ "positive-delivery", IWF_WANT_DELIVERED },
		{ "negative-delivery", IWF_WANT_FAILED },
		{ "processing", IWF_WANT_PROCESSED },
		{ "display", IWF_WANT_DISPLAYED },
		{ "interworking", IWF_WANT_INTERWORKED },
		/* RFC 5438 6.2 */
		{ "positive-delivery, display",
		  IWF_WANT_DELIVERED | IWF_WANT_DISPLAYED },
		{ "Positive-Delivery,,NEGATIVE-delivery , foo",
		  IWF_WANT_DELIVERED | IWF_WANT_FAILED },
		{ "display;a=b;c=\"x,processing\\\",y\";d , interworking",
		  IWF_WANT_DISPLAYED | IWF_WANT_INTERWORKED },
		{ "display display", 0 },
		{ "none", 0 },
	};
	uint32_t want;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (imdn_want_parse(iwf_str_from(rows[i].value), &want) ||
		    want != rows[i].want)
			fail_msg("%s", rows[i].value);
	want = 77;
	assert_int_equal(imdn_want_parse(IWF_STR("display;a=\"b"), &want),
			 IWF_E_SYNTAX);
	assert_int_equal(imdn_want_parse(IWF_STR("display\ndisplay"), &want),
			 IWF_E_SYNTAX);
	assert_int_equal(want, 77);
}

static void test_want_format(void **state)
{
	struct iwf_buf buf = { .len = 0 };

	(void)state;
	imdn_want_format(&buf, IWF_WANT_DELIVERED | IWF_WANT_FAILED |
			 IWF_WANT_DISPLAYED | IWF_WANT_INTERWORKED);
	iwf_buf_u8(&buf, 0);
	assert_string_equal(buf.ptr, "positive-delivery, negative-delivery, "
			    "display, interworking");
	for (uint32_t want = 0; want < 32; want++) {
		uint32_t again = 99;

		iwf_buf_clear(&buf);
		imdn_want_format(&buf, want);
		assert_int_equal(imdn_want_parse(iwf_buf_str(&buf), &again), 0);
		assert_int_equal(again, want);
	}
	iwf_buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pairs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shape_b, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test(test_order),
		cmocka_unit_test_setup_teardown(test_refuse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_encoding, setup, teardown),
		cmocka_unit_test_setup_teardown(test_round_trip, setup,
						teardown),
		cmocka_unit_test(test_escape_anywhere),
		cmocka_unit_test(test_want),
		cmocka_unit_test(test_want_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
