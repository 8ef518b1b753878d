/* What a link asks about the messages that it brought. */
#include "unit/relay/rig.h"

static const struct iwf_verdict *ask(struct rig *rig, struct fake_link *link,
				     uint64_t id)
{
	uint32_t tag = link->next_tag++;

	iwf_host_inquire(link->host, id, fake_link_on_done, tag);
	rig_turn(rig);
	assert_int_equal(link->verdicts[tag].count, 1);
	return &link->verdicts[tag].verdict;
}

static void it_has_an_end_when_it_has_ended(void **state)
{
	struct rig *rig = *state;
	const struct iwf_verdict *verdict;
	uint64_t id = rig_send(rig, 1, 1);
	int64_t before_ms;

	verdict = ask(rig, rig->cpm, id);
	assert_int_equal(verdict->result, IWF_RESULT_ACCEPTED);
	assert_int_equal(verdict->ended_at_ms, 0);
	rig_advance(rig, 5 * SEC);
	before_ms = rig_now(rig);
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	verdict = ask(rig, rig->cpm, id);
	assert_int_equal(verdict->fate, IWF_FATE_FAILED);
	assert_true(verdict->ended_at_ms >= before_ms);
	assert_true(verdict->ended_at_ms <= rig_now(rig));
}

static void others_hear_nothing(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 1);

	assert_int_equal(ask(rig, rig->op2, id)->result, IWF_RESULT_UNMATCHED);
	assert_int_equal(ask(rig, rig->cpm, id + 1)->result,
			 IWF_RESULT_UNMATCHED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(it_has_an_end_when_it_has_ended),
		RIG_TEST(others_hear_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
