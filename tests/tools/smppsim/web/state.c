/* All that the page shows, as one JSON object. */
#include "web/state.h"

#include "core/json.h"
#include "sim/session.h"
#include "wire/text.h"
#include "wire/udh.h"

#include <string.h>

static const char *const states[] = {
	[SESSION_OPEN] = "open",         [SESSION_BOUND_TX] = "transmitter",
	[SESSION_BOUND_RX] = "receiver", [SESSION_BOUND_TRX] = "transceiver",
	[SESSION_UNBOUND] = "unbound",
};

static void add_sessions(struct buf *json, const struct sim *sim)
{
	const struct session *session;

	json_open_list(json, "sessions");
	TAILQ_FOREACH(session, &sim->sessions, entry)
	{
		if (session->is_dead)
			continue;
		json_open_item(json);
		json_number(json, "conn", session->conn_id);
		json_str(json, "system_id", session->system_id);
		json_str(json, "state", states[session->state]);
		json_str(json, "peer", session->peer);
		json_number(json, "in_flight", session->in_flight);
		json_close_object(json);
	}
	json_close_list(json);
}

static void add_faults(struct buf *json, const struct sim *sim)
{
	json_open_list(json, "faults");
	for (size_t i = 0; i < sim->faults.count; i++) {
		json_open_item(json);
		json_str(json, "spec", sim->faults.faults[i].spec);
		json_number(json, "seen", sim->faults.faults[i].seen);
		json_number(json, "struck", sim->faults.faults[i].struck);
		json_close_object(json);
	}
	json_close_list(json);
}

static void add_pattern(struct buf *json, const char *key, const char *pattern)
{
	if (pattern)
		json_str(json, key, pattern);
}

static void add_rules(struct buf *json, const struct sim *sim)
{
	json_open_list(json, "rules");
	for (size_t i = 0; i < sim->rules.count; i++) {
		const struct rule *rule = &sim->rules.rules[i];

		json_open_item(json);
		add_pattern(json, "to", rule->to);
		add_pattern(json, "from", rule->from);
		add_pattern(json, "text", rule->text);
		add_pattern(json, "system_id", rule->system_id);
		json_number(json, "struck", rule->struck);
		json_close_object(json);
	}
	json_close_list(json);
}

static void add_field(struct buf *json, const char *name, const char *str,
		      const uint8_t *octets, size_t len)
{
	json_open_item(json);
	json_str(json, "name", name);
	if (str)
		json_str(json, "value", str);
	else
		json_hex(json, "value", octets, len);
	json_close_object(json);
}

static void add_number(struct buf *json, const char *name, unsigned number)
{
	json_open_item(json);
	json_str(json, "name", name);
	json_number(json, "value", number);
	json_close_object(json);
}

static void add_fields(struct buf *json, const struct pdu *pdu)
{
	struct pdu_field field;
	struct pdu_option option;
	size_t index = 0;
	size_t offset = 0;

	json_open_list(json, "fields");
	while (pdu_next_field(pdu, &index, &field)) {
		const bool is_secret = strcmp(field.name, "password") == 0;

		if (field.str || field.octets)
			add_field(json, field.name,
				  is_secret ? "***" : field.str, field.octets,
				  field.len);
		else
			add_number(json, field.name, field.number);
	}
	while (pdu_next_option(pdu, &offset, &option)) {
		struct buf name = { 0 };

		buf_appendf(&name, "%s (0x%04x)", option.name, option.tag);
		add_field(json, buf_str(&name), NULL, option.value, option.len);
		buf_destroy(&name);
	}
	json_close_list(json);
}

static void add_text(struct buf *json, const struct pdu *pdu)
{
	const enum text_alphabet alphabet = text_alphabet_of(pdu->data_coding);
	struct buf text = { 0 };
	struct udh udh = { 0 };
	size_t len;
	const uint8_t *bytes = pdu_text(pdu, &len);

	if (pdu->esm_class & 0x40)
		udh_parse(&udh, bytes, len);
	text_decode(&text, alphabet, bytes + udh.len, len - udh.len);
	if (text.len > 0)
		json_text(json, "text", text.bytes, text.len);
	buf_destroy(&text);
}

static void add_pdu(struct buf *json, const struct recent_pdu *recent)
{
	struct pdu pdu;
	const char *why;
	const bool is_whole = recent->len == recent->bytes.len;
	const uint32_t status =
		pdu_parse(&pdu, recent->bytes.bytes, recent->bytes.len, &why);

	json_number(json, "time", recent->wall_ms);
	json_number(json, "conn", recent->conn_id);
	json_str(json, "system_id", recent->system_id);
	json_bool(json, "out", recent->way == TRACE_OUT);
	json_number(json, "length", (long long)recent->len);
	json_hex(json, "octets", recent->bytes.bytes, recent->bytes.len);
	json_str(json, "command", pdu_command_name(pdu.command_id));
	json_number(json, "sequence", pdu.sequence);
	json_str(json, "status", pdu_status_name(pdu.command_status));
	json_number(json, "status_value", pdu.command_status);
	if (status != ESME_ROK) {
		json_str(json, "broken", is_whole ? why : "shown in part");
		return;
	}
	add_text(json, &pdu);
	add_fields(json, &pdu);
}

/* The newest first; their numbers tell which are new. */
static void add_pdus(struct buf *json, const struct recent *recent)
{
	const struct recent_pdu *pdu;

	json_open_list(json, "pdus");
	for (size_t age = 0; (pdu = recent_get(recent, age)); age++) {
		json_open_item(json);
		json_number(json, "number", (long long)(recent->next - age));
		add_pdu(json, pdu);
		json_close_object(json);
	}
	json_close_list(json);
}

void state_format(struct buf *json, const struct sim *sim)
{
	const bool is_esme = sim->esme != NULL;

	json_open(json);
	json_str(json, "role", is_esme ? "esme" : "smsc");
	json_str(json, "address",
		 is_esme ? sim->options->esme.host : sim->options->bind);
	json_number(json, "port",
		    is_esme ? sim->options->port : sim->listener.port);
	json_number(json, "seed", sim->options->seed);
	json_number(json, "now", loop_wall_ms(sim->loop));
	json_open_object(json, "counters");
	sim_add_tally(sim, json);
	json_close_object(json);
	add_sessions(json, sim);
	add_faults(json, sim);
	add_rules(json, sim);
	add_pdus(json, &sim->trace.recent);
	json_close(json);
}
