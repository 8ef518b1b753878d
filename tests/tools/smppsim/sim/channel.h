/* How the octets of a session travel: in clear or by TLS. */
#pragma once

#include "sim/session.h"

/* When it has its descriptor. */
void channel_open(struct session *session);
/* Before the descriptor is closed; what channel_why gave lives on. */
void channel_close(struct session *session);
void channel_destroy(struct session *session);
/* True when octets can flow; *why is set when they never will. */
bool channel_shake(struct session *session, const char **why);
/* EPOLL* events that the handshake waits for. */
uint32_t channel_interest(const struct session *session);
/* As recv, and as send of session->out. */
ssize_t channel_read(struct session *session, void *to, size_t len);
ssize_t channel_write(struct session *session);
bool channel_has_pending(const struct session *session);
/* Of the last read or write that failed. */
const char *channel_why(const struct session *session);
