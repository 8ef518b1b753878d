/* The protocol implementation conformance statement: what of SMPP each role
 * knows. */
#pragma once

/* To standard output, from the tables that the simulator works by. */
void pics_print(void);
