/* The text of a receipt (SMPP 3.4 appendix B) taken apart, however its vendor
 * writes it: keys in any order and case, "=" for ":", quotes, other separators.
 * Pure, any thread. */
#pragma once

#include <iwf/str.h>

enum receipt_key {
	RECEIPT_ID, RECEIPT_SUB, RECEIPT_DLVRD, RECEIPT_SUBMIT_DATE,
	RECEIPT_DONE_DATE, RECEIPT_STAT, RECEIPT_ERR, RECEIPT_TEXT,
	RECEIPT_KEY_COUNT
};

/* The first value of each key, without quotes; empty when there is none. What
 * follows `text:` once id and stat are known is the user's. Values are slices
 * of s. */
void receipt_text_scan(struct iwf_str s,
		       struct iwf_str values[RECEIPT_KEY_COUNT]);
