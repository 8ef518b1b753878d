/* A line of tasks from many threads to the one that waits for them. */
#include "store/store_priv.h"

#include <errno.h>
#include <time.h>

void line_open(struct store_line *line)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&line->more, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&line->lock, NULL);
	line->head = NULL;
	line->tail = &line->head;
	line->is_closed = false;
}

void line_close(struct store_line *line)
{
	pthread_cond_destroy(&line->more);
	pthread_mutex_destroy(&line->lock);
}

bool line_push(struct store_line *line, struct iwf_task *task)
{
	bool was_empty, is_open;

	task->next = NULL;
	pthread_mutex_lock(&line->lock);
	is_open = !line->is_closed;
	was_empty = !line->head && is_open;
	if (is_open) {
		*line->tail = task;
		line->tail = &task->next;
	}
	pthread_mutex_unlock(&line->lock);
	if (was_empty)
		pthread_cond_signal(&line->more);
	return is_open;
}

void line_end(struct store_line *line)
{
	pthread_mutex_lock(&line->lock);
	line->is_closed = true;
	pthread_mutex_unlock(&line->lock);
	pthread_cond_signal(&line->more);
}

static struct timespec deadline_in(int wait_ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += wait_ms / 1000;
	at.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return at;
}

struct iwf_task *line_take(struct store_line *line, int wait_ms, bool *ended)
{
	struct timespec deadline = deadline_in(wait_ms < 0 ? 0 : wait_ms);
	struct iwf_task *taken;
	int rc = 0;

	pthread_mutex_lock(&line->lock);
	while (!line->head && !line->is_closed && rc != ETIMEDOUT)
		rc = wait_ms < 0 ?
			pthread_cond_wait(&line->more, &line->lock) :
			pthread_cond_timedwait(&line->more, &line->lock,
					       &deadline);
	taken = line->head;
	line->head = NULL;
	line->tail = &line->head;
	*ended = !taken && line->is_closed;
	pthread_mutex_unlock(&line->lock);
	return taken;
}
