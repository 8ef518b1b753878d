/* What an account's password must be: in clear, or as a hash. Pure. */
#pragma once

#include <iwf/str.h>

/* SMPP 3.4 4.1: nine octets with the NUL. */
#define SERVER_PASSWORD_MAX_LEN 8

/* `secret` is a password, or sha256$SALT$HEX (of salt and password) or
 * pbkdf2$ROUNDS$SALT$HEX (HMAC-SHA-256, up to 20,000 rounds: binding stops the
 * loop for that long). The time depends on the secret, not on the guess. */
bool server_secret_is(struct iwf_str secret, struct iwf_str guess);
/* IWF_E_SYNTAX when it begins like a hash and is none; IWF_E_LIMIT when nobody
 * could bind with it. */
enum iwf_err server_secret_check(struct iwf_str secret, struct iwf_why *why);
