/* The command_status values of SMPP 3.4 and their names. */
#include "wire/pdu.h"

#include <stdlib.h>
#include <strings.h>

static const struct {
	const char *name;
	uint32_t value;
} statuses[] = {
#define PDU_STATUS(name, value) { #name, value },
#include "wire/pdu.def"
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *pdu_status_name(uint32_t status)
{
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (statuses[i].value == status)
			return statuses[i].name;
	return status >= 0x400 && status <= 0x4ff ? "vendor" : "reserved";
}

long pdu_status_value(const char *name)
{
	char *end;
	const long value = strtol(name, &end, 0);

	if (*name && !*end)
		return value >= 0 ? value : -1;
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (strcasecmp(statuses[i].name, name) == 0 ||
		    strcasecmp(statuses[i].name + 5, name) == 0)
			return (long)statuses[i].value;
	return -1;
}
