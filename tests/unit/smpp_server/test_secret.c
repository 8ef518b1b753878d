/* Passwords of accounts, in clear and as hashes. */
#include "server/secret.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define DIGEST \
	"bede90386d450cea8b77b822f8887065e4e5abf132c2f9dccfcc7fbd4cba5e35"
#define DERIVED \
	"611f7a60df2de159d0a7b4ac82f50065dab2e9f2adef389683afef1b1c33694d"
#define NO_DIGEST \
	"gede90386d450cea8b77b822f8887065e4e5abf132c2f9dccfcc7fbd4cba5e35"
#define SHA256 "sha256$salt$" DIGEST
#define PBKDF2 "pbkdf2$20000$NaCl$" DERIVED

static const struct { const char *secret, *guess; bool is; } guesses[] = {
	{ "secret", "secret", true }, { "secret", "Secret", false },
	{ "secret", "secre", false }, { "secret", "", false },
	{ "secret", "secretx", false }, { "12345678", "12345678", true },
	{ "12345678", "123456789", false },
	{ SHA256, "secret", true }, { SHA256, "secret1", false },
	{ SHA256, "", false }, { SHA256, SHA256, false },
	{ PBKDF2, "secret", true }, { PBKDF2, "Secret", false },
	/* A hash that is none opens to nobody. */
	{ "sha256$salt$00", "", false }, { "pbkdf2$0$s$", "", false },
};

static void the_right_one_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++)
		assert_int_equal(
			server_secret_is(iwf_str_from(guesses[i].secret),
					 iwf_str_from(guesses[i].guess)),
			guesses[i].is);
}

static const struct { const char *secret; enum iwf_err err; } checks[] = {
	{ "", IWF_OK }, { "12345678", IWF_OK }, { SHA256, IWF_OK },
	{ PBKDF2, IWF_OK }, { "123456789", IWF_E_LIMIT },
	{ "sha256$", IWF_E_SYNTAX }, { "sha256$s$12", IWF_E_SYNTAX },
	{ "sha256$$" DIGEST, IWF_E_SYNTAX },
	{ SHA256 "0", IWF_E_SYNTAX },
	{ "sha256$salt$" NO_DIGEST, IWF_E_SYNTAX },
	{ "pbkdf2$0$s$" DERIVED, IWF_E_SYNTAX },
	{ "pbkdf2$20001$s$" DERIVED, IWF_E_SYNTAX },
	{ "pbkdf2$x$s$" DERIVED, IWF_E_SYNTAX },
	/* Like a hash, but not one of ours: too long for a password. */
	{ "$2y$10$abcdefgh", IWF_E_LIMIT },
};

static void what_nobody_could_bind_with_is_refused(void **state)
{
	struct iwf_why why;

	(void)state;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		assert_int_equal(server_secret_check(
				 iwf_str_from(checks[i].secret), &why),
				 checks[i].err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_one_is_taken),
		cmocka_unit_test(what_nobody_could_bind_with_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
