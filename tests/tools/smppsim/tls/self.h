/* A certificate that nobody else vouches for. */
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>

/* Makes one for localhost, 127.0.0.1 and ::1, and uses it. */
bool self_certify(SSL_CTX *shared);
/* Writes the certificate in use, for peers to believe in. */
bool self_save(SSL_CTX *shared, const char *path);
