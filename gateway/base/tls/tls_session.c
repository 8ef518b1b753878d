/* One connection's TLS: read through OpenSSL from the socket, written by us. */
#include "base/tls/tls_session.h"

#include "base/tls/tls_reason.h"

#include <iwf/arena.h>
#include <iwf/buf.h>

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Sealed in one go; bounds what a slow peer makes us hold twice. */
#define SEAL_MAX_LEN (64u << 10)
#define FLOOD_MAX_LEN (2 * SEAL_MAX_LEN)

struct tls_session {
	SSL *ssl;
	BIO *records; /* sealed by OpenSSL; the SSL owns it */
	int fd;
	struct iwf_buf sealed; /* taken from there, not yet by the socket */
	size_t sealed_at;
	const char *why;
	enum iwf_err err; /* that goes with why */
	bool is_done;     /* the handshake */
	bool is_over;     /* nothing more may be asked of OpenSSL */
	int over_errno;   /* then: 0 is a proper end */
};

/* An address in brackets is one too. */
static void expect_name(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1)
		return;
	ERR_clear_error();
	X509_VERIFY_PARAM_set_hostflags(param,
					X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	SSL_set1_host(ssl, name);
	SSL_set_tlsext_host_name(ssl, name);
}

static void name_peer(struct tls_session *session, const struct iwf_tls *tls,
		      struct iwf_str host)
{
	char name[256];

	if (host.len > 2 && host.ptr[0] == '[') {
		host.ptr++;
		host.len -= 2;
	}
	if (*tls->server_name)
		snprintf(name, sizeof(name), "%s", tls->server_name);
	else
		snprintf(name, sizeof(name), "%.*s", IWF_STR_ARG(host));
	expect_name(session->ssl, name);
}

struct tls_session *tls_session_create(const struct iwf_tls *tls,
				       struct iwf_str host)
{
	struct tls_session *session = IWF_NEW(struct tls_session);

	session->ssl = SSL_new(tls->shared);
	session->records = BIO_new(BIO_s_mem());
	IWF_BUG_ON(!session->ssl || !session->records);
	session->fd = -1;
	session->why = "";
	SSL_set0_wbio(session->ssl, session->records);
	if (tls->side == IWF_TLS_CLIENT) {
		name_peer(session, tls, host);
		SSL_set_connect_state(session->ssl);
	} else {
		SSL_set_accept_state(session->ssl);
	}
	return session;
}

void tls_session_destroy(struct tls_session **session)
{
	struct tls_session *gone = *session;

	if (!gone)
		return;
	*session = NULL;
	SSL_free(gone->ssl);
	iwf_buf_free(&gone->sealed);
	free(gone);
}

const char *tls_session_why(const struct tls_session *session)
{
	return session->why;
}

enum iwf_err tls_session_err(const struct tls_session *session)
{
	return session->err;
}

/* --- records on their way --- */

size_t tls_session_sealed_len(const struct tls_session *session)
{
	return session->sealed.len - session->sealed_at;
}

static void take_records(struct tls_session *session)
{
	size_t len = BIO_ctrl_pending(session->records);
	char *to;
	int n;

	if (!len)
		return;
	to = iwf_buf_reserve(&session->sealed, len);
	n = BIO_read(session->records, to, (int)len);
	if (n > 0)
		session->sealed.len += (size_t)n;
}

/* As send: -1 when there is still something to send. */
static int push_records(struct tls_session *session)
{
	ssize_t n;

	take_records(session);
	if (!tls_session_sealed_len(session))
		return 0;
	n = send(session->fd, session->sealed.ptr + session->sealed_at,
		 tls_session_sealed_len(session), MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0)
		return -1;
	session->sealed_at += (size_t)n;
	if (tls_session_sealed_len(session)) {
		errno = EAGAIN;
		return -1;
	}
	iwf_buf_clear(&session->sealed);
	session->sealed_at = 0;
	return 0;
}

/* --- what OpenSSL answers --- */

static ssize_t end_with(struct tls_session *session, int number)
{
	session->is_over = true;
	session->over_errno = number;
	errno = number;
	return number ? -1 : 0;
}

