/* See known.h. */
#include "server/known.h"

#include <iwf/arena.h>
#include <iwf/message.h>
#include <iwf/random.h>

#include <stdio.h>
#include <stdlib.h>

#define ID_LEN 16

const uint8_t server_id_key[16] = "iwf smpp server";

uint64_t server_dest_hash(struct iwf_str addr)
{
	return addr.len ? iwf_hash(server_id_key, addr) | 1 : 0;
}

void server_id_format(char to[SERVER_ID_SIZE], uint64_t id, uint32_t part)
{
	snprintf(to, SERVER_ID_SIZE, part ? "%016llx-%u" : "%016llx",
		 (unsigned long long)id, part);
}

static bool part_parse(struct iwf_str text, uint32_t *part)
{
	uint64_t number = 0;

	*part = 0;
	if (!text.len)
		return true;
	if (text.ptr[0] != '-' || text.len < 2 || text.ptr[1] == '0' ||
	    iwf_str_to_u64(iwf_str_sub(text, 1, text.len), IWF_PARTS_MAX,
			   &number))
		return false;
	*part = (uint32_t)number;
	return true;
}

bool server_id_parse(struct iwf_str text, uint64_t *id, uint32_t *part)
{
	*id = 0;
	if (text.len < ID_LEN)
		return false;
	for (size_t i = 0; i < ID_LEN; i++) {
		char c = text.ptr[i];

		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
		*id = *id << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return part_parse(iwf_str_sub(text, ID_LEN, text.len), part);
}

void server_known_destroy(struct server_known *known)
{
	free(known->rows);
	*known = (struct server_known){ 0 };
}

void server_known_add(struct server_known *known,
		      const struct server_known_row *row)
{
	if (!known->rows)
		known->rows = iwf_alloc(SERVER_KNOWN_MAX *
					sizeof(known->rows[0]));
	known->rows[known->added++ % SERVER_KNOWN_MAX] = *row;
}

/* How many there are; the latest is number 0. */
static size_t row_count(const struct server_known *known)
{
	return known->added < SERVER_KNOWN_MAX ? (size_t)known->added :
		SERVER_KNOWN_MAX;
}

static struct server_known_row *row_get(const struct server_known *known,
					size_t age)
{
	return &known->rows[(known->added - 1 - age) % SERVER_KNOWN_MAX];
}

/* One that was never whole may have had the same reference before. */
void server_known_join(struct server_known *known, uint64_t set,
		       uint64_t message)
{
	bool has[IWF_PARTS_MAX + 1] = { false };

	for (size_t i = 0; i < row_count(known); i++) {
		struct server_known_row *row = row_get(known, i);

		if (row->set != set || row->message || has[row->part])
			continue;
		has[row->part] = true;
		row->message = message;
	}
}

bool server_known_has(const struct server_known *known, uint64_t id,
		      uint32_t part)
{
	for (size_t i = 0; i < row_count(known); i++)
		if (row_get(known, i)->id == id &&
		    row_get(known, i)->part == part)
			return true;
	return false;
}

uint64_t server_known_message(const struct server_known *known, uint64_t id,
			      uint32_t part, uint64_t dest)
{
	uint64_t message = 0;

	for (size_t i = 0; i < row_count(known); i++) {
		const struct server_known_row *row = row_get(known, i);

		if (row->id != id || row->part != part ||
		    (dest && row->dest && row->dest != dest))
			continue;
		if (message && message != row->message)
			return 0;
		message = row->message;
	}
	return message;
}

uint64_t server_known_list(const struct server_known *known, uint64_t message)
{
	for (size_t i = 0; i < row_count(known); i++)
		if (!row_get(known, i)->set &&
		    row_get(known, i)->message == message)
			return row_get(known, i)->id;
	return 0;
}
