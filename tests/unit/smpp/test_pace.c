/* A played SMSC with a limit that it does not tell, and binds that search it:
 * most of it must be used, little refused, and its changes followed. */
#include <smpp/client/pace.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BINDS_MAX 4
#define FLIGHT_MAX 4096

enum limit_kind { LIMIT_BUCKET, LIMIT_WINDOW };

struct limit {
	enum limit_kind kind;
	double rate;
	double burst;  /* BUCKET: in seconds of the rate, at least one message */
	double tokens;
	int64_t at_ms; /* of the bucket or of the window */
	double used;
};

static double bucket_size(const struct limit *limit)
{
	double size = limit->rate * limit->burst;

	return size < 1 ? 1 : size;
}

static bool limit_takes(struct limit *limit, int64_t now_ms)
{
	if (limit->kind == LIMIT_WINDOW) {
		if (now_ms / 1000 != limit->at_ms)
			limit->used = 0;
		limit->at_ms = now_ms / 1000;
		return limit->used < limit->rate ? limit->used++, true : false;
	}
	limit->tokens += (double)(now_ms - limit->at_ms) * limit->rate / 1000;
	if (limit->tokens > bucket_size(limit))
		limit->tokens = bucket_size(limit);
	limit->at_ms = now_ms;
	if (limit->tokens < 1)
		return false;
	limit->tokens -= 1;
	return true;
}

struct flight {
	int64_t sent_ms, back_ms;
	bool is_taken;
};

struct bind {
	struct smpp_pace pace;
	struct flight flights[FLIGHT_MAX]; /* a ring, oldest first */
	unsigned first, count;
};

struct line {
	struct limit limit;
	unsigned bind_count, window, rtt_ms;
	unsigned stall_ms;  /* our loop sleeps so long now and then */
	double offered;     /* a second; 0: as many as may go */
	struct bind binds[BINDS_MAX];
	int64_t now_ms;
	uint32_t seed;
	unsigned sent, taken, refused;
};

static uint32_t chance(struct line *line, uint32_t below)
{
	line->seed = line->seed * 1103515245u + 12345u;
	return (line->seed >> 8) % below;
}

static void bind_answers(struct line *line, struct bind *bind)
{
	while (bind->count) {
		struct flight *flight = &bind->flights[bind->first];

		if (flight->back_ms > line->now_ms)
			return;
		bind->first = (bind->first + 1) % FLIGHT_MAX;
		bind->count--;
		if (flight->is_taken)
			smpp_pace_on_taken(&bind->pace, flight->sent_ms,
					   line->now_ms);
		else
			smpp_pace_on_throttled(&bind->pace, flight->sent_ms,
					       line->now_ms);
	}
}

static bool bind_send(struct line *line, struct bind *bind)
{
	struct flight *flight;

	if (bind->count >= line->window ||
	    smpp_pace_wait_ms(&bind->pace, line->now_ms))
		return false;
	flight = &bind->flights[(bind->first + bind->count++) % FLIGHT_MAX];
	flight->sent_ms = line->now_ms;
	flight->back_ms = line->now_ms + line->rtt_ms;
	flight->is_taken = limit_takes(&line->limit,
				       line->now_ms + line->rtt_ms / 2);
	smpp_pace_on_sent(&bind->pace, line->now_ms);
	line->sent++;
	if (flight->is_taken)
		line->taken++;
	else
		line->refused++;
	return true;
}

/* Answers come back in later turns of the loop, as on a real line. */
static void line_turn(struct line *line)
{
	unsigned budget = line->offered > 0 ?
		(unsigned)(line->offered * (double)(line->now_ms + 1) / 1000) -
		(unsigned)(line->offered * (double)line->now_ms / 1000) :
		UINT32_MAX;

	for (unsigned i = 0; i < line->bind_count; i++)
		bind_answers(line, &line->binds[i]);
	for (bool more = true; more && budget;) {
		more = false;
		for (unsigned i = 0; i < line->bind_count && budget; i++)
			if (bind_send(line, &line->binds[i])) {
				more = true;
				budget--;
			}
	}
}

static void line_run(struct line *line, int64_t ms)
{
	int64_t end_ms = line->now_ms + ms;

	while (line->now_ms < end_ms) {
		line_turn(line);
		line->now_ms += 1;
		if (line->stall_ms && chance(line, 200) == 0)
			line->now_ms += chance(line, line->stall_ms);
	}
}

static void line_count(struct line *line)
{
	line->sent = line->taken = line->refused = 0;
}

struct row {
	const char *name;
	struct limit limit;
	unsigned binds, window, rtt_ms, stall_ms;
};

