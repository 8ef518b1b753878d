/* Calendar arithmetic for smpp_time.h, without the C library's time zones. */
#include "wire/smpp_time.h"

#include <stdio.h>

struct civil {
	int64_t year; /* four digits */
	int64_t month, day, hour, minute, second;
};

/* Days since 1970-01-01 of the proleptic Gregorian calendar; years begin in
 * March so that the leap day is the last. */
static int64_t civil_to_days(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400;
	int64_t year_of_era = y - era * 400;
	int64_t month_from_march = (month + 9) % 12;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
		year_of_era / 100 + day_of_year - 719468;
}

static void civil_from_days(int64_t days, struct civil *out)
{
	int64_t z = days + 719468;
	int64_t era = z / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	out->day = doy - (153 * mp + 2) / 5 + 1;
	out->month = mp < 10 ? mp + 3 : mp - 9;
	out->year = yoe + era * 400 + (out->month <= 2);
}

static int64_t month_days(int64_t year, int64_t month)
{
	static const uint8_t days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool civil_is_valid(const struct civil *t)
{
	/* Second 60: a leap second is told by some peers. */
	return t->month >= 1 && t->month <= 12 && t->day >= 1 &&
		t->day <= month_days(t->year, t->month) && t->hour <= 23 &&
		t->minute <= 59 && t->second <= 60;
}

static int64_t civil_to_ms(const struct civil *t)
{
	int64_t days = civil_to_days(t->year, t->month, t->day);

	return (((days * 24 + t->hour) * 60 + t->minute) * 60 + t->second) *
		1000;
}

/* Caller knows that these are digits. */
static int64_t number_at(struct iwf_str s, size_t at, size_t len)
{
	int64_t value = 0;

	for (size_t i = at; i < at + len; i++)
		value = value * 10 + (s.ptr[i] - '0');
	return value;
}

static bool is_digits(struct iwf_str s, size_t len)
{
	if (s.len < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return true;
}

static struct civil civil_read(struct iwf_str s, size_t year_len,
			       bool with_seconds)
{
	struct civil t = { 0 };
	size_t at = year_len;

	t.year = number_at(s, 0, year_len) + (year_len == 2 ? 2000 : 0);
	t.month = number_at(s, at, 2);
	t.day = number_at(s, at + 2, 2);
	t.hour = number_at(s, at + 4, 2);
	t.minute = number_at(s, at + 6, 2);
	t.second = with_seconds ? number_at(s, at + 8, 2) : 0;
	return t;
}

static int64_t relative_to_ms(struct iwf_str s)
{
	int64_t days = number_at(s, 0, 2) * 365 + number_at(s, 2, 2) * 30 +
		number_at(s, 4, 2);
	int64_t sec = number_at(s, 6, 2) * 3600 + number_at(s, 8, 2) * 60 +
		number_at(s, 10, 2);

	return (days * 86400 + sec) * 1000;
}

enum iwf_err smpp_time_parse(struct iwf_str s, int64_t now_ms, int64_t *at_ms)
{
	struct civil t;
	int64_t quarters;
	char sign;

	if (iwf_str_is_empty(s)) {
		*at_ms = 0;
		return IWF_OK;
	}
	if (s.len != SMPP_TIME_SIZE - 1 || !is_digits(s, 15))
		return IWF_E_SYNTAX;
	sign = s.ptr[15];
	if (sign == 'R') {
		*at_ms = now_ms + relative_to_ms(s);
		return IWF_OK;
	}
	t = civil_read(s, 2, true);
	quarters = number_at(s, 13, 2);
	if ((sign != '+' && sign != '-') || quarters > 48 || !civil_is_valid(&t))
		return IWF_E_SYNTAX;
	/* "+": local time is ahead of UTC. */
	*at_ms = civil_to_ms(&t) + number_at(s, 12, 1) * 100 +
		(sign == '+' ? -quarters : quarters) * 15 * 60 * 1000;
	return IWF_OK;
}

/* "2024-02-29 12:00:01" and the like: the digits alone. 0: there is more. */
static size_t digits_take(struct iwf_str s, char out[SMPP_TIME_SIZE])
{
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c >= '0' && c <= '9' && len + 1 < SMPP_TIME_SIZE)
			out[len++] = c;
		else if (!memchr(" -/.:T,;'\"", c, 10))
			return 0;
	}
	return len;
}

int64_t smpp_time_from_receipt(struct iwf_str text)
{
	char digits[SMPP_TIME_SIZE];
	struct iwf_str s = text;
	struct civil t;
	int64_t at_ms = 0;

	if (s.len == SMPP_TIME_SIZE - 1)
		return smpp_time_parse(s, 0, &at_ms) == IWF_OK &&
			s.ptr[15] != 'R' ? at_ms : 0;
	if (!is_digits(s, s.len))
		s = iwf_str_make(digits, digits_take(s, digits));
	if ((s.len != 10 && s.len != 12 && s.len != 14) ||
	    !is_digits(s, s.len))
		return 0;
	t = s.len == 14 ? civil_read(s, 4, true) :
		civil_read(s, 2, s.len == 12);
	if (!civil_is_valid(&t) && s.len == 12)
		t = civil_read(s, 4, false);
	if (!civil_is_valid(&t) || t.year < 1971)
		return 0;
	return civil_to_ms(&t);
}

enum iwf_err smpp_time_format_absolute(char out[SMPP_TIME_SIZE], int64_t at_ms)
{
	struct civil t = { 0 };
	int64_t sec = at_ms / 1000;

	if (at_ms < 0 || sec / 86400 > 200000)
		return IWF_E_LIMIT;
	civil_from_days(sec / 86400, &t);
	if (t.year < 2000 || t.year > 2099)
		return IWF_E_LIMIT;
	snprintf(out, SMPP_TIME_SIZE, "%02u%02u%02u%02u%02u%02u%u00+",
		 (unsigned)(t.year % 100) % 100u, (unsigned)t.month % 100u,
		 (unsigned)t.day % 100u, (unsigned)(sec / 3600 % 24) % 100u,
		 (unsigned)(sec / 60 % 60) % 100u, (unsigned)(sec % 60) % 100u,
		 (unsigned)(at_ms / 100 % 10) % 10u);
	return IWF_OK;
}

enum iwf_err smpp_time_format_relative(char out[SMPP_TIME_SIZE], int64_t sec)
{
	if (sec < 0 || sec > SMPP_TIME_RELATIVE_MAX_SEC)
		return IWF_E_LIMIT;
	snprintf(out, SMPP_TIME_SIZE, "0000%02u%02u%02u%02u000R",
		 (unsigned)(sec / 86400) % 100u,
		 (unsigned)(sec / 3600 % 24) % 100u,
		 (unsigned)(sec / 60 % 60) % 100u, (unsigned)(sec % 60) % 100u);
	return IWF_OK;
}
