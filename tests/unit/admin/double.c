/* Doubles of the relay and the store, and an admin between them. */
#include "double.h"

#include "base/log.h"
#include "base/record.h"

#include <iwf/arena.h>
#include <iwf/random.h>

#include <arpa/inet.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the relay --- */

size_t relay_status(struct relay *relay, struct relay_link_status *status,
		    size_t max)
{
	for (size_t i = 0; i < relay->link_count && i < max; i++)
		status[i] = relay->links[i];
	return relay->link_count;
}

bool relay_is_ready(const struct relay *relay)
{
	return relay->is_ready;
}

void relay_explain(struct relay *relay, const struct iwf_message *msg,
		   struct iwf_buf *text)
{
	(void)relay;
	iwf_buf_printf(text, "route: rule 1\nto: %.*s\npart: 1\n"
		       "part: 2\npart: 3: three\n",
		       IWF_STR_ARG(msg->to.user));
}

void relay_send(struct relay *relay, const struct iwf_message *msg,
		relay_sent_fn *sent, void *arg)
{
	struct iwf_buf buf = { 0 };

	iwf_address_key(&buf, &msg->from);
	iwf_buf_u8(&buf, '>');
	iwf_address_key(&buf, &msg->to);
	snprintf(relay->sent, sizeof(relay->sent), "%.*s %u:%.*s",
		 (int)buf.len, buf.ptr, msg->want, IWF_STR_ARG(msg->body));
	iwf_buf_free(&buf);
	sent(arg, &relay->verdict);
}

void relay_cancel(struct relay *relay, uint64_t id, relay_cancelled_fn *told,
		  void *arg)
{
	relay->cancelled_id = id;
	told(arg, &relay->cancelled);
}

/* --- the store --- */

const char *store_state_name(enum store_state state)
{
	static const char *const names[] = {
		"?", "queued", "attempt", "unsure", "sent", "?", "?", "?",
		"finished", "delivered", "displayed", "failed", "expired",
		"cancelled",
	};

	return state <= STORE_CANCELLED ? names[state] : "?";
}

const char *store_link_name(const struct store *store, uint32_t number)
{
	(void)store;
	return number == 1 ? "op1" : number == 2 ? "op2" :
	       number == 3 ? "cpm" : "?";
}

bool store_is_writable(const struct store *store)
{
	return store->is_writable;
}

static bool is_wanted(const struct store_query *query,
		      const struct store_delivery *row)
{
	switch (query->kind) {
	case STORE_Q_ID: return row->id == query->id;
	case STORE_Q_ABOUT: return row->about == query->id;
	case STORE_Q_RECENT: return !query->id || row->id < query->id;
	default: return false;
	}
}

static void find_rows(struct store *store, struct store_query *query)
{
	query->found = IWF_ARENA_ARRAY(query->arena, struct store_found,
				       DOUBLE_ROWS_MAX);
	for (uint32_t i = store->row_count; i-- > 0;)
		if (query->found_count < query->limit &&
		    is_wanted(query, &store->rows[i].row))
			query->found[query->found_count++] = store->rows[i];
	query->has_more = query->found_count == query->limit;
}

static void find_counts(struct store *store, struct store_query *query)
{
	query->counts = IWF_ARENA_ARRAY(query->arena, struct store_count,
					store->count_count + 1);
	if (query->kind != STORE_Q_COUNTS && query->kind != STORE_Q_OPEN)
		return;
	for (uint32_t i = 0; i < store->count_count; i++)
		if (query->kind == STORE_Q_COUNTS ||
		    !store_state_is_final(store->counts[i].state))
			query->counts[query->count_count++] = store->counts[i];
}

static void answer(struct store *store, struct store_query *query)
{
	query->arena = iwf_arena_create(0);
	query->err = store->err;
	query->found_count = query->count_count = 0;
	find_rows(store, query);
	find_counts(store, query);
	query->ledger = store->ledger;
	iwf_loop_post(query->loop, &query->task);
}

void store_ask(struct store *store, struct store_query *query)
{
	if (store->holds)
		atomic_store(&store->held, query);
	else
		answer(store, query);
}

void double_await(struct store *store)
{
	while (!atomic_load(&store->held))
		sched_yield();
}

void double_release(struct store *store)
{
	double_await(store);
	answer(store, atomic_exchange(&store->held, NULL));
}

