/* TLS on one connection: a socket that does not wait, read and written through
 * it as by recv and send. Records are sealed into a buffer of their own and
 * leave in one write. */
#pragma once

#include "base/tls/tls.h"

#include <sys/types.h>

struct tls_session;

/* For clients `host` is the name or address that the peer must prove. */
struct tls_session *tls_session_create(const struct iwf_tls *tls,
				       struct iwf_str host);
/* Accepts a pointer to NULL; the socket is not closed. */
void tls_session_destroy(struct tls_session **session);

/* Goes on with the handshake on fd. IWF_OK: done. IWF_E_STATE: call again when
 * fd is ready (tls_session_sealed_len: also for writing). Else it failed and
 * tls_session_why tells. */
enum iwf_err tls_session_shake(struct tls_session *session, int fd);
/* As recv: 0 is the end by close_notify; -1 and EAGAIN, an error of the socket,
 * or EPROTO, about which tls_session_why tells. Reads as much as there is. */
ssize_t tls_session_read(struct tls_session *session, char *to, size_t len);
/* As send: how many octets were taken, which may still be sealed here. */
ssize_t tls_session_write(struct tls_session *session, const char *ptr,
			  size_t len);
/* Octets sealed that the socket has not taken. */
size_t tls_session_sealed_len(const struct tls_session *session);
/* True when octets were received that the socket will not tell of again. */
bool tls_session_has_pending(const struct tls_session *session);
/* Says close_notify, once, if the socket takes it. */
void tls_session_close(struct tls_session *session);
/* Why it failed, one line, and what that is called (tls_reason_take). */
const char *tls_session_why(const struct tls_session *session);
enum iwf_err tls_session_err(const struct tls_session *session);
