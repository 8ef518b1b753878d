/* The HTTP listener (libmicrohttpd): three resources to read, nothing to
 * change, RFC 9110. */
#include "admin/http.h"

#include "base/metric.h"

#include <iwf/arena.h>
#include <iwf/loop.h>

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Bounds the header of a request as well. */
#define CONNECTION_MEMORY_LEN (16 * 1024)
#define BACKLOG 16

struct http {
	struct MHD_Daemon *daemon;
	struct ready_board *board;
	struct metrics *metrics;
	struct iwf_log *log;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* --- answers --- */

struct answer {
	unsigned status;
	const char *type;
	const char *allow;   /* with 405 */
	char *text;          /* owned, from malloc */
	size_t len;
};

static void put_json(struct answer *answer, unsigned status, json_t *take)
{
	answer->status = status;
	answer->type = "application/json";
	answer->text = json_dumps(take, JSON_COMPACT);
	json_decref(take);
	IWF_BUG_ON(!answer->text);
	answer->len = strlen(answer->text);
}

static void put_health(struct http *http, struct answer *answer)
{
	(void)http;
	put_json(answer, MHD_HTTP_OK, json_pack("{s:s}", "status", "ok"));
}

static void put_ready(struct http *http, struct answer *answer)
{
	struct ready ready;

	ready_board_get(http->board, now_ms(), &ready);
	if (ready.is_ready)
		put_json(answer, MHD_HTTP_OK,
			 json_pack("{s:s, s:I, s:I}", "status", "ready",
				   "links_up", (json_int_t)ready.links_up,
				   "links", (json_int_t)ready.links));
	else
		put_json(answer, MHD_HTTP_SERVICE_UNAVAILABLE,
			 json_pack("{s:s, s:s}", "status", "not ready",
				   "reason", ready.reason));
}

static void put_metrics(struct http *http, struct answer *answer)
{
	struct iwf_buf text = { 0 };

	iwf_buf_reserve(&text, 1);
	metrics_format(http->metrics, &text);
	answer->status = MHD_HTTP_OK;
	answer->type = "text/plain; version=0.0.4; charset=utf-8";
	answer->text = text.ptr;
	answer->len = text.len;
}

static const struct {
	const char *path;
	void (*put)(struct http *http, struct answer *answer);
} resources[] = {
	{ "/healthz", put_health },
	{ "/readyz", put_ready },
	{ "/metrics", put_metrics },
};

static void answer_make(struct http *http, const char *path, const char *method,
			struct answer *answer)
{
	size_t count = IWF_COUNT_OF(resources);
	size_t i = 0;

	while (i < count && strcmp(resources[i].path, path))
		i++;
	if (i == count) {
		put_json(answer, MHD_HTTP_NOT_FOUND,
			 json_pack("{s:s}", "error", "not found"));
	} else if (strcmp(method, "GET") && strcmp(method, "HEAD")) {
		put_json(answer, MHD_HTTP_METHOD_NOT_ALLOWED,
			 json_pack("{s:s}", "error", "method not allowed"));
		answer->allow = "GET, HEAD";
	} else {
		resources[i].put(http, answer);
	}
}

/* --- libmicrohttpd --- */

static bool has_body(struct MHD_Connection *connection, const char *method)
{
	return (strcmp(method, "GET") && strcmp(method, "HEAD")) ||
	       MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
					   "Content-Length") ||
	       MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
					   "Transfer-Encoding");
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection,
				  const char *path, const char *method,
				  const char *version, const char *body,
				  size_t *body_len, void **state)
{
	struct answer answer = { .status = 0 };
	struct MHD_Response *response;
	enum MHD_Result result;

	(void)version;
	(void)body;
	(void)body_len;
	/* An answer at the first call costs the connection; a request that has
	 * a body is worth no more: its body is never read. */
	if (!*state && !has_body(connection, method)) {
		*state = arg;
		return MHD_YES;
	}
	answer_make(arg, path, method, &answer);
	response = MHD_create_response_from_buffer(answer.len, answer.text,
						   MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(answer.text);
		return MHD_NO;
	}
	MHD_add_response_header(response, "Content-Type", answer.type);
	MHD_add_response_header(response, "Cache-Control", "no-store");
	if (answer.allow)
		MHD_add_response_header(response, "Allow", answer.allow);
	result = MHD_queue_response(connection, answer.status, response);
	MHD_destroy_response(response);
	return result;
}

static void on_message(void *arg, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));
static void on_message(void *arg, const char *fmt, va_list args)
{
	struct http *http = arg;
	char text[256];

	vsnprintf(text, sizeof(text), fmt, args);
	text[strcspn(text, "\n")] = '\0';
	iwf_log_debug(http->log, "http", "says=\"%s\"", text);
}

/* --- life --- */

struct place {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} addr;
	unsigned flags;
};

static enum iwf_err find_place(const struct http_conf *conf,
			       struct place *place, struct iwf_why *why)
{
	*place = (struct place){ .flags = 0 };
	if (inet_pton(AF_INET, conf->address, &place->addr.v4.sin_addr) == 1) {
		place->addr.v4.sin_family = AF_INET;
		place->addr.v4.sin_port = htons(conf->port);
		return IWF_OK;
	}
	if (inet_pton(AF_INET6, conf->address, &place->addr.v6.sin6_addr) == 1) {
		place->addr.v6.sin6_family = AF_INET6;
		place->addr.v6.sin6_port = htons(conf->port);
		place->flags = MHD_USE_IPv6;
		return IWF_OK;
	}
	return iwf_why_set(why, IWF_E_SYNTAX, 0,
			   "\"%s\" is no IPv4 or IPv6 address", conf->address);
}

enum iwf_err http_create(struct http **http, const struct http_conf *conf,
			 struct ready_board *board, struct metrics *metrics,
			 struct iwf_log *log, struct iwf_why *why)
{
	struct http *made;
	struct place place;
	enum iwf_err err = find_place(conf, &place, why);

	if (err)
		return err;
	made = IWF_NEW(struct http);
	made->board = board;
	made->metrics = metrics;
	made->log = log;
	/* The logger first: it is in force for the options behind it. */
	made->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | place.flags,
		conf->port, NULL, NULL, on_request, made,
		MHD_OPTION_EXTERNAL_LOGGER, on_message, made,
		MHD_OPTION_SOCK_ADDR, &place.addr.any,
		MHD_OPTION_CONNECTION_LIMIT, conf->connections_max,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, conf->connections_max,
		MHD_OPTION_CONNECTION_TIMEOUT, conf->idle_sec,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY_LEN,
		MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)BACKLOG,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (!made->daemon) {
		free(made);
		return iwf_why_set(why, IWF_E_IO, 0, "cannot listen on %s port "
				   "%u: %s", conf->address, conf->port,
				   strerror(errno));
	}
	*http = made;
	return IWF_OK;
}

void http_destroy(struct http **http)
{
	if (!*http)
		return;
	MHD_stop_daemon((*http)->daemon);
	free(*http);
	*http = NULL;
}
