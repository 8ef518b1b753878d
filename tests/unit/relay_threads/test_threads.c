/* The relay as it runs: loops, links and the store on threads of their own.
 * Here the sanitizers look, threads' one above all. */
#include "base/log.h"
#include "base/loop.h"
#include "base/metric.h"
#include "relay/relay.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define MESSAGES 2000u
#define WAIT_SEC 60

static const struct iwf_str ladder[] = { IWF_STR("30s"), IWF_STR("1h") };

/* One side; it is its own settings. Everything but the semaphore and what is
 * atomic belongs to its loop. */
struct side {
	struct iwf_link link;
	struct iwf_host *host;
	struct iwf_loop *loop;
	unsigned jobs, accepted, refused;
	sem_t all_told;
	bool is_op;
	atomic_uint told;
};

struct world {
	struct iwf_log *log;
	struct metrics *metrics;
	struct store *store;
	struct relay *relay;
	struct side cpm, op;
};

static void no_done(struct iwf_link *link, uint64_t tag,
		    const struct iwf_verdict *verdict)
{
	struct side *side = IWF_CONTAINER(link, struct side, link);

	(void)tag;
	if (verdict->result == IWF_RESULT_ACCEPTED)
		side->accepted++;
	else
		side->refused++;
}

static enum iwf_err open_side(struct iwf_link **link, struct iwf_host *host,
			      const void *conf)
{
	struct side *side = (struct side *)conf;

	side->host = host;
	side->link.host = host;
	*link = &side->link;
	iwf_host_state(host, IWF_LINK_UP, "");
	iwf_host_room(host, 10);
	return IWF_OK;
}

static void reconfigure(struct iwf_link *link, const void *conf)
{
	(void)link;
	(void)conf;
}

static void answer(struct side *side, const struct iwf_job *job)
{
	/* Its addresses are spoken of after the job is answered. */
	const struct iwf_message *msg = iwf_message_ref(job->msg);
	char id[24];
	struct iwf_report sent = { .fate = IWF_FATE_SENT, .part = 1,
				   .parts = 1, .remote_count = 1 };
	struct iwf_report later = { .fate = IWF_FATE_DELIVERED,
				    .remote_count = 1, .to = msg->to };

	snprintf(id, sizeof(id), "%016llx", (unsigned long long)job->id);
	sent.remote_ids[0] = later.remote_ids[0] = iwf_str_from(id);
	/* Before the answer for every second one. */
	if (side->is_op && side->jobs % 2)
		iwf_host_report_remote(side->host, &later, no_done, 0);
	iwf_host_report(side->host, job->id, &sent);
	if (side->is_op && !(side->jobs % 2))
		iwf_host_report_remote(side->host, &later, no_done, 0);
	iwf_message_unref(&msg);
}

static void submit(struct iwf_link *link, const struct iwf_job *job)
{
	struct side *side = IWF_CONTAINER(link, struct side, link);
	/* Borrowed until it is answered. */
	bool is_report = job->msg->kind == IWF_KIND_REPORT;

	side->jobs++;
	answer(side, job);
	iwf_host_room(side->host, 10);
	if (is_report &&
	    atomic_fetch_add(&side->told, 1) + 1 == MESSAGES)
		sem_post(&side->all_told);
}

static void cancel(struct iwf_link *link, uint64_t job_id)
{
	(void)link;
	(void)job_id;
}

static void drain(struct iwf_link *link)
{
	iwf_host_state(link->host, IWF_LINK_DRAINING, "");
	iwf_host_drained(link->host);
}

static void close_side(struct iwf_link **link)
{
	*link = NULL;
}

static const struct iwf_ops ops = {
	.open = open_side, .reconfigure = reconfigure, .submit = submit,
	.cancel = cancel, .drain = drain, .close = close_side,
};
static const struct iwf_setting no_rows[] = { IWF_ROWS_END };
static const struct iwf_adapter adapter = {
	.abi = IWF_ABI_VERSION, .name = "threads", .text = "for tests",
	.rows = no_rows, .conf_size = 1, .ops = &ops,
};

/* --- the world --- */

static void add_side(struct world *world, struct side *side, const char *name)
{
	struct relay_link_conf conf = { .name = iwf_str_from(name) };
	struct queue *queue = relay_link_add(world->relay, &conf);

	side->loop = loop_create(name);
	loop_start(side->loop);
	sem_init(&side->all_told, 0, 0);
	assert_int_equal(relay_link_open(world->relay, queue, &adapter, side,
					 side->loop), IWF_OK);
}

static void set_routes(struct world *world)
{
	const struct iwf_str names[] = { IWF_STR("cpm"), IWF_STR("op") };
	const struct iwf_texts links = { names, 2 };
	const struct route_conf rules[] = {
		{ .from_link = IWF_STR("cpm"), .via = { names + 1, 1 } },
		{ .via = { names, 1 } },
	};
	const struct iwf_list list = { rules, 2 };
	struct routes *routes;
	struct iwf_why why;
	size_t bad;

	assert_int_equal(routes_create(&routes, &list, &links, &bad, &why),
			 IWF_OK);
	relay_set_routes(world->relay, routes);
}

