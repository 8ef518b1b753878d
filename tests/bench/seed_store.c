/* Fills a store before iwfd opens it, through its own verbs, so that its form
 * stays its own matter: seed_store FOLDER LINK waiting|finished ROWS FIRST AGO.
 * Rows as a gateway makes them that takes 6,000 messages a second and took the
 * last one AGO seconds ago; FIRST numbers their markers. Prints one JSON object. */
#include "base/id.h"
#include "base/log.h"
#include "base/record.h"
#include "bench/parts/clock.h"
#include "bench/parts/marker.h"
#include "store/store.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROWS_PER_MS 6
#define LOT 4096          /* changes under way at once */
#define RECORD_MAX 1024
#define VALIDITY_MS 172800000
#define RECIPIENTS 10000
#define TEXT_LEN 100

struct sowing {
	struct store_change change;
	struct seed *seed;
	char remote[32];
	struct iwf_buf record;
};

struct seed {
	struct store *store;
	struct sowing lot[LOT];
	sem_t done;
	uint64_t first_us;
	int64_t first_ms;
	unsigned rows, first_index;
	uint32_t link, origin;
	bool is_finished;
};

static struct iwf_address number_of(char *digits, size_t max, unsigned n)
{
	snprintf(digits, max, "+1555%07u", n % RECIPIENTS);
	return (struct iwf_address){ .kind = IWF_ADDRESS_NUMBER,
				     .user = iwf_str_from(digits) };
}

static void format_record(struct sowing *sowing, unsigned n, int64_t at_ms)
{
	const struct seed *seed = sowing->seed;
	char text[TEXT_LEN], to[24];
	struct iwf_message msg = {
		.id = sowing->change.put.row.id, .kind = IWF_KIND_MESSAGE,
		.from = { .kind = IWF_ADDRESS_NUMBER,
			  .user = IWF_STR("+49171000001") },
		.to = number_of(to, sizeof(to), n),
		.service = IWF_STR("urn:urn-7:3gpp-service.ims.icsi.oma.cpm"
				   ".msg"),
		.content_type = IWF_STR("text/plain; charset=utf-8"),
		.conversation_id = IWF_STR("conversation-of-the-bench-0001"),
		.contribution_id = IWF_STR("contribution-of-the-bench-0001"),
		.peer_id = iwf_str_make(text, MARKER_LEN),
		.body = iwf_str_make(text, sizeof(text)),
		.session_case = IWF_STR("orig"), .sent_at_ms = at_ms,
	};

	memset(text, 'x', sizeof(text));
	marker_put(text, (struct marker){ seed->first_us,
					  seed->first_index + n });
	sowing->record.len = 0;
	record_format(&sowing->record, &msg);
}

static void finish_row(struct sowing *sowing, unsigned n)
{
	struct store_delivery *row = &sowing->change.put.row;

	snprintf(sowing->remote, sizeof(sowing->remote), "%08x", n);
	row->state = STORE_FINISHED;
	row->attempts = 1;
	row->parts = 1;
	row->attempt_at_ms = row->accepted_at_ms + 1;
	row->sent_at_ms = row->done_at_ms = row->accepted_at_ms + 3;
	row->remote = iwf_str_from(sowing->remote);
}

static void on_done(struct iwf_task *task)
{
	struct sowing *sowing = IWF_CONTAINER(task, struct sowing, change.task);

	if (sowing->change.err || sowing->change.put.is_duplicate) {
		fprintf(stderr, "seed_store: %s\n",
			iwf_err_name(sowing->change.err));
		exit(1);
	}
	iwf_arena_destroy(&sowing->change.arena);
	sem_post(&sowing->seed->done);
}

/* Stands in for the gateway's hash: every bit of it depends on all of n. */
static uint64_t scatter(uint64_t n)
{
	n = (n ^ n >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	n = (n ^ n >> 27) * UINT64_C(0x94D049BB133111EB);
	return (n ^ n >> 31) >> 1;
}

static void sow(struct seed *seed, struct sowing *sowing, unsigned n)
{
	struct store_change *change = &sowing->change;
	int64_t at_ms = seed->first_ms + n / ROWS_PER_MS;
	uint64_t id = id_at(at_ms) + n % ROWS_PER_MS;

	sowing->seed = seed;
	*change = (struct store_change){ .verb = STORE_PUT };
	change->task.run = on_done;
	change->put.row = (struct store_delivery){
		.id = id, .message_id = id, .kind = IWF_KIND_MESSAGE,
		.state = STORE_QUEUED, .link = seed->link,
		.origin = seed->origin, .lane = n % RECIPIENTS + 1,
		.accepted_at_ms = at_ms, .due_at_ms = at_ms,
		.expires_at_ms = at_ms + VALIDITY_MS,
	};
	if (seed->is_finished)
		finish_row(sowing, n);
	format_record(sowing, n, at_ms);
	change->put.record = iwf_buf_str(&sowing->record);
	change->put.transport_key = scatter(id);
	store_submit(seed->store, change);
}

static void sow_all(struct seed *seed)
{
	for (unsigned n = 0; n < seed->rows;) {
		unsigned count = seed->rows - n < LOT ? seed->rows - n : LOT;

		for (unsigned i = 0; i < count; i++)
			sow(seed, &seed->lot[i], n + i);
		for (unsigned i = 0; i < count; i++)
			sem_wait(&seed->done);
		n += count;
	}
}

static bool open_store(struct seed *seed, const char *folder, const char *link,
		       struct iwf_log *log)
{
	struct store_conf conf = {
		.path = iwf_str_from(folder), .keep_ms = 86400000,
		.duplicate_ms = 600000, .unmatched_ms = 600000,
		.set_ms = 1800000, .cache_len = 64 << 20,
	};
	struct store_recovery recovery;
	struct iwf_why why;

	if (store_open(&seed->store, &conf, log, &recovery, &why)) {
		fprintf(stderr, "seed_store: %s\n", why.text);
		return false;
	}
	seed->link = store_link_number(seed->store, iwf_str_from(link));
	seed->origin = store_link_number(seed->store, IWF_STR("cpm"));
	store_start(seed->store);
	return true;
}

static void set_times(struct seed *seed, unsigned ago_sec)
{
	seed->first_ms = ((int64_t)time(NULL) - ago_sec) * 1000 -
			 seed->rows / ROWS_PER_MS - 1000;
	seed->first_us = clock_us();
}

int main(int argc, char **argv)
{
	struct log_conf log_conf = { .level = IWF_LOG_WARNING };
	struct iwf_log *log = log_create(&log_conf);
	struct seed *seed = calloc(1, sizeof(*seed));
	double took_s;

	if (!seed || argc != 7)
		return 2;
	seed->is_finished = !strcmp(argv[3], "finished");
	seed->rows = (unsigned)strtoul(argv[4], NULL, 10);
	seed->first_index = (unsigned)strtoul(argv[5], NULL, 10);
	set_times(seed, (unsigned)strtoul(argv[6], NULL, 10));
	sem_init(&seed->done, 0, 0);
	if (!open_store(seed, argv[1], argv[2], log))
		return 1;
	sow_all(seed);
	store_close(&seed->store);
	took_s = (double)(clock_us() - seed->first_us) / 1e6;
	printf("{\"rows\": %u, \"seconds\": %.2f, \"per_s\": %.0f}\n",
	       seed->rows, took_s, seed->rows / took_s);
	for (unsigned i = 0; i < LOT; i++)
		iwf_buf_free(&seed->lot[i].record);
	free(seed);
	log_destroy(&log);
	return 0;
}
