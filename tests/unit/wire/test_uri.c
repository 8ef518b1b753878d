/* SIP, TEL and IM URIs: which address they are, and how it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wire/uri.h>

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

#define NUMBER IWF_ADDRESS_NUMBER
#define LOCAL IWF_ADDRESS_LOCAL
#define SIP IWF_ADDRESS_SIP

static const struct {
	const char *text;
	enum iwf_address_kind kind;
	const char *user;
	const char *domain;
	const char *uri; /* NULL: the text itself */
} accepted[] = {
	/* RFC 3966 6 */
	{ "tel:+1-201-555-0123", NUMBER, "+12015550123", "", NULL },
	{ "tel:7042;phone-context=example.com", LOCAL, "7042",
	  "example.com", NULL },
	{ "tel:863-1234;phone-context=+1-914-555", NUMBER,
	  "+19145558631234", "", NULL },
	/* RFC 3966 3: separators, case, unknown parameters */
	{ "TEL:+49.(171)-1234;isub=1;x=y", NUMBER, "+491711234", "",
	  NULL },
	{ "tel:%2B49171", NUMBER, "+49171", "", NULL },
	{ "tel:*100%23;phone-context=Example.NET", LOCAL, "*100#",
	  "example.net", NULL },
	{ "tel:*1;phone-context=+49", LOCAL, "*1", "+49", NULL },
	{ "tel:0171000;phone-context=+49", NUMBER, "+490171000", "",
	  NULL },
	{ "tel:123", LOCAL, "123", "", NULL },
	/* RFC 3261 19.1.3 */
	{ "sip:alice@atlanta.com", SIP, "alice", "atlanta.com", NULL },
	{ "sip:alice:secretword@atlanta.com;transport=tcp", SIP,
	  "alice", "atlanta.com", NULL },
	{ "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
	  SIP, "alice", "atlanta.com", NULL },
	{ "sip:+1-212-555-1212:1234@gateway.com;user=phone", NUMBER,
	  "+12125551212", "gateway.com", NULL },
	{ "sips:1212@gateway.com", LOCAL, "1212", "gateway.com", NULL },
	{ "sip:alice@192.0.2.4", SIP, "alice", "192.0.2.4", NULL },
	{ "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
	  SIP, "", "atlanta.com", NULL },
	{ "sip:alice;day=tuesday@atlanta.com", SIP,
	  "alice;day=tuesday", "atlanta.com", NULL },
	/* RFC 3261 19.1.4: escapes in the user, case of the host */
	{ "SIP:%61lice@AtLanTa.CoM;Transport=udp", SIP, "alice",
	  "atlanta.com", NULL },
	{ "sip:a%40b@h", SIP, "a@b", "h", NULL },
	{ "sip:%31%32@h", LOCAL, "12", "h", NULL },
	{ "sip:bob@[2001:db8::10]:5070", SIP, "bob", "[2001:db8::10]",
	  NULL },
	{ "sip:h:5060", SIP, "", "h", NULL },
	/* numbers in SIP, with and without user=phone */
	{ "sip:+491710000001@ims.example.net;user=phone", NUMBER,
	  "+491710000001", "ims.example.net", NULL },
	{ "sip:+491710000001@ims.example.net", NUMBER, "+491710000001",
	  "ims.example.net", NULL },
	{ "sip:0171;phone-context=+49@h;user=phone", NUMBER, "+490171",
	  "h", NULL },
	{ "sip:11;phone-context=a.b@h;user=phone", LOCAL, "11", "a.b",
	  NULL },
	{ "sip:0171-2@h;user=phone", LOCAL, "01712", "h", NULL },
	{ "sip:0171-2@h", SIP, "0171-2", "h", NULL },
	{ "sip:alice@h;user=phone", SIP, "alice", "h", NULL },
	{ "sip:+49abc@h", SIP, "+49abc", "h", NULL },
	/* RFC 3860 */
	{ "im:fiona@example.com", SIP, "fiona", "example.com", NULL },
	/* name-addr, RFC 3261 20.10 */
	{ "\"A. G. <Bell>\" <sip:agb@bell-telephone.com> ;tag=a48s",
	  SIP, "agb", "bell-telephone.com",
	  "sip:agb@bell-telephone.com" },
	{ "Anonymous <tel:+4917>;x", NUMBER, "+4917", "", "tel:+4917" },
	{ "<sip:a@b;c=d>", SIP, "a", "b", "sip:a@b;c=d" },
	{ "  sip:a@b ", SIP, "a", "b", "sip:a@b" },
};

