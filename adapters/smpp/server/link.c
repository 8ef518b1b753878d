/* See link.h. */
#include "server/link.h"

#include "bind/password.h"
#include "server/allow.h"
#include "server/door.h"
#include "server/secret.h"

#include <stdlib.h>

/* Until a port that is taken is tried again. */
#define DOOR_AGAIN_MS 5000

void server_link_judge(struct server_link *link, const char *reason)
{
	enum iwf_link_state to = IWF_LINK_DOWN;

	for (const struct server_session *session = link->sessions; session;
	     session = session->next)
		if (session->role & SERVER_ROLE_HEARS && !session->is_leaving)
			to = IWF_LINK_UP;
	iwf_metric_set(&link->metrics[SERVER_METRIC_BINDS],
		       link->session_count);
	if (link->is_closing || link->is_draining)
		return;
	if (link->state != to) {
		link->state = to;
		iwf_host_state(link->base.host, to, reason);
		if (to != IWF_LINK_UP)
			server_deliver_flush(link, reason);
	}
	server_deliver_pump(link);
}

uint32_t server_link_can_bind(const struct server_link *link)
{
	if (link->is_draining)
		return SMPP_RBINDFAIL;
	return link->session_count >= link->conf->binds_max ? SMPP_RALYBND :
		SMPP_ROK;
}

static const char *role_name(unsigned role)
{
	static const char *const names[] = {
		"none", "transmitter", "receiver", "transceiver"
	};

	return names[role & 3];
}

void server_link_take(struct server_link *link, struct server_session *session)
{
	session->number = ++link->last_number;
	session->next = link->sessions;
	link->sessions = session;
	link->session_count++;
	iwf_log_info(link->log, "bound", "bind=%u role=%s peer=%s",
		     session->number, role_name(session->role),
		     session->remote.text);
	server_link_judge(link, "bound");
}

void server_link_forget(struct server_link *link,
			struct server_session *session)
{
	struct server_session **at = &link->sessions;

	while (*at != session)
		at = &(*at)->next;
	*at = session->next;
	link->session_count--;
	/* Its messages may come again by another bind before our verdict. */
	if (session->waiting_count && !link->is_closing)
		iwf_host_cut(link->base.host);
}

struct server_session *server_link_find(struct server_link *link,
					uint32_t number)
{
	struct server_session *session = link->sessions;

	while (session && session->number != number)
		session = session->next;
	return session;
}

/* --- settings --- */

static enum iwf_err secret_read(const struct server_conf *conf,
				struct iwf_buf *out, struct iwf_why *why)
{
	enum iwf_err err = IWF_OK;

	if (conf->password_file.len)
		err = smpp_password_read(conf->password_file, out, why);
	else
		iwf_buf_str_put(out, conf->password_hash.len ?
				conf->password_hash : conf->password);
	return err ? err : server_secret_check(iwf_buf_str(out), why);
}

enum iwf_err server_link_check(const void *conf_of_rows, struct iwf_why *why)
{
	const struct server_conf *conf = conf_of_rows;
	struct iwf_buf secret = { 0 };
	struct iwf_tls *tls = NULL;
	enum iwf_err err;

	if ((conf->password.len > 0) + (conf->password_file.len > 0) +
	    (conf->password_hash.len > 0) != 1)
		return iwf_why_set(why, IWF_E_STATE, 0, "give one of password, "
				   "password_file and password_hash");
	if (conf->inactivity_ms < conf->enquire_link_ms)
		return iwf_why_set(why, IWF_E_LIMIT, 0,
				   "inactivity is below enquire_link");
	err = secret_read(conf, &secret, why);
	iwf_buf_free(&secret);
	if (!err)
		err = iwf_tls_create(&tls, IWF_TLS_SERVER, &conf->tls, why);
	iwf_tls_destroy(&tls);
	return err ? err : server_allow_check(&conf->allow, why);
}

static void conf_take(struct server_link *link, const struct server_conf *conf)
{
	link->conf = conf;
	link->wording = (struct smpp_conf){
		.service_type = conf->service_type,
		.country_code = conf->country_code,
		.trunk_prefix = conf->trunk_prefix,
		.international_prefix = conf->international_prefix,
		.home_domain = conf->home_domain,
		.short_max = conf->short_max,
		.short_ton = conf->short_ton,
		.short_npi = conf->short_npi,
		.data_coding_0 = conf->data_coding_0,
		.parts_max = conf->parts_max,
		.receipts = SMPP_RECEIPTS_NEVER,
		.number_ton = 1,
		.number_npi = 1,
		.alpha_senders = true,
		.anonymous = SMPP_ANONYMOUS_EMPTY,
	};
	server_bucket_create(&link->bucket, conf->tps, conf->burst,
			     iwf_loop_now_ms(link->loop));
}