void double_record(struct iwf_buf *buf, const struct iwf_message *msg)
{
	record_format(buf, msg);
}

/* --- the bench --- */

static const struct iwf_metric_row metric_rows[] = {
	{ "accepted_total", IWF_METRIC_COUNTER, "Accepted" },
	{ "ledger_imbalance", IWF_METRIC_GAUGE, "Imbalance" },
};

static struct iwf_metric metric_values[2];

static bool is_ready(void *arg, const char **reason)
{
	struct bench *bench = arg;

	*reason = "starting";
	return bench->is_started;
}

static enum iwf_err table(void *arg, struct iwf_str service,
			  struct iwf_str link, struct iwf_buf *text,
			  struct iwf_why *why)
{
	(void)arg;
	if (!iwf_str_eq(service, IWF_STR("sms")))
		return iwf_why_set(why, IWF_E_NOT_FOUND, 0, "no table");
	iwf_buf_printf(text, "LINK\tCODE\n%.*s\t12\n",
		       IWF_STR_ARG(link.len ? link : IWF_STR("*")));
	return IWF_OK;
}

static enum iwf_err reload(void *arg, struct iwf_buf *text, struct iwf_why *why)
{
	struct bench *bench = arg;

	if (!bench->is_started) {
		iwf_why_set(why, IWF_E_SYNTAX, 7, "unknown key \"hots\"");
		why->file = "/etc/iwf.conf";
		return IWF_E_SYNTAX;
	}
	iwf_buf_printf(text, "links: 1 changed\n");
	return IWF_OK;
}

static void set_level(void *arg, enum iwf_log_level level)
{
	((struct bench *)arg)->level = (int)level;
}

static const struct iwf_address alice = {
	.kind = IWF_ADDRESS_SIP, .user = { "alice", 5 },
	.domain = { "example.net", 11 },
};
static const struct iwf_address bob = {
	.kind = IWF_ADDRESS_NUMBER, .user = { "+491711234567", 13 },
};

static void fill_rows(struct bench *bench)
{
	const struct iwf_message msg = {
		.kind = IWF_KIND_MESSAGE, .from = alice, .to = bob,
		.peer_id = IWF_STR("Imdn-1"), .listener = IWF_STR("sip:l"),
		.content_type = IWF_STR("text/plain"), .body = IWF_STR("hello"),
	};
	const struct iwf_message report = {
		.kind = IWF_KIND_REPORT, .from = bob, .to = alice,
		.peer_id = IWF_STR("Imdn-1"), .fate = IWF_FATE_DELIVERED,
		.about = 0xabc0000000001234,
	};
	struct store *store = &bench->store;

	double_record(&bench->record[0], &msg);
	double_record(&bench->record[1], &report);
	store->rows[0].record = iwf_buf_str(&bench->record[0]);
	store->rows[0].row = (struct store_delivery){
		.id = 0xabc0000000001234, .kind = IWF_KIND_MESSAGE,
		.state = STORE_DELIVERED, .link = 1, .origin = 3, .attempts = 1,
		.parts = 2, .parts_sent = { 3 }, .parts_good = { 3 },
		.accepted_at_ms = 1700000000000,
		.attempt_at_ms = 1700000000010, .sent_at_ms = 1700000000250,
		.done_at_ms = 1700000003000, .remote = IWF_STR("77,78"),
		.text = IWF_STR("DELIVRD"),
	};
	store->rows[1].record = iwf_buf_str(&bench->record[1]);
	store->rows[1].row = (struct store_delivery){
		.id = 0xabc0000000005678, .kind = IWF_KIND_REPORT,
		.state = STORE_QUEUED, .link = 2, .about = 0xabc0000000001234,
		.accepted_at_ms = 1700000003000,
	};
	store->row_count = 2;
}

static void fill_counts(struct store *store)
{
	store->counts[0] = (struct store_count){
		1, IWF_KIND_MESSAGE, STORE_DELIVERED, 41, 1700000000000 };
	store->counts[1] = (struct store_count){
		2, IWF_KIND_REPORT, STORE_QUEUED, 2, 1700000003000 };
	store->count_count = 2;
	store->ledger = (struct store_ledger){ 50, 7, 43, 0, 0 };
}

