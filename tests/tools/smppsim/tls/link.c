/* TLS of one connection. */
#include "tls/link.h"

#include "core/buf.h"
#include "tls/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tls_link {
	SSL *ssl;
	const char *name;
	bool has_begun;
	bool is_done;
	char why[160];
};

struct tls_link *tls_link_create(const struct tls *tls, int fd)
{
	struct tls_link *link = mem_alloc(sizeof(*link));

	link->name = tls->name;
	link->ssl = SSL_new(tls->shared);
	if (!link->ssl || SSL_set_fd(link->ssl, fd) != 1)
		abort();
	return link;
}

void tls_link_end(struct tls_link *link)
{
	ERR_clear_error();
	if (link->is_done && !*link->why)
		SSL_shutdown(link->ssl);
	ERR_clear_error();
}

void tls_link_destroy(struct tls_link **link)
{
	if (!*link)
		return;
	SSL_free((*link)->ssl);
	free(*link);
	*link = NULL;
}

const char *tls_link_why(const struct tls_link *link)
{
	return link->why;
}

static void begin(struct tls_link *link, bool is_caller)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(link->ssl);

	link->has_begun = true;
	if (!is_caller) {
		SSL_set_accept_state(link->ssl);
		return;
	}
	SSL_set_connect_state(link->ssl);
	if (!link->name)
		return;
	if (X509_VERIFY_PARAM_set1_ip_asc(param, link->name) == 1)
		return;
	SSL_set1_host(link->ssl, link->name);
	SSL_set_tlsext_host_name(link->ssl, link->name);
}

static void explain(struct tls_link *link)
{
	const unsigned long error = ERR_peek_last_error();
	const long verdict = SSL_get_verify_result(link->ssl);
	const char *reason = ERR_reason_error_string(error);

	if (ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED)
		reason = X509_verify_cert_error_string(verdict);
	snprintf(link->why, sizeof(link->why), "TLS: %s",
		 reason ? reason : "broken off");
	ERR_clear_error();
}

/* As recv, of a call that gave no octets. */
static ssize_t fail(struct tls_link *link, int result)
{
	const int error = errno;

	switch (SSL_get_error(link->ssl, result)) {
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_SYSCALL:
		snprintf(link->why, sizeof(link->why), "%s",
			 error ? strerror(error) : "closed by peer");
		errno = error ? error : ECONNRESET;
		return -1;
	default:
		explain(link);
		errno = EPROTO;
		return -1;
	}
}

enum tls_step tls_link_shake(struct tls_link *link, bool is_caller)
{
	int result;

	if (!link->has_begun)
		begin(link, is_caller);
	ERR_clear_error();
	errno = 0;
	result = SSL_do_handshake(link->ssl);
	link->is_done = result == 1;
	if (link->is_done)
		return TLS_DONE;
	if (fail(link, result) == 0)
		snprintf(link->why, sizeof(link->why), "TLS: closed by peer");
	return *link->why ? TLS_FAILED : TLS_AGAIN;
}

bool tls_link_wants_write(const struct tls_link *link, bool is_caller)
{
	return link->has_begun ? SSL_want_write(link->ssl) : is_caller;
}

ssize_t tls_link_read(struct tls_link *link, void *to, size_t len)
{
	int got;

	ERR_clear_error();
	errno = 0;
	got = SSL_read(link->ssl, to, (int)len);
	return got > 0 ? got : fail(link, got);
}

ssize_t tls_link_write(struct tls_link *link, const void *from, size_t len)
{
	int got;

	ERR_clear_error();
	errno = 0;
	got = SSL_write(link->ssl, from, (int)len);
	return got > 0 ? got : fail(link, got);
}

bool tls_link_has_pending(const struct tls_link *link)
{
	return SSL_pending(link->ssl) > 0;
}

void tls_link_tell(const struct tls_link *link, struct tls_facts *facts)
{
	X509 *peer = SSL_get0_peer_certificate(link->ssl);

	facts->version = SSL_get_version(link->ssl);
	facts->cipher = SSL_get_cipher_name(link->ssl);
	facts->server_name =
		SSL_get_servername(link->ssl, TLSEXT_NAMETYPE_host_name);
	facts->peer[0] = 0;
	if (peer)
		X509_NAME_oneline(X509_get_subject_name(peer), facts->peer,
				  sizeof(facts->peer));
}
