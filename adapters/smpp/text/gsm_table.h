/* The tables of 3GPP TS 23.038: the default alphabet (6.2.1), its extension
 * (6.2.1.1), and the national language tables of annex A. Pure, any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GSM_ESC 0x1B
/* A septet behind ESC is told by this bit. */
#define GSM_SHIFTED 0x80

/* National language identifiers (TS 23.040 9.2.3.24.15); the last known to us
 * is Portuguese, 4 to 13 are languages of India and Pakistan. */
enum gsm_language {
	GSM_LANGUAGE_NONE = 0,
	GSM_LANGUAGE_TURKISH = 1,
	GSM_LANGUAGE_SPANISH = 2, /* single shift only */
	GSM_LANGUAGE_PORTUGUESE = 3
};

/* Which tables a text is in: what stands in its user data header. */
struct gsm_tables {
	uint8_t locking; /* instead of the default alphabet, 0: that */
	uint8_t single;  /* instead of the extension table, 0: that */
};

bool gsm_has_locking(uint8_t language);
bool gsm_has_single(uint8_t language);

/* What a septet says, 0-127, with GSM_SHIFTED behind ESC. A place that the
 * extension or single shift table leaves empty is read from the other table,
 * a table that nobody here knows as the default one. */
uint32_t gsm_table_code(struct gsm_tables tables, uint8_t septet);
/* The septet that says this, with GSM_SHIFTED when ESC goes before it; -1: the
 * tables do not have it. */
int gsm_table_find(struct gsm_tables tables, uint32_t code);

/* "turkish", "spanish", "portuguese"; NULL for others. */
const char *gsm_language_name(uint8_t language);
