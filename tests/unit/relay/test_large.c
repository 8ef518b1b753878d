/* Large messages, whose body is a file beside the database: they go their way as
 * others do, and one whose file is lost comes to an end that is told. */
#include "unit/relay/rig.h"

#include "base/log.h"
#include "base/metric.h"
#include "store/store_priv.h"

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#define BODY_LEN (200u << 10)

struct shop {
	struct rig *rig;
	char folder[64];
	char body[BODY_LEN];
};

static int setup(void **state)
{
	struct shop *shop = IWF_NEW(struct shop);
	const char *base = getenv("TMPDIR");
	struct rig *rig = rig_make_closed();
	struct iwf_why why;

	snprintf(shop->folder, sizeof(shop->folder), "%s/large.XXXXXX",
		 base && strlen(base) < 40 ? base : "/tmp");
	assert_non_null(mkdtemp(shop->folder));
	memset(shop->body, 'x', BODY_LEN);
	rig->store_conf.backend = STORE_BACKEND_SQLITE;
	rig->store_conf.path = iwf_str_from(shop->folder);
	rig->store_conf.cache_len = 1 << 20;
	rig->conf.message_max_len = 1 << 20;
	assert_int_equal(store_open(&rig->store, &rig->store_conf, rig->log,
				    &rig->recovery, &why), IWF_OK);
	rig_open(rig);
	shop->rig = rig;
	*state = shop;
	return 0;
}

static int remove_one(const char *path, const struct stat *stat, int type,
		      struct FTW *place)
{
	(void)stat;
	(void)type;
	(void)place;
	return remove(path);
}

static int teardown(void **state)
{
	struct shop *shop = *state;
	void *rig = shop->rig;

	rig_teardown(&rig);
	nftw(shop->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(shop);
	return 0;
}

static uint64_t send_large(struct shop *shop)
{
	struct iwf_message msg = rig_message(1, 2);

	msg.body = iwf_str_make(shop->body, BODY_LEN);
	return rig_send_message(shop->rig, &msg);
}

static void lose_file(const struct shop *shop, uint64_t id)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/spool/%016llx", shop->folder,
		 (unsigned long long)id);
	assert_int_equal(unlink(path), 0);
}

static void assert_got_whole(const struct fake_link *link)
{
	assert_int_equal(link->job_count, 1);
	assert_int_equal(link->jobs[0].msg->body.len, BODY_LEN);
}

static void assert_lost(struct shop *shop, uint64_t id)
{
	struct rig *rig = shop->rig;

	assert_state(rig, id, STORE_FAILED);
	assert_int_equal(rig->op1->job_count + rig->op2->job_count, 0);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
	assert_non_null(strstr(rig->cpm->jobs[0].msg->reason.ptr,
			       "content is lost"));
	/* told once; nobody tries again */
	rig_advance(rig, 5 * MIN);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
	assert_int_equal(rig_metric(rig, RELAY_M_FAILED), 1);
}

static void goes_its_way(void **state)
{
	struct shop *shop = *state;
	struct rig *rig = shop->rig;
	uint64_t id;

	rig_links_up(rig);
	id = send_large(shop);
	assert_true(id);
	assert_got_whole(rig->op1);
	fake_link_sent(rig->op1, id, "r1");
	rig_turn(rig);
	/* nothing of it is in memory when its receipt comes */
	rig_crash(rig);
	rig_links_up(rig);
	fake_link_receipt(rig->op1, "r1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_state(rig, id, STORE_DELIVERED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_DELIVERED), 1);
	rig_jump(rig, 21 * (int64_t)DAY);
	rig_advance(rig, 5 * SEC);
	assert_state(rig, id, 0);
}

static void waits_and_goes(void **state)
{
	struct shop *shop = *state;
	uint64_t id = send_large(shop);

	rig_crash(shop->rig);
	rig_links_up(shop->rig);
	assert_got_whole(shop->rig->op1);
	assert_state(shop->rig, id, STORE_ATTEMPT);
}

static void lost_while_it_waits(void **state)
{
	struct shop *shop = *state;
	uint64_t id = send_large(shop);

	lose_file(shop, id);
	rig_crash(shop->rig);
	rig_links_up(shop->rig);
	assert_lost(shop, id);
}

/* It had been given to a link and may have arrived: no copy can be sent. */
static void lost_while_unsure(void **state)
{
	struct shop *shop = *state;
	uint64_t id;

	rig_links_up(shop->rig);
	id = send_large(shop);
	assert_state(shop->rig, id, STORE_ATTEMPT);
	lose_file(shop, id);
	rig_crash(shop->rig);
	rig_links_up(shop->rig);
	assert_lost(shop, id);
}

static void its_link_is_gone(void **state)
{
	struct shop *shop = *state;
	uint64_t id = send_large(shop);

	shop->rig->leaves_out_op1 = true;
	rig_crash(shop->rig);
	fake_link_up(shop->rig->cpm, RIG_ROOM);
	fake_link_up(shop->rig->op2, RIG_ROOM);
	rig_advance(shop->rig, 5 * SEC);
	assert_got_whole(shop->rig->op2);
	assert_state(shop->rig, id, STORE_ATTEMPT);
}

static void lost_and_its_link_is_gone(void **state)
{
	struct shop *shop = *state;
	uint64_t id = send_large(shop);

	lose_file(shop, id);
	shop->rig->leaves_out_op1 = true;
	rig_crash(shop->rig);
	fake_link_up(shop->rig->cpm, RIG_ROOM);
	fake_link_up(shop->rig->op2, RIG_ROOM);
	rig_advance(shop->rig, 5 * SEC);
	assert_lost(shop, id);
}

/* Too many, or no room for the file: nothing is accepted, nothing stays. */
static void a_spool_that_fails_is_busy(void **state)
{
	struct shop *shop = *state;
	struct rig *rig = shop->rig;
	int folder = rig->store->spooler.spool.folder;
	struct iwf_message msg = rig_message(1, 2);
	uint32_t tag;

	rig_links_up(rig);
	msg.body = iwf_str_make(shop->body, BODY_LEN);
	rig->store->spooler.spool.folder = 1000000;
	tag = fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	rig->store->spooler.spool.folder = folder;
	assert_int_equal(rig_result(rig->cpm, tag), IWF_RESULT_BUSY);
	rig_assert_balance(rig);
	assert_true(send_large(shop));
	assert_got_whole(rig->op1);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(goes_its_way),
		ROW(waits_and_goes),
		ROW(lost_while_it_waits),
		ROW(lost_while_unsure),
		ROW(its_link_is_gone),
		ROW(lost_and_its_link_is_gone),
		ROW(a_spool_that_fails_is_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
