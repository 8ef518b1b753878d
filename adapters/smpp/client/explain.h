/* What a link would send for a message, as lines for an operator. */
#pragma once

#include <iwf/adapter.h>

/* See struct iwf_ops. */
void smpp_explain(struct iwf_link *link, const struct iwf_message *msg,
		  struct iwf_buf *text);
