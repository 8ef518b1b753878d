/* One configured link to an SMSC: one or more binds, what waits for them, and
 * what the gateway is told of it. */
#pragma once

#include "client/answer.h"
#include "client/ask.h"
#include "client/deliver.h"
#include "client/late.h"
#include "client/learn.h"
#include "client/meter.h"
#include "client/outbind.h"
#include "client/pump.h"
#include "client/session.h"
#include "client/submit.h"

#include <iwf/adapter.h>

struct smpp_link {
	struct iwf_link base;
	const struct smpp_conf *conf;
	struct iwf_loop *loop;
	struct iwf_log *log;
	struct iwf_metric *metrics;
	struct smpp_codec *codec;
	struct iwf_buf password;
	struct iwf_tls *tls;  /* NULL: in clear */
	uint64_t fingerprint; /* of all that is told at binding */
	enum iwf_link_state state;
	bool is_draining;
	bool is_restarting; /* all binds end, then begin with new settings */
	bool is_closing;
	uint32_t connection_count;
	struct smpp_session sessions[2 * SMPP_BINDS_MAX];
	size_t session_count; /* those in use */
	struct smpp_queue queue;
	struct smpp_meter meter;
	struct iwf_timer pump_timer;
	struct smpp_late late;
	struct smpp_learn learn;
	struct smpp_asks asks;
	struct smpp_outbind outbind;
};

static inline struct smpp_link *smpp_link_of(struct iwf_link *link)
{
	return IWF_CONTAINER(link, struct smpp_link, base);
}

/* See struct iwf_ops. */
enum iwf_err smpp_link_check(const void *conf, struct iwf_why *why);
enum iwf_err smpp_link_open(struct iwf_link **link, struct iwf_host *host,
			    const void *conf);
void smpp_link_reconfigure(struct iwf_link *link, const void *conf);
void smpp_link_drain(struct iwf_link *link);
void smpp_link_close(struct iwf_link **link);

/* Messages can be sent. */
static inline bool smpp_link_is_up(const struct smpp_link *link)
{
	return link->state == IWF_LINK_UP;
}
/* The bind whose present connection the tag is of, or NULL. */
struct smpp_session *smpp_link_find(struct smpp_link *link, uint64_t tag);
