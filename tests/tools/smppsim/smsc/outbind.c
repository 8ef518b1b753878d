/* Calls an ESME that waits to be told to bind (SMPP 3.4 4.1.7). */
#include "smsc/outbind.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Cuts it at the last colon and takes the brackets off; NULL without one. */
static char *cut_port(char **address)
{
	char *port = strrchr(*address, ':');
	const size_t len = port ? (size_t)(port - *address) : 0;

	if (len == 0)
		return NULL;
	*port = 0;
	if (**address == '[' && port[-1] == ']') {
		port[-1] = 0;
		++*address;
	}
	return port + 1;
}

/* A number, as a name would have to be asked for while all else waits. */
static bool find_address(struct sockaddr_storage *addr, const char *to)
{
	const struct addrinfo hints = { .ai_flags =
						AI_NUMERICHOST | AI_NUMERICSERV,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char *copy = strdup(to);
	char *address = copy;
	const char *port;

	if (!copy)
		abort();
	port = cut_port(&address);
	if (port && getaddrinfo(address, port, &hints, &found) == 0) {
		memset(addr, 0, sizeof(*addr));
		memcpy(addr, found->ai_addr, found->ai_addrlen);
	}
	free(copy);
	if (!found)
		return false;
	freeaddrinfo(found);
	return true;
}

static void send_outbind(struct session *session, struct pdu *pdu)
{
	struct buf *line = &session->sim->events.line;

	pdu->sequence = session_next_sequence(session);
	if (session_event(session, EVENT_OUTBIND)) {
		json_str(line, "smsc", pdu->system_id);
		event_add_pdu(&session->sim->events, pdu);
		event_close(&session->sim->events);
	}
	session_send(session, pdu);
}

/* What is written waits until it is connected. */
static bool call(struct sim *sim, struct pdu *pdu)
{
	const struct sockaddr_storage *addr = &sim->called;
	const int fd = socket(addr->ss_family,
			      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) != 0 &&
	    errno != EINPROGRESS) {
		close(fd);
		return false;
	}

	struct session *session = session_create(sim, fd);

	session->is_caller = true;
	send_outbind(session, pdu);
	return true;
}

bool outbind_call(struct sim *sim, const char *to, const char *system_id,
		  const char *password, const char **why)
{
	struct pdu pdu = { .command_id = PDU_outbind };

	*why = "system_id or password is too long";
	if (strlen(system_id) >= sizeof(pdu.system_id) ||
	    strlen(password) >= sizeof(pdu.password))
		return false;
	memcpy(pdu.system_id, system_id, strlen(system_id));
	memcpy(pdu.password, password, strlen(password));
	*why = "no address and port";
	if (!find_address(&sim->called, to))
		return false;
	*why = "cannot connect";
	return call(sim, &pdu);
}
