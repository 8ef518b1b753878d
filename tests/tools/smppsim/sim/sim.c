/* The simulator: owns one of each part. */
#include "sim/sim.h"

#include "control/control.h"
#include "smsc/message.h"
#include "smsc/outbox.h"
#include "sim/reply.h"
#include "sim/session.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
	const char *name;
	size_t offset;
} counters[] = {
#define COUNTER(member)                                 \
	{                                               \
#member, offsetof(struct tally, member) \
	}
	COUNTER(connections),      COUNTER(binds),
	COUNTER(binds_refused),    COUNTER(submits),
	COUNTER(submits_accepted), COUNTER(submits_refused),
	COUNTER(responses),        COUNTER(ids),
	COUNTER(receipts_sent),    COUNTER(receipts_acked),
	COUNTER(receipts_refused), COUNTER(receipts_repeated),
	COUNTER(receipts_lost),    COUNTER(mo_sent),
	COUNTER(mo_acked),         COUNTER(mo_refused),
	COUNTER(mo_repeated),      COUNTER(mo_lost),
	COUNTER(faults),           COUNTER(bad_pdus),
#undef COUNTER
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool sim_event(struct sim *sim, enum event_kind kind)
{
	return event_open(&sim->events, kind, loop_wall_ms(sim->loop));
}

void sim_add_tally(const struct sim *sim, struct buf *line)
{
	for (size_t i = 0; i < COUNT(counters); i++)
		json_number(
			line, counters[i].name,
			*(const long long *)(const void *)((const char *)&sim
								   ->tally +
							   counters[i].offset));
	json_number(line, "waiting", (long long)outbox_waiting_count(sim));
	json_number(line, "enroute",
		    (long long)message_open_count(sim->messages));
}

const struct fault *sim_strike(struct sim *sim, enum fault_kind kind,
			       const struct session *session,
			       const struct pdu *pdu)
{
	const struct fault *fault = fault_strike(&sim->faults, kind, &sim->dice,
						 loop_now_ms(sim->loop));

	if (!fault)
		return NULL;
	sim->tally.faults++;
	if (!sim_event(sim, EVENT_FAULT))
		return fault;
	json_str(&sim->events.line, "fault", fault_name(kind));
	json_str(&sim->events.line, "spec", fault->spec);
	if (session) {
		json_number(&sim->events.line, "conn", session->conn_id);
		json_str(&sim->events.line, "system_id", session->system_id);
	}
	if (pdu) {
		json_number(&sim->events.line, "sequence", pdu->sequence);
		json_str(&sim->events.line, "command",
			 pdu_command_name(pdu->command_id));
	}
	event_close(&sim->events);
	return fault;
}

static void sim_on_connection(struct loop_watch *watch, uint32_t events)
{
	struct sim *sim = loop_owner(watch, struct sim, listener);
	const int fd =
		accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd >= 0)
		session_create(sim, fd);
}

static int listen_on(const struct addrinfo *addr)
{
	const int on = 1;
	const int fd = socket(addr->ai_family,
			      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, addr->ai_addr, addr->ai_addrlen) == 0 &&
	    listen(fd, 128) == 0)
		return fd;

	const int error = errno;

	close(fd);
	errno = error;
	return -1;
}

static int open_listener(const struct options *options)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST |
						    AI_NUMERICSERV | AI_PASSIVE,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *addr;
	char port[8];

	snprintf(port, sizeof(port), "%hu", (unsigned short)options->port);
	if (getaddrinfo(options->bind, port, &hints, &addr) != 0) {
		errno = EINVAL;
		return -1;
	}
	const int fd = listen_on(addr);

	freeaddrinfo(addr);
	return fd;
}

static unsigned port_of(int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (getsockname(fd, (struct sockaddr *)&addr, &len) != 0)
		return 0;
	if (addr.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&addr)->sin6_port);
	return ntohs(((struct sockaddr_in *)&addr)->sin_port);
}

