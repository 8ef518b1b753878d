/* Writing Message/CPIM: nothing can break out of its header, and what is
 * written reads back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wire/cpim.h>

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

/* Nobody's value begins a header of its own. */
static void test_injection(void **state)
{
	static const char evil[] = "a\r\nTo: <x:y>\r\n\r\n\x01\x7f\\ ";
	struct cpim_address to = { iwf_str_from(evil), iwf_str_from(evil) };
	struct cpim_subject subject = { iwf_str_from(evil),
					iwf_str_from(evil) };
	struct cpim_header headers[] = {
		{ IWF_STR(CPIM_NS_IMDN), IWF_STR("Message-ID"),
		  iwf_str_from(evil), iwf_str_from(evil) },
		{ iwf_str_from(evil), IWF_STR("X"), IWF_STR("y"),
		  IWF_STR_NONE },
		{ IWF_STR_NONE, iwf_str_from(evil), IWF_STR("y"),
		  IWF_STR_NONE },
		{ IWF_STR_NONE, IWF_STR("From"), IWF_STR("<z:z>"),
		  IWF_STR_NONE },
	};
	struct cpim_mime other = { IWF_STR("X-A"), iwf_str_from(evil) };
	const struct cpim_message first = {
		.to = &to, .to_count = 1,
		.datetime = iwf_str_from(evil),
		.subjects = &subject, .subject_count = 1,
		.headers = headers, .header_count = 4,
		.content_type = iwf_str_from(evil),
		.others = &other, .other_count = 1,
		.content = iwf_str_from(evil),
	};
	struct iwf_buf buf = { .len = 0 };
	struct cpim_message second;

	cpim_format(&buf, &first);
	second = parse(state, iwf_buf_str(&buf));
	assert_int_equal(second.to_count, 1);
	assert_str(second.to[0].name, evil);
	assert_true(iwf_str_is_printable(second.to[0].uri));
	assert_int_equal(second.from.uri.len, 0);
	assert_str(second.datetime, evil);
	assert_str(second.subjects[0].value, evil);
	assert_int_equal(second.subjects[0].lang.len, 0);
	assert_int_equal(second.header_count, 2);
	assert_str(second.headers[0].value, evil);
	assert_int_equal(second.headers[0].params.len, 0);
	assert_str(second.headers[1].name, "X");
	assert_int_equal(second.other_count, 1);
	assert_str(second.content, evil);
	iwf_buf_free(&buf);
}

static void test_datetime(void **state)
{
	const struct cpim_message msg = {
		.from = { .uri = IWF_STR("sip:a@b") },
		.datetime_ms = 1772360100000,
	};
	struct iwf_buf buf = { .len = 0 };

	(void)state;
	cpim_format(&buf, &msg);
	iwf_buf_u8(&buf, 0);
	assert_string_equal(buf.ptr, "From: <sip:a@b>\r\n"
			    "DateTime: 2026-03-01T10:15:00Z\r\n\r\n\r\n");
	iwf_buf_free(&buf);
}

/* Without anything else a header must not look like the wrapper's. */
static void test_leading(void **state)
{
	struct cpim_header header = { .name = IWF_STR("Content-Type"),
				      .value = IWF_STR("Message/CPIM") };
	struct cpim_message msg = { .headers = &header, .header_count = 1 };
	struct iwf_buf buf = { .len = 0 };

	cpim_format(&buf, &msg);
	msg = parse(state, iwf_buf_str(&buf));
	assert_int_equal(msg.header_count, 1);
	assert_str(msg.headers[0].value, "Message/CPIM");
	msg = (struct cpim_message){ .content = IWF_STR("x") };
	iwf_buf_clear(&buf);
	cpim_format(&buf, &msg);
	msg = parse(state, iwf_buf_str(&buf));
	assert_str(msg.content, "x");
	iwf_buf_free(&buf);
}

static struct iwf_str make_text(uint32_t *seed, struct iwf_arena *arena)
{
	static const char *const pieces[] = {
		"a", " ", "\\", "\"", "'", "<", ">", ":", ";", "\r\n", "\t",
		"\\u0041", "\\n", "\x01", "\x7f", "\xc3\xa4", ",",
		"\xf0\x9f\x98\x80", "NS: a <b:c>", "=",
	};
	struct iwf_str text = IWF_STR("");

	for (int i = 0; i < 6; i++) {
		*seed = *seed * 1664525u + 1013904223u;
		text = iwf_arena_printf(arena, "%.*s%s", IWF_STR_ARG(text),
			pieces[(*seed >> 8) %
			       (sizeof(pieces) / sizeof(pieces[0]))]);
	}
	return text;
}

static void test_round_trip(void **state)
{
	static const char *const uris[] = { "", CPIM_NS_IMDN, CPIM_NS_CPM,
					    "urn:x", "urn:y" };
	struct iwf_buf buf = { .len = 0 };
	uint32_t seed = 3862;

	for (size_t i = 0; i < 1000; i++) {
		struct cpim_address to[] = {
			{ make_text(&seed, *state), IWF_STR("tel:+49") },
			{ make_text(&seed, *state), IWF_STR("sip:a b@c") },
		};
		struct cpim_subject subject = { IWF_STR("de-DE"),
						make_text(&seed, *state) };
		struct cpim_header headers[8];
		const struct cpim_message first = {
			.from = to[0],
			.to = to, .to_count = 2, .cc = to, .cc_count = 1,
			.subjects = &subject, .subject_count = 1,
			.headers = headers, .header_count = 8,
			.content_type = IWF_STR("text/plain"),
			.content = make_text(&seed, *state),
		};
		struct cpim_message second;

		for (size_t k = 0; k < 8; k++)
			headers[k] = (struct cpim_header){
				iwf_str_from(uris[(i + k * k) % 5]),
				IWF_STR("Name"), make_text(&seed, *state),
				IWF_STR(";p=\"q r\"") };
		iwf_buf_clear(&buf);
		cpim_format(&buf, &first);
		second = parse(state, iwf_buf_str(&buf));
		assert_true(iwf_str_eq(second.from.name, to[0].name));
		assert_int_equal(second.to_count, 2);
		assert_true(iwf_str_eq(second.to[1].name, to[1].name));
		assert_true(iwf_str_eq(second.to[1].uri, to[1].uri));
		assert_str(second.subjects[0].lang, "de-DE");
		assert_true(iwf_str_eq(second.subjects[0].value,
				       subject.value));
		assert_int_equal(second.header_count, 8);
		for (size_t k = 0; k < 8; k++) {
			assert_true(iwf_str_eq(second.headers[k].uri,
					       headers[k].uri));
			assert_true(iwf_str_eq(second.headers[k].value,
					       headers[k].value));
			assert_str(second.headers[k].params, ";p=\"q r\"");
		}
		assert_true(iwf_str_eq(second.content, first.content));
	}
	iwf_buf_free(&buf);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_injection), TEST(test_datetime),
		TEST(test_leading), TEST(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
