/* The inside of struct iwf_tls, for the sessions made with it. */
#pragma once

#include <iwf/tls.h>

#include <openssl/ssl.h>

struct iwf_tls {
	SSL_CTX *shared; /* counted by OpenSSL: sessions hold it too */
	enum iwf_tls_side side;
	bool verify;
	char server_name[256]; /* empty: the host's */
};

/* Another owner of the same; NULL stays NULL. */
struct iwf_tls *tls_share(const struct iwf_tls *tls);