/* Many who know no TLS hang up on its first octets. */
static bool is_hung_up(const struct tls_session *session)
{
	return !session->is_done && ERR_GET_REASON(ERR_peek_last_error()) ==
		SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

/* As recv: -1 with errno, or 0 for the end. */
static ssize_t on_failure(struct tls_session *session, int result)
{
	int failed = errno;
	bool hung_up = is_hung_up(session);

	switch (SSL_get_error(session->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return end_with(session, 0);
	case SSL_ERROR_SYSCALL:
		ERR_clear_error();
		return end_with(session, failed ? failed : ECONNRESET);
	default:
		session->err = tls_reason_take(session->ssl, &session->why);
		if (hung_up)
			session->why = "the peer hung up in the handshake: "
				       "does it speak TLS?";
		return end_with(session, EPROTO);
	}
}

static enum iwf_err shake_failed(struct tls_session *session, int failed)
{
	push_records(session); /* the alert that tells the peer why */
	if (failed == EPROTO)
		return session->err;
	session->why = strerror(failed ? failed : ECONNRESET);
	return IWF_E_GONE;
}

enum iwf_err tls_session_shake(struct tls_session *session, int fd)
{
	int result;

	if (session->fd != fd) {
		session->fd = fd;
		SSL_set0_rbio(session->ssl, BIO_new_socket(fd, BIO_NOCLOSE));
	}
	ERR_clear_error();
	errno = 0;
	result = SSL_do_handshake(session->ssl);
	if (result != 1 && (on_failure(session, result) == 0 ||
			    errno != EAGAIN))
		return shake_failed(session, session->over_errno);
	session->is_done = result == 1;
	if (push_records(session) < 0 && errno != EAGAIN)
		return shake_failed(session, errno);
	return session->is_done ? IWF_OK : IWF_E_STATE;
}

/* Answers that the peer asks for (new keys) and does not read. */
static bool is_flooded(struct tls_session *session)
{
	push_records(session);
	if (tls_session_sealed_len(session) <= FLOOD_MAX_LEN)
		return false;
	session->why = "the peer asks for new keys and reads nothing";
	session->err = IWF_E_LIMIT;
	end_with(session, EPROTO);
	return true;
}

ssize_t tls_session_read(struct tls_session *session, char *to, size_t len)
{
	size_t got = 0;
	ssize_t end;
	int n;

	if (session->is_over)
		return end_with(session, session->over_errno);
	do {
		ERR_clear_error();
		errno = 0;
		n = SSL_read(session->ssl, to + got, (int)(len - got));
		got += n > 0 ? (size_t)n : 0;
	} while (n > 0 && got < len);
	end = n > 0 ? 1 : on_failure(session, n);
	if (is_flooded(session))
		end = -1;
	else if (end < 0 && !session->is_over)
		errno = EAGAIN;
	else if (session->is_over)
		errno = session->over_errno;
	/* What came before the end is told first. */
	return got ? (ssize_t)got : end;
}

ssize_t tls_session_write(struct tls_session *session, const char *ptr,
			  size_t len)
{
	size_t taken = 0;

	if (session->is_over && session->over_errno) {
		errno = session->over_errno;
		return -1;
	}
	if (push_records(session) < 0)
		return -1;
	while (taken < len) {
		size_t part = len - taken < SEAL_MAX_LEN ? len - taken :
			SEAL_MAX_LEN;
		int n;

		ERR_clear_error();
		n = SSL_write(session->ssl, ptr + taken, (int)part);
		if (n <= 0)
			return on_failure(session, n);
		taken += (size_t)n;
		if (push_records(session) == 0)
			continue;
		return errno == EAGAIN || errno == ENOBUFS ? (ssize_t)taken :
			-1;
	}
	return (ssize_t)taken;
}

bool tls_session_has_pending(const struct tls_session *session)
{
	return session->is_over || SSL_has_pending(session->ssl) == 1;
}

void tls_session_close(struct tls_session *session)
{
	if (session->fd < 0)
		return;
	ERR_clear_error();
	if (session->is_done && !session->over_errno)
		SSL_shutdown(session->ssl);
	push_records(session);
	ERR_clear_error();
}
