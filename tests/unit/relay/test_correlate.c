/* Receipts find their message, whichever of the two comes first. */
#include "unit/relay/rig.h"

static uint64_t sent(struct rig *rig, unsigned to, const char *remote)
{
	uint64_t id = rig_send(rig, 1, to);

	fake_link_sent(rig->op1, id, remote);
	rig_turn(rig);
	assert_state(rig, id, STORE_SENT);
	return id;
}

static void by_its_bound_id(void **state)
{
	static const struct {
		enum iwf_fate fate;
		enum store_state state;
	} rows[] = {
		{ IWF_FATE_DELIVERED, STORE_DELIVERED },
		{ IWF_FATE_FAILED, STORE_FAILED },
		{ IWF_FATE_EXPIRED, STORE_EXPIRED },
		{ IWF_FATE_DISPLAYED, STORE_DISPLAYED },
		{ IWF_FATE_QUEUED, STORE_SENT }, /* enroute tells nothing new */
	};
	struct rig *rig = *state;

	for (unsigned i = 0; i < 5; i++) {
		uint64_t id = sent(rig, 2 + i, "id1");
		uint32_t tag = fake_link_receipt_for(rig->op1, "id1",
			rows[i].fate, &(struct iwf_address){ 0 });

		rig_turn(rig);
		assert_int_equal(rig_result(rig->op1, tag),
				 IWF_RESULT_ACCEPTED);
		assert_int_equal(rig->op1->verdicts[tag].verdict.id, id);
		assert_state(rig, id, rows[i].state);
		assert_int_equal(rig_told(rig, id, IWF_FATE_EXPIRED),
				 rows[i].fate == IWF_FATE_EXPIRED);
	}
	assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_JOINED), 5);
	assert_int_equal(rig_metric(rig, RELAY_M_FAILED), 1);
	assert_int_equal(rig_metric(rig, RELAY_M_EXPIRED), 1);
}

static void done_comes_after_the_commit(void **state)
{
	struct rig *rig = *state;
	uint64_t id = sent(rig, 2, "id1");
	uint32_t tag;

	rig->holds_commits = true;
	tag = fake_link_receipt(rig->op1, "id1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_int_equal(rig->op1->verdicts[tag].count, 0);
	rig_commit(rig); /* the join */
	assert_int_equal(rig->op1->verdicts[tag].count, 0);
	assert_state(rig, id, STORE_SENT);
	rig_commit(rig); /* what it means */
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_ACCEPTED);
	assert_state(rig, id, STORE_DELIVERED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_DELIVERED), 1);
	rig->holds_commits = false;
}

static void a_failed_join_is_an_error(void **state)
{
	struct rig *rig = *state;
	uint64_t id = sent(rig, 2, "id1");
	uint32_t tag;

	rig->fails_commits = true;
	tag = fake_link_receipt(rig->op1, "id1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_BUSY);
	rig->fails_commits = false;
	tag = fake_link_receipt(rig->op1, "id1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_ACCEPTED);
	assert_state(rig, id, STORE_DELIVERED);
}

static void before_the_answer(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	uint32_t tag = fake_link_receipt(rig->op1, "id1", IWF_FATE_DELIVERED);

	rig_turn(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_UNMATCHED);
	assert_state(rig, id, STORE_ATTEMPT);
	fake_link_sent(rig->op1, id, "id1");
	rig_turn(rig);
	assert_state(rig, id, STORE_DELIVERED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_DELIVERED), 1);
	rig_jump(rig, 11 * MIN);
	assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_UNMATCHED), 0);
}

