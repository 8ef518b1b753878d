/* Host names to addresses (getaddrinfo, RFC 6724 order) on threads that may
 * outlive who asked. */
#include "base/lookup.h"

#include <iwf/arena.h>

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* RFC 1035 3.1 allows 255 octets. */
#define HOST_MAX_LEN 255

struct lookup {
	struct iwf_task task;
	struct iwf_loop *loop;
	pthread_mutex_t lock;         /* of waiter, and of posting */
	struct lookup_waiter *waiter; /* NULL: nobody wants it any more */
	char host[HOST_MAX_LEN + 1];
	uint16_t port;
	struct lookup_addresses found;
	enum iwf_err err;
	const char *problem;
};

static int ask(const char *host, uint16_t port, int flags,
	       struct lookup_addresses *found)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = flags | AI_NUMERICSERV };
	struct addrinfo *first;
	char service[8];
	int status;

	found->count = 0;
	snprintf(service, sizeof(service), "%u", port);
	status = getaddrinfo(host, service, &hints, &first);
	if (status)
		return status;
	for (const struct addrinfo *ai = first;
	     ai && found->count < LOOKUP_ADDRESSES_MAX; ai = ai->ai_next) {
		struct lookup_address *to = &found->items[found->count++];

		memcpy(&to->addr, ai->ai_addr, ai->ai_addrlen);
		to->len = ai->ai_addrlen;
	}
	freeaddrinfo(first);
	return 0;
}

static bool host_copy(char to[HOST_MAX_LEN + 1], struct iwf_str host)
{
	if (!host.len || host.len > HOST_MAX_LEN ||
	    iwf_str_find(host, '\0') != IWF_STR_NPOS)
		return false;
	memcpy(to, host.ptr, host.len);
	to[host.len] = '\0';
	return true;
}

enum iwf_err lookup_literal(struct iwf_str host, uint16_t port,
			    struct lookup_addresses *found)
{
	char text[HOST_MAX_LEN + 1];

	found->count = 0;
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		host = iwf_str_sub(host, 1, host.len - 1);
	if (!host_copy(text, host) || ask(text, port, AI_NUMERICHOST, found))
		return IWF_E_NOT_FOUND;
	return IWF_OK;
}

static void lookup_free(struct lookup *lookup)
{
	pthread_mutex_destroy(&lookup->lock);
	free(lookup);
}

static void run_answer(struct iwf_task *task)
{
	struct lookup *lookup = IWF_CONTAINER(task, struct lookup, task);
	struct lookup_waiter *waiter;

	/* Waits for the thread to let go of the lock it posted under. */
	pthread_mutex_lock(&lookup->lock);
	waiter = lookup->waiter;
	pthread_mutex_unlock(&lookup->lock);
	if (waiter) {
		waiter->lookup = NULL;
		waiter->on_found(waiter, &lookup->found, lookup->err,
				 lookup->problem);
	}
	lookup_free(lookup);
}

/* Posting under the lock: once lookup_stop has returned, the loop is not
 * touched any more, or the answer is in its queue already. */
static void answer(struct lookup *lookup)
{
	bool wanted;

	pthread_mutex_lock(&lookup->lock);
	wanted = lookup->waiter != NULL;
	if (wanted)
		iwf_loop_post(lookup->loop, &lookup->task);
	pthread_mutex_unlock(&lookup->lock);
	if (!wanted)
		lookup_free(lookup);
}

static void *lookup_thread(void *arg)
{
	struct lookup *lookup = arg;
	int status = ask(lookup->host, lookup->port, 0, &lookup->found);

	if (status) {
		lookup->err = status == EAI_SYSTEM || status == EAI_MEMORY ?
			      IWF_E_IO : IWF_E_NOT_FOUND;
		lookup->problem = gai_strerror(status);
	}
	answer(lookup);
	return NULL;
}

static int thread_start(struct lookup *lookup)
{
	sigset_t all, before;
	pthread_t thread;
	int failed;

	/* Signals are the main thread's; a new thread inherits the mask. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, lookup_thread, lookup);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		pthread_detach(thread);
	return failed;
}

void lookup_start(struct iwf_loop *loop, struct lookup_waiter *waiter,
		  struct iwf_str host, uint16_t port, lookup_fn *on_found)
{
	struct lookup *lookup = IWF_NEW(struct lookup);

	lookup->task.run = run_answer;
	lookup->loop = loop;
	lookup->port = port;
	lookup->waiter = waiter;
	pthread_mutex_init(&lookup->lock, NULL);
	waiter->lookup = lookup;
	waiter->on_found = on_found;
	if (!host_copy(lookup->host, host)) {
		lookup->err = IWF_E_NOT_FOUND;
		lookup->problem = "not a host name";
		answer(lookup);
	} else if (thread_start(lookup)) {
		lookup->err = IWF_E_IO;
		lookup->problem = "no thread for the resolver";
		answer(lookup);
	}
}

void lookup_stop(struct lookup_waiter *waiter)
{
	struct lookup *lookup = waiter->lookup;

	if (!lookup)
		return;
	waiter->lookup = NULL;
	pthread_mutex_lock(&lookup->lock);
	lookup->waiter = NULL;
	pthread_mutex_unlock(&lookup->lock);
}
