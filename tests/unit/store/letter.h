/* Records of messages with a body of any length. */
#pragma once

#include "unit/store/shelf.h"

#include <iwf/buf.h>

#define KIB 1024u
#define MIB (1024u * 1024u)

/* The record of a message whose body is so many octets, different for each
 * seed; fields stand before and behind the body. The caller frees buf. */
struct iwf_str letter(struct iwf_buf *buf, size_t body_len, unsigned seed);
/* A put of it; free the record (letter_free) after it. */
struct store_change letter_put(uint64_t id, size_t body_len, unsigned seed);
void letter_free(struct store_change *change);
/* Puts it, which must give err. */
void letter_must(struct shelf *shelf, struct store_change change,
		 enum iwf_err err);
/* It is found, whole. */
void letter_check(struct shelf *shelf, uint64_t id, size_t body_len,
		  unsigned seed);
/* Names in the spool's folder, 0 when there is none. */
unsigned letter_files(const struct shelf *shelf);
void letter_path(const struct shelf *shelf, uint64_t id, char path[160]);
/* Waits until there are so many; what removes them works behind. */
void letter_wait_files(const struct shelf *shelf, unsigned count);