/* Both ids are bound in one change; each receipt that waited is found. */
static void of_all_parts_before_the_answers(void **state)
{
	static const char *const ids[] = { "p1", "p2", "p3" };
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	for (int i = 0; i < 3; i++)
		fake_link_receipt(rig->op1, ids[i], IWF_FATE_DELIVERED);
	rig_turn(rig);
	rig->holds_commits = true;
	for (uint32_t i = 0; i < 3; i++)
		fake_link_sent_part(rig->op1, id, i + 1, 3, ids[i]);
	rig_turn(rig);
	rig->holds_commits = false;
	rig_turn(rig);
	assert_state(rig, id, STORE_DELIVERED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_DELIVERED), 1);
	fake_link_sent(rig->cpm, rig->cpm->jobs[0].id, "");
	rig_turn(rig);
	rig_assert_balance(rig);
}

static void delivered_when_all_parts_are(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	fake_link_sent_part(rig->op1, id, 1, 2, "p1");
	fake_link_sent_part(rig->op1, id, 2, 2, "p2");
	rig_turn(rig);
	fake_link_receipt(rig->op1, "p2", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_state(rig, id, STORE_SENT);
	/* The same again is not the other part. */
	fake_link_receipt(rig->op1, "p2", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_state(rig, id, STORE_SENT);
	fake_link_receipt(rig->op1, "p1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_state(rig, id, STORE_DELIVERED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_DELIVERED), 1);
}

static void failed_when_any_part_is(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	fake_link_sent_part(rig->op1, id, 1, 2, "p1");
	fake_link_sent_part(rig->op1, id, 2, 2, "p2");
	rig_turn(rig);
	fake_link_receipt(rig->op1, "p2", IWF_FATE_FAILED);
	rig_turn(rig);
	assert_state(rig, id, STORE_FAILED);
	fake_link_receipt(rig->op1, "p1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_state(rig, id, STORE_FAILED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
	assert_int_equal(rig_told(rig, id, IWF_FATE_DELIVERED), 0);
}

static void after_a_restart(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	uint32_t tag;

	fake_link_sent_part(rig->op1, id, 1, 2, "p1");
	fake_link_sent_part(rig->op1, id, 2, 2, "p2");
	fake_link_receipt(rig->op1, "p1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	rig_crash(rig);
	rig_links_up(rig);
	tag = fake_link_receipt(rig->op1, "p2", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_ACCEPTED);
	assert_state(rig, id, STORE_DELIVERED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_DELIVERED), 1);
}

static void after_the_end(void **state)
{
	struct rig *rig = *state;
	uint64_t id = sent(rig, 2, "id1");
	uint32_t tag, again;

	rig->holds_commits = true;
	/* Joined to the same row before either changed it. */
	tag = fake_link_receipt(rig->op1, "id1", IWF_FATE_DELIVERED);
	again = fake_link_receipt(rig->op1, "id1", IWF_FATE_FAILED);
	rig_turn(rig);
	rig->holds_commits = false;
	rig_turn(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_ACCEPTED);
	assert_int_equal(rig_result(rig->op1, again), IWF_RESULT_ACCEPTED);
	assert_state(rig, id, STORE_DELIVERED);
	assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_LATE), 1);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 0);
}

static void unmatched_is_counted_after_its_time(void **state)
{
	struct rig *rig = *state;

	fake_link_receipt(rig->op1, "nobody", IWF_FATE_DELIVERED);
	rig_advance(rig, 9 * MIN);
	assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_UNMATCHED), 0);
	rig_advance(rig, 2 * MIN);
	assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_UNMATCHED), 1);
	assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_WAITING), 1);
}

/* The peer gives the same id twice: the recipient tells them apart; else nobody
 * knows whose receipt it is. */
static void two_candidates(void **state)
{
	struct rig *rig = *state;
	const struct iwf_address to = rig_address(2);
	uint64_t older = sent(rig, 2, "id1"), younger = sent(rig, 3, "id1");
	uint32_t tag;

	fake_link_receipt_for(rig->op1, "id1", IWF_FATE_DELIVERED, &to);
	rig_turn(rig);
	assert_state(rig, older, STORE_DELIVERED);
	assert_state(rig, younger, STORE_SENT);
	older = sent(rig, 4, "id1");
	tag = fake_link_receipt(rig->op1, "id1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_UNMATCHED);
	assert_state(rig, older, STORE_SENT);
	assert_state(rig, younger, STORE_SENT);
	assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_AMBIGUOUS), 1);
	assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_UNMATCHED), 1);
	/* Nor does the next message with that id get it. */
	older = sent(rig, 5, "id1");
	assert_state(rig, older, STORE_SENT);
}

