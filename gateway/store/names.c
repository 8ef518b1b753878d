/* Numbers for the names of links, so that rows need no text. */
#include "store/store_priv.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

void names_open(struct store_names *names)
{
	*names = (struct store_names){ 0 };
	pthread_mutex_init(&names->lock, NULL);
}

void names_close(struct store_names *names)
{
	for (uint32_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	pthread_mutex_destroy(&names->lock);
}

static void put_name(struct store_names *names, uint32_t number,
		     struct iwf_str name)
{
	char *copy = iwf_alloc(name.len + 1);

	memcpy(copy, name.ptr ? name.ptr : "", name.len);
	if (number > names->cap) {
		uint32_t cap = number + 16;
		char **more = iwf_alloc(cap * sizeof(*more));

		if (names->count)
			memcpy(more, names->names,
			       names->count * sizeof(*more));
		free(names->names);
		names->names = more;
		names->cap = cap;
	}
	free(names->names[number - 1]);
	names->names[number - 1] = copy;
	if (number > names->count)
		names->count = number;
}

void names_on_value(void *arg, uint32_t link, struct iwf_str key,
		    struct iwf_str value)
{
	uint64_t number;

	if (link == STORE_NAMES_LINK &&
	    !iwf_str_to_u64(value, STORE_LINKS_MAX, &number) && number)
		put_name(arg, (uint32_t)number, key);
}

static uint32_t find_name(const struct store_names *names, struct iwf_str name)
{
	for (uint32_t i = 0; i < names->count; i++)
		if (names->names[i] &&
		    iwf_str_eq(iwf_str_from(names->names[i]), name))
			return i + 1;
	return 0;
}

/* A change that the calling thread waits for. */
struct awaited {
	struct store_change change;
	sem_t done;
};

static void on_written(struct iwf_task *task)
{
	struct awaited *awaited = IWF_CONTAINER(task, struct awaited,
						change.task);

	sem_post(&awaited->done);
}

static enum iwf_err write_name(struct store *store, struct iwf_str name,
			       uint32_t number)
{
	struct awaited awaited = { .change = { .verb = STORE_REMEMBER } };
	struct store_change *change = &awaited.change;
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", number);

	change->task.run = on_written;
	change->remember.link = STORE_NAMES_LINK;
	change->remember.key = name;
	change->remember.value = iwf_str_make(text, (size_t)len);
	sem_init(&awaited.done, 0, 0);
	if (store->is_started) {
		store_submit(store, change);
	} else {
		atomic_fetch_add(&store->backlog, 1);
		committer_commit(store, &change, 1);
	}
	while (sem_wait(&awaited.done) != 0)
		;
	sem_destroy(&awaited.done);
	iwf_arena_destroy(&change->arena);
	return change->err;
}

uint32_t store_link_number(struct store *store, struct iwf_str name)
{
	struct store_names *names = &store->names;
	uint32_t number;

	pthread_mutex_lock(&names->lock);
	number = find_name(names, name);
	pthread_mutex_unlock(&names->lock);
	if (number)
		return number;
	number = names->count + 1;
	if (number > STORE_LINKS_MAX || write_name(store, name, number))
		return 0;
	pthread_mutex_lock(&names->lock);
	put_name(names, number, name);
	pthread_mutex_unlock(&names->lock);
	return number;
}

const char *store_link_name(const struct store *store, uint32_t number)
{
	/* only the lock is written */
	struct store_names *names = (struct store_names *)&store->names;
	const char *name = NULL;

	pthread_mutex_lock(&names->lock);
	if (number && number <= names->count)
		name = names->names[number - 1];
	pthread_mutex_unlock(&names->lock);
	return name ? name : "?";
}
