/* The ids that an application knows its messages by. Most are the gateway's
 * own; those of parts and of lists are the adapter's, and which messages they
 * stand for is known for the latest of them, until the process ends. Pure. */
#pragma once

#include <iwf/str.h>

/* message_id as text: 16 hex digits, of a part with its number. */
#define SERVER_ID_SIZE 32
void server_id_format(char to[SERVER_ID_SIZE], uint64_t id, uint32_t part);
/* False: it is no such id. part 0: of a whole message or a list. */
bool server_id_parse(struct iwf_str text, uint64_t *id, uint32_t *part);

/* Of addresses and of what names parts: no secret, nobody gains by two that are
 * equal but for his own account. */
extern const uint8_t server_id_key[16];
uint64_t server_dest_hash(struct iwf_str addr);

#define SERVER_KNOWN_MAX 4096

struct server_known_row {
	uint64_t id;      /* as it was answered */
	uint64_t set;     /* what the part belongs to, as a hash; 0: a list */
	uint64_t message; /* the gateway's id; 0: it is not joined yet */
	uint64_t dest;    /* of a list: whom it goes to, as a hash */
	uint32_t part;
};

/* Zeroed it is empty. */
struct server_known {
	struct server_known_row *rows; /* NULL until one is added */
	uint64_t added;
};

void server_known_destroy(struct server_known *known);
void server_known_add(struct server_known *known,
		      const struct server_known_row *row);
/* The set is whole: the latest of each of its parts stands for this message. */
void server_known_join(struct server_known *known, uint64_t set,
		       uint64_t message);
bool server_known_has(const struct server_known *known, uint64_t id,
		      uint32_t part);
/* What the id stands for; dest 0: not told, then only one may be meant. 0: that
 * is not known. */
uint64_t server_known_message(const struct server_known *known, uint64_t id,
			      uint32_t part, uint64_t dest);
/* The id that this message of a list was answered with; 0: it is of none. */
uint64_t server_known_list(const struct server_known *known, uint64_t message);
