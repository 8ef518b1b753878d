/* What a link's settings say of texts. */
#pragma once

#include "rows.h"
#include "text/choose.h"
#include "text/incoming.h"

/* Settings that exclude one another; why->text says which. */
enum iwf_err smpp_wording_check(const struct smpp_conf *conf,
				struct iwf_why *why);
void smpp_wording_rules(const struct smpp_conf *conf,
			struct smpp_text_rules *rules);
void smpp_wording_reading(const struct smpp_conf *conf,
			  struct smpp_reading_rules *rules);
/* What data_coding 0 means at this SMSC. */
enum smpp_alphabet smpp_wording_zero(const struct smpp_conf *conf);