static struct line line_of(const struct row *row)
{
	struct line line = {
		.limit = row->limit, .bind_count = row->binds,
		.window = row->window, .rtt_ms = row->rtt_ms,
		.stall_ms = row->stall_ms, .now_ms = 12345 + 300, .seed = 7,
	};

	return line;
}

/* At least such a share of the limit was used, at most such a share refused. */
static void assert_used(const char *name, const struct line *line, double sec,
			double least, double most)
{
	double used = line->taken / sec / line->limit.rate;
	double refused = (double)line->refused / line->sent;

	if (used < least || refused > most)
		fail_msg("%s: %.1f %% of %.0f a second used, %.2f %% refused",
			 name, 100 * used, line->limit.rate, 100 * refused);
}

#define BUCKET(rate_, burst_) \
	{ .kind = LIMIT_BUCKET, .rate = rate_, .burst = burst_ }
#define WINDOW(rate_) { .kind = LIMIT_WINDOW, .rate = rate_ }

/* Binds, window of each, time to the SMSC and back, and our own sleep. */
static const struct row rows[] = {
	{ "window 5", WINDOW(5), 1, 10, 1, 0 },
	{ "window 5, far", WINDOW(5), 1, 10, 150, 0 },
	{ "window 50", WINDOW(50), 1, 10, 1, 0 },
	{ "window 50, far", WINDOW(50), 1, 10, 50, 0 },
	{ "window 300", WINDOW(300), 1, 10, 1, 0 },
	{ "window 300, far", WINDOW(300), 1, 100, 100, 0 },
	{ "window 2000", WINDOW(2000), 1, 10, 1, 0 },
	{ "window 2000, wide", WINDOW(2000), 1, 200, 20, 0 },
	{ "bucket 5", BUCKET(5, 1), 1, 10, 1, 0 },
	{ "bucket 50", BUCKET(50, 1), 1, 10, 1, 0 },
	{ "bucket 50, small", BUCKET(50, 0.1), 1, 10, 1, 0 },
	{ "bucket 300", BUCKET(300, 1), 1, 10, 1, 0 },
	{ "bucket 300, small", BUCKET(300, 0.1), 1, 10, 1, 0 },
	{ "bucket 300, large", BUCKET(300, 10), 1, 10, 1, 0 },
	{ "bucket 300, far", BUCKET(300, 1), 1, 100, 100, 0 },
	{ "bucket 2000", BUCKET(2000, 1), 1, 10, 1, 0 },
	{ "bucket 2000, small", BUCKET(2000, 0.1), 1, 10, 1, 0 },
	{ "window 300, stalls", WINDOW(300), 1, 10, 1, 12 },
	{ "window 50, stalls", WINDOW(50), 1, 10, 1, 30 },
	{ "bucket 300, stalls", BUCKET(300, 0.2), 1, 10, 1, 30 },
	{ "window 300, long stalls", WINDOW(300), 1, 10, 1, 120 },
	{ "bucket 2000, long stalls", BUCKET(2000, 0.2), 1, 10, 1, 120 },
	{ "window 300, three binds", WINDOW(300), 3, 10, 1, 0 },
	{ "bucket 300, three binds", BUCKET(300, 1), 3, 10, 1, 0 },
	{ "window 50, three binds", WINDOW(50), 3, 10, 1, 0 },
	{ "window 2000, four binds", WINDOW(2000), 4, 10, 5, 0 },
	{ "bucket 2000, four binds", BUCKET(2000, 1), 4, 10, 5, 0 },
	{ "window 2000, four, stalls", WINDOW(2000), 4, 10, 1, 30 },
	{ "bucket 2000, four, stalls", BUCKET(2000, 1), 4, 10, 1, 120 },
};

static void a_limit_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct line line = line_of(&rows[i]);

		line_run(&line, 30000);
		line_count(&line);
		line_run(&line, 60000);
		assert_used(rows[i].name, &line, 60, 0.95, 0.02);
	}
}

struct change {
	const char *name;
	struct limit before;
	double rate; /* afterwards */
	unsigned rtt_ms;
};

static const struct change changes[] = {
	{ "300 to 100", WINDOW(300), 100, 1 },
	{ "100 to 300", WINDOW(100), 300, 1 },
	{ "300 to 360", WINDOW(300), 360, 1 },
	{ "50 to 500", WINDOW(50), 500, 5 },
	{ "5 to 50", WINDOW(5), 50, 1 },
	{ "50 to 5", WINDOW(50), 5, 1 },
	{ "2000 to 20", WINDOW(2000), 20, 1 },
	{ "bucket 300 to 100", BUCKET(300, 1), 100, 1 },
	{ "bucket 100 to 300", BUCKET(100, 1), 300, 1 },
	{ "bucket 50 to 500", BUCKET(50, 1), 500, 5 },
};

