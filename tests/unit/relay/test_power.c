/* The power goes at any moment under load: what was acknowledged is there when
 * it comes back, and no commit is there by half. IWF_SEED sets the seed,
 * IWF_POWER_LIVES how often it comes back. */
#include "base/log.h"
#include "base/metric.h"
#include "store/sqlite.h"
#include "unit/relay/audit.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CUTS_PER_LIFE 30u
#define STEPS_PER_LIFE 60u

/* How the world is for one run, and how far it came. */
struct world {
	struct rig *rig;
	struct traffic traffic;
	struct power_disk *disk;
	unsigned flaws;
	const char *pragma;      /* of the committer's connection, may be NULL */
	uint64_t seed;
	char base[64], folder[96];
	unsigned life, cuts;
	struct audit_why why;
};

static uint64_t number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static int remove_one(const char *path, const struct stat *stat, int type,
		      struct FTW *place)
{
	(void)stat;
	(void)type;
	(void)place;
	return remove(path);
}

static void remove_folder(const char *folder)
{
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct world *of_watch(struct rig *rig)
{
	return rig->watch;
}

static void before_commit(struct rig *rig)
{
	traffic_note(&of_watch(rig)->traffic);
}

static void after_commit(struct rig *rig)
{
	traffic_stand(&of_watch(rig)->traffic);
}

/* --- a life --- */

static void begin_life(struct world *world)
{
	struct rig *rig = world->rig;
	struct sqlite_engine *eng;
	struct iwf_why why;

	rig->store_conf.path = iwf_str_from(world->folder);
	world->disk = power_start(world->folder, world->flaws, world->seed);
	if (store_open(&rig->store, &rig->store_conf, rig->log,
		       &rig->recovery, &why) != IWF_OK)
		fail_msg("open: %s", why.text);
	eng = (struct sqlite_engine *)rig->store->engine;
	/* So that the log is also cut off, not only begun anew. */
	sqlite3_exec(eng->write.db, "PRAGMA journal_size_limit=32768", NULL,
		     NULL, NULL);
	if (world->pragma)
		sqlite3_exec(eng->write.db, world->pragma, NULL, NULL, NULL);
	traffic_begin(&world->traffic, world->disk);
	rig_open(rig);
	rig_links_up(rig);
}

static void end_life(struct world *world)
{
	struct rig *rig = world->rig;

	rig->before_commit = rig->after_commit = NULL;
	rig->starts_at_ms = rig_now(rig);
	rig_stop(rig);
	store_close(&rig->store);
	power_stop(&world->disk);
	remove_folder(world->folder);
	rig->before_commit = before_commit;
	rig->after_commit = after_commit;
}

static void run(struct world *world, unsigned steps)
{
	while (steps--)
		traffic_step(&world->traffic);
	traffic_note(&world->traffic);
}

static void find_after(struct world *world, size_t at, const char *folder)
{
	assert_int_equal(mkdir(folder, 0700), 0);
	power_cut(world->disk, at, world->seed ^ at << 20 ^ world->life,
		  folder);
}

/* Whether a cut at this step is survived. */
static bool survives(struct world *world, size_t at)
{
	char folder[96];
	bool is_ok;

	snprintf(folder, sizeof(folder), "%s/found", world->base);
	find_after(world, at, folder);
	is_ok = audit_folder(&world->traffic, folder, at, &world->why);
	remove_folder(folder);
	world->cuts++;
	if (!is_ok && !world->flaws && !world->pragma)
		print_message("seed %llu, life %u, step %zu of %zu: %s\n",
			      (unsigned long long)world->seed, world->life, at,
			      power_count(world->disk), world->why.text);
	return is_ok;
}

static bool survives_all(struct world *world)
{
	size_t count = power_count(world->disk);

	for (unsigned i = 0; i < CUTS_PER_LIFE; i++)
		if (!survives(world, power_dice(&world->traffic.seed) %
					     (count + 1)))
			return false;
	return true;
}

/* The power goes in earnest; the next life begins with what is found. */
static void come_back(struct world *world)
{
	size_t at = power_dice(&world->traffic.seed) %
		    (power_count(world->disk) + 1);
	char folder[96];

	snprintf(folder, sizeof(folder), "%s/life%u", world->base,
		 world->life + 1);
	find_after(world, at, folder);
	traffic_cut(&world->traffic, at);
	end_life(world);
	memcpy(world->folder, folder, sizeof(folder));
	world->life++;
	begin_life(world);
}

static bool live(struct world *world, unsigned lives)
{
	while (lives--) {
		run(world, STEPS_PER_LIFE);
		if (!survives_all(world))
			return false;
		come_back(world);
	}
	return true;
}

/* --- the world --- */

static int open_world(void **state)
{
	struct world *world = IWF_NEW(struct world);
	const char *base = getenv("TMPDIR");

	*state = world;
	snprintf(world->base, sizeof(world->base), "%s/power.XXXXXX",
		 base && strlen(base) < 40 ? base : "/tmp");
	assert_non_null(mkdtemp(world->base));
	snprintf(world->folder, sizeof(world->folder), "%s/life0",
		 world->base);
	assert_int_equal(mkdir(world->folder, 0700), 0);
	world->seed = number_of("IWF_SEED", 1);
	world->rig = rig_make_closed();
	world->rig->store_conf.backend = STORE_BACKEND_SQLITE;
	world->rig->store_conf.keep_ms = TRAFFIC_KEEP_MS;
	world->rig->store_conf.cache_len = 1 << 20;
	world->rig->conf.message_max_len = 1 << 20;
	world->rig->watch = world;
	world->rig->before_commit = before_commit;
	world->rig->after_commit = after_commit;
	traffic_open(&world->traffic, world->seed);
	world->traffic.rig = world->rig;
	return 0;
}

static int close_world(void **state)
{
	struct world *world = *state;
	struct rig *rig = world->rig;

	end_life(world);
	rmdir(world->base);
	traffic_close(&world->traffic);
	metrics_destroy(&rig->metrics);
	log_destroy(&rig->log);
	free(rig->cpm);
	free(rig->op1);
	free(rig->op2);
	free(rig);
	free(world);
	return 0;
}

/* Everybody takes everything: what was accepted comes to its end and nothing
 * stays under way. */
static void bring_to_rest(struct world *world)
{
	struct rig *rig = world->rig;

	rig->cpm->answers_all = rig->op1->answers_all =
		rig->op2->answers_all = true;
	traffic_answer_all(&world->traffic);
	for (unsigned i = 0; i < 80; i++)
		rig_jump(rig, HOUR);
	for (enum store_state state = STORE_QUEUED; state <= STORE_SENT;
	     state++) {
		assert_int_equal(rig_count(rig, IWF_KIND_MESSAGE, state), 0);
		assert_int_equal(rig_count(rig, IWF_KIND_REPORT, state), 0);
	}
	rig_assert_balance(rig);
	/* all of it is purged, files included */
	assert_int_equal(audit_files(world->folder), 0);
}

static void under_load(void **state)
{
	unsigned lives = (unsigned)number_of("IWF_POWER_LIVES", 8);
	struct world *world = *state;

	begin_life(world);
	if (!live(world, lives))
		fail_msg("%s", world->why.text);
	print_message("%u cuts, %u times it came back, %u promises, "
		      "%u large\n", world->cuts, world->life,
		      world->traffic.promise_count, world->traffic.large);
	assert_true(world->traffic.large >= lives);
	assert_true(world->cuts >= lives * CUTS_PER_LIFE);
	bring_to_rest(world);
}

/* Before and after each sync, from the first one of a new store on. */
static void around_each_sync(void **state)
{
	struct world *world = *state;
	size_t count;

	begin_life(world);
	while ((count = power_count(world->disk)) < 300)
		run(world, 1);
	for (size_t i = 0; i < count; i++)
		if (power_is_sync(world->disk, i) &&
		    !(survives(world, i) && survives(world, i + 1)))
			fail_msg("%s", world->why.text);
	assert_true(world->cuts > 40);
}

/* --- the instrument: a sync that is missing is found out --- */

static void is_found_out(struct world *world, unsigned flaws,
			 const char *pragma)
{
	world->flaws = flaws;
	world->pragma = pragma;
	begin_life(world);
	if (live(world, 4))
		fail_msg("nothing was missed in %u cuts", world->cuts);
}

static void disk_without_syncs(void **state)
{
	is_found_out(*state, POWER_NO_SYNC, NULL);
}

static void checkpoints_without_syncs(void **state)
{
	is_found_out(*state, POWER_NO_DB_SYNC, NULL);
}

static void names_without_syncs(void **state)
{
	is_found_out(*state, POWER_NO_DIR_SYNC, NULL);
}

static void bodies_without_syncs(void **state)
{
	is_found_out(*state, POWER_NO_SPOOL_SYNC, NULL);
}

static void names_of_bodies_without_syncs(void **state)
{
	is_found_out(*state, POWER_NO_SPOOL_DIR_SYNC, NULL);
}

static void commits_without_syncs(void **state)
{
	is_found_out(*state, 0, "PRAGMA synchronous=NORMAL");
}

static void database_without_syncs(void **state)
{
	is_found_out(*state, 0, "PRAGMA synchronous=OFF");
}

#define POWER_ROW(test) \
	cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		POWER_ROW(under_load),
		POWER_ROW(around_each_sync),
		POWER_ROW(disk_without_syncs),
		POWER_ROW(checkpoints_without_syncs),
		POWER_ROW(names_without_syncs),
		POWER_ROW(bodies_without_syncs),
		POWER_ROW(names_of_bodies_without_syncs),
		POWER_ROW(commits_without_syncs),
		POWER_ROW(database_without_syncs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
