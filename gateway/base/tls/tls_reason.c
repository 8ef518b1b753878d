/* OpenSSL's errors and the peer's alerts (RFC 8446 6.2) as one line each. */
#include "base/tls/tls_reason.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stddef.h>

struct reason_row {
	int code;
	enum iwf_err err;
	const char *text;
};

static const struct reason_row verify_rows[] = {
	{ X509_V_ERR_CERT_HAS_EXPIRED, IWF_E_DENIED,
	  "the peer's certificate has expired" },
	{ X509_V_ERR_CERT_NOT_YET_VALID, IWF_E_DENIED,
	  "the peer's certificate is not yet valid" },
	{ X509_V_ERR_HOSTNAME_MISMATCH, IWF_E_DENIED,
	  "the peer's certificate is of another name" },
	{ X509_V_ERR_IP_ADDRESS_MISMATCH, IWF_E_DENIED,
	  "the peer's certificate is of another address" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, IWF_E_DENIED,
	  "the peer's certificate is of an unknown authority" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, IWF_E_DENIED,
	  "the peer's certificate is of an unknown authority" },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, IWF_E_DENIED,
	  "the peer's certificate is of an unknown authority" },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, IWF_E_DENIED,
	  "the peer's certificate is of an unknown authority" },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, IWF_E_DENIED,
	  "the peer's certificate is its own authority" },
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE, IWF_E_DENIED,
	  "the peer's certificate has a wrong signature" },
	{ X509_V_ERR_INVALID_PURPOSE, IWF_E_DENIED,
	  "the peer's certificate is for another purpose" },
};

static const struct reason_row error_rows[] = {
	{ SSL_R_WRONG_VERSION_NUMBER, IWF_E_SYNTAX,
	  "the peer speaks no TLS" },
	{ SSL_R_UNEXPECTED_MESSAGE, IWF_E_GONE,
	  "the peer broke the rules of TLS" },
	{ SSL_R_BAD_RECORD_TYPE, IWF_E_SYNTAX,
	  "the peer speaks no TLS" },
	{ SSL_R_PACKET_LENGTH_TOO_LONG, IWF_E_SYNTAX,
	  "the peer speaks no TLS" },
	{ SSL_R_RECORD_LENGTH_MISMATCH, IWF_E_SYNTAX,
	  "the peer speaks no TLS" },
	{ SSL_R_HTTP_REQUEST, IWF_E_SYNTAX,
	  "the peer speaks HTTP, not TLS" },
	{ SSL_R_HTTPS_PROXY_REQUEST, IWF_E_SYNTAX,
	  "the peer speaks HTTP, not TLS" },
	{ SSL_R_UNEXPECTED_EOF_WHILE_READING, IWF_E_GONE,
	  "closed by the peer without an end of TLS" },
	{ SSL_R_UNSUPPORTED_PROTOCOL, IWF_E_GONE,
	  "no version of TLS that both sides speak" },
	{ SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, IWF_E_GONE,
	  "no version of TLS that both sides speak" },
	{ SSL_R_NO_SHARED_CIPHER, IWF_E_GONE,
	  "no cipher that both sides know" },
	{ SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, IWF_E_DENIED,
	  "the peer refused the handshake: no common cipher, or it wants "
	  "a certificate of ours" },
	{ SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, IWF_E_DENIED,
	  "the peer showed no certificate" },
	{ SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, IWF_E_DENIED,
	  "the peer asks for a certificate of ours" },
	{ SSL_R_TLSV1_ALERT_UNKNOWN_CA, IWF_E_DENIED,
	  "the peer does not know the authority of our certificate" },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, IWF_E_DENIED,
	  "the peer says that our certificate has expired" },
	{ SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, IWF_E_DENIED,
	  "the peer does not accept our certificate" },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, IWF_E_DENIED,
	  "the peer does not accept our certificate" },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, IWF_E_DENIED,
	  "the peer says that our certificate is revoked" },
	{ SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, IWF_E_DENIED,
	  "the peer does not understand our certificate" },
	{ SSL_R_TLSV1_ALERT_ACCESS_DENIED, IWF_E_DENIED,
	  "the peer denies us access" },
	{ SSL_R_TLSV1_UNRECOGNIZED_NAME, IWF_E_GONE,
	  "the peer does not know the name we asked for" },
	{ SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, IWF_E_GONE,
	  "a record was damaged on its way" },
};

static const struct reason_row *find(const struct reason_row *rows,
				     size_t count, int code)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

#define FIND(rows, code) find(rows, sizeof(rows) / sizeof(*(rows)), code)

static enum iwf_err take_verdict(const SSL *ssl, const char **why)
{
	long verdict = SSL_get_verify_result(ssl);
	const struct reason_row *row = FIND(verify_rows, (int)verdict);

	*why = row ? row->text : X509_verify_cert_error_string(verdict);
	return IWF_E_DENIED;
}

enum iwf_err tls_reason_take(const SSL *ssl, const char **why)
{
	unsigned long error = ERR_peek_last_error();
	int code = ERR_GET_REASON(error);
	const struct reason_row *row = FIND(error_rows, code);

	ERR_clear_error();
	if (code == SSL_R_CERTIFICATE_VERIFY_FAILED)
		return take_verdict(ssl, why);
	*why = row ? row->text : ERR_reason_error_string(error);
	if (!*why)
		*why = "broken off";
	return row ? row->err : IWF_E_GONE;
}
