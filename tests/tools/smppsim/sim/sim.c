/* The simulator: owns one of each part. */
#include "sim/sim.h"

#include "control/control.h"
#include "esme/esme.h"
#include "replay/replay.h"
#include "sim/history.h"
#include "sim/reply.h"
#include "sim/session.h"
#include "smsc/message.h"
#include "smsc/outbox.h"
#include "tls/tls.h"
#include "verdict/verdict.h"
#include "web/web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A peer that has not moved for so long has nothing to do (virtual clock). */
#define QUIET_MS 50

bool sim_event(struct sim *sim, enum event_kind kind)
{
	return event_open(&sim->events, kind, loop_wall_ms(sim->loop));
}

static void add_own_figures(const struct sim *sim, struct figures *figures)
{
	tally_add_figures(&sim->tally, figures);
	figures_add(figures, "waiting", (long long)outbox_waiting_count(sim));
	figures_add(figures, "enroute",
		    (long long)message_open_count(sim->messages));
	if (sim->esme)
		esme_add_figures(sim->esme, figures);
}

void sim_add_figures(const struct sim *sim, struct figures *figures)
{
	add_own_figures(sim, figures);
	trace_add_figures(&sim->trace, figures);
}

void sim_add_tally(const struct sim *sim, struct buf *line)
{
	struct figures figures = { 0 };

	size_t own;

	add_own_figures(sim, &figures);
	own = figures.count;
	trace_add_figures(&sim->trace, &figures);
	/* Of the many commands only those that came. */
	for (size_t i = 0; i < figures.count; i++)
		if (i < own || figures.rows[i].value)
			json_number(line, figures.rows[i].name,
				    figures.rows[i].value);
	figures_destroy(&figures);
}

static void event_fault(struct sim *sim, const struct fault *fault,
			const struct session *session, const struct pdu *pdu)
{
	struct buf *line = &sim->events.line;

	sim->tally.faults++;
	if (!sim_event(sim, EVENT_FAULT))
		return;
	json_str(line, "fault", fault_name(fault->kind));
	json_str(line, "spec", fault->spec);
	if (session) {
		json_number(line, "conn", session->conn_id);
		json_str(line, "system_id", session->system_id);
	}
	if (pdu) {
		json_number(line, "sequence", pdu->sequence);
		json_str(line, "command", pdu_command_name(pdu->command_id));
	}
	event_close(&sim->events);
}

static struct fault *strike(struct sim *sim, enum fault_kind kind,
			    const char *system_id)
{
	struct rule *rule = sim->rule;

	if (rule && rule->has_fault && rule->fault.kind == kind &&
	    fault_strikes(&rule->fault, system_id, loop_now_ms(sim->loop)))
		return &rule->fault;
	return fault_strike(&sim->faults, kind, system_id,
			    loop_now_ms(sim->loop));
}

struct fault *sim_strike(struct sim *sim, enum fault_kind kind,
			 const struct session *session, const struct pdu *pdu)
{
	struct fault *fault = strike(sim, kind, session->system_id);

	if (fault)
		event_fault(sim, fault, session, pdu);
	return fault;
}

struct fault *sim_strike_message(struct sim *sim, enum fault_kind kind,
				 const char *system_id)
{
	struct fault *fault = strike(sim, kind, system_id);

	if (fault)
		event_fault(sim, fault, NULL, NULL);
	return fault;
}

void sim_go_away(struct sim *sim, long ms)
{
	struct session *session;

	if (!sim->esme)
		listener_go_away(&sim->listener, ms);
	TAILQ_FOREACH(session, &sim->sessions, entry)
	session_close(session, "fault away");
}

static void sim_on_connection(struct loop_watch *watch, uint32_t events)
{
	struct listener *listener = loop_owner(watch, struct listener, watch);
	struct sim *sim = loop_owner(listener, struct sim, listener);
	const int fd =
		accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd >= 0)
		session_create(sim, fd);
}

static void print_rules(const struct options *options)
{
	struct buf line = { 0 };

	for (size_t i = 0; i < options->rules.count; i++) {
		buf_clear(&line);
		rule_describe(&line, &options->rules.rules[i]);
		fprintf(stderr, "smppsim: rule %zu:%s\n", i + 1,
			buf_str(&line));
	}
	buf_destroy(&line);
}

static void print_web(struct sim *sim)
{
	if (!sim->web)
		return;
	fprintf(stderr, "smppsim: page: http://%s:%u/\n",
		sim->options->web_bind, web_port(sim->web));
	if (!sim_event(sim, EVENT_WEB))
		return;
	json_str(&sim->events.line, "address", sim->options->web_bind);
	json_number(&sim->events.line, "port", web_port(sim->web));
	event_close(&sim->events);
}