static void test_parse(void **state)
{
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		struct iwf_address got;
		struct iwf_why why = { .at = 0 };
		const char *uri = accepted[i].uri ? accepted[i].uri : accepted[i].text;

		if (uri_parse(*state, iwf_str_from(accepted[i].text), &got, &why))
			fail_msg("%s: %s", accepted[i].text, why.text);
		if (got.kind != accepted[i].kind ||
		    !iwf_str_eq(got.user, iwf_str_from(accepted[i].user)) ||
		    !iwf_str_eq(got.domain, iwf_str_from(accepted[i].domain)) ||
		    !iwf_str_eq(got.uri, iwf_str_from(uri)))
			fail_msg("%s gave %d %.*s %.*s %.*s", accepted[i].text,
				 got.kind, IWF_STR_ARG(got.user),
				 IWF_STR_ARG(got.domain),
				 IWF_STR_ARG(got.uri));
	}
}

static const struct {
	const char *text;
	enum iwf_err err;
} refused[] = {
	{ "", IWF_E_SYNTAX },
	{ "alice", IWF_E_SYNTAX },              /* no scheme */
	{ ":a@b", IWF_E_SYNTAX },
	{ "mailto:a@b", IWF_E_UNSUPPORTED },
	{ "http://a/", IWF_E_UNSUPPORTED },
	{ "tel:", IWF_E_SYNTAX },               /* no digit */
	{ "tel:+", IWF_E_SYNTAX },
	{ "tel:-", IWF_E_SYNTAX },
	{ "tel:+49x", IWF_E_SYNTAX },
	{ "tel:alice", IWF_E_SYNTAX },
	{ "tel:++49", IWF_E_SYNTAX },
	{ "tel:1;phone-context=+x", IWF_E_SYNTAX },
	{ "tel:1;phone-context=a/b", IWF_E_SYNTAX },
	{ "tel:1;phone-context=%0d", IWF_E_SYNTAX },
	{ "sip:", IWF_E_SYNTAX },               /* no host */
	{ "sip:a@", IWF_E_SYNTAX },
	{ "sip:@h", IWF_E_SYNTAX },             /* empty user */
	{ "sip::p@h", IWF_E_SYNTAX },
	{ "sip:a@h:", IWF_E_SYNTAX },           /* port */
	{ "sip:a@h:x", IWF_E_SYNTAX },
	{ "sip:a@h:70000", IWF_E_SYNTAX },
	{ "sip:a@h_%41", IWF_E_SYNTAX },        /* encoded host */
	{ "sip:a@[::1", IWF_E_SYNTAX },
	{ "sip:a@b@c", IWF_E_SYNTAX },
	{ "sip:a%4@h", IWF_E_SYNTAX },          /* escape cut off */
	{ "sip:a%zz@h", IWF_E_SYNTAX },
	{ "sip:a%0d%0aVia:@h", IWF_E_SYNTAX },  /* line end inside */
	{ "sip:a%00@h", IWF_E_SYNTAX },
	{ "sip:a%ff@h", IWF_E_SYNTAX },         /* not UTF-8 */
	{ "sip:a\xff@h", IWF_E_SYNTAX },
	{ "sip:a\r\n@h", IWF_E_SYNTAX },
	{ "tel:+49\t171", IWF_E_SYNTAX },
	{ "tel:+49 171", IWF_E_SYNTAX },        /* RFC 3986 2 */
	{ "sip:\"a\"@h", IWF_E_SYNTAX },
	{ "<sip:a<b@h>", IWF_E_SYNTAX },
	{ "<sip:a@h", IWF_E_SYNTAX },           /* brackets, quotes */
	{ "sip:a@h>", IWF_E_SYNTAX },
	{ "\"a <sip:a@h>", IWF_E_SYNTAX },
	{ "\"a\" sip:a@h", IWF_E_SYNTAX },
	{ "\"a\" b <sip:a@h>", IWF_E_SYNTAX },
};

static void test_refuse(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct iwf_address got = { .kind = IWF_ADDRESS_ALPHA };

		if (uri_parse(*state, iwf_str_from(refused[i].text), &got,
			      NULL) != refused[i].err)
			fail_msg("%s", refused[i].text);
		assert_int_equal(got.kind, IWF_ADDRESS_ALPHA);
	}
}

static void test_limit(void **state)
{
	struct iwf_address got;
	char text[URI_LEN_MAX + 1];

	memset(text, '1', sizeof(text));
	memcpy(text, "tel:+", 5);
	assert_int_equal(uri_parse(*state, iwf_str_make(text, URI_LEN_MAX),
				   &got, NULL), IWF_OK);
	assert_int_equal(uri_parse(*state, iwf_str_make(text, URI_LEN_MAX + 1),
				   &got, NULL), IWF_E_LIMIT);
}

