/* The admin's life: settings, its loop, the socket and the HTTP listener. */
#include "admin/admin_priv.h"

#include "admin/compose.h"
#include "base/loop.h"

#include <iwf/arena.h>

#include <arpa/inet.h>
#include <stdlib.h>

#define LOOK_MS 1000

#define AT(ctype, member) \
	IWF_SETTING_CHECKED(ctype, struct admin_conf, member)

const struct iwf_setting admin_rows[] = {
	{ .key = "address", .type = IWF_SETTING_TEXT, .fallback = "127.0.0.1",
	  .max = 45, .help = "Where /healthz, /readyz and /metrics are served",
	  .offset = AT(struct iwf_str, address), .restart = true },
	{ .key = "port", .type = IWF_SETTING_U32, .fallback = "8080",
	  .max = 65535, .help = "Port for them; 0 switches them off",
	  .offset = AT(uint32_t, port), .restart = true },
	{ .key = "socket", .type = IWF_SETTING_TEXT,
	  .fallback = "/run/cpm-iwf/control", .max = 107,
	  .help = "Control socket for iwfctl; \"\" switches it off",
	  .offset = AT(struct iwf_str, socket), .restart = true },
	{ .key = "socket_mode", .type = IWF_SETTING_TEXT, .fallback = "0660",
	  .max = 4, .help = "Permissions of the control socket, octal",
	  .offset = AT(struct iwf_str, socket_mode), .restart = true },
	{ .key = "connections", .type = IWF_SETTING_U32, .fallback = "16",
	  .min = 1, .max = 1024, .help = "Most connections of each of the two",
	  .offset = AT(uint32_t, connections_max), .restart = true },
	{ .key = "idle", .type = IWF_SETTING_DURATION, .fallback = "30s",
	  .min = 1000, .max = 3600000,
	  .help = "A connection without progress is closed after it",
	  .offset = AT(uint32_t, idle_ms), .restart = true },
	{ .key = "send_from", .type = IWF_SETTING_TEXT,
	  .fallback = "iwfctl", .max = 256,
	  .help = "Sender of what iwfctl sends unless it names one",
	  .offset = AT(struct iwf_str, send_from), .restart = true },
	IWF_ROWS_END
};

static bool parse_mode(struct iwf_str text, mode_t *mode)
{
	*mode = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '7')
			return false;
		*mode = *mode << 3 | (mode_t)(text.ptr[i] - '0');
	}
	return text.len >= 3 && text.len <= 4 && *mode <= 0777;
}

static bool is_host(struct iwf_str address)
{
	struct iwf_arena *arena = iwf_arena_create(64);
	const char *text = iwf_arena_copy(arena, address).ptr;
	unsigned char to[16];
	bool is = inet_pton(AF_INET, text, to) == 1 ||
		  inet_pton(AF_INET6, text, to) == 1;

	iwf_arena_destroy(&arena);
	return is;
}

enum iwf_err admin_check(const struct admin_conf *conf, struct iwf_why *why)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_address from;
	enum iwf_err err;
	mode_t mode;

	err = compose_address(arena, conf->send_from, true, &from, why);
	iwf_arena_destroy(&arena);
	if (err)
		return err;
	if (!is_host(conf->address))
		return iwf_why_set(why, IWF_E_SYNTAX, 0, "address: \"%.*s\" is "
				   "no IPv4 or IPv6 address",
				   IWF_STR_ARG(conf->address));
	if (!parse_mode(conf->socket_mode, &mode))
		return iwf_why_set(why, IWF_E_SYNTAX, 0, "socket_mode: \"%.*s\""
				   " is not octal permissions such as 0660",
				   IWF_STR_ARG(conf->socket_mode));
	if (conf->socket.len && conf->socket.ptr[0] != '/')
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "socket: a path begins with /");
	return IWF_OK;
}

/* --- on the loop --- */

static void on_look(struct iwf_timer *timer)
{
	struct admin *admin = IWF_CONTAINER(timer, struct admin, look_timer);
	struct ready ready;

	ready_look(&admin->parts, &ready);
	ready_board_put(admin->board, &ready, iwf_loop_now_ms(admin->loop));
	iwf_timer_start(admin->loop, &admin->look_timer, LOOK_MS, on_look);
}

struct begin_call {
	struct admin *admin;
	const struct admin_conf *conf;
	struct iwf_why *why;
	enum iwf_err err;
};

static void begin(void *arg)
{
	struct begin_call *call = arg;
	struct admin *admin = call->admin;
	struct control_conf conf = {
		.path = admin->socket_path,
		.connections_max = call->conf->connections_max,
		.idle_ms = call->conf->idle_ms,
	};

	admin->started_ms = iwf_loop_now_ms(admin->loop);
	parse_mode(call->conf->socket_mode, &conf.mode);
	if (*conf.path)
		call->err = control_create(&admin->control, admin->loop, &conf,
					   admin->parts.log, call->why);
	if (call->err)
		return;
	if (admin->control)
		control_listen(admin->control, request_on_line, admin);
	on_look(&admin->look_timer);
}

static void end(void *arg)
{
	struct admin *admin = arg;

	iwf_timer_stop(&admin->look_timer);
	control_destroy(&admin->control);
	admin->ending = true;
	if (!admin->request_count)
		sem_post(&admin->idle);
}

/* --- life --- */

static enum iwf_err listen_http(struct admin *admin,
				const struct admin_conf *conf,
				struct iwf_why *why)
{
	struct http_conf http = {
		.address = iwf_arena_copy(admin->arena, conf->address).ptr,
		.port = (uint16_t)conf->port,
		.connections_max = conf->connections_max,
		.idle_sec = (conf->idle_ms + 999) / 1000,
	};

	if (!conf->port)
		return IWF_OK;
	return http_create(&admin->http, &http, admin->board,
			   admin->parts.metrics, admin->parts.log, why);
}

enum iwf_err admin_create(struct admin **admin, const struct admin_conf *conf,
			  const struct admin_parts *parts, struct iwf_why *why)
{
	struct begin_call call = { .conf = conf, .why = why };
	enum iwf_err err = admin_check(conf, why);
	struct admin *made;

	if (err)
		return err;
	made = IWF_NEW(struct admin);
	made->parts = *parts;
	made->arena = iwf_arena_create(0);
	compose_address(made->arena, iwf_arena_copy(made->arena,
			conf->send_from), true, &made->send_from, NULL);
	made->socket_path = iwf_arena_copy(made->arena, conf->socket).ptr;
	made->board = ready_board_create();
	sem_init(&made->idle, 0, 0);
	made->loop = loop_create("iwf-admin");
	loop_start(made->loop);
	call.admin = made;
	loop_call(made->loop, begin, &call);
	err = call.err ? call.err : listen_http(made, conf, why);
	if (err)
		admin_destroy(&made);
	*admin = made;
	return err;
}

void admin_destroy(struct admin **admin)
{
	struct admin *gone = *admin;

	if (!gone)
		return;
	*admin = NULL;
	http_destroy(&gone->http);
	loop_call(gone->loop, end, gone);
	sem_wait(&gone->idle);
	loop_destroy(&gone->loop);
	sem_destroy(&gone->idle);
	ready_board_destroy(&gone->board);
	iwf_arena_destroy(&gone->arena);
	free(gone);
}
