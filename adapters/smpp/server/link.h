/* One account of the server: its binds, its messages on their way in, and what
 * waits to be delivered to it. It is up while somebody hears. */
#pragma once

#include "rows.h"
#include "server/account.h"
#include "server/bucket.h"
#include "server/deliver.h"
#include "server/inquire.h"
#include "server/known.h"
#include "server/submit.h"

#include <iwf/adapter.h>

struct server_link {
	struct iwf_link base;
	struct server_link *next;     /* behind the same door */
	const struct server_conf *conf;
	struct smpp_conf wording;     /* what message/compose.h wants to know */
	struct iwf_loop *loop;
	struct iwf_log *log;
	struct iwf_metric *metrics;
	struct iwf_buf secret;
	struct server_door *door;     /* NULL: the port cannot be had */
	struct iwf_timer door_timer;  /* tries again */
	struct server_session *sessions;
	uint32_t session_count;
	uint32_t last_number;
	enum iwf_link_state state;
	bool is_draining;
	bool is_closing;
	struct server_bucket bucket;
	struct server_submits submits;
	struct server_known known;
	struct server_inquiries inquiries;
	struct server_delivers delivers;
};

static inline struct server_link *server_link_of(struct iwf_link *link)
{
	return IWF_CONTAINER(link, struct server_link, base);
}

/* See struct iwf_ops. */
enum iwf_err server_link_check(const void *conf, struct iwf_why *why);
enum iwf_err server_link_open(struct iwf_link **link, struct iwf_host *host,
			      const void *conf);
void server_link_reconfigure(struct iwf_link *link, const void *conf);
void server_link_drain(struct iwf_link *link);
void server_link_close(struct iwf_link **link);

/* ESME_ROK, or what a bind is refused with now. */
uint32_t server_link_can_bind(const struct server_link *link);
void server_link_take(struct server_link *link, struct server_session *session);
/* Draining, and the last job is answered: tells so. */
void server_link_settle(struct server_link *link);
/* The session is over: it is not among the link's any more. */
void server_link_forget(struct server_link *link,
			struct server_session *session);
/* Tells the gateway what the binds amount to. */
void server_link_judge(struct server_link *link, const char *reason);
/* NULL when it is over. */
struct server_session *server_link_find(struct server_link *link,
					uint32_t number);