static void test_format(void **state)
{
	static const struct {
		enum iwf_address_kind kind;
		const char *user;
		const char *domain;
		const char *uri;
	} rows[] = {
		{ NUMBER, "+49171", "", "tel:+49171" },
		{ NUMBER, "+49171", "h", "tel:+49171" },
		{ LOCAL, "12345", "", "tel:12345" },
		{ LOCAL, "*1#", "h.net", "tel:*1%23;phone-context=h.net" },
		{ LOCAL, "*1", "+49", "tel:*1;phone-context=+49" },
		{ SIP, "alice", "h", "sip:alice@h" },
		{ SIP, "", "h", "sip:h" },
		{ SIP, "a b@c;d>\r\n", "h", "sip:a%20b%40c%3Bd%3E%0D%0A@h" },
		{ IWF_ADDRESS_ALPHA, "ACME Bank", "",
		  "sip:ACME%20Bank@alpha.invalid" },
		{ IWF_ADDRESS_ALPHA, "ACME", "alpha.iwf.example",
		  "sip:ACME@alpha.iwf.example" },
		{ IWF_ADDRESS_NONE, "x", "y", "" },
	};
	struct iwf_buf buf = { .len = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct iwf_address address = {
			.kind = rows[i].kind,
			.user = iwf_str_from(rows[i].user),
			.domain = iwf_str_from(rows[i].domain),
			.uri = IWF_STR("sip:never@used"),
		};

		iwf_buf_clear(&buf);
		uri_format(&buf, &address);
		if (!iwf_str_eq(iwf_buf_str(&buf), iwf_str_from(rows[i].uri)))
			fail_msg("%s: %.*s", rows[i].uri,
				 IWF_STR_ARG(iwf_buf_str(&buf)));
	}
	iwf_buf_free(&buf);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static struct iwf_str pick(uint32_t *seed, char *room, const char *from)
{
	size_t len = 1 + next(seed) % 20;

	for (size_t i = 0; i < len; i++)
		room[i] = from[next(seed) % strlen(from)];
	return iwf_str_make(room, len);
}

static void test_round_trip(void **state)
{
	static const char digits[] = "0123456789";
	static const char any[] = "ab z;:@?&=+$,/%<>\"\\#()!'{}|^`~*-_.";
	struct iwf_buf buf = { .len = 0 };
	uint32_t seed = 3966;

	for (size_t i = 0; i < 3000; i++) {
		char user[32] = "x", domain[32] = "+";
		struct iwf_address first = { .kind = NUMBER }, second;

		first.kind = (enum iwf_address_kind[]){ NUMBER, LOCAL, SIP }
			[next(&seed) % 3];
		pick(&seed, user + 1, first.kind == SIP ? any : digits);
		user[0] = first.kind == NUMBER ? '+' : first.kind == SIP ?
			'x' : '7';
		first.user = iwf_str_make(user, 2 + next(&seed) % 10);
		for (size_t k = 1; k < first.user.len; k++)
			if (!user[k])
				user[k] = '1';
		if (first.kind != NUMBER)
			first.domain = pick(&seed, domain, "abc.-09");
		iwf_buf_clear(&buf);
		uri_format(&buf, &first);
		if (uri_parse(*state, iwf_buf_str(&buf), &second, NULL) ||
		    !iwf_address_eq(&first, &second))
			fail_msg("%.*s", IWF_STR_ARG(iwf_buf_str(&buf)));
	}
	iwf_buf_free(&buf);
}

static bool is_among(unsigned char c, const char *set)
{
	return c && strchr(set, c);
}

/* Every octet in the user part and in the host. */
static void test_octets(void **state)
{
	for (unsigned c = 1; c < 256; c++) {
		bool is_alnum = (c >= '0' && c <= '9') ||
				((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
		struct iwf_address address;
		char user[] = "sip:ab?zz@example.net";
		char host[] = "sip:ab@exam?ple.net";

		*strchr(user, '?') = *strchr(host, '?') = (char)c;
		assert_int_equal(uri_parse(*state, iwf_str_from(user),
					   &address, NULL) == IWF_OK,
				 is_alnum ||
				 is_among((unsigned char)c,
					  "-_.!~*'()&=+$,/;:?#[]"));
		/* Parameters and headers begin with ; and ? there. */
		assert_int_equal(uri_parse(*state, iwf_str_from(host),
					   &address, NULL) == IWF_OK,
				 is_alnum ||
				 is_among((unsigned char)c, "-_.;?"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refuse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_octets, setup, teardown),
		cmocka_unit_test(test_format),
		cmocka_unit_test_setup_teardown(test_round_trip, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
