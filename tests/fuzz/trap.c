/* A fuzz target with known faults: what runs mutations must find them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static int has(const uint8_t *bytes, size_t len, const char *what)
{
	return memmem(bytes, len, what, strlen(what)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static volatile uint8_t sink;
	clock_t end = clock() + 2 * CLOCKS_PER_SEC;

	if (has(bytes, len, "die 65536"))
		abort();
	if (has(bytes, len, "over 65536"))
		sink = bytes[len];
	while (has(bytes, len, "slow 65536") && clock() < end)
		sink++;
	return 0;
}
