/* See door.h. */
#include "server/door.h"

#include "server/allow.h"
#include "server/link.h"
#include "server/secret.h"

#include <iwf/random.h>

#include <stdio.h>
#include <stdlib.h>

/* Not eaten yet: a PDU's beginning and what came with it. */
#define INPUT_MAX_LEN (130u * 1024)
/* An account may fail from many addresses; see `lockout_after`. */
#define ACCOUNT_FACTOR 10

static struct iwf_stream_owner *on_accept(struct iwf_listener *listener,
					  struct iwf_stream *stream,
					  const struct iwf_remote *remote)
{
	struct server_door *door = IWF_CONTAINER(iwf_listener_owner(listener),
						 struct server_door, owner);
	struct server_session *session = server_session_create(door, stream,
							       remote);

	session->next = door->sessions;
	door->sessions = session;
	return &session->owner;
}

static const struct iwf_listener_ops listener_ops = { on_accept };

bool server_door_is_for(const struct server_door *door,
			const struct server_conf *conf)
{
	return door->port == conf->port && door->is_tls == conf->tls.enable &&
		iwf_str_eq(iwf_str_from(door->host), conf->listen);
}

static struct server_door *door_find(struct server_door *door,
				     const struct server_conf *conf)
{
	while (door && !server_door_is_for(door, conf))
		door = door->next;
	return door;
}

void server_door_renew(struct server_door *door,
		       const struct server_conf *conf)
{
	struct iwf_why why = { 0 };
	struct iwf_tls *tls = NULL;

	if (iwf_tls_create(&tls, IWF_TLS_SERVER, &conf->tls, &why)) {
		iwf_log_error(door->log, "tls_kept", "why=\"%s\"", why.text);
		return;
	}
	iwf_listener_set_tls(door->listener, tls);
	iwf_tls_destroy(&tls);
}

/* IWF_E_...: why tells. */
static enum iwf_err port_open(struct server_door *door,
			      const struct server_conf *conf,
			      struct iwf_why *why)
{
	struct iwf_listen_conf listen = {
		.host = conf->listen, .port = (uint16_t)conf->port,
		.connections_max = conf->connections_max,
		.input_max_len = INPUT_MAX_LEN,
		.handshake_ms = conf->bind_timeout_ms,
	};
	struct iwf_tls *tls = NULL;
	enum iwf_err err = iwf_tls_create(&tls, IWF_TLS_SERVER, &conf->tls,
					  why);

	if (err)
		return err;
	listen.tls = tls;
	door->listener = iwf_listen(door->loop, &listen, &door->owner, why);
	iwf_tls_destroy(&tls);
	return door->listener ? IWF_OK : IWF_E_IO;
}

static struct server_door *door_create(struct server_link *link,
				       struct server_door **first,
				       struct iwf_why *why)
{
	const struct server_conf *conf = link->conf;
	struct server_door *door = IWF_NEW(struct server_door);

	door->owner.ops = &listener_ops;
	door->loop = link->loop;
	door->log = link->log;
	door->keeper = link;
	door->port = (uint16_t)conf->port;
	door->bind_timeout_ms = conf->bind_timeout_ms;
	snprintf(door->host, sizeof(door->host), "%.*s",
		 IWF_STR_ARG(conf->listen));
	iwf_random_fill(door->lockout.key, sizeof(door->lockout.key));
	door->is_tls = conf->tls.enable;
	if (port_open(door, conf, why)) {
		free(door);
		return NULL;
	}
	door->first = first;
	door->next = *first;
	*first = door;
	return door;
}

struct server_door *server_door_open(struct server_link *link,
				     struct iwf_why *why)
{
	struct server_door **first =
		(struct server_door **)iwf_host_shared(link->base.host);
	struct server_door *door = door_find(*first, link->conf);

	if (!door)
		door = door_create(link, first, why);
	if (!door)
		return NULL;
	link->next = door->links;
	door->links = link;
	return door;
}

static struct server_link *eldest(struct server_link *link)
{
	while (link->next)
		link = link->next;
	return link;
}

void server_door_close(struct server_door *door, struct server_link *link)
{
	struct server_link **at = &door->links;
	struct server_door **place = door->first;

	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	if (door->links) {
		door->keeper = eldest(door->links);
		door->log = door->keeper->log;
		return;
	}
	while (door->sessions)
		server_session_end(door->sessions, "nobody listens any more");
	iwf_listener_destroy(&door->listener);
	while (*place != door)
		place = &(*place)->next;
	*place = door->next;
	free(door);
}

void server_door_forget(struct server_door *door,
			struct server_session *session)
{
	struct server_session **at = &door->sessions;

	while (*at != session)
		at = &(*at)->next;
	*at = session->next;
}

void server_door_count_stranger(struct server_door *door)
{
	iwf_metric_add(&door->keeper->metrics[SERVER_METRIC_STRANGERS], 1);
}

/* --- binding --- */

static struct server_link *link_find(struct server_door *door,
				     struct iwf_str system_id)
{
	struct server_link *link = door->links;

	while (link && !iwf_str_eq(link->conf->system_id, system_id))
		link = link->next;
	return link;
}

