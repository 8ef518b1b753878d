/* See link.h: the binds of a link together make its state. */
#include "client/link.h"

#include "bind/password.h"
#include "client/habit.h"
#include "client/link_tls.h"
#include "message/wording.h"
#include "wire/smpp_status.h"

#include <iwf/random.h>

#include <stdlib.h>

/* SMPP 3.4 4.1: nine octets with the NUL. */
#define PASSWORD_MAX_LEN 8

enum link_event {
	LINK_EVENT_TRYING, /* a bind is on its way, not all that is needed */
	LINK_EVENT_READY,  /* messages can go both ways */
	LINK_EVENT_SILENT, /* every bind waits for its next try */
	LINK_EVENT_DRAIN,
	LINK_EVENT_EMPTY,  /* drained */
	LINK_EVENT_COUNT
};

struct link_row {
	const char *name;
	enum iwf_link_state next[LINK_EVENT_COUNT];
};

static const struct link_row link_rows[] = {
	[IWF_LINK_DOWN] = { "down", { IWF_LINK_CONNECTING, IWF_LINK_UP,
		IWF_LINK_DOWN, IWF_LINK_DRAINING, IWF_LINK_DOWN } },
	[IWF_LINK_CONNECTING] = { "connecting", { IWF_LINK_CONNECTING,
		IWF_LINK_UP, IWF_LINK_DOWN, IWF_LINK_DRAINING,
		IWF_LINK_CONNECTING } },
	[IWF_LINK_UP] = { "up", { IWF_LINK_CONNECTING, IWF_LINK_UP,
		IWF_LINK_DOWN, IWF_LINK_DRAINING, IWF_LINK_UP } },
	[IWF_LINK_DRAINING] = { "draining", { IWF_LINK_DRAINING,
		IWF_LINK_DRAINING, IWF_LINK_DRAINING, IWF_LINK_DRAINING,
		IWF_LINK_DOWN } },
};

static void link_apply(struct smpp_link *link, enum link_event event,
		       const char *reason)
{
	enum iwf_link_state from = link->state;
	enum iwf_link_state to = link_rows[from].next[event];

	if (from == to)
		return;
	link->state = to;
	iwf_log_debug(link->log, "link", "from=%s to=%s reason=\"%s\"",
		      link_rows[from].name, link_rows[to].name, reason);
	iwf_metric_set(&link->metrics[SMPP_METRIC_LINK_UP], to == IWF_LINK_UP);
	iwf_host_state(link->base.host, to, reason);
	if (to != IWF_LINK_UP)
		smpp_submit_flush(link, reason, 0);
	smpp_pump(link);
}

static bool is_trying(const struct smpp_session *session)
{
	return session->state != SMPP_SESSION_IDLE &&
		session->state != SMPP_SESSION_WAITING;
}

static enum link_event link_judge(const struct smpp_link *link)
{
	bool can_send = false;
	bool can_hear = false;
	bool is_bound = false;
	bool tries = false;

	for (size_t i = 0; i < link->session_count; i++) {
		const struct smpp_session *session = &link->sessions[i];

		tries = tries || is_trying(session);
		if (!smpp_session_is_bound(session))
			continue;
		is_bound = true;
		can_send = can_send || session->role != SMPP_ROLE_RECEIVER;
		can_hear = can_hear || session->role != SMPP_ROLE_TRANSMITTER;
	}
	can_send = can_send || link->conf->bind == SMPP_BIND_MODE_RECEIVER;
	can_hear = can_hear || link->conf->bind == SMPP_BIND_MODE_TRANSMITTER;
	if (is_bound && can_send && can_hear)
		return LINK_EVENT_READY;
	return tries ? LINK_EVENT_TRYING : LINK_EVENT_SILENT;
}

static bool is_idle(const struct smpp_link *link)
{
	for (size_t i = 0; i < link->session_count; i++)
		if (link->sessions[i].state != SMPP_SESSION_IDLE)
			return false;
	return true;
}

/* --- what its binds tell --- */

static struct smpp_link *link_of_session(struct smpp_session *session)
{
	struct smpp_session *first = session - (session->number - 1);

	return IWF_CONTAINER(first, struct smpp_link, sessions);
}

static void sessions_start(struct smpp_link *link);

static void on_change(struct smpp_session *session)
{
	struct smpp_link *link = link_of_session(session);

	if (link->is_closing)
		return;
	if (link->is_draining) {
		if (!is_idle(link) || link->state == IWF_LINK_DOWN)
			return;
		link_apply(link, LINK_EVENT_EMPTY, "drained");
		iwf_host_drained(link->base.host);
		return;
	}
	if (link->is_restarting && is_idle(link)) {
		link->is_restarting = false;
		sessions_start(link);
		return;
	}
	link_apply(link, link_judge(link), session->reason);
}

static void on_end(struct smpp_session *session, struct smpp_request *request,
		   enum smpp_end end, const struct smpp_pdu *pdu)
{
	struct smpp_link *link = link_of_session(session);