static void print_start(struct sim *sim)
{
	const struct options *options = sim->options;
	const unsigned port = port_of(sim->listener.fd);
	struct buf accounts = { 0 };

	for (size_t i = 0; i < options->account_count; i++)
		buf_appendf(&accounts, " %s", options->accounts[i].system_id);
	if (options->account_count == 0)
		buf_append_str(&accounts, " any");
	fprintf(stderr,
		"smppsim: listening on %s port %u; accounts:%s; "
		"inject: ",
		options->bind, port, buf_str(&accounts));
	if (options->control)
		fprintf(stderr,
			"smppsim ctl --control %s mo --from F --to T "
			"--text TEXT\n",
			options->control);
	else
		fputs("start with --control PATH or --mo; see --help\n",
		      stderr);
	buf_destroy(&accounts);
	if (!sim_event(sim, EVENT_LISTENING))
		return;
	json_str(&sim->events.line, "address", options->bind);
	json_number(&sim->events.line, "port", port);
	json_number(&sim->events.line, "seed", options->seed);
	event_close(&sim->events);
}

static void sim_on_timeout(struct loop_timer *timer)
{
	struct sim *sim = loop_owner(timer, struct sim, timeout);

	sim->is_over = true;
	sim->is_timed_out = true;
}

static void sim_fill(struct sim *sim, const struct options *options)
{
	sim->options = options;
	sim->faults = options->faults;
	sim->events.fd = STDOUT_FILENO;
	sim->events.quiet = options->quiet;
	sim->messages = message_store_create((uint64_t)options->seed);
	dice_seed(&sim->dice, (uint64_t)options->seed);
	TAILQ_INIT(&sim->sessions);
	TAILQ_INIT(&sim->outboxes);
	TAILQ_INIT(&sim->replies);
	sim->listener.fd = -1;
}

static bool sim_open(struct sim *sim)
{
	const struct options *options = sim->options;

	sim->loop = loop_create();
	if (!sim->loop) {
		perror("smppsim: epoll");
		return false;
	}
	sim->listener.fd = open_listener(options);
	if (sim->listener.fd < 0) {
		fprintf(stderr, "smppsim: %s port %ld: %s\n", options->bind,
			options->port, strerror(errno));
		return false;
	}
	sim->listener.on_ready = sim_on_connection;
	loop_watch(sim->loop, &sim->listener, EPOLLIN);
	if (!options->control)
		return true;
	sim->control = control_open(sim, options->control);
	if (!sim->control)
		fprintf(stderr, "smppsim: %s: %s\n", options->control,
			strerror(errno));
	return sim->control != NULL;
}

struct sim *sim_create(const struct options *options)
{
	struct sim *sim = mem_alloc(sizeof(*sim));

	sim_fill(sim, options);
	if (!sim_open(sim)) {
		sim_destroy(&sim);
		return NULL;
	}
	if (options->timeout_sec > 0)
		loop_arm(sim->loop, &sim->timeout, options->timeout_sec * 1000,
			 sim_on_timeout);
	print_start(sim);
	return sim;
}

static bool is_count_reached(const struct sim *sim)
{
	return sim->options->count > 0 &&
	       sim->tally.submits >= sim->options->count;
}

void sim_turn(struct sim *sim)
{
	loop_turn(sim->loop);
	session_settle_all(sim);
	if (sim->control)
		control_settle(sim->control);
	if (is_count_reached(sim) && message_open_count(sim->messages) == 0 &&
	    outbox_waiting_count(sim) == 0 && TAILQ_EMPTY(&sim->replies))
		sim->is_over = true;
}

int sim_finish(struct sim *sim)
{
	struct session *session;

	TAILQ_FOREACH(session, &sim->sessions, entry)
	if (session_is_bound(session))
		session_send_unbind(session);
	session_settle_all(sim);
	session_destroy_all(sim);
	if (sim_event(sim, EVENT_SUMMARY)) {
		sim_add_tally(sim, &sim->events.line);
		event_close(&sim->events);
	}
	return sim->is_timed_out && sim->options->count > 0 &&
	       !is_count_reached(sim);
}

void sim_destroy(struct sim **simp)
{
	struct sim *sim = *simp;

	if (!sim)
		return;
	control_close(&sim->control);
	session_destroy_all(sim);
	reply_destroy_all(sim);
	outbox_destroy_all(sim);
	message_store_destroy(&sim->messages);
	if (sim->loop)
		loop_disarm(sim->loop, &sim->timeout);
	if (sim->listener.fd >= 0)
		close(sim->listener.fd);
	loop_destroy(&sim->loop);
	buf_destroy(&sim->events.line);
	free(sim);
	*simp = NULL;
}
