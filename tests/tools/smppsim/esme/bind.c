/* Connecting and binding, again and again until it stands. */
#include "esme/esme.h"
#include "replay/replay.h"
#include "sim/dispatch.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void link_connect(struct esme_link *link);

static void link_on_again(struct loop_timer *timer)
{
	link_connect(loop_owner(timer, struct esme_link, timer));
}

static void link_again(struct esme_link *link)
{
	struct sim *sim = link->esme->sim;
	const long max = sim->options->retry_max;

	if (sim->is_over || sim->options->esme.await_outbind)
		return;
	if (max > 0 && link->tries > max) {
		fprintf(stderr, "smppsim: no bind after %ld tries\n", max);
		link->esme->has_failed = true;
		sim->is_over = true;
		return;
	}
	loop_arm(sim->loop, &link->timer, sim->options->retry_delay_ms,
		 link_on_again);
}

static void link_on_silence(struct loop_timer *timer)
{
	struct esme_link *link = loop_owner(timer, struct esme_link, timer);

	session_close(link->session, "bind unanswered");
}

void link_limit(struct esme_link *link)
{
	const struct sim *sim = link->esme->sim;

	loop_arm(sim->loop, &link->timer,
		 sim->options->esme.response_timeout_ms, link_on_silence);
}

static void or_default(char *to, size_t size, const char *option,
		       const char *otherwise)
{
	snprintf(to, size, "%s", option ? option : otherwise);
}

/* As it was recorded, unless the command line says who it is. */
static void take_recorded(struct pdu *pdu, const struct session *session)
{
	const struct buf *bind = replay_find_bind(session->sim->replay);
	struct pdu recorded;
	const char *why;

	if (bind && !session->sim->options->esme.system_id &&
	    pdu_parse(&recorded, bind->bytes, bind->len, &why) == ESME_ROK)
		*pdu = recorded;
}

void esme_on_connected(struct session *session)
{
	static const uint32_t commands[] = {
		[BIND_TRX] = PDU_bind_transceiver,
		[BIND_TX] = PDU_bind_transmitter,
		[BIND_RX] = PDU_bind_receiver,
	};
	const struct options_esme *options = &session->sim->options->esme;
	struct pdu pdu = { .command_id = commands[options->bind_as],
			   .interface_version =
				   (uint8_t)options->interface_version };

	or_default(pdu.system_id, sizeof(pdu.system_id), options->system_id,
		   "demo");
	or_default(pdu.password, sizeof(pdu.password), options->password,
		   "secret");
	or_default(pdu.system_type, sizeof(pdu.system_type),
		   options->system_type, "");
	take_recorded(&pdu, session);
	pdu.sequence = session_next_sequence(session);
	memcpy(session->system_id, pdu.system_id, sizeof(pdu.system_id));
	session_send(session, &pdu);
}

static void link_connect(struct esme_link *link)
{
	struct esme *esme = link->esme;
	struct sockaddr_storage *addr = &esme->sim->called;
	int fd;

	*addr = esme->addrs[(size_t)link->tries++ % esme->addr_count];
	fd = socket(addr->ss_family,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		link_again(link);
		return;
	}
	if (connect(fd, (struct sockaddr *)addr, sizeof(*addr)) != 0 &&
	    errno != EINPROGRESS) {
		close(fd);
		link_again(link);
		return;
	}
	link->session = session_create(esme->sim, fd);
	link->session->is_caller = true;
	link->session->is_connecting = true;
	link_limit(link);
}

static struct esme_link *link_of(const struct session *session)
{
	struct esme *esme = session->sim->esme;

	for (size_t i = 0; i < esme->link_count; i++)
		if (esme->links[i].session == session)
			return &esme->links[i];
	return NULL;
}

void esme_on_closed(struct session *session)
{
	struct esme_link *link = link_of(session);

	if (!link)
		return;
	loop_disarm(session->sim->loop, &link->timer);
	link->session = NULL;
	load_forget(link->esme, session);
	link_again(link);
}

static enum session_state state_after(uint32_t command_id)
{
	switch (command_id & ~PDU_RESP) {
	case PDU_bind_transmitter:
		return SESSION_BOUND_TX;
	case PDU_bind_receiver:
		return SESSION_BOUND_RX;
	default:
		return SESSION_BOUND_TRX;
	}
}

void esme_on_bind_resp(struct session *session, const struct pdu *pdu)
{
	struct sim *sim = session->sim;
	struct esme_link *link = link_of(session);
	const bool is_taken = pdu->command_status == ESME_ROK;

	session_event_pdu(session, is_taken ? EVENT_BIND : EVENT_BIND_REFUSED,
			  pdu);
	if (!is_taken) {
		sim->tally.binds_refused++;
		session_close(session, "bind refused");
		return;
	}
	sim->tally.binds++;
	session->state = state_after(pdu->command_id);
	link->tries = 0;
	loop_disarm(sim->loop, &link->timer);
	load_pump(sim->esme);
}

static bool resolve(struct esme *esme)
{
	const struct options *options = esme->sim->options;
	const struct addrinfo hints = { .ai_flags = AI_NUMERICSERV,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *addr;
	char port[8];
	int error;

	snprintf(port, sizeof(port), "%hu", (unsigned short)options->port);
	error = getaddrinfo(options->esme.host, port, &hints, &addr);
	if (error) {
		fprintf(stderr, "smppsim: %s: %s\n", options->esme.host,
			gai_strerror(error));
		return false;
	}
	for (const struct addrinfo *it = addr;
	     it && esme->addr_count < ESME_ADDRS_MAX; it = it->ai_next)
		memcpy(&esme->addrs[esme->addr_count++], it->ai_addr,
		       it->ai_addrlen);
	freeaddrinfo(addr);
	return true;
}

static bool can_submit(const struct options *options)
{
	const bool is_wanted = options->count > 0 || options->replay;

	if (is_wanted && options->esme.bind_as == BIND_RX)
		fputs("smppsim: a receiver submits nothing\n", stderr);
	return !is_wanted || options->esme.bind_as != BIND_RX;
}

static void connect_all(struct esme *esme)
{
	const struct options *options = esme->sim->options;

	fprintf(stderr, "smppsim: binding to %s port %ld\n", options->esme.host,
		options->port);
	for (size_t i = 0; i < esme->link_count; i++)
		loop_arm(esme->sim->loop, &esme->links[i].timer, 0,
			 link_on_again);
}

struct esme *esme_create(struct sim *sim)
{
	const struct options *options = sim->options;
	struct esme *esme = mem_alloc(sizeof(*esme));

	esme->sim = sim;
	load_create(esme);
	awaited_create(&esme->awaited);
	if (!can_submit(options) || !resolve(esme)) {
		esme_destroy(&esme);
		return NULL;
	}
	esme->link_count = (size_t)options->esme.session_count;
	esme->links = mem_alloc(esme->link_count * sizeof(*esme->links));
	for (size_t i = 0; i < esme->link_count; i++)
		esme->links[i].esme = esme;
	if (!options->esme.await_outbind)
		connect_all(esme);
	else if (!esme_await(esme))
		esme_destroy(&esme);
	return esme;
}

void esme_destroy(struct esme **esmep)
{
	struct esme *esme = *esmep;

	if (!esme)
		return;
	for (size_t i = 0; i < esme->link_count; i++)
		loop_disarm(esme->sim->loop, &esme->links[i].timer);
	load_destroy(esme);
	awaited_destroy(&esme->awaited);
	free(esme->links);
	free(esme);
	*esmep = NULL;
}
