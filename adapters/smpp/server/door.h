/* A listening socket and the accounts behind it; connections wait here until
 * their bind has told which account they are. One for each address that links
 * of the adapter on this loop name; the last link closes it. */
#pragma once

#include "server/account.h"
#include "server/lockout.h"
#include "server/session.h"

struct server_door {
	struct iwf_listener_owner owner;
	struct server_door *next;
	struct server_door **first; /* where the adapter keeps them */
	struct iwf_listener *listener;
	struct iwf_loop *loop;
	struct iwf_log *log;        /* of its keeper */
	bool is_tls;
	char host[46];
	uint16_t port;
	uint32_t bind_timeout_ms;
	struct server_link *links;
	/* Who opened it, or the eldest of those who are left: what concerns no
	 * account is told and counted there. */
	struct server_link *keeper;
	struct server_session *sessions; /* not yet bound */
	struct server_lockout lockout;
};

/* NULL: why says that nobody can listen there. */
struct server_door *server_door_open(struct server_link *link,
				     struct iwf_why *why);
/* Serves what these settings want. */
bool server_door_is_for(const struct server_door *door,
			const struct server_conf *conf);
/* Reads certificate and key again, for the connections to come. */
void server_door_renew(struct server_door *door,
		       const struct server_conf *conf);
void server_door_close(struct server_door *door, struct server_link *link);
/* Answers the bind; the session belongs to the account then, or ends. */
void server_door_bind(struct server_door *door, struct server_session *session,
		      const struct smpp_pdu *pdu);
/* It is let go and has not said who it is. */
void server_door_count_stranger(struct server_door *door);
void server_door_forget(struct server_door *door,
			struct server_session *session);
