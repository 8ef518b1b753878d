/* Host names to addresses (getaddrinfo) without holding up a loop. */
#pragma once

#include <iwf/loop.h>
#include <iwf/str.h>

#include <sys/socket.h>

#define LOOKUP_ADDRESSES_MAX 16

struct lookup_address {
	struct sockaddr_storage addr;
	socklen_t len;
};

struct lookup_addresses {
	struct lookup_address items[LOOKUP_ADDRESSES_MAX];
	size_t count;
};

/* Who waits for an answer; zero-initialise it and embed it. */
struct lookup;
struct lookup_waiter;
/* On the waiter's loop, once, unless lookup_stop came before. count 0: `err`
 * (IWF_E_NOT_FOUND, IWF_E_IO) and `problem` tell why. */
typedef void lookup_fn(struct lookup_waiter *waiter,
		       const struct lookup_addresses *found, enum iwf_err err,
		       const char *problem);
struct lookup_waiter {
	struct lookup *lookup; /* NULL while nothing is awaited */
	lookup_fn *on_found;
};

/* An IPv4 or IPv6 address as written, also in brackets, without asking
 * anybody; IWF_E_NOT_FOUND when host is a name. */
enum iwf_err lookup_literal(struct iwf_str host, uint16_t port,
			    struct lookup_addresses *found);
/* Asks on a thread of its own, for as long as the resolver takes. */
void lookup_start(struct iwf_loop *loop, struct lookup_waiter *waiter,
		  struct iwf_str host, uint16_t port, lookup_fn *on_found);
/* The answer is not wanted any more; afterwards the loop may go as well. */
void lookup_stop(struct lookup_waiter *waiter);
