/* Reading Message/CPIM: the RFC's examples, what is tolerated and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wire/cpim.h>

#define END "\r\n\r\n"
#define IMDN IWF_STR(CPIM_NS_IMDN)

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

#define assert_str(got, want) do { \
	struct iwf_str got_ = (got), want_ = iwf_str_from(want); \
	if (!iwf_str_eq(got_, want_)) \
		fail_msg("`%.*s` is not `%s`", IWF_STR_ARG(got_), want_.ptr); \
} while (0)

static struct cpim_message parse(void **state, struct iwf_str text)
{
	struct cpim_message msg = { .to_count = 0 };
	struct iwf_why why = { .at = 0 };

	if (cpim_parse(*state, text, &msg, &why))
		fail_msg("at %zu: %s", why.at, why.text);
	return msg;
}

static struct iwf_str value_of(const struct cpim_message *msg, const char *uri,
			       const char *name)
{
	const struct cpim_header *header =
		cpim_find(msg, iwf_str_from(uri), iwf_str_from(name));

	if (!header)
		fail_msg("no %s", name);
	return header->value;
}

/* RFC 3862 5.1, without its Require of an option that nobody has. */
static void test_rfc_example(void **state)
{
	struct cpim_message msg = parse(state, IWF_STR(
		"Content-type: Message/CPIM\r\n\r\n"
		"From: MR SANDERS <im:piglet@100akerwood.com>\r\n"
		"To: Depressed Donkey <im:eeyore@100akerwood.com>\r\n"
		"DateTime: 2000-12-13T13:40:00-08:00\r\n"
		"Subject: the weather will be fine today\r\n"
		"Subject:;lang=fr beau temps prevu pour aujourd'hui\r\n"
		"NS: MyFeatures <mid:MessageFeatures@id.foo.com>\r\n"
		"MyFeatures.VitalMessageOption: Confirmation-requested\r\n"
		"MyFeatures.WackyMessageOption: Use-silly-font\r\n\r\n"
		"Content-type: text/xml; charset=utf-8\r\n"
		"Content-ID: <1234567890@foo.com>\r\n\r\n"
		"<body>\r\nHere is the text of my message.\r\n</body>"));

	assert_str(msg.from.name, "MR SANDERS");
	assert_str(msg.from.uri, "im:piglet@100akerwood.com");
	assert_int_equal(msg.to_count, 1);
	assert_str(msg.to[0].name, "Depressed Donkey");
	assert_int_equal(msg.datetime_ms, 976743600000);
	assert_int_equal(msg.subject_count, 2);
	assert_int_equal(msg.subjects[0].lang.len, 0);
	assert_str(msg.subjects[1].lang, "fr");
	assert_str(msg.subjects[1].value, "beau temps prevu pour aujourd'hui");
	assert_int_equal(msg.header_count, 2);
	assert_str(value_of(&msg, "mid:MessageFeatures@id.foo.com",
			    "WackyMessageOption"), "Use-silly-font");
	assert_true(cpim_is_content(&msg, IWF_STR("TEXT/XML")));
	assert_false(cpim_is_content(&msg, IWF_STR("text/x")));
	assert_str(msg.content_id, "<1234567890@foo.com>");
	assert_str(msg.content,
		   "<body>\r\nHere is the text of my message.\r\n</body>");
}

