/* Instants as RFC 3339 writes them. */
#pragma once

#include <iwf/buf.h>

/* 9999-12-31T23:59:59.999Z */
#define DATETIME_MAX_MS 253402300799999ll

/* RFC 3339 5.6, years 1970 to 9999: `2026-03-01T10:15:00.25+01:00`. T and Z in
 * either case; digits behind the millisecond are cut off; second 60 is taken
 * as the second after 59. *ms is in UTC since 1970.
 * IWF_E_SYNTAX breaks the grammar or names a day that does not exist,
 * IWF_E_LIMIT is an instant outside of [0, DATETIME_MAX_MS]; *ms is untouched
 * then. */
enum iwf_err datetime_parse(struct iwf_str text, int64_t *ms);

/* Appends `2026-03-01T10:15:00Z`; what lies outside of [0, DATETIME_MAX_MS] is
 * written as the nearer end of it. */
void datetime_format(struct iwf_buf *buf, int64_t ms);
/* The same with the milliseconds: `2026-03-01T10:15:00.250Z`. */
void datetime_format_ms(struct iwf_buf *buf, int64_t ms);
