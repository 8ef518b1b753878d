/* The MESSAGE of the bench (RFC 3428, OMA CPM pager mode) as a form: written
 * once, and for each request only the fields that differ are filled in. */
#pragma once

#include "bench/parts/marker.h"

#define FORM_MAX 4096
#define FORM_PLACES 8
#define FORM_KEY_LEN 9 /* of the run, in every Via branch */

struct form_blank {
	unsigned at[FORM_PLACES];
	unsigned count;
};

struct form {
	char text[FORM_MAX];
	size_t len;
	char key[FORM_KEY_LEN + 1];
	struct form_blank index, recipient, marker;
};

struct form_conf {
	unsigned port;       /* of the gateway, on 127.0.0.1 */
	unsigned local_port;
	unsigned text_len;
	bool wants_report;   /* positive and negative delivery */
	bool is_plain;       /* text/plain without CPIM */
};

void form_create(struct form *form, const struct form_conf *conf);
/* Into out, which holds FORM_MAX; form->len octets. */
void form_fill(const struct form *form, struct marker marker,
	       unsigned recipient, char *out);
/* The number of the request that this answer belongs to. */
bool form_read_index(const struct form *form, const char *answer, size_t len,
		     uint32_t *index);
