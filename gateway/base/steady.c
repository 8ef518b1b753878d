/* The process's own su_time, found by the dynamic linker before Sofia's, as
 * bind(2) is in bind.c. Sofia asks the wall clock, and all its timers, of SIP
 * transactions and of our loops, stand still when that is set back and fire at
 * once when it is set forward. Here its seconds are those of the wall clock at
 * the start and go on with the monotonic one. */
#include "base/steady.h"

#include <sofia-sip/su_time.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#define SEC_US INT64_C(1000000)
/* Sofia counts from 1900. */
#define EPOCH_1900_SEC INT64_C(2208988800)

/* Of the process by nature: it stands for a library's clock. */
static _Atomic int64_t start_us;

static int64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * SEC_US + now.tv_nsec / 1000;
}

void steady_start(void)
{
	int64_t none = 0;

	atomic_compare_exchange_strong(&start_us, &none,
		clock_us(CLOCK_REALTIME) - clock_us(CLOCK_MONOTONIC));
}

__attribute__((visibility("default")))
void su_time(su_time_t *now)
{
	int64_t us = atomic_load(&start_us) + clock_us(CLOCK_MONOTONIC);

	now->tv_sec = (unsigned long)(us / SEC_US + EPOCH_1900_SEC);
	now->tv_usec = (unsigned long)(us % SEC_US);
}
