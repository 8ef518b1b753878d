/* The inside of struct tls, for the links made with it. */
#pragma once

#include <openssl/ssl.h>

struct tls {
	SSL_CTX *shared;
	/* Whom a client expects, or NULL. */
	const char *name;
};