static void print_start(struct sim *sim)
{
	const struct options *options = sim->options;
	struct buf accounts = { 0 };

	for (size_t i = 0; i < options->account_count; i++)
		buf_appendf(&accounts, " %s", options->accounts[i].system_id);
	if (options->account_count == 0)
		buf_append_str(&accounts, " any");
	fprintf(stderr,
		"smppsim: listening on %s port %u%s; accounts:%s; inject: ",
		options->bind, sim->listener.port, sim->tls ? " by TLS" : "",
		buf_str(&accounts));
	if (options->control)
		fprintf(stderr,
			"smppsim ctl --control %s mo --from F --to T "
			"--text TEXT\n",
			options->control);
	else
		fputs("start with --control PATH or --mo; see --help\n",
		      stderr);
	print_rules(options);
	buf_destroy(&accounts);
}

static void event_listening(struct sim *sim)
{
	if (!sim_event(sim, EVENT_LISTENING))
		return;
	json_str(&sim->events.line, "address", sim->listener.address);
	json_number(&sim->events.line, "port", sim->listener.port);
	json_number(&sim->events.line, "seed", sim->options->seed);
	event_close(&sim->events);
}

static void sim_on_timeout(struct loop_timer *timer)
{
	struct sim *sim = loop_owner(timer, struct sim, timeout);

	sim->is_over = true;
	sim->is_timed_out = true;
}

static void sim_run_step(struct sim *sim, const struct option_step *step)
{
	struct buf answer = { 0 };

	control_run(sim, step->line, &answer);
	if (sim_event(sim, EVENT_STEP)) {
		json_str(&sim->events.line, "command", step->line);
		json_bool(&sim->events.line, "ok",
			  strncmp(buf_str(&answer), "{\"ok\":true", 10) == 0);
		event_close(&sim->events);
	}
	buf_destroy(&answer);
}

static void sim_on_step(struct loop_timer *timer)
{
	struct sim *sim = loop_owner(timer, struct sim, step_timer);
	const struct options *options = sim->options;
	const int64_t now_ms = loop_now_ms(sim->loop) - sim->started_ms;

	while (sim->next_step < options->step_count &&
	       options->steps[sim->next_step].at_ms <= now_ms)
		sim_run_step(sim, &options->steps[sim->next_step++]);
	if (sim->next_step < options->step_count)
		loop_arm(sim->loop, timer,
			 options->steps[sim->next_step].at_ms - now_ms,
			 sim_on_step);
}

static void sim_fill(struct sim *sim, const struct options *options)
{
	const uint64_t seed = (uint64_t)options->seed;

	sim->options = options;
	sim->rules = options->rules;
	rule_seed_all(&sim->rules, seed);
	for (size_t i = 0; i < options->faults.count; i++)
		fault_add(&sim->faults, &options->faults.faults[i], seed);
	sim->events.fd = STDOUT_FILENO;
	sim->events.quiet = options->quiet;
	if (options->web_port >= 0)
		sim->events.history = history_create();
	sim->messages = message_store_create(seed);
	dice_seed(&sim->dice, seed);
	TAILQ_INIT(&sim->sessions);
	TAILQ_INIT(&sim->outboxes);
	TAILQ_INIT(&sim->replies);
	sim->listener.watch.fd = -1;
	sim->listener.address = options->bind;
	sim->listener.port = (unsigned short)options->port;
}

/* What it records to, and where it takes commands. */
static const char *sim_open_files(struct sim *sim)
{
	const struct options *options = sim->options;

	sim->trace.transcript.is_kept = verdict_needs_lines(options);
	if (options->transcript) {
		sim->trace.transcript.file = fopen(options->transcript, "we");
		if (!sim->trace.transcript.file)
			return options->transcript;
	}
	if (options->capture) {
		sim->trace.capture = capture_open(options->capture);
		if (!sim->trace.capture)
			return options->capture;
	}
	if (options->control) {
		sim->control = control_open(sim, options->control);
		if (!sim->control)
			return options->control;
	}
	return NULL;
}

static bool sim_open_port(struct sim *sim)
{
	const struct options *options = sim->options;

	if (options->role == ROLE_ESME) {
		sim->esme = esme_create(sim);
		return sim->esme != NULL;
	}
	if (listener_open(&sim->listener, sim->loop, sim_on_connection))
		return true;
	fprintf(stderr, "smppsim: %s port %ld: %s\n", options->bind,
		options->port, strerror(errno));
	return false;
}

