/* SMPP time strings (SMPP 3.4 7.1) and the dates of delivery receipts.
 * Times are milliseconds since 1970 UTC; 0 is "not known". Pure. */
#pragma once

#include <iwf/str.h>

/* 16 characters and the NUL. */
#define SMPP_TIME_SIZE 17
/* The longest time that the relative form says without months. */
#define SMPP_TIME_RELATIVE_MAX_SEC (31LL * 24 * 3600)

/* `YYMMDDhhmmsstnn+`, always UTC ("00+"). IWF_E_LIMIT outside 2000-2099. */
enum iwf_err smpp_time_format_absolute(char out[SMPP_TIME_SIZE], int64_t at_ms);
/* `0000DDhhmmss000R`. IWF_E_LIMIT when negative or above
 * SMPP_TIME_RELATIVE_MAX_SEC: use the absolute form. */
enum iwf_err smpp_time_format_relative(char out[SMPP_TIME_SIZE], int64_t sec);
/* Either form; a relative time counts from now_ms, its years as 365 and its
 * months as 30 days. Empty gives 0 (the SMSC's default). IWF_E_SYNTAX else. */
enum iwf_err smpp_time_parse(struct iwf_str s, int64_t now_ms, int64_t *at_ms);
/* A receipt's date: 10 (YYMMDDhhmm), 12 (with seconds, or YYYYMMDDhhmm when
 * that is the only sense) or 14 digits (YYYYMMDDhhmmss); UTC is assumed. Also
 * the 16 characters of the absolute form, and digits with "-", "/", ".", ":",
 * "T" or blanks between them. 0 for anything else. */
int64_t smpp_time_from_receipt(struct iwf_str s);