/* Below the range that the system gives to clients, as those of other tests. */
static uint16_t free_port(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bool is_free = false;

	while (!is_free) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		addr.sin_port = htons((uint16_t)(15000 +
						 iwf_random_u32() % 17000));
		is_free = !bind(fd, (struct sockaddr *)&addr, sizeof(addr));
		close(fd);
	}
	return ntohs(addr.sin_port);
}

struct bench *bench_create(void)
{
	struct log_conf quiet = { .level = IWF_LOG_ERROR };
	struct bench *bench = IWF_NEW(struct bench);

	snprintf(bench->folder, sizeof(bench->folder), "/tmp/admin-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	snprintf(bench->path, sizeof(bench->path), "%s/control", bench->folder);
	bench->relay.links[0] = (struct relay_link_status){
		"op1", "smpp", "bound", IWF_LINK_UP, 2, 1, 3, 4, 1700000000000,
		false };
	bench->relay.links[1] = (struct relay_link_status){
		"op2", "smpp", "refused", IWF_LINK_DOWN, 1, 0, 0, 0,
		1700000001000, false };
	bench->relay.link_count = 2;
	bench->relay.is_ready = bench->is_started = true;
	bench->relay.verdict.id = 0x42;
	bench->store.is_writable = true;
	fill_rows(bench);
	fill_counts(&bench->store);
	bench->log = log_create(&quiet);
	bench->metrics = metrics_create();
	iwf_metric_set(&metric_values[0], 12);
	iwf_metric_set(&metric_values[1], 0);
	metrics_add(bench->metrics, metric_rows, 2, metric_values, NULL, NULL);
	bench->port = free_port();
	bench->ops = (struct admin_ops){ is_ready, reload, set_level,
					table };
	bench->conf = (struct admin_conf){
		.address = IWF_STR("127.0.0.1"), .port = bench->port,
		.socket = iwf_str_from(bench->path),
		.socket_mode = IWF_STR("0660"), .connections_max = 4,
		.idle_ms = 5000, .send_from = IWF_STR("sip:iwfctl@localhost"),
	};
	return bench;
}

void bench_start(struct bench *bench)
{
	struct admin_parts parts = {
		.relay = &bench->relay, .store = &bench->store,
		.metrics = bench->metrics, .log = bench->log,
		.version = "9.8.7", .ops = &bench->ops, .ops_arg = bench,
	};
	struct iwf_why why = { .file = NULL };
	enum iwf_err err = admin_create(&bench->admin, &bench->conf, &parts,
					&why);

	if (err)
		fail_msg("%s", why.text);
}

void bench_destroy(struct bench **bench)
{
	admin_destroy(&(*bench)->admin);
	metrics_destroy(&(*bench)->metrics);
	log_destroy(&(*bench)->log);
	iwf_buf_free(&(*bench)->record[0]);
	iwf_buf_free(&(*bench)->record[1]);
	/* The admin removed its socket. */
	assert_int_equal(rmdir((*bench)->folder), 0);
	free(*bench);
	*bench = NULL;
}

/* --- talking --- */

static void limit_wait(int fd)
{
	struct timeval wait = { .tv_sec = 20 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
}

int bench_connect(const struct bench *bench)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	limit_wait(fd);
	memcpy(addr.sun_path, bench->path, strlen(bench->path));
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)),
			 0);
	return fd;
}

int bench_http(const struct bench *bench)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(bench->port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	limit_wait(fd);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)),
			 0);
	return fd;
}

void bench_write(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		assert_true(n > 0);
		text += n;
		len -= (size_t)n;
	}
}

size_t bench_read(int fd, char *to, size_t len, bool is_line)
{
	size_t at = 0;

	while (at < len - 1) {
		ssize_t n = recv(fd, to + at, is_line ? 1 : len - 1 - at, 0);

		if (n <= 0 || (is_line && to[at] == '\n'))
			break;
		at += (size_t)n;
	}
	to[at] = '\0';
	return at;
}

json_t *bench_ask(const struct bench *bench, const char *line)
{
	int fd = bench_connect(bench);
	char answer[16384];
	json_t *json;

	bench_write(fd, line);
	bench_write(fd, "\n");
	bench_read(fd, answer, sizeof(answer), true);
	close(fd);
	json = json_loads(answer, 0, NULL);
	if (!json)
		fail_msg("no JSON: %s", answer);
	return json;
}