	if (request->command == SMPP_SUBMIT_SM)
		smpp_part_on_end(link, session, request, end, pdu);
	else
		smpp_ask_on_end(link, request, end, pdu);
}

static void on_late(struct smpp_session *session, const struct smpp_pdu *pdu)
{
	smpp_part_on_late(link_of_session(session), session, pdu);
}

static uint32_t on_deliver(struct smpp_session *session,
			   const struct smpp_pdu *pdu, uint64_t tag)
{
	return smpp_deliver(link_of_session(session), session, pdu, tag);
}

static void on_alert(struct smpp_session *session, const struct smpp_pdu *pdu)
{
	smpp_alert(link_of_session(session), session, pdu);
}

static void on_cut(struct smpp_session *session)
{
	iwf_host_cut(link_of_session(session)->base.host);
}

static void on_room(struct smpp_session *session)
{
	smpp_pump(link_of_session(session));
}

static uint32_t on_outbind(struct smpp_session *session,
			   const struct smpp_pdu *pdu)
{
	return smpp_outbind_judge(link_of_session(session), pdu);
}

static const struct smpp_session_ops session_ops = {
	.on_change = on_change,
	.on_end = on_end,
	.on_late = on_late,
	.on_deliver = on_deliver,
	.on_alert = on_alert,
	.on_cut = on_cut,
	.on_outbind = on_outbind,
	.on_room = on_room,
};

struct smpp_session *smpp_link_find(struct smpp_link *link, uint64_t tag)
{
	for (size_t i = 0; i < link->session_count; i++)
		if (smpp_session_owns(&link->sessions[i], tag))
			return &link->sessions[i];
	return NULL;
}

/* --- settings --- */

static enum iwf_err password_read(const struct smpp_conf *conf,
				  struct iwf_buf *out, struct iwf_why *why)
{
	enum iwf_err err;

	if (iwf_str_is_empty(conf->password_file)) {
		iwf_buf_str_put(out, conf->password);
		return IWF_OK;
	}
	err = smpp_password_read(conf->password_file, out, why);
	if (!err && out->len > PASSWORD_MAX_LEN)
		return iwf_why_set(why, IWF_E_LIMIT, 0, "password_file: SMPP "
				   "passwords have at most %d characters",
				   PASSWORD_MAX_LEN);
	return err;
}

/* What a link reads beside its settings. */
static enum iwf_err files_read(const struct smpp_conf *conf,
			       struct iwf_buf *password, struct iwf_tls **tls,
			       struct iwf_why *why)
{
	enum iwf_err err = password_read(conf, password, why);

	*tls = NULL;
	return err ? err : smpp_tls_read(conf, tls, why);
}

enum iwf_err smpp_link_check(const void *conf_of_rows, struct iwf_why *why)
{
	const struct smpp_conf *conf = conf_of_rows;
	struct iwf_buf password = { 0 };
	struct iwf_tls *tls;
	enum iwf_err err;

	if (conf->password.len && conf->password_file.len)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "password and password_file exclude each "
				   "other");
	if (conf->reconnect_min_ms > conf->reconnect_max_ms)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "reconnect_min is above reconnect_max");
	if (conf->enquire_link_ms >= conf->inactivity_ms)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "enquire_link must be below inactivity");
	err = smpp_wording_check(conf, why);
	if (err)
		return err;
	err = smpp_status_check(&conf->receipts_table, why);
	if (err) {
		if (why)
			why->file = "receipts_table";
		return err;
	}
	err = smpp_habit_check(conf, why);
	if (err)
		return err;
	err = files_read(conf, &password, &tls, why);
	iwf_buf_free(&password);
	iwf_tls_destroy(&tls);
	return err;
}

/* What makes two binds different accounts or peers. */
static uint64_t bind_fingerprint(const struct smpp_conf *conf,
				 struct iwf_str password)
{
	static const uint8_t key[16];
	struct iwf_buf text = { 0 };
	uint64_t hash;

	iwf_buf_printf(&text, "%.*s %u %.*s %.*s %.*s %u %u %u %u %u %.*s "
		       "%u %.*s",
		       IWF_STR_ARG(conf->host), conf->port,
		       IWF_STR_ARG(conf->system_id), IWF_STR_ARG(password),
		       IWF_STR_ARG(conf->system_type), conf->bind, conf->binds,
		       conf->interface_version, conf->addr_ton, conf->addr_npi,
		       IWF_STR_ARG(conf->address_range), conf->outbind.port,
		       IWF_STR_ARG(conf->outbind.address));
	smpp_tls_print(conf, &text);
	hash = iwf_hash(key, iwf_buf_str(&text));
	iwf_buf_free(&text);
	return hash;
}

/* --- its life --- */

static enum smpp_role role_of(const struct smpp_conf *conf, size_t index)
{
	static const enum smpp_role roles[][2] = {
		[SMPP_BIND_MODE_TRANSCEIVER] = { SMPP_ROLE_TRANSCEIVER,
						 SMPP_ROLE_TRANSCEIVER },
		[SMPP_BIND_MODE_PAIR] = { SMPP_ROLE_TRANSMITTER,
					  SMPP_ROLE_RECEIVER },
		[SMPP_BIND_MODE_TRANSMITTER] = { SMPP_ROLE_TRANSMITTER,
						 SMPP_ROLE_TRANSMITTER },
		[SMPP_BIND_MODE_RECEIVER] = { SMPP_ROLE_RECEIVER,
					      SMPP_ROLE_RECEIVER },
	};