static void test_cpm_example(void **state)
{
	static const char text[] =
		"From: <sip:+491710000001@ims.example.net>\r\n"
		"To: <tel:+491710000002>\r\n"
		"DateTime: 2026-03-01T10:15:00Z\r\n"
		"NS: imdn <urn:ietf:params:imdn>\r\n"
		"imdn.Message-ID: Msg4kA9zQ7pL2x\r\n"
		"imdn.Disposition-Notification: positive-delivery, display\r\n"
		"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
		"Hello, world";
	struct cpim_message msg = parse(state, iwf_str_from(text));
	struct iwf_buf buf = { .len = 0 };

	assert_int_equal(msg.from.name.len, 0);
	assert_str(value_of(&msg, CPIM_NS_IMDN, "Message-ID"),
		   "Msg4kA9zQ7pL2x");
	assert_null(cpim_find(&msg, IMDN, IWF_STR("message-id")));
	assert_null(cpim_find(&msg, IWF_STR("imdn"), IWF_STR("Message-ID")));
	/* Written in this very order, it comes out byte for byte. */
	cpim_format(&buf, &msg);
	iwf_buf_u8(&buf, 0);
	assert_string_equal(buf.ptr, text);
	iwf_buf_free(&buf);
}

/* RFC 3862 3.4: what counts is the URI, from its declaration on. */
static void test_namespaces(void **state)
{
	struct cpim_message msg = parse(state, IWF_STR(
		"NS: a <urn:ietf:params:imdn>\r\n"
		"NS:  b<urn:y>\r\n"
		"a.Message-ID: 1\r\n"
		"b.Message-ID: 2\r\n"
		"NS: a <urn:z>\r\n"
		"a.Message-ID: 3\r\n"
		"Plain: 4\r\n"
		"NS: <urn:d>\r\n"
		"Plain: 5\r\n"
		"Subject: 6\r\n"
		"NS: c <urn:ietf:params:cpim-headers:>\r\n"
		"c.Subject: 7\r\n"
		"NS: <urn:ietf:params:cpim-headers:>\r\n"
		"Subject: 8\r\n"
		"b.Message-ID: 9\r\n" END));

	assert_str(value_of(&msg, CPIM_NS_IMDN, "Message-ID"), "1");
	assert_str(value_of(&msg, "urn:y", "Message-ID"), "2");
	assert_str(value_of(&msg, "urn:z", "Message-ID"), "3");
	assert_str(value_of(&msg, "", "Plain"), "4");
	assert_str(value_of(&msg, "urn:d", "Plain"), "5");
	assert_str(value_of(&msg, "urn:d", "Subject"), "6");
	assert_int_equal(msg.subject_count, 2);
	assert_str(msg.subjects[0].value, "7");
	assert_str(msg.subjects[1].value, "8");
	assert_int_equal(msg.header_count, 7);
	assert_str(msg.headers[6].value, "9");
}

