/* How a text is written and cut, and what about it costs, as lines for an
 * operator. Pure. */
#pragma once

#include "rows.h"
#include "text/split.h"

/* Alphabet, units, short messages and where they begin and end. */
void smpp_explain_split(const struct smpp_conf *conf,
			const struct smpp_split *split, struct iwf_buf *text);
/* Which characters of the body the alphabet lacks, and which settings would
 * save a short message. split NULL: the body was refused. */
void smpp_explain_wording(const struct smpp_conf *conf, struct iwf_str body,
			  const struct smpp_split *split, struct iwf_buf *text);
