/* Runs the commands of the control socket. */
#include "control/control.h"

#include "control/command.h"
#include "core/json.h"
#include "smsc/outbind.h"
#include "smsc/outbox.h"
#include "smsc/receipt.h"
#include "sim/session.h"

#include <string.h>

typedef const char *execute_fn(struct sim *sim, const struct command *command,
			       struct buf *answer);

static struct outbox *addressee(struct sim *sim, const struct command *command)
{
	return command->system_id ? outbox_get(sim, command->system_id) :
				    outbox_get_any(sim);
}

static bool is_meant(const struct session *session,
		     const struct command *command)
{
	return session_is_bound(session) &&
	       (!command->system_id ||
		strcmp(session->system_id, command->system_id) == 0);
}

static const char *execute_mo(struct sim *sim, const struct command *command,
			      struct buf *answer)
{
	struct outbox *outbox = addressee(sim, command);
	const char *why = NULL;
	const size_t segments = mo_push(outbox, &command->mo, &why);

	if (segments == 0)
		return why;
	json_number(answer, "segments", (long long)segments);
	json_str(answer, "system_id", outbox->system_id);
	return NULL;
}

static const char *execute_receipt(struct sim *sim,
				   const struct command *command,
				   struct buf *answer)
{
	struct outbox *outbox = addressee(sim, command);
	struct receipt_shape shape = sim->options->shape;
	struct pdu envelope = { .esm_class = 0x04 };
	const int64_t now_ms = loop_wall_ms(sim->loop);
	const struct receipt receipt = {
		.id = command->id,
		.stat = command->stat,
		.text = command->mo.text ? command->mo.text : "",
		.submitted_at = now_ms,
		.done_at = now_ms,
	};

	if (strlen(command->id) > 64)
		return "id is too long";
	if (!mo_parse_addr(&envelope.source, command->mo.from) ||
	    !mo_parse_addr(&envelope.dest, command->mo.to))
		return "address is too long";
	shape.style = command->tlv_only ? STYLE_TLV : shape.style;
	receipt_push(outbox, &receipt, &envelope, &shape);
	json_str(answer, "system_id", outbox->system_id);
	return NULL;
}

/* Nobody answers it (SMPP 3.4 4.12), so it goes to who is bound now. */
static const char *execute_alert(struct sim *sim, const struct command *command,
				 struct buf *answer)
{
	struct pdu pdu = { .command_id = PDU_alert_notification };
	struct session *session;
	long long count = 0;

	if (!mo_parse_addr(&pdu.source, command->mo.from) ||
	    !mo_parse_addr(&pdu.dest, command->mo.to))
		return "address is too long";
	TAILQ_FOREACH(session, &sim->sessions, entry)
	{
		if (!is_meant(session, command) ||
		    !session_can_receive(session))
			continue;
		pdu.sequence = session_next_sequence(session);
		session_event_pdu(session, EVENT_ALERT_SENT, &pdu);
		session_send(session, &pdu);
		count++;
	}
	json_number(answer, "connections", count);
	return count ? NULL : "nobody is bound";
}

static void clear_faults(struct sim *sim)
{
	struct session *session;

	fault_clear(&sim->faults);
	TAILQ_FOREACH(session, &sim->sessions, entry)
	session_recover(session);
}

static void strike_now(struct sim *sim, const struct fault *fault)
{
	struct session *session;

	if (fault->kind == FAULT_AWAY) {
		sim_go_away(sim, fault->ms);
		return;
	}
	TAILQ_FOREACH(session, &sim->sessions, entry)
	session_close(session, "fault disconnect");
}

static const char *execute_fault(struct sim *sim, const struct command *command,
				 struct buf *answer)
{
	struct fault fault;
	const char *why;

