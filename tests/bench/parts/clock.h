/* The clock that markers carry: monotonic, the same for every process. */
#pragma once

#include <stdint.h>

uint64_t clock_us(void);
