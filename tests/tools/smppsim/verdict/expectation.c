/* "submit_sm>=10", taken apart and judged. */
#include "verdict/expectation.h"

#include "wire/pdu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The longer ones first. */
static const struct {
	const char *sign;
	enum expectation_order order;
} signs[] = {
	{ "==", EXPECT_EQUAL },    { "!=", EXPECT_NOT_EQUAL },
	{ ">=", EXPECT_AT_LEAST }, { "<=", EXPECT_AT_MOST },
	{ ">", EXPECT_MORE },      { "<", EXPECT_LESS },
	{ "=", EXPECT_EQUAL },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool expectation_is_one(const char *text)
{
	return strpbrk(text, "<>=") != NULL;
}

static bool parse_name(char name[48], const char *text, size_t len)
{
	while (len > 0 && text[len - 1] == ' ')
		len--;
	while (len > 0 && *text == ' ') {
		text++;
		len--;
	}
	if (len == 0 || len > 47)
		return false;
	memcpy(name, text, len);
	name[len] = 0;
	return true;
}

static const char *parse_sign(const char *at, enum expectation_order *order)
{
	for (size_t i = 0; i < COUNT(signs); i++) {
		const size_t len = strlen(signs[i].sign);

		if (strncmp(signs[i].sign, at, len) != 0)
			continue;
		*order = signs[i].order;
		return at + len;
	}
	return NULL;
}

bool expectation_parse(struct expectation *expectation, const char *text)
{
	const char *sign = strpbrk(text, "<>=!");
	const char *rest;
	char *end;

	if (!sign ||
	    !parse_name(expectation->name, text, (size_t)(sign - text)))
		return false;
	rest = parse_sign(sign, &expectation->order);
	if (!rest)
		return false;
	errno = 0;
	expectation->value = strtoll(rest, &end, 10);
	return end != rest && errno == 0 && end[strspn(end, " ")] == 0;
}

bool expectation_is_met(const struct expectation *expectation, long long value)
{
	const long long wanted = expectation->value;

	switch (expectation->order) {
	case EXPECT_EQUAL:
		return value == wanted;
	case EXPECT_NOT_EQUAL:
		return value != wanted;
	case EXPECT_AT_LEAST:
		return value >= wanted;
	case EXPECT_AT_MOST:
		return value <= wanted;
	case EXPECT_MORE:
		return value > wanted;
	case EXPECT_LESS:
		return value < wanted;
	}
	return false;
}

static bool find_status(const char *name, const struct figures *figures,
			long long *value)
{
	const long status = pdu_status_value(name);
	const struct figure *figure;
	char shown[48];

	if (status < 0)
		return false;
	snprintf(shown, sizeof(shown), "%s", pdu_status_name((uint32_t)status));
	if (strncmp(shown, "ESME_", 5) != 0)
		snprintf(shown, sizeof(shown), "0x%lx", (unsigned long)status);
	figure = figures_find(figures, shown);
	*value = figure ? figure->value : 0;
	return true;
}

bool expectation_find(const struct expectation *expectation,
		      const struct figures *figures, long long *value)
{
	const struct figure *figure = figures_find(figures, expectation->name);

	if (!figure)
		return find_status(expectation->name, figures, value);
	*value = figure->value;
	return true;
}