/* ---- which receipts of parts make the fate of all ---- */

#define GOOD IWF_FATE_DELIVERED
#define BAD IWF_FATE_FAILED

static const struct {
	enum relay_parts policy;
	unsigned parts[3];         /* in the order of their receipts, 0: end */
	enum iwf_fate fates[3];
	enum store_state states[3]; /* after each */
} verdicts[] = {
	{ RELAY_PARTS_ALL, { 2, 3, 1 }, { GOOD, GOOD, GOOD },
	  { STORE_SENT, STORE_SENT, STORE_DELIVERED } },
	{ RELAY_PARTS_ALL, { 2, 2, 2 }, { GOOD, GOOD, GOOD },
	  { STORE_SENT, STORE_SENT, STORE_SENT } },
	{ RELAY_PARTS_ALL, { 3, 1 }, { GOOD, BAD },
	  { STORE_SENT, STORE_FAILED } },
	{ RELAY_PARTS_ANY, { 2 }, { GOOD }, { STORE_DELIVERED } },
	{ RELAY_PARTS_ANY, { 3, 1 }, { BAD, GOOD },
	  { STORE_SENT, STORE_DELIVERED } },
	{ RELAY_PARTS_ANY, { 3, 1, 2 }, { BAD, BAD, BAD },
	  { STORE_SENT, STORE_SENT, STORE_FAILED } },
	{ RELAY_PARTS_ANY, { 3, 3, 3 }, { BAD, BAD, BAD },
	  { STORE_SENT, STORE_SENT, STORE_SENT } },
	{ RELAY_PARTS_LAST, { 1, 2, 3 }, { GOOD, BAD, GOOD },
	  { STORE_SENT, STORE_SENT, STORE_DELIVERED } },
	{ RELAY_PARTS_LAST, { 1, 2, 3 }, { GOOD, GOOD, BAD },
	  { STORE_SENT, STORE_SENT, STORE_FAILED } },
};

static void parts_make_one_fate(void **state)
{
	static const char *const ids[] = { "", "p1", "p2", "p3" };
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		unsigned to_number = 2 + (unsigned)i % 8;
		uint64_t id = rig_send(rig, 1, to_number);

		rig->op1->host->queue->receipt_parts = verdicts[i].policy;
		for (uint32_t part = 1; part <= 3; part++)
			fake_link_sent_part(rig->op1, id, part, 3, ids[part]);
		rig_turn(rig);
		for (unsigned n = 0; n < 3 && verdicts[i].parts[n]; n++) {
			const struct iwf_address to = rig_address(to_number);

			fake_link_receipt_for(rig->op1,
					      ids[verdicts[i].parts[n]],
					      verdicts[i].fates[n], &to);
			rig_turn(rig);
			assert_state(rig, id, verdicts[i].states[n]);
		}
	}
}

/* Its peer gave it up and does not know how it ended: so the sender is told. */
static void not_even_the_peer_knows(void **state)
{
	struct rig *rig = *state;
	uint64_t id = sent(rig, 2, "id1");

	fake_link_receipt(rig->op1, "id1", IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_state(rig, id, STORE_FAILED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_UNSURE), 1);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 0);
}

/* Ids belong to their link. */
static void the_same_id_of_another_link(void **state)
{
	struct rig *rig = *state;
	uint64_t id = sent(rig, 2, "id1");
	uint32_t tag = fake_link_receipt(rig->op2, "id1", IWF_FATE_DELIVERED);

	rig_turn(rig);
	assert_int_equal(rig_result(rig->op2, tag), IWF_RESULT_UNMATCHED);
	assert_state(rig, id, STORE_SENT);
}

