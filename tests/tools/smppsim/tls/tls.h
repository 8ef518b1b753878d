/* TLS of the simulator: what it shows and whom it believes, for all its
 * connections, and the TLS of one of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct options;
struct tls;
struct tls_link;

/* An SMSC without a certificate makes one for itself. NULL after a message on
 * stderr. */
struct tls *tls_create(const struct options *options);
void tls_destroy(struct tls **tls);

/* On a socket that does not wait; it stays the caller's. */
struct tls_link *tls_link_create(const struct tls *tls, int fd);
/* Says that it ends, before the socket is closed. */
void tls_link_end(struct tls_link *link);
void tls_link_destroy(struct tls_link **link);

enum tls_step { TLS_DONE, TLS_AGAIN, TLS_FAILED };

/* The handshake, as the side that called or was called. */
enum tls_step tls_link_shake(struct tls_link *link, bool is_caller);
/* What the handshake waits for is room to write; the caller begins. */
bool tls_link_wants_write(const struct tls_link *link, bool is_caller);
/* As recv and send: -1 with EAGAIN; with EPROTO tls_link_why tells. */
ssize_t tls_link_read(struct tls_link *link, void *to, size_t len);
ssize_t tls_link_write(struct tls_link *link, const void *from, size_t len);
/* Octets it has read that the socket will not tell of. */
bool tls_link_has_pending(const struct tls_link *link);
const char *tls_link_why(const struct tls_link *link);

/* What was agreed. peer is the subject of its certificate, or empty. */
struct tls_facts {
	const char *version;
	const char *cipher;
	char peer[256];
	/* Asked for by the client, or NULL. */
	const char *server_name;
};
void tls_link_tell(const struct tls_link *link, struct tls_facts *facts);
