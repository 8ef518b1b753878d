/* Instants between milliseconds since 1970 and the text of RFC 3339 5.6. */
#include "wire/datetime.h"

#define DAY_SEC 86400
/* Days from 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar. */
#define EPOCH_DAYS 719468
#define ERA_DAYS 146097

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_of_month(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30,
					31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Years are counted from March, so that the leap day comes last in them, and
 * one era of 400 years later, so that year 0 is not negative. */
static int64_t days_from_date(unsigned year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year + 400 - (month <= 2);
	int64_t of_era = y % 400;
	int64_t of_year = (153 * (int64_t)((month + 9) % 12) + 2) / 5 + day - 1;

	return y / 400 * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - EPOCH_DAYS - ERA_DAYS;
}

/* Takes exactly count digits off the front. */
static bool take_number(struct iwf_str *rest, size_t count, unsigned *value)
{
	unsigned number = 0;

	if (rest->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		char c = rest->ptr[i];

		if (c < '0' || c > '9')
			return false;
		number = number * 10 + (unsigned)(c - '0');
	}
	*rest = iwf_str_sub(*rest, count, rest->len);
	*value = number;
	return true;
}

/* c in either case, where it is a letter. */
static bool take_char(struct iwf_str *rest, char c)
{
	char other = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;

	if (!rest->len || (rest->ptr[0] != c && rest->ptr[0] != other))
		return false;
	*rest = iwf_str_sub(*rest, 1, rest->len);
	return true;
}

static bool take_date(struct iwf_str *rest, int64_t *days)
{
	unsigned year, month, day;

	if (!take_number(rest, 4, &year) || !take_char(rest, '-') ||
	    !take_number(rest, 2, &month) || !take_char(rest, '-') ||
	    !take_number(rest, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 ||
	    day > days_of_month(year, month))
		return false;
	*days = days_from_date(year, month, day);
	return true;
}

static bool take_fraction(struct iwf_str *rest, unsigned *ms)
{
	unsigned weight = 100;
	size_t count = 0;

	*ms = 0;
	if (!rest->len || rest->ptr[0] != '.')
		return true;
	*rest = iwf_str_sub(*rest, 1, rest->len);
	for (; count < rest->len; count++) {
		char c = rest->ptr[count];

		if (c < '0' || c > '9')
			break;
		*ms += (unsigned)(c - '0') * weight;
		weight /= 10;
	}
	*rest = iwf_str_sub(*rest, count, rest->len);
	return count > 0;
}

static bool take_time(struct iwf_str *rest, int64_t *ms)
{
	unsigned hour, minute, second, fraction;

	if (!take_number(rest, 2, &hour) || !take_char(rest, ':') ||
	    !take_number(rest, 2, &minute) || !take_char(rest, ':') ||
	    !take_number(rest, 2, &second) || !take_fraction(rest, &fraction))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*ms = ((int64_t)hour * 3600 + minute * 60 + second) * 1000 + fraction;
	return true;
}

static bool take_offset(struct iwf_str *rest, int64_t *ms)
{
	unsigned hour, minute;
	char sign;

	*ms = 0;
	if (take_char(rest, 'Z'))
		return true;
	if (!rest->len || (rest->ptr[0] != '+' && rest->ptr[0] != '-'))
		return false;
	sign = rest->ptr[0];
	*rest = iwf_str_sub(*rest, 1, rest->len);
	if (!take_number(rest, 2, &hour) || !take_char(rest, ':') ||
	    !take_number(rest, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*ms = (int64_t)(hour * 60 + minute) * 60000 * (sign == '-' ? -1 : 1);
	return true;
}

enum iwf_err datetime_parse(struct iwf_str text, int64_t *ms)
{
	int64_t days, time_ms, offset_ms, sum_ms;

	if (!take_date(&text, &days) || !take_char(&text, 'T') ||
	    !take_time(&text, &time_ms) || !take_offset(&text, &offset_ms) ||
	    text.len)
		return IWF_E_SYNTAX;
	sum_ms = days * DAY_SEC * 1000 + time_ms - offset_ms;
	if (sum_ms < 0 || sum_ms > DATETIME_MAX_MS)
		return IWF_E_LIMIT;
	*ms = sum_ms;
	return IWF_OK;
}

/* The lowest digits of value and the character behind them. */
static char *put_number(char *to, unsigned value, unsigned digits, char after)
{
	for (unsigned i = digits; i-- > 0; value /= 10)
		to[i] = (char)('0' + value % 10);
	to[digits] = after;
	return to + digits + 1;
}

static char *put_date(char *to, int64_t days)
{
	int64_t z = days + EPOCH_DAYS;
	unsigned of_era = (unsigned)(z % ERA_DAYS);
	unsigned year = (of_era - of_era / 1460 + of_era / 36524 -
			 of_era / 146096) / 365;
	unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
	unsigned march = (5 * of_year + 2) / 153;
	unsigned month = march < 10 ? march + 3 : march - 9;

	to = put_number(to, (unsigned)(z / ERA_DAYS * 400) + year +
			(month <= 2), 4, '-');
	to = put_number(to, month, 2, '-');
	return put_number(to, of_year - (153 * march + 2) / 5 + 1, 2, 'T');
}

static char *put_seconds(char *to, int64_t ms, char after)
{
	unsigned second = (unsigned)(ms / 1000 % DAY_SEC);

	to = put_date(to, ms / 1000 / DAY_SEC);
	to = put_number(to, second / 3600, 2, ':');
	to = put_number(to, second / 60 % 60, 2, ':');
	return put_number(to, second % 60, 2, after);
}

static int64_t clamp(int64_t ms)
{
	return ms < 0 ? 0 : ms > DATETIME_MAX_MS ? DATETIME_MAX_MS : ms;
}

void datetime_format(struct iwf_buf *buf, int64_t ms)
{
	char text[sizeof("9999-12-31T23:59:59Z")];
	const char *end = put_seconds(text, clamp(ms), 'Z');

	iwf_buf_put(buf, text, (size_t)(end - text));
}

void datetime_format_ms(struct iwf_buf *buf, int64_t ms)
{
	char text[sizeof("9999-12-31T23:59:59.999Z")];
	char *end = put_seconds(text, clamp(ms), '.');

	end = put_number(end, (unsigned)(clamp(ms) % 1000), 3, 'Z');
	iwf_buf_put(buf, text, (size_t)(end - text));
}