/* --- life --- */

static void door_try(struct server_link *link);

static void on_door_timer(struct iwf_timer *timer)
{
	door_try(IWF_CONTAINER(timer, struct server_link, door_timer));
}

static void door_try(struct server_link *link)
{
	struct iwf_why why = { 0 };

	link->door = server_door_open(link, &why);
	if (link->door)
		return;
	iwf_log_seldom(link->log, "not_listening", "why=\"%s\"", why.text);
	iwf_timer_start(link->loop, &link->door_timer, DOOR_AGAIN_MS,
			on_door_timer);
}

static void door_leave(struct server_link *link)
{
	iwf_timer_stop(&link->door_timer);
	if (link->door)
		server_door_close(link->door, link);
	link->door = NULL;
}

enum iwf_err server_link_open(struct iwf_link **out, struct iwf_host *host,
			      const void *conf)
{
	struct server_link *link = IWF_NEW(struct server_link);
	struct iwf_why why = { 0 };
	enum iwf_err err = secret_read(conf, &link->secret, &why);

	if (err) {
		iwf_log_error(iwf_host_log(host), "not_opened", "why=\"%s\"",
			      why.text);
		iwf_buf_free(&link->secret);
		free(link);
		return err;
	}
	link->base.host = host;
	link->loop = iwf_host_loop(host);
	link->log = iwf_host_log(host);
	link->metrics = iwf_host_metrics(host);
	conf_take(link, conf);
	server_submits_create(&link->submits, link->conf->submit_max);
	*out = &link->base;
	iwf_host_state(host, IWF_LINK_DOWN, "nobody has bound to hear");
	door_try(link);
	return IWF_OK;
}

static void sessions_leave(struct server_link *link)
{
	struct server_session *next;

	for (struct server_session *session = link->sessions; session;
	     session = next) {
		next = session->next;
		server_session_leave(session);
	}
}

void server_link_reconfigure(struct iwf_link *base, const void *conf)
{
	struct server_link *link = server_link_of(base);
	struct iwf_buf secret = { 0 };
	struct iwf_why why = { 0 };

	conf_take(link, conf);
	if (secret_read(conf, &secret, &why)) {
		iwf_log_error(link->log, "password_kept", "why=\"%s\"",
			      why.text);
		iwf_buf_free(&secret);
	} else {
		bool is_new = !iwf_str_eq(iwf_buf_str(&secret),
					  iwf_buf_str(&link->secret));

		iwf_buf_free(&link->secret);
		link->secret = secret;
		/* Who bound with the old one has to show the new one. */
		if (is_new)
			sessions_leave(link);
	}
	link->submits.window.limit = link->conf->submit_max;
	for (struct server_session *session = link->sessions; session;
	     session = session->next)
		session->window.limit = link->conf->window;
	if (link->door && server_door_is_for(link->door, link->conf)) {
		server_door_renew(link->door, link->conf);
	} else if (!link->is_draining) {
		door_leave(link);
		door_try(link);
	}
	server_link_judge(link, "new settings");
}

void server_link_settle(struct server_link *link)
{
	if (!link->is_draining || link->delivers.job_count ||
	    link->state == IWF_LINK_DOWN)
		return;
	link->state = IWF_LINK_DOWN;
	iwf_host_state(link->base.host, IWF_LINK_DOWN, "drained");
	iwf_host_drained(link->base.host);
	sessions_leave(link);
}

void server_link_drain(struct iwf_link *base)
{
	struct server_link *link = server_link_of(base);

	if (link->is_draining)
		return;
	link->is_draining = true;
	link->state = IWF_LINK_DRAINING;
	iwf_host_state(base->host, IWF_LINK_DRAINING, "draining");
	server_deliver_flush(link, "draining");
	server_link_settle(link);
}

void server_link_close(struct iwf_link **base)
{
	struct server_link *link = server_link_of(*base);

	link->is_closing = true;
	server_deliver_flush(link, "the link is closed");
	while (link->sessions)
		server_session_end(link->sessions, "the link is closed");
	door_leave(link);
	server_submits_destroy(&link->submits);
	server_inquiries_destroy(&link->inquiries);
	server_known_destroy(&link->known);
	iwf_buf_free(&link->secret);
	free(link);
	*base = NULL;
}