static bool sim_open(struct sim *sim)
{
	const struct options *options = sim->options;
	const char *failed;

	sim->loop = loop_create();
	if (!sim->loop) {
		perror("smppsim: epoll");
		return false;
	}
	if (options->tls.is_on) {
		sim->tls = tls_create(options);
		if (!sim->tls)
			return false;
	}
	if (!sim_open_port(sim))
		return false;
	if (options->replay) {
		sim->replay = replay_create(options->replay,
					    sim->esme ? RECORDING_ESME :
							RECORDING_SMSC);
		if (!sim->replay)
			return false;
	}
	failed = sim_open_files(sim);
	if (failed)
		fprintf(stderr, "smppsim: %s: %s\n", failed, strerror(errno));
	else if (options->web_port >= 0)
		sim->web = web_open(sim);
	return !failed && (sim->web || options->web_port < 0);
}

struct sim *sim_create(const struct options *options)
{
	struct sim *sim = mem_alloc(sizeof(*sim));

	sim_fill(sim, options);
	if (!sim_open(sim) || !verdict_check(sim)) {
		sim_destroy(&sim);
		return NULL;
	}
	sim->started_ms = loop_now_ms(sim->loop);
	sim->timeout.is_limit = true;
	if (options->timeout_sec > 0)
		loop_arm(sim->loop, &sim->timeout, options->timeout_sec * 1000,
			 sim_on_timeout);
	if (options->step_count > 0)
		loop_arm(sim->loop, &sim->step_timer, 0, sim_on_step);
	if (!sim->esme)
		print_start(sim);
	if (sim->listener.watch.fd >= 0)
		event_listening(sim);
	print_web(sim);
	return sim;
}

static bool is_count_reached(const struct sim *sim)
{
	if (sim->replay && !replay_is_over(sim->replay))
		return false;
	return (sim->replay || sim->options->count > 0) &&
	       sim->tally.submits >= sim->options->count;
}

static bool is_idle(const struct sim *sim)
{
	return message_open_count(sim->messages) == 0 &&
	       outbox_waiting_count(sim) == 0 && TAILQ_EMPTY(&sim->replies);
}

/* Somebody is bound, and nobody has anything to do before a time comes. */
static bool is_quiet(const struct sim *sim)
{
	const struct session *session;
	bool is_bound = false;

	TAILQ_FOREACH(session, &sim->sessions, entry)
	{
		if (session_is_awaited(session))
			return false;
		is_bound |= session_is_bound(session);
	}
	return is_bound;
}

void sim_turn(struct sim *sim)
{
	const bool may_skip =
		sim->options->clock == CLOCK_VIRTUAL && is_quiet(sim);

	if (!loop_turn(sim->loop, may_skip ? QUIET_MS : -1) && may_skip)
		loop_skip(sim->loop);
	session_settle_all(sim);
	if (sim->control)
		control_settle(sim->control);
	if (sim->esme ? esme_is_over(sim->esme) :
			is_count_reached(sim) && is_idle(sim))
		sim->is_over = true;
}

static bool is_cut_short(const struct sim *sim)
{
	if (sim->esme && sim->esme->has_failed)
		return true;
	if (sim->options->count == 0 && !sim->replay)
		return false;
	if (sim->esme)
		return !esme_is_over(sim->esme) || esme_has_failed(sim->esme);
	return sim->is_timed_out && !is_count_reached(sim);
}

int sim_finish(struct sim *sim)
{
	const bool is_short = is_cut_short(sim);
	struct session *session;
	struct verdict verdict;

	TAILQ_FOREACH(session, &sim->sessions, entry)
	if (session_is_bound(session))
		session_send_unbind(session);
	session_settle_all(sim);
	session_destroy_all(sim);
	verdict_reach(&verdict, sim, is_short);
	if (sim_event(sim, EVENT_SUMMARY)) {
		sim_add_tally(sim, &sim->events.line);
		verdict_add(&verdict, sim, &sim->events.line);
		event_close(&sim->events);
	}
	if (sim->esme)
		esme_print(sim->esme);
	verdict_print(&verdict);
	return verdict_destroy(&verdict) || is_short;
}

void sim_destroy(struct sim **simp)
{
	struct sim *sim = *simp;

	if (!sim)
		return;
	web_close(&sim->web);
	control_close(&sim->control);
	session_destroy_all(sim);
	esme_destroy(&sim->esme);
	replay_destroy(&sim->replay);
	reply_destroy_all(sim);
	outbox_destroy_all(sim);
	message_store_destroy(&sim->messages);
	if (sim->loop) {
		loop_disarm(sim->loop, &sim->timeout);
		loop_disarm(sim->loop, &sim->step_timer);
	}
	listener_close(&sim->listener);
	tls_destroy(&sim->tls);
	loop_destroy(&sim->loop);
	trace_destroy(&sim->trace);
	history_destroy(&sim->events.history);
	buf_destroy(&sim->events.line);
	free(sim);
	*simp = NULL;
}
