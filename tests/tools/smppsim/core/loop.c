/* One epoll loop with timers in a binary heap. */
#include "core/loop.h"

#include "core/buf.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

struct slot {
	int64_t due_ms;
	uint64_t order;
	struct loop_timer *timer;
};

/* Slot 0 stays empty: a timer's slot 0 means not armed. */
struct loop {
	int fd;
	int64_t now_ms;
	int64_t wall_ms;
	/* How far both are ahead of the machine's clocks. */
	int64_t skipped_ms;
	struct slot *slots;
	size_t slot_count;
	size_t slot_size;
	uint64_t order;
};

static int64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void loop_tick(struct loop *loop)
{
	loop->now_ms = clock_ms(CLOCK_MONOTONIC) + loop->skipped_ms;
	loop->wall_ms = clock_ms(CLOCK_REALTIME) + loop->skipped_ms;
}

struct loop *loop_create(void)
{
	const int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0)
		return NULL;

	struct loop *loop = mem_alloc(sizeof(*loop));

	loop->fd = fd;
	loop_tick(loop);
	return loop;
}

void loop_destroy(struct loop **loop)
{
	if (!*loop)
		return;
	close((*loop)->fd);
	free((*loop)->slots);
	free(*loop);
	*loop = NULL;
}

void loop_watch(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	watch->events = events;
	if (epoll_ctl(loop->fd, EPOLL_CTL_MOD, watch->fd, &event) != 0)
		epoll_ctl(loop->fd, EPOLL_CTL_ADD, watch->fd, &event);
}

void loop_forget(struct loop *loop, struct loop_watch *watch)
{
	epoll_ctl(loop->fd, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->events = 0;
	watch->fd = -1;
}

int64_t loop_now_ms(const struct loop *loop)
{
	return loop->now_ms;
}

int64_t loop_wall_ms(const struct loop *loop)
{
	return loop->wall_ms;
}

static bool is_before(const struct slot *a, const struct slot *b)
{
	return a->due_ms < b->due_ms ||
	       (a->due_ms == b->due_ms && a->order < b->order);
}

static void slot_set(struct loop *loop, size_t at, struct slot slot)
{
	loop->slots[at] = slot;
	slot.timer->slot = at;
}

static void slot_rise(struct loop *loop, size_t at, struct slot slot)
{
	while (at > 1 && is_before(&slot, &loop->slots[at / 2])) {
		slot_set(loop, at, loop->slots[at / 2]);
		at /= 2;
	}
	slot_set(loop, at, slot);
}

static void slot_sink(struct loop *loop, size_t at, struct slot slot)
{
	for (;;) {
		size_t child = 2 * at;

		if (child > loop->slot_count)
			break;
		if (child < loop->slot_count &&
		    is_before(&loop->slots[child + 1], &loop->slots[child]))
			child++;
		if (!is_before(&loop->slots[child], &slot))
			break;
		slot_set(loop, at, loop->slots[child]);
		at = child;
	}
	slot_set(loop, at, slot);
}

void loop_arm(struct loop *loop, struct loop_timer *timer, int64_t delay_ms,
	      loop_due_fn *on_due)
{
	loop_disarm(loop, timer);
	if (loop->slot_count + 2 > loop->slot_size) {
		loop->slot_size = loop->slot_size ? 2 * loop->slot_size : 64;
		loop->slots = realloc(loop->slots,
				      loop->slot_size * sizeof(struct slot));
		if (!loop->slots)
			abort();
	}
	timer->on_due = on_due;
	timer->due_ms = loop->now_ms + delay_ms;
	loop->slot_count++;
	slot_rise(loop, loop->slot_count,
		  (struct slot){ timer->due_ms, loop->order++, timer });
}

void loop_disarm(struct loop *loop, struct loop_timer *timer)
{
	const size_t at = timer->slot;

	if (at == 0)
		return;
	timer->slot = 0;

	const struct slot last = loop->slots[loop->slot_count--];

	if (last.timer == timer)
		return;
	if (at > 1 && is_before(&last, &loop->slots[at / 2]))
		slot_rise(loop, at, last);
	else
		slot_sink(loop, at, last);
}

static int wait_ms(const struct loop *loop, int most_ms)
{
	if (loop->slot_count == 0)
		return most_ms;

	const int64_t left = loop->slots[1].due_ms - loop->skipped_ms -
			     clock_ms(CLOCK_MONOTONIC);
	const int most = most_ms < 0 || most_ms > 60000 ? 60000 : most_ms;

	if (left <= 0)
		return 0;
	return left > most ? most : (int)left;
}

bool loop_turn(struct loop *loop, int most_ms)
{
	struct epoll_event events[64];
	const int count =
		epoll_wait(loop->fd, events, 64, wait_ms(loop, most_ms));
	bool is_empty = count <= 0;

	loop_tick(loop);
	for (int i = 0; i < count; i++) {
		struct loop_watch *watch = events[i].data.ptr;

		/* One called before may have closed this one. */
		if (watch->fd >= 0)
			watch->on_ready(watch, events[i].events);
	}
	/* Only what is due now: a timer armed with 0 waits for the next turn. */
	const uint64_t order = loop->order;

	while (loop->slot_count > 0 && loop->slots[1].due_ms <= loop->now_ms &&
	       loop->slots[1].order < order) {
		struct loop_timer *timer = loop->slots[1].timer;

		loop_disarm(loop, timer);
		timer->on_due(timer);
		is_empty = false;
	}
	return !is_empty;
}

static int64_t ms_to_next(const struct loop *loop)
{
	int64_t least = INT64_MAX;

	for (size_t i = 1; i <= loop->slot_count; i++)
		if (!loop->slots[i].timer->is_limit &&
		    loop->slots[i].due_ms < least)
			least = loop->slots[i].due_ms;
	return least == INT64_MAX ? 0 : least - loop->now_ms;
}

void loop_skip(struct loop *loop)
{
	const int64_t ms = ms_to_next(loop);

	if (ms <= 0)
		return;
	loop->skipped_ms += ms;
	loop_tick(loop);
	for (size_t i = 1; i <= loop->slot_count; i++) {
		if (!loop->slots[i].timer->is_limit)
			continue;
		loop->slots[i].due_ms += ms;
		loop->slots[i].timer->due_ms += ms;
	}
	for (size_t i = loop->slot_count / 2; i > 0; i--)
		slot_sink(loop, i, loop->slots[i]);
}
