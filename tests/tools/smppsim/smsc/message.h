/* The messages an ESME submitted: found by id, ended by a timer. */
#pragma once

#include "sim/sim.h"

/* Values of the message_state field (SMPP 3.4 5.2.28). */
enum message_state {
	MESSAGE_ENROUTE = 1,
	MESSAGE_DELIVERED = 2,
	MESSAGE_EXPIRED = 3,
	MESSAGE_DELETED = 4,
	MESSAGE_UNDELIVERABLE = 5,
	MESSAGE_ACCEPTED = 6,
	MESSAGE_UNKNOWN = 7,
	MESSAGE_REJECTED = 8,
};

#define MESSAGE_TEXT_LEN 20

struct message {
	struct loop_timer timer;
	TAILQ_ENTRY(message) in_bucket;
	TAILQ_ENTRY(message) in_age;
	struct sim *sim;
	struct outbox *outbox;
	/* The number both ids are formatted from. */
	uint64_t number;
	char id[65];
	char service_type[6];
	struct pdu_addr source;
	struct pdu_addr dest;
	enum message_state state;
	/* What it comes to, and how that is told. */
	enum message_state outcome;
	const struct receipt_shape *shape;
	/* NULL if none fits. */
	struct rule *rule;
	uint8_t registered_delivery;
	/* For the text: field of the receipt, ASCII. */
	char text[MESSAGE_TEXT_LEN + 1];
	int64_t submitted_at;
	int64_t final_at;
};

/* That many can be queried; beyond it the oldest finished one is dropped. */
#define MESSAGE_KEPT 65536

struct message_store *message_store_create(uint64_t seed);
void message_store_destroy(struct message_store **store);

/* A number not given before. */
uint64_t message_next_number(struct message_store *store);

/* A message of this number, ENROUTE. The store owns it and drops the oldest
 * finished ones. */
struct message *message_create(struct message_store *store, uint64_t number,
			       const char *id);

/* The first with this id, or NULL. */
struct message *message_find(struct message_store *store, const char *id);
/* The next after message (NULL: the oldest), for cancel_sm without id. */
struct message *message_next(struct message_store *store,
			     const struct message *message);

bool message_is_final(const struct message *message);
/* How many are not final yet. */
size_t message_open_count(const struct message_store *store);
/* Makes it final, once. */
void message_finish(struct message *message, enum message_state state,
		    int64_t wall_ms);

/* "00ab12": number by format and zero-padded to pad digits. */
void message_format_id(char id[65], uint64_t number, enum shape_id format,
		       long pad);
