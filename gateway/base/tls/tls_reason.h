/* Why TLS came to its end, in words for the operator. */
#pragma once

#include <iwf/err.h>

#include <openssl/ssl.h>

/* Of the newest error in OpenSSL's queue, which it empties: IWF_E_DENIED when a
 * certificate was not believed, IWF_E_SYNTAX when the peer speaks no TLS, else
 * IWF_E_GONE. *why is never NULL and lives as long as the process. */
enum iwf_err tls_reason_take(const SSL *ssl, const char **why);