static void unsure_until_its_receipt(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_state(rig, id, STORE_UNSURE);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 0);
	rig_jump(rig, HOUR);
	assert_state(rig, id, STORE_UNSURE);
}

/* --- asked, not told --- */

static const struct iwf_verdict *look(struct rig *rig, const char *remote)
{
	const struct iwf_report which = {
		.fate = IWF_FATE_DELIVERED, .remote_count = 1,
		.remote_ids = { iwf_str_from(remote) },
	};
	uint32_t tag = rig->op1->next_tag++;

	iwf_host_lookup(rig->op1->host, &which, fake_link_on_done, tag);
	rig_turn(rig);
	assert_int_equal(rig->op1->verdicts[tag].count, 1);
	return &rig->op1->verdicts[tag].verdict;
}

static void a_look_changes_nothing(void **state)
{
	struct rig *rig = *state;
	uint64_t id = sent(rig, 2, "id1");

	for (int i = 0; i < 2; i++) {
		assert_int_equal(look(rig, "id1")->result,
				 IWF_RESULT_ACCEPTED);
		assert_int_equal(look(rig, "id1")->id, id);
		assert_int_equal(look(rig, "id1")->fate, IWF_FATE_SENT);
		assert_state(rig, id, STORE_SENT);
	}
	assert_int_equal(rig_told(rig, id, IWF_FATE_DELIVERED), 0);
	assert_int_equal(look(rig, "id2")->result, IWF_RESULT_UNMATCHED);
	/* Nothing waits for a message with that id. */
	id = sent(rig, 3, "id2");
	assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_JOINED), 0);
	fake_link_receipt(rig->op1, "id2", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_int_equal(look(rig, "id2")->result, IWF_RESULT_UNMATCHED);
	assert_state(rig, id, STORE_DELIVERED);
}

/* --- an id that nobody knows --- */

/* Of a message from 1 to `to`, as a peer tells it who repeats the addresses. */
static uint32_t receipt_between(struct rig *rig, const char *remote,
				enum iwf_fate fate, unsigned to)
{
	uint32_t tag = rig->op1->next_tag++;
	const struct iwf_report report = {
		.fate = fate, .remote_ids = { iwf_str_from(remote) },
		.remote_count = 1, .from = rig_address(1),
		.to = rig_address(to), .submitted_at_ms = rig_now(rig),
	};

	iwf_host_report_remote(rig->op1->host, &report, fake_link_on_done, tag);
	return tag;
}

static uint64_t unsure(struct rig *rig, unsigned to)
{
	uint64_t id = rig_send(rig, 1, to);

	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	return id;
}

/* The first copy is told of while the second is out, is taken, or is as unsure
 * as the first. */
static void unknown_id_settles_what_is_unsure(void **state)
{
	static const enum iwf_fate seconds[] = {
		IWF_FATE_NONE, IWF_FATE_SENT, IWF_FATE_UNSURE,
	};
	struct rig *rig = *state;

	rig->cpm->answers_all = true;
	for (unsigned i = 0; i < 3; i++) {
		uint64_t id = unsure(rig, 2 + i);
		uint32_t tag;

		if (seconds[i] == IWF_FATE_SENT)
			fake_link_sent(rig->op1, id, "copy");
		else if (seconds[i] == IWF_FATE_UNSURE)
			fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
		rig_turn(rig);
		tag = receipt_between(rig, "unknown", IWF_FATE_DELIVERED,
				      2 + i);
		rig_turn(rig);
		assert_int_equal(rig_result(rig->op1, tag),
				 IWF_RESULT_ACCEPTED);
		assert_int_equal(rig->op1->verdicts[tag].verdict.id, id);
		assert_state(rig, id, STORE_DELIVERED);
		assert_int_equal(rig_told(rig, id, IWF_FATE_DELIVERED), 1);
		assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_SETTLED),
				 i + 1);
		if (seconds[i] == IWF_FATE_NONE)
			fake_link_sent(rig->op1, id, "copy");
		rig_turn(rig);
	}
	rig_assert_balance(rig);
}