	if (strcmp(command->argument, "clear") == 0)
		clear_faults(sim);
	else if (!fault_parse(&fault, command->argument, &why))
		return why;
	else if (fault.now)
		strike_now(sim, &fault);
	else if (!fault_add(&sim->faults, &fault, (uint64_t)sim->options->seed))
		return "too many faults";
	json_number(answer, "faults", (long long)sim->faults.count);
	if (sim_event(sim, EVENT_FAULT_SET)) {
		json_str(&sim->events.line, "spec", command->argument);
		event_close(&sim->events);
	}
	return NULL;
}

static const char *execute_raw(struct sim *sim, const struct command *command,
			       struct buf *answer)
{
	struct buf bytes = { 0 };
	struct session *session;
	long long count = 0;

	if (!buf_append_unhex(&bytes, command->argument))
		return "no even number of hex digits";
	TAILQ_FOREACH(session, &sim->sessions, entry)
	{
		if (!is_meant(session, command))
			continue;
		session_write(session, &bytes);
		count++;
		if (session_event(session, EVENT_RAW_SENT)) {
			json_hex(&sim->events.line, "octets", bytes.bytes,
				 bytes.len);
			event_close(&sim->events);
		}
	}
	buf_destroy(&bytes);
	json_number(answer, "connections", count);
	return count ? NULL : "nobody is bound";
}

static const char *execute_link(struct sim *sim, const struct command *command,
				struct buf *answer)
{
	struct session *session;
	long long count = 0;

	TAILQ_FOREACH(session, &sim->sessions, entry)
	{
		if (!is_meant(session, command))
			continue;
		count++;
		if (command->verb == COMMAND_UNBIND)
			session_send_unbind(session);
		else
			session_send_enquire_link(session);
	}
	json_number(answer, "connections", count);
	return count ? NULL : "nobody is bound";
}

static const char *execute_outbind(struct sim *sim,
				   const struct command *command,
				   struct buf *answer)
{
	const char *system_id = command->system_id;
	const char *password = command->password;
	const char *why;

	if (!outbind_call(sim, command->argument,
			  system_id ? system_id : "smppsim",
			  password ? password : "", &why))
		return why;
	json_number(answer, "conn", sim->last_conn_id);
	return NULL;
}

static const char *execute_stats(struct sim *sim, const struct command *command,
				 struct buf *answer)
{
	(void)command;
	sim_add_tally(sim, answer);
	return NULL;
}

static const char *execute_quit(struct sim *sim, const struct command *command,
				struct buf *answer)
{
	(void)command;
	(void)answer;
	sim->is_over = true;
	return NULL;
}

static execute_fn *const executes[] = {
	[COMMAND_MO] = execute_mo,        [COMMAND_RECEIPT] = execute_receipt,
	[COMMAND_ALERT] = execute_alert,
	[COMMAND_FAULT] = execute_fault,  [COMMAND_RAW] = execute_raw,
	[COMMAND_ENQUIRE] = execute_link, [COMMAND_UNBIND] = execute_link,
	[COMMAND_OUTBIND] = execute_outbind,
	[COMMAND_STATS] = execute_stats,  [COMMAND_QUIT] = execute_quit,
};

/* Only an SMSC delivers. */
static bool is_for_role(const struct sim *sim, enum command_verb verb)
{
	return !sim->esme || (verb != COMMAND_MO && verb != COMMAND_RECEIPT &&
			      verb != COMMAND_ALERT && verb != COMMAND_OUTBIND);
}

void control_run(struct sim *sim, const char *line, struct buf *answer)
{
	const size_t start = answer->len;
	struct command command;
	const char *why;

	json_open(answer);
	json_bool(answer, "ok", true);
	if (command_parse(&command, line, sim->options->mo_registered_delivery,
			  &why)) {
		why = is_for_role(sim, command.verb) ?
			      executes[command.verb](sim, &command, answer) :
			      "not for an ESME";
		command_destroy(&command);
	}
	if (why) {
		answer->len = start;
		json_open(answer);
		json_bool(answer, "ok", false);
		json_str(answer, "error", why);
	}
	json_close(answer);
}
