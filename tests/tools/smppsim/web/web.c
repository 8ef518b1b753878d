/* The page on a second port, served by libmicrohttpd on the simulator's own
 * loop: no thread touches the simulator but its own. */
#include "web/web.h"

#include "control/control.h"
#include "web/events.h"
#include "web/origin.h"
#include "web/page.h"
#include "web/post.h"
#include "web/state.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>

#define BODY_MAX 65536u
#define NONCE_MARK "@NONCE@"

struct web {
	struct loop_watch watch;
	struct loop_timer timer;
	struct sim *sim;
	struct MHD_Daemon *daemon;
	struct buf page;
	struct buf policy;
};

/* One request while its body comes. */
struct request {
	struct buf body;
	bool is_too_long;
};

/* Posts and the command each is. */
static const struct {
	const char *path;
	const char *verb;
} posts[] = {
	{ "/mo", "mo" },           { "/fault", "fault" },
	{ "/receipt", "receipt" }, { "/enquire", "enquire" },
	{ "/unbind", "unbind" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Takes the response. */
static enum MHD_Result queue(struct web *web, struct MHD_Connection *to,
			     unsigned status, struct MHD_Response *response)
{
	enum MHD_Result result;

	MHD_add_response_header(response, "Cache-Control", "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
	MHD_add_response_header(response, "Content-Security-Policy",
				buf_str(&web->policy));
	result = MHD_queue_response(to, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result respond(struct web *web, struct MHD_Connection *to,
			       unsigned status, const struct buf *body)
{
	const bool is_page = body == &web->page;
	struct MHD_Response *response = MHD_create_response_from_buffer(
		body->len, body->bytes, MHD_RESPMEM_MUST_COPY);

	MHD_add_response_header(response, "Content-Type",
				is_page ? "text/html; charset=utf-8" :
					  "application/json");
	return queue(web, to, status, response);
}

static enum MHD_Result refuse(struct web *web, struct MHD_Connection *to,
			      unsigned status, const char *why)
{
	struct buf body = { 0 };
	enum MHD_Result result;

	json_open(&body);
	json_bool(&body, "ok", false);
	json_str(&body, "error", why);
	json_close(&body);
	result = respond(web, to, status, &body);
	buf_destroy(&body);
	return result;
}

static enum MHD_Result get_events(struct web *web, struct MHD_Connection *from)
{
	struct MHD_Response *response = events_answer(
		web->sim->events.history,
		MHD_lookup_connection_value(from, MHD_GET_ARGUMENT_KIND,
					    "after"));

	if (!response)
		return refuse(web, from, MHD_HTTP_BAD_REQUEST,
			      "after is no number");
	return queue(web, from, MHD_HTTP_OK, response);
}

static enum MHD_Result get(struct web *web, struct MHD_Connection *from,
			   const char *path)
{
	struct buf body = { 0 };
	enum MHD_Result result;

	if (strcmp(path, "/") == 0)
		return respond(web, from, MHD_HTTP_OK, &web->page);
	if (strcmp(path, "/events") == 0)
		return get_events(web, from);
	if (strcmp(path, "/state") != 0)
		return refuse(web, from, MHD_HTTP_NOT_FOUND, "no such page");
	state_format(&body, web->sim);
	result = respond(web, from, MHD_HTTP_OK, &body);
	buf_destroy(&body);
	return result;
}

static enum MHD_Result run(struct web *web, struct MHD_Connection *from,
			   const char *verb, const struct buf *json)
{
	struct buf line = { 0 };
	struct buf answer = { 0 };
	enum MHD_Result result;
	const char *why;

	if (post_format_line(&line, verb, json, &why)) {
		control_run(web->sim, buf_str(&line), &answer);
		result = respond(
			web, from,
			strncmp(buf_str(&answer), "{\"ok\":true", 10) == 0 ?
				MHD_HTTP_OK :
				MHD_HTTP_BAD_REQUEST,
			&answer);
	} else {
		result = refuse(web, from, MHD_HTTP_BAD_REQUEST, why);
	}
	buf_destroy(&line);
	buf_destroy(&answer);
	return result;
}

static enum MHD_Result post(struct web *web, struct MHD_Connection *from,
			    const char *path, const struct request *request)
{
	if (request->is_too_long)
		return refuse(web, from, MHD_HTTP_CONTENT_TOO_LARGE,
			      "too long");
	for (size_t i = 0; i < COUNT(posts); i++)
		if (strcmp(posts[i].path, path) == 0)
			return run(web, from, posts[i].verb, &request->body);
	return refuse(web, from, MHD_HTTP_NOT_FOUND, "no such command");
}

static bool is_allowed(struct MHD_Connection *from, bool is_post)
{
	const char *host =
		MHD_lookup_connection_value(from, MHD_HEADER_KIND, "Host");
	const char *origin =
		MHD_lookup_connection_value(from, MHD_HEADER_KIND, "Origin");
	const char *site = MHD_lookup_connection_value(from, MHD_HEADER_KIND,
						       "Sec-Fetch-Site");

	if (!origin_is_host_good(host))
		return false;
	return !is_post || (origin_is_same(origin, host) &&
			    (!site || strcmp(site, "same-origin") == 0 ||
			     strcmp(site, "none") == 0));
}

static void take_body(struct request *request, const char *bytes, size_t *len)
{
	request->is_too_long |= *len > BODY_MAX - request->body.len;
	if (!request->is_too_long)
		buf_append(&request->body, bytes, *len);
	*len = 0;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_len, void **state)
{
	struct web *web = cls;
	struct request *request = *state;
	const bool is_post = strcmp(method, "POST") == 0;

	(void)version;
	/* The first call has the headers alone. */
	if (!request) {
		*state = mem_alloc(sizeof(*request));
		return MHD_YES;
	}
	if (*upload_len > 0) {
		take_body(request, upload, upload_len);
		return MHD_YES;
	}
	if (!is_allowed(connection, is_post))
		return refuse(web, connection, MHD_HTTP_FORBIDDEN,
			      "not from there");
	if (is_post)
		return post(web, connection, url, request);
	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return get(web, connection, url);
	return refuse(web, connection, MHD_HTTP_METHOD_NOT_ALLOWED,
		      "GET or POST");
}

static void on_completed(void *cls, struct MHD_Connection *connection,
			 void **state, enum MHD_RequestTerminationCode code)
{
	struct request *request = *state;

	(void)cls;
	(void)connection;
	(void)code;
	if (!request)
		return;
	buf_destroy(&request->body);
	free(request);
	*state = NULL;
}

static void web_run(struct web *web);

static void web_on_due(struct loop_timer *timer)
{
	web_run(loop_owner(timer, struct web, timer));
}

static void web_on_ready(struct loop_watch *watch, uint32_t events)
{
	(void)events;
	web_run(loop_owner(watch, struct web, watch));
}

static void web_run(struct web *web)
{
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(web->daemon);
	loop_disarm(web->sim->loop, &web->timer);
	if (MHD_get_timeout(web->daemon, &ms) == MHD_YES)
		loop_arm(web->sim->loop, &web->timer,
			 ms < 60000 ? (int64_t)ms : 60000, web_on_due);
}

/* Style and script of the page are allowed by a number nobody can guess. */
static void write_page(struct web *web)
{
	const char *at = web_page;
	const char *mark;
	uint8_t octets[16];
	struct buf nonce = { 0 };

	if (getrandom(octets, sizeof(octets), 0) != sizeof(octets))
		abort();
	buf_append_hex(&nonce, octets, sizeof(octets));
	while ((mark = strstr(at, NONCE_MARK))) {
		buf_append(&web->page, at, (size_t)(mark - at));
		buf_append(&web->page, nonce.bytes, nonce.len);
		at = mark + strlen(NONCE_MARK);
	}
	buf_append_str(&web->page, at);
	buf_appendf(&web->policy,
		    "default-src 'none'; connect-src 'self'; img-src data:; "
		    "style-src 'nonce-%s'; script-src 'nonce-%s'; "
		    "base-uri 'none'; form-action 'none'; "
		    "frame-ancestors 'none'",
		    buf_str(&nonce), buf_str(&nonce));
	buf_destroy(&nonce);
}

static struct MHD_Daemon *start(struct web *web, const struct addrinfo *addr)
{
	const unsigned flags = MHD_USE_EPOLL |
			       (addr->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0);

	return MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, web, MHD_OPTION_SOCK_ADDR,
		addr->ai_addr, MHD_OPTION_CONNECTION_LIMIT, 64u,
		MHD_OPTION_CONNECTION_TIMEOUT, 30u,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, NULL, MHD_OPTION_END);
}

static bool web_start(struct web *web)
{
	const struct options *options = web->sim->options;
	const struct addrinfo hints = { .ai_flags =
						AI_NUMERICHOST | AI_NUMERICSERV,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *addr;
	char port[8];

	snprintf(port, sizeof(port), "%hu", (unsigned short)options->web_port);
	errno = EINVAL;
	if (getaddrinfo(options->web_bind, port, &hints, &addr) != 0)
		return false;
	web->daemon = start(web, addr);
	freeaddrinfo(addr);
	return web->daemon != NULL;
}

struct web *web_open(struct sim *sim)
{
	struct web *web = mem_alloc(sizeof(*web));

	web->sim = sim;
	if (!web_start(web)) {
		fprintf(stderr, "smppsim: %s port %ld: %s\n",
			sim->options->web_bind, sim->options->web_port,
			strerror(errno));
		free(web);
		return NULL;
	}
	write_page(web);
	web->watch.fd =
		MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_EPOLL_FD)
			->epoll_fd;
	web->watch.on_ready = web_on_ready;
	web->timer.is_limit = true;
	loop_watch(sim->loop, &web->watch, EPOLLIN);
	return web;
}

void web_close(struct web **webp)
{
	struct web *web = *webp;

	if (!web)
		return;
	loop_disarm(web->sim->loop, &web->timer);
	loop_forget(web->sim->loop, &web->watch);
	MHD_stop_daemon(web->daemon);
	buf_destroy(&web->page);
	buf_destroy(&web->policy);
	free(web);
	*webp = NULL;
}

unsigned short web_port(const struct web *web)
{
	return MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_BIND_PORT)
		->port;
}
