/* The rule file (libconfig syntax): rules, accounts, steps in time,
 * expectations and options. */
#pragma once

#include "options.h"

/* Adds what the file says; options keep the file, as their strings are its.
 * False with a reason, after a message on stderr that names the line. */
bool script_read(struct options *options, const char *path, const char **why);
void script_destroy(struct script **script);
