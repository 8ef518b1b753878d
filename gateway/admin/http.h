/* /healthz, /readyz and /metrics for those who watch the gateway. */
#pragma once

#include "admin/ready.h"

struct http;

struct http_conf {
	const char *address;  /* IPv4 or IPv6 */
	uint16_t port;
	unsigned connections_max;
	unsigned idle_sec;
};

/* Answers on a thread of its own out of the board and the metrics, which
 * outlive it. IWF_E_SYNTAX (address), IWF_E_IO. */
enum iwf_err http_create(struct http **http, const struct http_conf *conf,
			 struct ready_board *board, struct metrics *metrics,
			 struct iwf_log *log, struct iwf_why *why);
/* Accepts a pointer to NULL. */
void http_destroy(struct http **http);
