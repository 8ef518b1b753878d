/* One rule of a rule file. */
#pragma once

#include "rules/value.h"

/* Adds it to the options; its receipts are theirs unless it says otherwise. */
bool script_take_rule(struct reader *reader, config_setting_t *group);
