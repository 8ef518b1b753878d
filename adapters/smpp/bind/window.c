/* A hash by sequence number and a list by age, see window.h. */
#include "bind/window.h"

#include <iwf/arena.h>

#include <stdlib.h>

void smpp_window_create(struct smpp_window *window, size_t limit)
{
	size_t count = 16;

	while (count < limit)
		count *= 2;
	*window = (struct smpp_window){
		.limit = limit,
		.bucket_count = count,
		.buckets = iwf_alloc(count * sizeof(struct smpp_request *)),
	};
}

void smpp_window_destroy(struct smpp_window *window)
{
	IWF_BUG_ON(window->count != 0);
	free(window->buckets);
	*window = (struct smpp_window){ 0 };
}

void smpp_window_resize(struct smpp_window *window, size_t limit)
{
	smpp_window_destroy(window);
	smpp_window_create(window, limit);
}

static struct smpp_request **bucket_get(struct smpp_window *window,
					uint32_t sequence)
{
	return &window->buckets[sequence & (window->bucket_count - 1)];
}

void smpp_window_push(struct smpp_window *window, struct smpp_request *request,
		      uint32_t sequence, int64_t due_ms)
{
	struct smpp_request **bucket = bucket_get(window, sequence);

	IWF_BUG_ON(smpp_window_is_full(window));
	request->sequence = sequence;
	request->due_ms = due_ms;
	request->chain = *bucket;
	*bucket = request;
	request->older = window->newest;
	request->newer = NULL;
	if (window->newest)
		window->newest->newer = request;
	else
		window->oldest = request;
	window->newest = request;
	window->count++;
}

static void unlist(struct smpp_window *window, struct smpp_request *request)
{
	if (request->older)
		request->older->newer = request->newer;
	else
		window->oldest = request->newer;
	if (request->newer)
		request->newer->older = request->older;
	else
		window->newest = request->older;
	request->older = request->newer = request->chain = NULL;
	window->count--;
}

/* Where the request is linked in; what is there may be NULL. */
static struct smpp_request **request_at(struct smpp_window *window,
					uint32_t sequence)
{
	struct smpp_request **at = bucket_get(window, sequence);

	while (*at && (*at)->sequence != sequence)
		at = &(*at)->chain;
	return at;
}

struct smpp_request *smpp_window_find(struct smpp_window *window,
				      uint32_t sequence)
{
	return *request_at(window, sequence);
}

struct smpp_request *smpp_window_take(struct smpp_window *window,
				      uint32_t sequence)
{
	struct smpp_request **at = request_at(window, sequence);
	struct smpp_request *request = *at;

	if (!request)
		return NULL;
	*at = request->chain;
	unlist(window, request);
	return request;
}

struct smpp_request *smpp_window_take_oldest(struct smpp_window *window)
{
	return window->oldest ?
		smpp_window_take(window, window->oldest->sequence) : NULL;
}

struct smpp_request *smpp_window_take_due(struct smpp_window *window,
					  int64_t now_ms)
{
	return window->oldest && window->oldest->due_ms <= now_ms ?
		smpp_window_take_oldest(window) : NULL;
}

int64_t smpp_window_wait_ms(const struct smpp_window *window, int64_t now_ms)
{
	if (!window->oldest)
		return -1;
	return window->oldest->due_ms > now_ms ?
		window->oldest->due_ms - now_ms : 0;
}