static void make_world(struct world *world)
{
	const struct log_conf quiet = { .level = IWF_LOG_ERROR };
	const struct store_conf store_conf = {
		.backend = STORE_BACKEND_RAM, .path = IWF_STR("unused"),
		.keep_ms = 3600000, .duplicate_ms = 600000,
		.unmatched_ms = 600000, .set_ms = 1800000,
	};
	const struct relay_conf conf = {
		.window = 1024, .intake_max = 1000000, .validity_ms = 3600000,
		.lane_hold_ms = 60000, .receipt_ms = 3600000,
		.thread_ms = 3600000, .failover_ms = 30000, .resends = 1,
		.retry = { ladder, 2 }, .message_max_len = 65536,
	};
	struct store_recovery recovery;
	struct iwf_why why;

	world->log = log_create(&quiet);
	world->metrics = metrics_create();
	assert_int_equal(store_open(&world->store, &store_conf, world->log,
				    &recovery, &why), IWF_OK);
	world->relay = relay_create(&conf, &store_conf, world->store, &recovery,
				    world->metrics, world->log);
	world->op.is_op = true;
	add_side(world, &world->cpm, "cpm");
	add_side(world, &world->op, "op");
	set_routes(world);
	store_start(world->store);
	relay_start(world->relay);
}

static void pass(void *arg)
{
	(void)arg;
}

static void settle(struct world *world)
{
	for (int i = 0; i < 3; i++) {
		loop_call(relay_loop(world->relay), pass, NULL);
		loop_call(world->cpm.loop, pass, NULL);
		loop_call(world->op.loop, pass, NULL);
	}
}

static void end_world(struct world *world)
{
	relay_drain(world->relay, 10000);
	settle(world);
	relay_close_links(world->relay);
	settle(world);
	store_stop(world->store);
	settle(world);
	loop_destroy(&world->cpm.loop);
	loop_destroy(&world->op.loop);
	relay_destroy(&world->relay);
	store_close(&world->store);
	metrics_destroy(&world->metrics);
	log_destroy(&world->log);
	sem_destroy(&world->cpm.all_told);
	sem_destroy(&world->op.all_told);
}

static void wait_ready(struct world *world)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; i < WAIT_SEC * 1000 && !relay_is_ready(world->relay);
	     i++)
		nanosleep(&pause, NULL);
	assert_true(relay_is_ready(world->relay));
}

static void send_all(void *arg)
{
	struct side *side = arg;

	for (unsigned i = 0; i < MESSAGES; i++) {
		char user[24], peer_id[24];
		struct iwf_message msg = {
			.kind = IWF_KIND_MESSAGE, .want = IWF_WANT_DELIVERED,
			.from = { IWF_ADDRESS_NUMBER, IWF_STR("+491"),
				  IWF_STR_NONE, IWF_STR_NONE },
			.content_type = IWF_STR("text/plain"),
			.body = IWF_STR("hello"),
		};

		snprintf(user, sizeof(user), "+43%03u", i % 100);
		snprintf(peer_id, sizeof(peer_id), "m%u", i);
		msg.to.kind = IWF_ADDRESS_NUMBER;
		msg.to.user = iwf_str_from(user);
		msg.peer_id = iwf_str_from(peer_id);
		iwf_host_accept(side->host, &msg, no_done, i);
	}
}

static void every_message_is_told(void **state)
{
	struct world *world = IWF_NEW(struct world);
	struct relay_link_status status[4];
	struct timespec until;

	(void)state;
	make_world(world);
	wait_ready(world);
	loop_call(world->cpm.loop, send_all, &world->cpm);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_SEC;
	assert_int_equal(sem_timedwait(&world->cpm.all_told, &until), 0);
	assert_int_equal(relay_status(world->relay, status, 4), 2);
	end_world(world);
	assert_int_equal(world->cpm.accepted, MESSAGES);
	assert_int_equal(world->cpm.refused, 0);
	assert_int_equal(world->op.jobs, MESSAGES);
	assert_int_equal(atomic_load(&world->cpm.told), MESSAGES);
	free(world);
}

/* A link is taken away and put back while messages run. */
static void a_link_goes_and_comes(void **state)
{
	const struct relay_link_conf conf = { .name = IWF_STR("op") };
	struct world *world = IWF_NEW(struct world);
	struct side *again = IWF_NEW(struct side);
	struct queue *queue;

	(void)state;
	make_world(world);
	wait_ready(world);
	loop_call(world->cpm.loop, send_all, &world->cpm);
	queue = relay_link_find(world->relay, conf.name);
	assert_non_null(queue);
	relay_link_remove(world->relay, queue);
	again->is_op = true;
	queue = relay_link_add(world->relay, &conf);
	assert_int_equal(relay_link_open(world->relay, queue, &adapter, again,
					 world->op.loop), IWF_OK);
	end_world(world);
	/* What could not go elsewhere was told to have failed. */
	assert_int_equal(world->cpm.accepted + world->cpm.refused, MESSAGES);
	free(again);
	free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_is_told),
		cmocka_unit_test(a_link_goes_and_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
