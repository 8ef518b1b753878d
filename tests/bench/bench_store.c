/* How many changes the store makes durable, and at what price:
 * bench_store [messages [outstanding [folder]]]. Each message is put as an
 * attempt, sent (its id bound), joined with its receipt, and made final with
 * the report it causes. */
#include "store/store.h"

#include "base/log.h"
#include "support/fake_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define NOW_MS INT64_C(1700000000000)
#define RECORD_LEN 400
#define STEPS 4

struct lane {
	struct store_change change;
	struct bench *bench;
	uint64_t id;
	unsigned step;
	int64_t began_us;
};

struct bench {
	struct store *store;
	struct iwf_loop *loop;
	struct lane *lanes;
	unsigned messages, outstanding, begun, ended;
	char record[RECORD_LEN];
	uint32_t *waits_us; /* of every change */
	unsigned wait_count;
};

static int64_t clock_us(clockid_t which)
{
	struct timespec at;

	clock_gettime(which, &at);
	return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

static uint64_t id_of(unsigned n)
{
	/* 6,000 a second as the gateway makes them */
	return (UINT64_C(1) << 62) + ((uint64_t)n / 6 << 22) + n % 6 * 2;
}

static uint64_t scatter(uint64_t n)
{
	n *= UINT64_C(0x9E3779B97F4A7C15);
	return n ^ n >> 29;
}

static struct store_delivery row_of(const struct lane *lane,
				    enum store_state state)
{
	return (struct store_delivery){
		.id = lane->id, .message_id = lane->id,
		.kind = IWF_KIND_MESSAGE, .state = state, .link = 1,
		.origin = 2, .lane = scatter(lane->id + 1), .attempts = 1,
		.parts = 1, .accepted_at_ms = NOW_MS, .due_at_ms = NOW_MS,
		.expires_at_ms = NOW_MS + 172800000, .attempt_at_ms = NOW_MS,
		.remote = state >= STORE_SENT ? IWF_STR("4711081512345678") :
						IWF_STR_NONE,
	};
}

static void fill_put(struct lane *lane, struct store_put *put)
{
	put->row = row_of(lane, STORE_ATTEMPT);
	put->record = iwf_str_make(lane->bench->record, RECORD_LEN);
	put->duplicate_key = scatter(lane->id + 3);
	put->transport_key = scatter(lane->id + 4);
}

static void fill(struct lane *lane)
{
	struct store_change *change = &lane->change;

	*change = (struct store_change){ .loop = lane->bench->loop };
	switch (lane->step) {
	case 0:
		change->verb = STORE_PUT;
		fill_put(lane, &change->put);
		break;
	case 1:
		change->verb = STORE_UPDATE;
		change->update.row = row_of(lane, STORE_SENT);
		change->update.bind_key[0] = scatter(lane->id + 2);
		change->update.bind_part[0] = 1;
		change->update.bind_count = 1;
		break;
	case 2:
		change->verb = STORE_JOIN;
		change->join.key[0] = scatter(lane->id + 2);
		change->join.key_count = 1;
		change->join.now_ms = NOW_MS;
		break;
	default:
		change->verb = STORE_UPDATE;
		change->update.row = row_of(lane, STORE_DELIVERED);
		change->update.unbind = true;
		change->update.report.row = row_of(lane, STORE_ATTEMPT);
		change->update.report.row.id = lane->id + 1;
		change->update.report.row.message_id = lane->id + 1;
		change->update.report.row.kind = IWF_KIND_REPORT;
		change->update.report.row.about = lane->id;
		change->update.report.record =
			iwf_str_make(lane->bench->record, 150);
	}
}

static void on_done(struct iwf_task *task);

static void submit(struct lane *lane)
{
	fill(lane);
	lane->change.task.run = on_done;
	lane->began_us = clock_us(CLOCK_MONOTONIC);
	store_submit(lane->bench->store, &lane->change);
}

static void begin(struct lane *lane)
{
	lane->id = id_of(lane->bench->begun++);
	lane->step = 0;
	submit(lane);
}

static void on_done(struct iwf_task *task)
{
	struct lane *lane = IWF_CONTAINER(task, struct lane, change.task);
	struct bench *bench = lane->bench;

	bench->waits_us[bench->wait_count++] =
		(uint32_t)(clock_us(CLOCK_MONOTONIC) - lane->began_us);
	if (lane->change.err ||
	    (lane->step == 2 && !lane->change.join.is_joined)) {
		fprintf(stderr, "step %u: %s\n", lane->step,
			iwf_err_name(lane->change.err));
		exit(1);
	}
	iwf_arena_destroy(&lane->change.arena);
	if (++lane->step < STEPS) {
		submit(lane);
		return;
	}
	bench->ended++;
	if (bench->begun < bench->messages)
		begin(lane);
}

static bool is_done(void *arg)
{
	const struct bench *bench = arg;

	return bench->ended == bench->messages;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static double cpu_us(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return ((double)used.ru_utime.tv_sec + (double)used.ru_stime.tv_sec) *
	       1e6 + (double)used.ru_utime.tv_usec +
	       (double)used.ru_stime.tv_usec;
}

static void tell(struct bench *bench, double sec, double used_us)
{
	unsigned n = bench->wait_count;

	qsort(bench->waits_us, n, sizeof(uint32_t), compare);
	printf("%u messages, %u outstanding: %.0f messages/s, %.0f changes/s, "
	       "%.1f us CPU per message (%.1f per change)\n", bench->messages,
	       bench->outstanding, bench->messages / sec, n / sec,
	       used_us / bench->messages, used_us / n);
	printf("durable after us: p50 %u p99 %u max %u\n",
	       bench->waits_us[n / 2],
	       bench->waits_us[(size_t)n * 99 / 100], bench->waits_us[n - 1]);
	for (size_t i = 0; i < store_metric_count; i++)
		printf("%s %lld\n", store_metric_rows[i].name,
		       (long long)iwf_metric_get(
				&store_metrics(bench->store)[i]));
}

static void run(struct bench *bench)
{
	int64_t began_us = clock_us(CLOCK_MONOTONIC);
	double used_us = cpu_us();

	for (unsigned i = 0; i < bench->outstanding; i++) {
		bench->lanes[i].bench = bench;
		begin(&bench->lanes[i]);
	}
	if (!fake_loop_run_until(bench->loop, is_done, bench, 600000))
		exit(1);
	tell(bench, (double)(clock_us(CLOCK_MONOTONIC) - began_us) / 1e6,
	     cpu_us() - used_us);
}

int main(int argc, char **argv)
{
	struct bench bench = { .messages = 100000, .outstanding = 256 };
	char folder[] = "/tmp/bench-store.XXXXXX";
	struct store_conf conf = {
		.keep_ms = 3600000, .duplicate_ms = 600000,
		.unmatched_ms = 600000, .set_ms = 1800000,
		.cache_len = 8 << 20, .ballast_len = 4 << 20,
	};
	struct log_conf log_conf = { .level = IWF_LOG_WARNING };
	struct iwf_log *log = log_create(&log_conf);
	struct store_recovery recovery;
	struct iwf_why why;

	if (argc > 1)
		bench.messages = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		bench.outstanding = (unsigned)strtoul(argv[2], NULL, 10);
	conf.path = iwf_str_from(argc > 3 ? argv[3] : mkdtemp(folder));
	if (bench.outstanding > bench.messages || !bench.outstanding)
		return 2;
	bench.loop = fake_loop_create();
	bench.lanes = calloc(bench.outstanding, sizeof(*bench.lanes));
	bench.waits_us = calloc((size_t)bench.messages * STEPS,
				sizeof(uint32_t));
	if (store_open(&bench.store, &conf, log, &recovery, &why)) {
		fprintf(stderr, "%s\n", why.text);
		return 1;
	}
	store_start(bench.store);
	run(&bench);
	store_close(&bench.store);
	printf("left in %.*s\n", IWF_STR_ARG(conf.path));
	free(bench.lanes);
	free(bench.waits_us);
	fake_loop_destroy(&bench.loop);
	log_destroy(&log);
	return 0;
}
