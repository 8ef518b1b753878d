/* What an operator and a monitoring system see: the control socket of iwfctl
 * and the HTTP listener for health, readiness and metrics. */
#pragma once

#include <iwf/buf.h>
#include <iwf/log.h>
#include <iwf/setting.h>

struct metrics;
struct relay;
struct store;

struct admin;

struct admin_conf {
	struct iwf_str address;     /* of the HTTP listener */
	uint32_t port;              /* 0: no HTTP listener */
	struct iwf_str socket;      /* path of the control socket; "": none */
	struct iwf_str socket_mode; /* octal, "0660" */
	uint32_t connections_max;   /* of each of the two */
	uint32_t idle_ms;           /* without progress, then closed */
	struct iwf_str send_from;   /* sender of `iwfctl send`, see compose.h */
};
extern const struct iwf_setting admin_rows[];
enum iwf_err admin_check(const struct admin_conf *conf, struct iwf_why *why);

/* What only the gateway can do; called on admin's own loop, may block. Each may
 * be NULL: then it is ready, or the command is answered as unsupported. */
struct admin_ops {
	/* False with *reason (static text) until everything is started. */
	bool (*is_ready)(void *arg, const char **reason);
	/* Appends lines on what changed; or why not, then nothing has. */
	enum iwf_err (*reload)(void *arg, struct iwf_buf *text,
			       struct iwf_why *why);
	void (*set_log_level)(void *arg, enum iwf_log_level level);
	/* Appends how the words of a service ("sms") or an adapter meet fates, as
	 * in struct iwf_ops, with a first cell more: the link, or "*" for what
	 * holds of all. link empty: the specification's rows, then those that
	 * links have of their own. IWF_E_NOT_FOUND with the words there are. */
	enum iwf_err (*table)(void *arg, struct iwf_str service,
			      struct iwf_str link, struct iwf_buf *text,
			      struct iwf_why *why);
};

/* All of it outlives the admin. */
struct admin_parts {
	struct relay *relay;
	struct store *store;
	struct metrics *metrics;
	struct iwf_log *log;
	const char *version;
	const struct admin_ops *ops;
	void *ops_arg;
};

/* Listens on both; the relay's loop turns and the store is started. conf is
 * needed during the call only. IWF_E_SYNTAX (admin_check), IWF_E_STATE (another
 * process answers at the socket), IWF_E_IO. */
enum iwf_err admin_create(struct admin **admin, const struct admin_conf *conf,
			  const struct admin_parts *parts, struct iwf_why *why);
/* Before the relay and the store go: waits for their answers that are under
 * way. Accepts a pointer to NULL. */
void admin_destroy(struct admin **admin);