/* After the resend its own id settles it as well. */
static void either_id_settles_it(void **state)
{
	struct rig *rig = *state;
	uint64_t id = unsure(rig, 2);
	uint32_t tag;

	fake_link_sent(rig->op1, id, "copy");
	rig_turn(rig);
	fake_link_receipt(rig->op1, "copy", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_state(rig, id, STORE_DELIVERED);
	tag = receipt_between(rig, "first", IWF_FATE_FAILED, 2);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_UNMATCHED);
	assert_state(rig, id, STORE_DELIVERED);
	assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_SETTLED), 0);
}

/* The answer is lost, the receipt is not: it came first. */
static void receipt_before_the_time_is_up(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	uint32_t tag = receipt_between(rig, "lost", IWF_FATE_DELIVERED, 2);
	struct store_delivery row = { 0 };

	rig->cpm->answers_all = true;
	rig_turn(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_UNMATCHED);
	assert_state(rig, id, STORE_ATTEMPT);
	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_state(rig, id, STORE_DELIVERED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_DELIVERED), 1);
	/* The store was asked before the copy could go. */
	assert_int_equal(fake_link_count(rig->op1, id), 1);
	assert_true(rig_row(rig, id, &row));
	assert_int_equal(row.resends, 0);
	assert_int_equal(rig_metric(rig, RELAY_M_POSSIBLE_DUPLICATE), 0);
	rig_assert_balance(rig);
}

/* The copy came back from a link that was down again: it did not go. */
static void receipt_before_the_copy_went(void **state)
{
	struct rig *rig = *state;
	uint64_t id = unsure(rig, 2);
	struct store_delivery row = { 0 };

	rig->cpm->answers_all = true;
	fake_link_trouble(rig->op1, id);
	iwf_host_room(rig->op1->host, 0);
	fake_link_down(rig->op1);
	rig_turn(rig);
	receipt_between(rig, "first", IWF_FATE_DELIVERED, 2);
	rig_turn(rig);
	assert_state(rig, id, STORE_DELIVERED);
	assert_true(rig_row(rig, id, &row));
	assert_int_equal(row.resends, 0);
	rig_assert_balance(rig);
}

static void unsure_by_a_crash(void **state)
{
	struct rig *rig = *state;
	struct iwf_report report = { .fate = IWF_FATE_SENT, .part = 1,
				     .parts = 2 };
	uint64_t whole = rig_send(rig, 1, 2), cut = rig_send(rig, 1, 3);

	rig->cpm->answers_all = true;
	fake_link_answer(rig->op1, cut, &report);
	rig_turn(rig);
	rig_crash(rig);
	rig_links_up(rig);
	/* In how many parts the first one went is known with the copy. */
	receipt_between(rig, "unknown", IWF_FATE_DELIVERED, 2);
	rig_turn(rig);
	assert_state(rig, whole, STORE_ATTEMPT);
	fake_link_sent(rig->op1, whole, "copy");
	rig_turn(rig);
	assert_state(rig, whole, STORE_DELIVERED);
	/* Of the other, part 2 is the only one without an answer. */
	receipt_between(rig, "other", IWF_FATE_FAILED, 3);
	rig_turn(rig);
	assert_state(rig, cut, STORE_FAILED);
}