static void a_change_is_followed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct row row = { .limit = changes[i].before, .binds = 1,
			.window = 10, .rtt_ms = changes[i].rtt_ms };
		struct line line = line_of(&row);

		line_run(&line, 45000);
		line.limit.rate = changes[i].rate;
		line_count(&line);
		line_run(&line, 25000);
		line_count(&line);
		line_run(&line, 30000);
		assert_used(changes[i].name, &line, 30, 0.93, 0.03);
	}
}

static void without_throttling_nothing_waits(void **state)
{
	const struct row row = { .limit = WINDOW(1e9),
		.binds = 1, .window = 30, .rtt_ms = 1 };
	struct line line = line_of(&row);

	(void)state;
	line_run(&line, 5000);
	assert_int_equal(line.sent, 5000 * 30);
	assert_int_equal(smpp_pace_wait_ms(&line.binds[0].pace, line.now_ms),
			 0);
}

static void who_sends_less_is_never_throttled(void **state)
{
	const struct row row = { .limit = WINDOW(50),
		.binds = 1, .window = 10, .rtt_ms = 5 };
	struct line line = line_of(&row);

	(void)state;
	line_run(&line, 3000);
	line.offered = 40;
	line_run(&line, 5000);
	line_count(&line);
	line_run(&line, 60000);
	assert_int_equal(line.refused, 0);
	assert_in_range(line.taken, 2395, 2405);
	/* What was found is not given up meanwhile. */
	assert_true(line.binds[0].pace.rate < 75);
}

static void a_limit_that_is_gone_is_forgotten(void **state)
{
	const struct row row = { .limit = WINDOW(50),
		.binds = 1, .window = 200, .rtt_ms = 1 };
	struct line line = line_of(&row);

	(void)state;
	line_run(&line, 10000);
	line.limit.rate = 1e9;
	line_run(&line, 30000);
	assert_true(line.binds[0].pace.rate == 0);
}

static void a_lost_test_is_made_again(void **state)
{
	struct smpp_pace pace = { 0 };

	(void)state;
	smpp_pace_on_sent(&pace, 1000);
	assert_true(smpp_pace_on_throttled(&pace, 1000, 1001));
	assert_in_range(smpp_pace_wait_ms(&pace, 1001), 10, 200);
	assert_int_equal(smpp_pace_wait_ms(&pace, 1201), 0);
	smpp_pace_on_sent(&pace, 1201);
	assert_true(smpp_pace_wait_ms(&pace, 1201) == SMPP_PACE_ANSWER);
	smpp_pace_on_lost(&pace);
	assert_int_equal(smpp_pace_wait_ms(&pace, 1202), 0);
	smpp_pace_on_sent(&pace, 1202);
	/* An answer to what was sent before it says nothing of it. */
	smpp_pace_on_taken(&pace, 1000, 1203);
	assert_true(smpp_pace_wait_ms(&pace, 1203) == SMPP_PACE_ANSWER);
	smpp_pace_on_taken(&pace, 1202, 1204);
	assert_in_range(smpp_pace_wait_ms(&pace, 1204), 1, 250);
}

static void a_busy_smsc_is_spared(void **state)
{
	const struct row row = { .limit = WINDOW(1e9),
		.binds = 1, .window = 1, .rtt_ms = 10 };
	struct line line = line_of(&row);
	struct smpp_pace *pace = &line.binds[0].pace;

	(void)state;
	line_run(&line, 2000);
	smpp_pace_on_congestion(pace, 89, line.now_ms);
	assert_true(pace->rate == 0);
	/* Near it stays as it is, for as long as that is said. */
	for (int i = 0; i < 60; i++) {
		smpp_pace_on_congestion(pace, 95, line.now_ms);
		line_run(&line, 1000);
		assert_true(pace->rate > 90 && pace->rate < 105);
	}
	smpp_pace_on_congestion(pace, 100, line.now_ms);
	assert_true(pace->rate > 80 && pace->rate < 95);
	/* Each answer says so; once a second counts. */
	smpp_pace_on_congestion(pace, 100, line.now_ms + 1);
	assert_true(pace->rate > 80);
	/* Then it is looked for again. */
	line_run(&line, 30000);
	assert_true(pace->rate == 0 || pace->rate > 98);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_is_found),
		cmocka_unit_test(a_change_is_followed),
		cmocka_unit_test(without_throttling_nothing_waits),
		cmocka_unit_test(who_sends_less_is_never_throttled),
		cmocka_unit_test(a_limit_that_is_gone_is_forgotten),
		cmocka_unit_test(a_lost_test_is_made_again),
		cmocka_unit_test(a_busy_smsc_is_spared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
