/* The relay on a loop that the test turns, with the store in memory and without
 * threads: a commit happens when the test lets it. CPM stands on one side
 * ("cpm"), two links of another service on the other ("op1", "op2"). */
#pragma once

#include "relay/relay_priv.h"

#include "support/fake_adapter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define RIG_ROOM 1000u
#define SEC 1000
#define MIN (60 * SEC)
#define HOUR (60 * MIN)
#define DAY (24 * HOUR)

struct rig {
	struct relay *relay;
	struct iwf_loop *loop;
	struct store *store;
	struct store_conf store_conf;
	struct store_recovery recovery;
	struct relay_conf conf;
	struct metrics *metrics;
	struct iwf_log *log;
	struct fake_link *cpm, *op1, *op2;
	bool holds_commits;     /* changes stay where they are */
	bool holds_answers;     /* queries too */
	bool fails_commits;
	bool leaves_out_op1;    /* the next start has no such link */
	enum relay_unsure unsure; /* of the links of the next start */
	int64_t starts_at_ms;   /* the wall clock of the next start, if any */
	uint64_t read_max_len;  /* records of the longest answer so far */
	struct iwf_task *slow;  /* answered queries that are not yet told */
	/* Around every commit; the first also when there is nothing to do. */
	void (*before_commit)(struct rig *rig);
	void (*after_commit)(struct rig *rig);
	void *watch;            /* theirs */
};

/* CMocka's setup: *state is a rig that runs, all three links up. */
int rig_setup(void **state);
int rig_teardown(void **state);

/* The pieces, for tests that set something before: make, [settings,] open. */
struct rig *rig_make(void);
struct rig *rig_make_closed(void); /* the store is the test's to open */
void rig_open(struct rig *rig);
void rig_links_up(struct rig *rig);
/* The process dies, what was not committed is gone, another one starts with its
 * links down. Jobs noted before are forgotten. */
void rig_crash(struct rig *rig);
void rig_stop(struct rig *rig); /* only the first half of it */

/* The rules of the rig: from "cpm" via op1 then op2; anything else to cpm. */
void rig_set_routes(struct rig *rig, const struct route_conf *rules,
		    size_t count);
void rig_set_default_routes(struct rig *rig);

/* Runs everything until nothing is left to run. */
void rig_turn(struct rig *rig);
/* Lets exactly one batch of changes be committed (or fail), then turns. */
void rig_commit(struct rig *rig);
/* Queries are answered from what is committed now, but told only when
 * holds_answers is taken back. */
void rig_read_slowly(struct rig *rig);
/* Those answers are told; what is asked then waits again. */
void rig_tell(struct rig *rig);
/* The clocks move and what is due happens on the way. */
void rig_advance(struct rig *rig, int64_t ms);
/* The wall clock jumps, then a few seconds pass. */
void rig_jump(struct rig *rig, int64_t ms);
int64_t rig_now(const struct rig *rig);
/* Nothing is under way: the counters of every host balance. */
void rig_assert_balance(const struct rig *rig);

/* A message from cpm's user n to op's user n; the id it was given, 0 when it
 * was refused. */
uint64_t rig_send(struct rig *rig, unsigned from, unsigned to);
uint64_t rig_send_message(struct rig *rig, const struct iwf_message *msg);
struct iwf_message rig_message(unsigned from, unsigned to);
struct iwf_address rig_address(unsigned number);
enum iwf_result rig_result(const struct fake_link *link, uint32_t tag);

/* Commits a change of the test's own, as if another had made it. */
void rig_apply(struct rig *rig, struct store_change *change);

/* What the store knows. */
bool rig_row(struct rig *rig, uint64_t id, struct store_delivery *row);
enum store_state rig_state(struct rig *rig, uint64_t id);
uint32_t rig_attempts(struct rig *rig, uint64_t id);
uint64_t rig_count(struct rig *rig, enum iwf_kind kind, enum store_state state);
int64_t rig_metric(const struct rig *rig, enum relay_metric metric);
/* The REPORTs cpm was given about the delivery, with this fate. */
unsigned rig_told(const struct rig *rig, uint64_t id, enum iwf_fate fate);

#define assert_state(rig, id, state) \
	assert_string_equal(store_state_name(rig_state((rig), (id))), \
			    store_state_name(state))
#define RIG_TEST(test) \
	cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)
