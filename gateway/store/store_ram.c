/* A store that forgets at exit, for tests and for those who said so. */
#include "store/ram.h"

#include <iwf/random.h>

#include <stdlib.h>

static enum iwf_err open_engine(struct store_engine **engine,
				struct store_base *base,
				struct store_recovery *recovery,
				struct iwf_why *why)
{
	struct ram_engine *ram = IWF_NEW(struct ram_engine);

	(void)why;
	ram->engine.ops = &ram_engine_ops;
	ram->base = base;
	ram->tables = (struct tables){
		.ops = &ram_table_ops, .conf = &base->conf,
		.key = ram->key, .scratch = iwf_arena_create(16 << 10),
	};
	pthread_mutex_init(&ram->lock, NULL);
	iwf_random_fill(ram->key, sizeof(ram->key));
	memcpy(recovery->key, ram->key, sizeof(ram->key));
	*engine = &ram->engine;
	return IWF_OK;
}

static void close_engine(struct store_engine **engine)
{
	struct ram_engine *ram = (struct ram_engine *)*engine;
	struct ram_set *const sets[] = {
		&ram->rows, &ram->due, &ram->messages, &ram->seen,
		&ram->binds, &ram->waiting, &ram->waiting_keys, &ram->parts,
		&ram->known, &ram->values, &ram->users, &ram->threads, &ram->abouts,
	};

	for (size_t i = 0; i < IWF_COUNT_OF(sets); i++)
		ram_clear(sets[i]);
	pthread_mutex_destroy(&ram->lock);
	iwf_arena_destroy(&ram->tables.scratch);
	free(ram);
	*engine = NULL;
}

static enum iwf_err begin(struct store_engine *engine)
{
	pthread_mutex_lock(&((struct ram_engine *)engine)->lock);
	return IWF_OK;
}

/* Never fails, so that nothing is ever rolled back. */
static enum iwf_err apply(struct store_engine *engine,
			  struct store_change *change)
{
	return verbs_apply(&((struct ram_engine *)engine)->tables, change);
}

static enum iwf_err commit(struct store_engine *engine)
{
	pthread_mutex_unlock(&((struct ram_engine *)engine)->lock);
	return IWF_OK;
}

static void rollback(struct store_engine *engine)
{
	(void)engine;
	IWF_BUG_ON("memory cannot be rolled back");
}

static bool rest(struct store_engine *engine)
{
	(void)engine;
	return false;
}

static enum iwf_err probe(struct store_engine *engine)
{
	(void)engine;
	return IWF_OK;
}

static void checkpoint(struct store_engine *engine)
{
	(void)engine;
}

const struct store_engine_ops ram_engine_ops = {
	.open = open_engine, .close = close_engine,
	.begin = begin, .apply = apply, .commit = commit,
	.rollback = rollback, .rest = rest, .probe = probe,
	.checkpoint = checkpoint, .ask = ram_ask,
	.recall = ram_recall, .transports = ram_transports,
};
