/* Header fields of a request as text, whether Sofia knows them or not. */
#pragma once

#include "sip/sip.h"

struct sip_s;

/* Longest value taken, joined and unfolded. */
#define FIELDS_LEN_MAX 4096

/* The name of a field as we write it. */
const char *fields_name(enum sip_field field);

struct fields {
	struct iwf_str values[SIP_F_COUNT];
	struct iwf_str asserted;  /* the joined P-Asserted-Identity */
};

/* Finds the fields in a parsed request; values of repeated ones are joined by
 * ", ". Values lie in arena. IWF_E_SYNTAX for control characters and
 * above FIELDS_LEN_MAX; *bad is then the field's name. */
enum iwf_err fields_read(struct iwf_arena *arena, const struct sip_s *sip,
			 struct fields *out, const char **bad);

/* A value as received, folded or not, on one line and without blanks around
 * it; it lies in arena when it was folded. IWF_E_SYNTAX for control
 * characters. RFC 3261 7.3.1. */
enum iwf_err fields_unfold(struct iwf_arena *arena, struct iwf_str raw,
			   struct iwf_str *value);

/* What may become a header's value: printable, no bytes that end a line. */
bool fields_can_be_sent(struct iwf_str value);
