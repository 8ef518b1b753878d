/* Sofia's timers follow a clock that nobody sets. */
#pragma once

/* Before the first loop; later calls do nothing. */
void steady_start(void);