static unsigned role_of(uint32_t command)
{
	switch (command) {
	case SMPP_BIND_TRANSMITTER:
		return SERVER_ROLE_SUBMITS;
	case SMPP_BIND_RECEIVER:
		return SERVER_ROLE_HEARS;
	default:
		return SERVER_ROLE_SUBMITS | SERVER_ROLE_HEARS;
	}
}

static bool is_locked(const struct server_door *door,
		      const struct server_conf *conf,
		      const struct server_session *session)
{
	int64_t now_ms = iwf_loop_now_ms(door->loop);

	return server_lockout_has(&door->lockout,
				  iwf_str_from(session->remote.text),
				  conf->lockout_after, conf->lockout_ms,
				  now_ms) ||
		server_lockout_has(&door->lockout, conf->system_id,
				   conf->lockout_after * ACCOUNT_FACTOR,
				   conf->lockout_ms, now_ms);
}

/* NULL: it is the account's owner. A name that is not known takes the time of
 * one that is. */
static const char *bind_judge(const struct server_door *door,
			      const struct server_session *session,
			      const struct server_link *link,
			      const struct smpp_pdu *pdu)
{
	const struct server_link *judged = link ? link : door->keeper;
	bool is_right = server_secret_is(iwf_buf_str(&judged->secret),
					 pdu->password);

	if (is_locked(door, judged->conf, session))
		return "locked out";
	if (!link)
		return "unknown system_id";
	if (!server_allow_has(&link->conf->allow, session->remote.address))
		return "not from this address";
	return is_right ? NULL : "wrong password";
}

static void bind_answer(struct server_session *session,
			const struct smpp_pdu *pdu, uint32_t status)
{
	static const struct smpp_tlv version = {
		SMPP_TAG_SC_INTERFACE_VERSION, { "\x34", 1 }
	};
	struct smpp_pdu out = {
		.header = { .id = pdu->header.id | SMPP_RESPONSE,
			    .status = status,
			    .sequence = pdu->header.sequence },
	};

	if (status == SMPP_ROK) {
		out.system_id = IWF_STR("cpm-iwf");
		/* 5.3.2.25: only who speaks 3.4 knows parameters. */
		if (pdu->interface_version >= 0x34)
			out.tlvs = (struct smpp_tlvs){ &version, 1 };
	}
	server_session_write(session, &out);
}

/* The name may be a password that went into the wrong field: only how it begins
 * is written, and only what cannot break a line. */
static void refusal_log(const struct server_link *link,
			const struct server_session *session,
			const struct smpp_pdu *pdu, const char *why)
{
	char name[3] = "";

	for (size_t i = 0; i < 2 && 2 * i + 2 < pdu->system_id.len; i++) {
		char c = pdu->system_id.ptr[i];

		name[i] = c > ' ' && c < 0x7f && c != '"' && c != '\\' ? c :
			'?';
	}
	iwf_log_warning(link->log, "bind_refused",
			"peer=%s system_id=\"%s***\" why=\"%s\"",
			session->remote.text, name, why);
}

/* While locked out nothing is counted, or it would never end. */
static void failure_add(struct server_door *door,
			const struct server_session *session,
			const struct server_link *link)
{
	const struct server_link *judged = link ? link : door->keeper;
	int64_t now_ms = iwf_loop_now_ms(door->loop);
	uint32_t lock_ms = judged->conf->lockout_ms;

	if (is_locked(door, judged->conf, session))
		return;
	server_lockout_add(&door->lockout, iwf_str_from(session->remote.text),
			   lock_ms, now_ms);
	if (link)
		server_lockout_add(&door->lockout, link->conf->system_id,
				   lock_ms, now_ms);
	if (!is_locked(door, judged->conf, session))
		return;
	iwf_metric_add(&judged->metrics[SERVER_METRIC_LOCKOUTS], 1);
	iwf_log_warning(judged->log, "locked_out", "peer=%s for_sec=%u",
			session->remote.text, lock_ms / 1000);
}

static void bind_refuse(struct server_door *door,
			struct server_session *session,
			const struct server_link *link,
			const struct smpp_pdu *pdu, const char *why)
{
	if (link)
		iwf_metric_add(&link->metrics[SERVER_METRIC_BIND_REFUSED], 1);
	else
		server_door_count_stranger(door);
	refusal_log(link ? link : door->keeper, session, pdu, why);
	failure_add(door, session, link);
	bind_answer(session, pdu, SMPP_RINVPASWD);
	server_session_end(session, why);
}

void server_door_bind(struct server_door *door, struct server_session *session,
		      const struct smpp_pdu *pdu)
{
	struct server_link *link = link_find(door, pdu->system_id);
	const char *why = bind_judge(door, session, link, pdu);
	uint32_t status;

	if (why) {
		bind_refuse(door, session, link, pdu, why);
		return;
	}
	server_lockout_forget(&door->lockout,
			      iwf_str_from(session->remote.text));
	status = server_link_can_bind(link);
	bind_answer(session, pdu, status);
	if (status != SMPP_ROK) {
		iwf_metric_add(&link->metrics[SERVER_METRIC_BIND_REFUSED], 1);
		iwf_log_warning(link->log, "bind_refused", "peer=%s status=%s",
				session->remote.text,
				smpp_status_get(status)->name);
		server_session_end(session, "bind refused");
		return;
	}
	server_door_forget(door, session);
	server_session_bind(session, link, role_of(pdu->header.id));
	server_link_take(link, session);
}
