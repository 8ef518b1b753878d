/* The user data header in front of a short message (3GPP TS 23.040
 * 9.2.3.24). */
#include "wire/udh.h"

#include <string.h>

enum { IEI_CONCAT_8BIT = 0x00, IEI_CONCAT_16BIT = 0x08 };

static void take_concat(struct udh *udh, const uint8_t *element)
{
	const uint8_t iei = element[0];
	const uint8_t len = element[1];

	if (iei == IEI_CONCAT_8BIT && len == 3) {
		udh->ref = element[2];
		udh->total = element[3];
		udh->seq = element[4];
	} else if (iei == IEI_CONCAT_16BIT && len == 4) {
		udh->ref = (unsigned)element[2] << 8 | element[3];
		udh->total = element[4];
		udh->seq = element[5];
	}
}

bool udh_parse(struct udh *udh, const uint8_t *bytes, size_t len)
{
	memset(udh, 0, sizeof(*udh));
	if (len < 1 || (size_t)bytes[0] + 1 > len)
		return false;

	const size_t end = (size_t)bytes[0] + 1;
	size_t at = 1;

	while (at < end) {
		if (at + 2 > end || at + 2 + bytes[at + 1] > end)
			return false;
		take_concat(udh, bytes + at);
		at += 2 + (size_t)bytes[at + 1];
	}
	udh->len = end;
	return true;
}