/* What is known to have arrived does not expire as if it might not have. */
static void a_part_that_is_settled(void **state)
{
	struct rig *rig = *state;
	struct iwf_report report = { .fate = IWF_FATE_UNSURE, .part = 2,
				     .parts = 2 };
	uint64_t id = rig_send(rig, 1, 2);

	rig->cpm->answers_all = true;
	for (int i = 0; i < 2; i++) {
		if (i == 0)
			fake_link_sent_part(rig->op1, id, 1, 2, "p1");
		fake_link_answer(rig->op1, id, &report);
		rig_turn(rig);
	}
	assert_state(rig, id, STORE_UNSURE);
	receipt_between(rig, "unknown", IWF_FATE_DELIVERED, 2);
	rig_turn(rig);
	assert_state(rig, id, STORE_SENT);
	fake_link_receipt(rig->op1, "p1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_state(rig, id, STORE_DELIVERED);
	rig_assert_balance(rig);
}

static void not_with_several_unsure_parts(void **state)
{
	struct rig *rig = *state;
	struct iwf_report report = { .fate = IWF_FATE_UNSURE, .parts = 2 };
	uint64_t id = rig_send(rig, 1, 2);
	uint32_t tag;

	for (report.part = 1; report.part <= 2; report.part++)
		fake_link_answer(rig->op1, id, &report);
	rig_turn(rig);
	tag = receipt_between(rig, "unknown", IWF_FATE_DELIVERED, 2);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_UNMATCHED);
	assert_state(rig, id, STORE_ATTEMPT);
}

/* The next of the lane is out: it may be its receipt, come before its answer. */
static void not_while_the_next_is_out(void **state)
{
	struct rig *rig = *state;
	uint64_t id = unsure(rig, 2), next = rig_send(rig, 1, 2);

	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_state(rig, id, STORE_UNSURE);
	receipt_between(rig, "n", IWF_FATE_DELIVERED, 2);
	rig_turn(rig);
	assert_state(rig, id, STORE_UNSURE);
	fake_link_sent(rig->op1, next, "n");
	rig_turn(rig);
	assert_state(rig, next, STORE_DELIVERED);
	assert_state(rig, id, STORE_UNSURE);
}

/* The next of the lane were an ATTEMPT ahead only: nobody was given them. */
static void while_the_next_only_wait(void **state)
{
	static const enum iwf_fate seconds[] = {
		IWF_FATE_UNSURE, IWF_FATE_NONE,
	};
	struct rig *rig = *state;

	for (unsigned i = 0; i < 2; i++) {
		unsigned to = 2 + i;
		uint64_t id = rig_send(rig, 1, to), next = rig_send(rig, 1, to);

		assert_state(rig, next, STORE_ATTEMPT);
		if (seconds[i] == IWF_FATE_UNSURE) /* told of before it */
			receipt_between(rig, "n", IWF_FATE_DELIVERED, to);
		rig_turn(rig);
		fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
		rig_turn(rig);
		rig_send(rig, 1, to);
		if (seconds[i] == IWF_FATE_NONE) /* while the second is out */
			receipt_between(rig, "n", IWF_FATE_DELIVERED, to);
		rig_turn(rig);
		assert_state(rig, id, STORE_DELIVERED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(by_its_bound_id),
		RIG_TEST(done_comes_after_the_commit),
		RIG_TEST(a_failed_join_is_an_error),
		RIG_TEST(before_the_answer),
		RIG_TEST(of_all_parts_before_the_answers),
		RIG_TEST(delivered_when_all_parts_are),
		RIG_TEST(failed_when_any_part_is),
		RIG_TEST(after_a_restart),
		RIG_TEST(after_the_end),
		RIG_TEST(unmatched_is_counted_after_its_time),
		RIG_TEST(two_candidates),
		RIG_TEST(parts_make_one_fate),
		RIG_TEST(not_even_the_peer_knows),
		RIG_TEST(the_same_id_of_another_link),
		RIG_TEST(unsure_until_its_receipt),
		RIG_TEST(a_look_changes_nothing),
		RIG_TEST(unknown_id_settles_what_is_unsure),
		RIG_TEST(either_id_settles_it),
		RIG_TEST(receipt_before_the_time_is_up),
		RIG_TEST(receipt_before_the_copy_went),
		RIG_TEST(unsure_by_a_crash),
		RIG_TEST(a_part_that_is_settled),
		RIG_TEST(not_with_several_unsure_parts),
		RIG_TEST(not_while_the_next_is_out),
		RIG_TEST(while_the_next_only_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
