/* Any octets as a PDU for the simulator; what is taken can be shown, and is the
 * same when it is written again. */
#include "trace/line.h"
#include "wire/pdu.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_again(const struct pdu *pdu, const struct buf *line)
{
	struct buf written = { 0 };
	struct buf again = { 0 };

	pdu_format(&written, pdu);
	trace_line(&again, written.bytes, written.len);
	if (again.len != line->len ||
	    memcmp(again.bytes, line->bytes, line->len) != 0)
		abort();
	buf_destroy(&written);
	buf_destroy(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct buf line = { 0 };
	struct pdu pdu;
	struct pdu_dest dest;
	const char *why;
	size_t offset = 0;

	trace_line(&line, bytes, len);
	if (pdu_parse(&pdu, bytes, len, &why) == ESME_ROK) {
		/* A refusal is written without its body (SMPP 3.4 4.4.2). */
		if (!(pdu.command_id & PDU_RESP) || !pdu.command_status)
			check_again(&pdu, &line);
		if (pdu.command_id == PDU_submit_multi)
			while (pdu_next_dest(&pdu, &offset, &dest))
				;
	}
	buf_destroy(&line);
	return 0;
}