	return roles[conf->bind][index % 2];
}

static void sessions_start(struct smpp_link *link)
{
	const struct smpp_conf *conf = link->conf;

	link->fingerprint = bind_fingerprint(conf,
					     iwf_buf_str(&link->password));
	link->session_count = conf->binds *
		(conf->bind == SMPP_BIND_MODE_PAIR ? 2 : 1);
	smpp_outbind_open(link);
	for (size_t i = 0; i < link->session_count; i++)
		smpp_session_start(&link->sessions[i], conf,
				   iwf_buf_str(&link->password),
				   role_of(conf, i));
}

static void sessions_create(struct smpp_link *link)
{
	for (unsigned i = 0; i < 2 * SMPP_BINDS_MAX; i++) {
		struct smpp_session *session = &link->sessions[i];

		session->ops = &session_ops;
		session->loop = link->loop;
		session->log = link->log;
		session->metrics = link->metrics;
		session->codec = link->codec;
		session->tls = &link->tls;
		session->number = i + 1;
		session->connection_count = &link->connection_count;
		smpp_session_create(session);
	}
}

static void meter_set(struct smpp_link *link)
{
	smpp_meter_set(&link->meter, link->conf->tps, link->conf->tps_burst);
}

enum iwf_err smpp_link_open(struct iwf_link **out, struct iwf_host *host,
			    const void *conf)
{
	struct smpp_link *link = IWF_NEW(struct smpp_link);
	struct iwf_why why = { 0 };
	enum iwf_err err = files_read(conf, &link->password, &link->tls, &why);

	if (err) {
		iwf_log_error(iwf_host_log(host), "not_opened", "why=\"%s\"",
			      why.text);
		iwf_buf_free(&link->password);
		free(link);
		return err;
	}
	link->base.host = host;
	link->conf = conf;
	link->loop = iwf_host_loop(host);
	link->log = iwf_host_log(host);
	link->metrics = iwf_host_metrics(host);
	link->codec = smpp_codec_create(SMPP_CODEC_SELDOM);
	smpp_tls_tell(link);
	smpp_learn_open(&link->learn, host);
	meter_set(link);
	sessions_create(link);
	*out = &link->base;
	sessions_start(link);
	return IWF_OK;
}

static void sessions_stop(struct smpp_link *link, const char *reason)
{
	smpp_outbind_close(link);
	for (size_t i = 0; i < link->session_count; i++)
		smpp_session_stop(&link->sessions[i], reason);
}

void smpp_link_reconfigure(struct iwf_link *base, const void *conf)
{
	struct smpp_link *link = smpp_link_of(base);
	struct iwf_buf password = { 0 };
	struct iwf_why why = { 0 };

	link->conf = conf;
	if (password_read(conf, &password, &why)) {
		iwf_log_error(link->log, "password_kept", "why=\"%s\"",
			      why.text);
		iwf_buf_clear(&password);
		iwf_buf_str_put(&password, iwf_buf_str(&link->password));
	}
	iwf_buf_free(&link->password);
	link->password = password;
	smpp_tls_renew(link);
	meter_set(link);
	for (size_t i = 0; i < link->session_count; i++)
		smpp_session_configure(&link->sessions[i], conf,
				       iwf_buf_str(&link->password));
	if (!link->is_draining && link->fingerprint !=
	    bind_fingerprint(conf, iwf_buf_str(&link->password))) {
		link->is_restarting = true;
		sessions_stop(link, "new settings");
	}
	smpp_pump(link);
}

void smpp_link_drain(struct iwf_link *base)
{
	struct smpp_link *link = smpp_link_of(base);

	if (link->is_draining)
		return;
	link->is_draining = true;
	link_apply(link, LINK_EVENT_DRAIN, "draining");
	sessions_stop(link, "draining");
	/* Nothing ran that could have told its end. */
	if (link->state == IWF_LINK_DRAINING && is_idle(link)) {
		link_apply(link, LINK_EVENT_EMPTY, "drained");
		iwf_host_drained(link->base.host);
	}
}

void smpp_link_close(struct iwf_link **base)
{
	struct smpp_link *link = smpp_link_of(*base);

	link->is_closing = true;
	smpp_outbind_close(link);
	smpp_submit_flush(link, "the link is closed", 0);
	for (size_t i = 0; i < 2 * SMPP_BINDS_MAX; i++)
		smpp_session_destroy(&link->sessions[i]);
	iwf_timer_stop(&link->pump_timer);
	smpp_late_clear(&link->late);
	smpp_codec_destroy(&link->codec);
	iwf_buf_free(&link->password);
	iwf_tls_destroy(&link->tls);
	free(link);
	*base = NULL;
}
