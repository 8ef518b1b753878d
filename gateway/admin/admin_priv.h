/* Requests of the control socket while they are answered. All of it belongs to
 * admin's own loop. */
#pragma once

#include "admin/admin.h"
#include "admin/control.h"
#include "admin/http.h"
#include "admin/ready.h"
#include "admin/view.h"

#include <semaphore.h>

#define ADMIN_LINKS_MAX 256
/* How far back list and trace look. */
#define ADMIN_SCAN_MAX 10000

struct admin {
	struct admin_parts parts;
	struct iwf_arena *arena;     /* what the settings say */
	struct iwf_address send_from;
	const char *socket_path;
	struct iwf_loop *loop;
	struct control *control;
	struct http *http;
	struct ready_board *board;
	struct iwf_timer look_timer;
	int64_t started_ms;
	unsigned request_count;      /* not yet answered */
	bool ending;
	sem_t idle;                  /* posted when ending and none is left */
};

struct request;
typedef void request_run_fn(struct request *request);

/* size is that of the command's own struct, which embeds a request first. */
struct command {
	const char *name;
	request_run_fn *run;
	size_t size;
	bool changes;  /* something: who asked is logged */
};

struct request {
	struct admin *admin;
	struct control_peer *peer;
	const struct command *command;
	json_t *asked;
	json_t *answer;    /* what the command has put together so far */
};

/* Answers and frees the request. take is an object; "ok" is added. */
void request_answer(struct request *request, json_t *take);
void request_refuse(struct request *request, enum iwf_err err, const char *fmt,
		    ...) __attribute__((format(printf, 3, 4)));
/* NULL when it is not there or no text. */
const char *request_text(const struct request *request, const char *key);
bool request_flag(const struct request *request, const char *key);
/* False (and refused, the request is gone) when it is there and not a number
 * from 1 to max. */
bool request_number(struct request *request, const char *key, uint32_t *value,
		    uint32_t max);
void request_on_line(void *arg, struct control_peer *peer, struct iwf_str line);

/* The links as the relay sees them now; freed by free(). */
struct relay_link_status *request_links(const struct request *request,
					size_t *count);

/* scan.c: the newest deliveries, newest first, page by page. */
struct scan;
/* False: enough. found is borrowed. */
typedef bool scan_row_fn(struct scan *scan, const struct store_found *found);
typedef void scan_done_fn(struct scan *scan, enum iwf_err err);
struct scan {
	struct store *store;
	struct store_query query;
	scan_row_fn *on_row;
	scan_done_fn *on_done;
	uint32_t left;
};
void scan_start(struct scan *scan, struct store *store, struct iwf_loop *loop);

/* One query, answered on admin's loop through query->task.run. */
void request_ask(struct request *request, struct store_query *query,
		 enum store_query_kind kind, iwf_task_fn *on_answer);

/* The commands. */
struct status_request {
	struct request base;
	struct store_query counts;
};
struct queue_request {
	struct request base;
	struct store_query counts;
};
struct list_request {
	struct request base;
	struct scan scan;
	const char *state;
	uint32_t limit;
	bool full;
};
struct ledger_request {
	struct request base;
	struct store_query counts, recount;
};
struct trace_request {
	struct request base;
	struct scan scan;
	struct store_query one, about;
	struct relay_link_status *links;
	size_t link_count;
	const char *key;
	uint64_t found[8];    /* whose suffix, remote or own id the key is */
	unsigned found_count;
};
struct send_request {
	struct request base;
	struct iwf_task task;
	struct iwf_verdict verdict;
	struct iwf_arena *arena;
};
struct cancel_request {
	struct request base;
	struct iwf_task task;
	struct relay_cancelled what;
	uint64_t id;
};

request_run_fn cmd_version, cmd_status, cmd_links, cmd_queue, cmd_list;
request_run_fn cmd_ledger, cmd_trace, cmd_send, cmd_explain, cmd_reload;
request_run_fn cmd_log_level, cmd_cancel, cmd_table;
