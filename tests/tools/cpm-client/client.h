/* Transactions of a client that sends and takes MESSAGE (RFC 3428, RFC 3261
 * 17.1.2 and 17.2.2). Times are of the monotonic clock, in milliseconds. */
#pragma once

#include "net.h"
#include "options.h"
#include "print.h"

#define CLIENT_TXNS_MAX 32
#define CLIENT_SEEN_MAX 256
#define CLIENT_ID_SIZE 37

struct client_txn;
struct client;

/* An answer of 200 and more; status 0 when none came (timer F) or the request
 * could not be sent. */
typedef void client_answer_fn(struct client *client, unsigned status,
			      struct text phrase);
/* A MESSAGE that was not seen before; to be answered by client_answer before
 * anything else is sent. */
typedef void client_message_fn(struct client *client,
			       const struct sip_message *msg,
			       const struct net_from *from);

/* Embed it as the first member. */
struct client {
	const struct options *options;
	struct print print;
	struct net_address gateway;
	struct net *net;
	struct client_txn *txns[CLIENT_TXNS_MAX];
	struct client_seen {
		uint64_t key;
		unsigned status;
	} seen[CLIENT_SEEN_MAX];
	size_t seen_count;
	client_message_fn *on_message;
};

/* What a MESSAGE of ours says; slices, those that may be empty are left out. */
struct client_request {
	struct text from;
	struct text to;
	struct text conversation;
	struct text contribution;
	struct text in_reply_to;
	struct text content_type;
	struct text body;
};

/* False with a sentence on stderr. client_close belongs to it in any case. */
bool client_open(struct client *client, const struct options *options);
void client_close(struct client *client);

/* Sends, and again at timer E on UDP. False when CLIENT_TXNS_MAX are under way
 * or it is too large; then on_answer is never called. */
bool client_send(struct client *client, const struct client_request *request,
		 client_answer_fn *on_answer);
bool client_is_idle(const struct client *client);
void client_answer(struct client *client, const struct sip_message *request,
		   const struct net_from *from, unsigned status);

/* Waits for what comes or falls due, not past until_ms. */
void client_turn(struct client *client, int64_t until_ms);
int64_t client_now_ms(void);

/* The wait after a retransmission of a non-INVITE request (RFC 3261 17.1.2.2
 * timer E): doubles from T1 to T2. */
long client_next_interval_ms(long interval_ms, bool is_proceeding);

/* A random UUID (RFC 4122 version 4). */
void client_make_id(char id[CLIENT_ID_SIZE]);
/* Now, as RFC 3339 says it, in UTC. */
void client_make_datetime(char text[32]);
