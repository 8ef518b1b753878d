/* How the octets of a session travel: in clear or by TLS. */
#include "sim/channel.h"

#include "tls/tls.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

void channel_open(struct session *session)
{
	if (!session->sim->tls)
		return;
	session->tls = tls_link_create(session->sim->tls, session->watch.fd);
	session->is_shaking = true;
}

void channel_close(struct session *session)
{
	if (session->tls)
		tls_link_end(session->tls);
}

void channel_destroy(struct session *session)
{
	tls_link_destroy(&session->tls);
}

static void tell(struct session *session)
{
	struct buf *line = &session->sim->events.line;
	struct tls_facts facts;

	if (!session_event(session, EVENT_TLS))
		return;
	tls_link_tell(session->tls, &facts);
	json_str(line, "version", facts.version);
	json_str(line, "cipher", facts.cipher);
	json_str(line, "peer", facts.peer);
	if (facts.server_name)
		json_str(line, "server_name", facts.server_name);
	event_close(&session->sim->events);
}

bool channel_shake(struct session *session, const char **why)
{
	switch (tls_link_shake(session->tls, session->is_caller)) {
	case TLS_DONE:
		tell(session);
		return true;
	case TLS_FAILED:
		*why = tls_link_why(session->tls);
		return false;
	default:
		return false;
	}
}

uint32_t channel_interest(const struct session *session)
{
	return tls_link_wants_write(session->tls, session->is_caller) ?
		       EPOLLOUT :
		       EPOLLIN;
}

ssize_t channel_read(struct session *session, void *to, size_t len)
{
	if (session->tls)
		return tls_link_read(session->tls, to, len);
	return recv(session->watch.fd, to, len, 0);
}

ssize_t channel_write(struct session *session)
{
	const struct buf *out = &session->out;

	if (session->tls)
		return tls_link_write(session->tls, out->bytes, out->len);
	return send(session->watch.fd, out->bytes, out->len, MSG_NOSIGNAL);
}

bool channel_has_pending(const struct session *session)
{
	return session->tls && tls_link_has_pending(session->tls);
}

const char *channel_why(const struct session *session)
{
	return session->tls && errno == EPROTO ? tls_link_why(session->tls) :
						 strerror(errno);
}
