/* The last PDUs, for who looks at a running simulator. */
#include "trace/recent.h"

struct recent_pdu *recent_add(struct recent *recent, const uint8_t *bytes,
			      size_t len)
{
	struct recent_pdu *pdu = &recent->pdus[recent->next++ % RECENT_MAX];

	buf_clear(&pdu->bytes);
	buf_append(&pdu->bytes, bytes,
		   len < RECENT_OCTETS_MAX ? len : RECENT_OCTETS_MAX);
	pdu->len = len;
	return pdu;
}

const struct recent_pdu *recent_get(const struct recent *recent, size_t age)
{
	if (age >= RECENT_MAX || age >= recent->next)
		return NULL;
	return &recent->pdus[(recent->next - 1 - age) % RECENT_MAX];
}

void recent_destroy(struct recent *recent)
{
	for (size_t i = 0; i < RECENT_MAX; i++)
		buf_destroy(&recent->pdus[i].bytes);
}
