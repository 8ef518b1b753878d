/* A relay and a store for the admin's tests: they answer what a test put in. */
#pragma once

#include "admin/admin.h"
#include "admin/control.h"
#include "admin/ready.h"
#include "admin/view.h"
#include "base/metric.h"

#include <iwf/arena.h>

#define DOUBLE_ROWS_MAX 600

struct relay {
	struct relay_link_status links[4];
	size_t link_count;
	bool is_ready;
	struct iwf_verdict verdict;    /* what relay_send answers */
	struct relay_cancelled cancelled; /* what relay_cancel answers */
	uint64_t cancelled_id;
	/* What was sent last: "from>to want:text". */
	char sent[256];
};

struct store {
	bool is_writable;
	enum iwf_err err;
	struct store_found rows[DOUBLE_ROWS_MAX]; /* by id, oldest first */
	uint32_t row_count;
	struct store_count counts[8];
	uint32_t count_count;
	struct store_ledger ledger;
	bool holds;                    /* queries wait for double_release */
	struct store_query *_Atomic held;
};

/* A message's record for a row; bytes to be freed with buf. */
void double_record(struct iwf_buf *buf, const struct iwf_message *msg);
/* Waits until a query is held, then answers it. */
void double_release(struct store *store);
void double_await(struct store *store);

/* An admin on a socket in a folder of its own. */
struct bench {
	struct relay relay;
	struct store store;
	struct metrics *metrics;
	struct iwf_log *log;
	struct admin *admin;
	char folder[32];
	char path[48];
	uint16_t port;
	struct admin_conf conf;
	struct admin_ops ops;
	struct iwf_buf record[2];
	int level;
	bool is_started;
};

/* Links op1 (up) and op2 (down), one message with its REPORT. */
struct bench *bench_create(void);
void bench_start(struct bench *bench);
void bench_destroy(struct bench **bench);
int bench_connect(const struct bench *bench);
/* A TCP connection to the HTTP listener. */
int bench_http(const struct bench *bench);
/* One line in, one line out, to be freed by json_decref. */
json_t *bench_ask(const struct bench *bench, const char *line);
/* Up to the end of the line or of the stream; at most len - 1 bytes. */
size_t bench_read(int fd, char *to, size_t len, bool is_line);
void bench_write(int fd, const char *text);