static void test_escapes(void **state)
{
	static const struct {
		const char *raw;
		const char *value;
	} rows[] = {
		/* RFC 3862 2.3.1 */
		{ "a\\\\b", "a\\b" },
		{ "\\\"x\\\" \\'", "\"x\" '" },
		{ "\\b\\t\\n\\r.", "\b\t\n\r." },
		{ "\\u00e4\\u4E2D", "\xc3\xa4\xe4\xb8\xad" },
		{ "\\ud83d\\ude00", "\xf0\x9f\x98\x80" },
		{ "\\ud83d!", "\xef\xbf\xbd!" },   /* half a pair */
		{ "\\ude00\\ud83d", "\xef\xbf\xbd\xef\xbf\xbd" },
		/* none: left as they are */
		{ "C:\\dir \\u12 \\", "C:\\dir \\u12 \\" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "\\u0020a\\u0020", " a " },
		{ "  blanks \t", "blanks" },
		{ "\t", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cpim_message msg = parse(state, iwf_arena_printf(*state,
			"Subject: %s\r\nX: %s\r\n" END, rows[i].raw,
			rows[i].raw));

		assert_str(msg.subjects[0].value, rows[i].value);
		assert_str(value_of(&msg, "", "X"), rows[i].value);
	}
}

static void test_addresses(void **state)
{
	static const struct {
		const char *raw;
		const char *name;
		const char *uri;
	} rows[] = {
		/* RFC 3862 4.1 */
		{ "Winnie the Pooh <im:pooh@100akerwood.com>",
		  "Winnie the Pooh", "im:pooh@100akerwood.com" },
		{ "<im:tigger@100akerwood.com>", "",
		  "im:tigger@100akerwood.com" },
		{ "\"A \\\"B\\\" <c>\\n\" <sip:a@b>", "A \"B\" <c>\n",
		  "sip:a@b" },
		{ "\"A\"<sip:a@b>", "A", "sip:a@b" },
		{ "\"\" < sip:a@b >", "", "sip:a@b" },
		{ "J\\u00fcrgen<tel:+49>", "J\xc3\xbcrgen", "tel:+49" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cpim_message msg = parse(state, iwf_arena_printf(*state,
			"From: %s\r\nTo: <x:1>\r\ncc: %s\r\nTo: %s\r\n" END,
			rows[i].raw, rows[i].raw, rows[i].raw));

		assert_str(msg.from.name, rows[i].name);
		assert_str(msg.from.uri, rows[i].uri);
		assert_int_equal(msg.to_count, 2);
		assert_str(msg.to[1].uri, rows[i].uri);
		assert_int_equal(msg.cc_count, 1);
		assert_str(msg.cc[0].name, rows[i].name);
	}
}

static void test_tolerated(void **state)
{
	struct cpim_message msg = parse(state, IWF_STR(
		"From:<sip:a@b>\nDateTime:   yesterday\n"
		"X:;a=\"b c\";d=e  v\nX:;f\nFROM: g\n\n"
		"content-TYPE : Text/Plain;\n charset=utf-8\n"
		"X-Empty:\nContent-Length: 5\n\n"
		"\0\xff\n\n\0"));

	assert_str(msg.from.uri, "sip:a@b");
	assert_str(msg.datetime, "yesterday");
	assert_int_equal(msg.datetime_ms, 0);
	assert_int_equal(msg.header_count, 3);
	assert_str(msg.headers[0].params, ";a=\"b c\";d=e");
	assert_str(msg.headers[0].value, "v");
	assert_str(msg.headers[1].params, ";f");
	assert_int_equal(msg.headers[1].value.len, 0);
	assert_str(msg.headers[2].name, "FROM");
	assert_str(msg.content_type, "Text/Plain; charset=utf-8");
	assert_true(cpim_is_content(&msg, IWF_STR("text/plain")));
	assert_int_equal(msg.other_count, 2);
	assert_str(msg.others[1].value, "5");
	assert_int_equal(msg.content.len, 5);
	assert_memory_equal(msg.content.ptr, "\0\xff\n\n\0", 5);

	msg = parse(state, IWF_STR("A: b\r\n\r\nContent-Type: text/plain"));
	assert_str(msg.content_type, "text/plain");
	assert_int_equal(msg.content.len, 0);
	msg = parse(state, IWF_STR("A: b\r\n\r\n\r\nA: b\r\n\r\n"));
	assert_str(msg.content, "A: b\r\n\r\n");
	assert_false(cpim_is_content(&msg, IWF_STR("")));
}

static void test_require(void **state)
{
	struct cpim_message msg = parse(state, IWF_STR(
		"NS: i <urn:ietf:params:imdn>\r\n"
		"Require: i.Message-ID, Subject\r\nRequire: From\r\n" END));
	struct iwf_why why;

	assert_int_equal(msg.require_count, 3);
	assert_str(msg.requires[0].uri, CPIM_NS_IMDN);
	assert_str(msg.requires[0].name, "Message-ID");
	assert_str(msg.requires[2].name, "From");
	/* RFC 3862 5.1 as it stands */
	assert_int_equal(cpim_parse(*state, IWF_STR(
		"NS: MyFeatures <mid:MessageFeatures@id.foo.com>\r\n"
		"Require: MyFeatures.VitalMessageOption\r\n" END), &msg, &why),
		IWF_E_UNSUPPORTED);
	assert_non_null(strstr(why.text, "VitalMessageOption"));
	assert_int_equal(why.at, 49);
	assert_int_equal(msg.require_count, 3);
}

static const struct {
	const char *rule;
	const char *text;
	enum iwf_err err;
} refused[] = {
	{ "empty", "", IWF_E_SYNTAX },
	{ "no headers", "\r\n\r\nhi", IWF_E_SYNTAX },
	{ "no empty line", "From: <a:b>\r\n", IWF_E_SYNTAX },
	{ "cut off", "From: <a:b>", IWF_E_SYNTAX },
	{ "no colon", "From <a.b>\r\n" END, IWF_E_SYNTAX },
	{ "no name", ": a\r\n" END, IWF_E_SYNTAX },
	{ "blank in name", "From : <a:b>\r\n" END, IWF_E_SYNTAX },
	{ "folded", "X: a\r\n b: c\r\n" END, IWF_E_SYNTAX },
	{ "empty prefix", ".X: a\r\n" END, IWF_E_SYNTAX },
	{ "two dots", "NS: a <u:v>\r\na.b.c: d\r\n" END, IWF_E_SYNTAX },
	{ "no NS", "imdn.Message-ID: a\r\n" END, IWF_E_SYNTAX },
	{ "late NS", "a.X: b\r\nNS: a <u:v>\r\n" END, IWF_E_SYNTAX },
	{ "Require before NS", "Require: a.X\r\nNS: a <u:v>\r\n" END,
	  IWF_E_SYNTAX },
	{ "unknown Require", "Require: X\r\n" END, IWF_E_UNSUPPORTED },
	{ "Require by case", "NS: i <" CPIM_NS_IMDN ">\r\n"
	  "Require: i.message-id\r\n" END, IWF_E_UNSUPPORTED },
	{ "empty Require", "Require: From,\r\n" END, IWF_E_SYNTAX },
	{ "bad prefix", "NS: a b <u:v>\r\n" END, IWF_E_SYNTAX },
	{ "NS without URI", "NS: a\r\n" END, IWF_E_SYNTAX },
	{ "second From", "From: <a:b>\r\nFrom: <c:d>\r\n" END,
	  IWF_E_SYNTAX },
	{ "second DateTime", "DateTime: a\r\nDateTime: b\r\n" END,
	  IWF_E_SYNTAX },
	{ "bare URI", "From: sip:a@b\r\n" END, IWF_E_SYNTAX },
	{ "empty URI", "From: <>\r\n" END, IWF_E_SYNTAX },
	{ "open bracket", "To: A <a:b\r\n" END, IWF_E_SYNTAX },
	{ "behind the URI", "To: <a:b> c\r\n" END, IWF_E_SYNTAX },
	{ "two URIs", "To: <a:b>, <c:d>\r\n" END, IWF_E_SYNTAX },
	{ "open quote", "To: \"a <b:c>\r\n" END, IWF_E_SYNTAX },
	{ "escape in URI", "To: <a:\\u0041>\r\n" END, IWF_E_SYNTAX },
	{ "open quote in params", "X:;a=\"b c\r\n" END, IWF_E_SYNTAX },
	{ "control", "X: a\x01\r\n" END, IWF_E_SYNTAX },
	{ "bare CR", "X: a\rY: b\r\n" END, IWF_E_SYNTAX },
	{ "not UTF-8", "X: \xe4\r\n" END, IWF_E_SYNTAX },
	{ "overlong UTF-8", "X: \xc0\x80\r\n" END, IWF_E_SYNTAX },
	{ "raw surrogate", "X: \xed\xa0\x80\r\n" END, IWF_E_SYNTAX },
	{ "MIME without colon", "X: a\r\n\r\nhello\r\n\r\n",
	  IWF_E_SYNTAX },
	{ "MIME name", "X: a\r\n\r\na b: c\r\n\r\n", IWF_E_SYNTAX },
	{ "MIME not UTF-8", "X: a\r\n\r\nA: \xff\r\n\r\n",
	  IWF_E_SYNTAX },
	{ "other wrapper", "Content-Type: text/plain\r\n\r\nX: a\r\n"
	  END, IWF_E_SYNTAX },
	{ "wrapper only", "Content-Type: message/cpim\r\n\r\n",
	  IWF_E_SYNTAX },
};

static void test_refuse(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct cpim_message msg = { .to_count = 7 };
		struct iwf_why why = { .at = 0 };

		if (cpim_parse(*state, iwf_str_from(refused[i].text), &msg,
			       &why) != refused[i].err)
			fail_msg("%s: %s", refused[i].rule, why.text);
		assert_true(why.text[0]);
		assert_int_equal(msg.to_count, 7);
	}
}

static enum iwf_err parse_repeated(void **state, const char *fmt, int count,
				   const char *tail)
{
	struct iwf_buf buf = { .len = 0 };
	struct cpim_message msg;
	enum iwf_err err;

	for (int i = 0; i < count; i++) {
		struct iwf_str number = iwf_arena_printf(*state, "%d", i);

		for (const char *p = fmt; *p; p++)
			iwf_buf_str_put(&buf, *p == '#' ? number :
					iwf_str_make(p, 1));
	}
	iwf_buf_str_put(&buf, iwf_str_from(tail));
	err = cpim_parse(*state, iwf_buf_str(&buf), &msg, NULL);
	iwf_buf_free(&buf);
	return err;
}

static void test_limits(void **state)
{
	char *line = memset(iwf_arena_alloc(*state, 5000), 'a', 4999);

	assert_int_equal(parse_repeated(state, "X: #\r\n", 64, END), 0);
	assert_int_equal(parse_repeated(state, "X: #\r\n", 65, END),
			 IWF_E_LIMIT);
	assert_int_equal(parse_repeated(state, "NS: p# <u:v>\r\n", 32, END), 0);
	assert_int_equal(parse_repeated(state, "NS: p# <u:v>\r\n", 33, END),
			 IWF_E_LIMIT);
	assert_int_equal(parse_repeated(state, "NS: p <u:#>\r\n", 33, END), 0);
	line[1] = ':';
	line[CPIM_LINE_MAX] = '\0';
	assert_int_equal(parse_repeated(state, line, 1, "\r\n" END), 0);
	assert_int_equal(parse_repeated(state, line, 1, "b\r\n" END),
			 IWF_E_LIMIT);
	line[3000] = '\0';
	assert_int_equal(parse_repeated(state, "", 0, iwf_arena_printf(*state,
		"X: y\r\n\r\n%s\r\n %s\r\n\r\n", line, line).ptr),
		IWF_E_LIMIT);
	assert_int_equal(parse_repeated(state, "Require: To,To,To,To,To\r\n",
					13, END), IWF_E_LIMIT);
}

/* Every octet at every offset of a header's value. */
static void test_octets(void **state)
{
	for (size_t row = 0; row < 20 * 256; row++) {
		char text[] = "Subject: xxxxxxxxxxxxxxxxxxxx\r\n\r\n\r\n";
		unsigned char c = (unsigned char)row;
		bool is_good = c == '\t' || (c >= 0x20 && c < 0x7f);
		struct cpim_message msg;

		text[strlen("Subject: ") + row / 256] = (char)c;
		if (c == '\n')
			continue; /* ends the line */
		if ((cpim_parse(*state, iwf_str_make(text, sizeof(text) - 1),
				&msg, NULL) == IWF_OK) != is_good)
			fail_msg("octet %02x at %zu", c, row / 256);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_rfc_example), TEST(test_cpm_example),
		TEST(test_namespaces), TEST(test_escapes),
		TEST(test_addresses), TEST(test_tolerated),
		TEST(test_require), TEST(test_refuse), TEST(test_limits),
		TEST(test_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
