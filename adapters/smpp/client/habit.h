/* Where an SMSC differs from the specification by its link's settings. Pure. */
#pragma once

#include "rows.h"
#include "wire/smpp_status.h"

/* smpp_status_get, but for what the settings call throttling. */
const struct smpp_status *smpp_habit_status(const struct smpp_conf *conf,
					    uint32_t code);
/* The settings' own rules; why says which value is none. */
enum iwf_err smpp_habit_check(const struct smpp_conf *conf,
			      struct iwf_why *why);
