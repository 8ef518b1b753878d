/* The newest events in a ring. */
#include "sim/history.h"

#include <stdlib.h>

struct history {
	struct buf lines[HISTORY_LINES_MAX];
	/* Numbers of the oldest that is kept and of the next to come. */
	uint64_t first;
	uint64_t next;
	size_t len;
};

static struct buf *place(struct history *history, uint64_t number)
{
	return &history->lines[number % HISTORY_LINES_MAX];
}

struct history *history_create(void)
{
	struct history *history = mem_alloc(sizeof(*history));

	history->first = 1;
	history->next = 1;
	return history;
}

static void forget_oldest(struct history *history)
{
	struct buf *line = place(history, history->first++);

	history->len -= line->len;
	buf_destroy(line);
}

void history_destroy(struct history **history)
{
	if (!*history)
		return;
	while ((*history)->first < (*history)->next)
		forget_oldest(*history);
	free(*history);
	*history = NULL;
}

void history_add(struct history *history, const struct buf *line)
{
	while (history->first < history->next &&
	       (history->next - history->first == HISTORY_LINES_MAX ||
		history->len + line->len > HISTORY_LEN_MAX))
		forget_oldest(history);
	buf_append(place(history, history->next++), line->bytes, line->len);
	history->len += line->len;
}

struct history_part history_read(const struct history *history, uint64_t after,
				 size_t len_max, struct buf *out)
{
	struct history_part part = { 0 };
	const struct buf *line;

	/* A number that is yet to come: from now on. */
	if (after >= history->next)
		after = history->next - 1;
	if (after + 1 < history->first) {
		part.lost = history->first - 1 - after;
		after = history->first - 1;
	}
	for (part.last = after; part.last + 1 < history->next; part.last++) {
		line = &history->lines[(part.last + 1) % HISTORY_LINES_MAX];
		if (out->len > 0 && out->len + line->len > len_max)
			break;
		buf_append(out, line->bytes, line->len);
	}
	return part;
}
