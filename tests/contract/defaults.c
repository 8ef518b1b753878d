/* Settings filled from the fallbacks of their rows, without a file. */
#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	const char *unit;
	uint64_t factor;
} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
	      { "KiB", 1024 }, { "MiB", 1048576 }, { "", 1 } };

static uint64_t number_of(const char *fallback)
{
	char *end;
	uint64_t value = strtoull(fallback, &end, 10);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(units[i].unit, end))
			return value * units[i].factor;
	fail_msg("no unit of ours: %s", fallback);
	return 0;
}

static uint32_t word_of(const struct iwf_setting *row)
{
	for (uint32_t i = 0; row->choices[i]; i++)
		if (!strcmp(row->choices[i], row->fallback))
			return i;
	fail_msg("%s: the fallback is no choice", row->key);
	return 0;
}

void contract_defaults(const struct iwf_setting *rows, void *conf)
{
	for (; rows->key; rows++) {
		void *to = (char *)conf + rows->offset;
		const char *text = rows->fallback ? rows->fallback : "";

		switch (rows->type) {
		case IWF_SETTING_BOOL:
			*(bool *)to = !strcmp(text, "true");
			break;
		case IWF_SETTING_U32:
		case IWF_SETTING_DURATION:
			*(uint32_t *)to = (uint32_t)number_of(text);
			break;
		case IWF_SETTING_SIZE:
			*(uint64_t *)to = number_of(text);
			break;
		case IWF_SETTING_TEXT:
			*(struct iwf_str *)to = iwf_str_from(text);
			break;
		case IWF_SETTING_CHOICE:
			*(uint32_t *)to = word_of(rows);
			break;
		default:
			break;
		}
	}
}
