/* Waiting for an SMSC that says outbind, instead of connecting
 * (SMPP 3.4 2.2.1). */
#include "esme/esme.h"
#include "sim/dispatch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct esme_link *find_free(struct esme *esme)
{
	for (size_t i = 0; i < esme->link_count; i++)
		if (!esme->links[i].session)
			return &esme->links[i];
	return NULL;
}

static void await_on_connection(struct loop_watch *watch, uint32_t events)
{
	struct listener *listener = loop_owner(watch, struct listener, watch);
	struct sim *sim = loop_owner(listener, struct sim, listener);
	struct esme_link *link = find_free(sim->esme);
	const int fd =
		accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0)
		return;
	if (!link) {
		close(fd);
		return;
	}
	link->session = session_create(sim, fd);
	link_limit(link);
}

void esme_on_outbind(struct session *session, const struct pdu *pdu)
{
	struct event_log *events = &session->sim->events;

	if (session_event(session, EVENT_OUTBIND)) {
		json_str(&events->line, "smsc", pdu->system_id);
		event_add_pdu(events, pdu);
		event_close(events);
	}
	/* Who called has bound already. */
	if (!session->is_caller)
		esme_on_connected(session);
}

bool esme_await(struct esme *esme)
{
	struct sim *sim = esme->sim;
	const struct options *options = sim->options;

	sim->listener.address = options->esme.host;
	if (!listener_open(&sim->listener, sim->loop, await_on_connection)) {
		fprintf(stderr, "smppsim: %s port %ld: %s\n",
			options->esme.host, options->port, strerror(errno));
		return false;
	}
	fprintf(stderr, "smppsim: waiting for outbind on %s port %u\n",
		options->esme.host, sim->listener.port);
	return true;
}
