/* A link's TLS: read at the start, and again with every reload. */
#pragma once

#include "client/link.h"

/* *tls stays NULL when the settings ask for none. */
enum iwf_err smpp_tls_read(const struct smpp_conf *conf, struct iwf_tls **tls,
			   struct iwf_why *why);
/* The settings, not the files, for a link's fingerprint: renewed files end no
 * connection. */
void smpp_tls_print(const struct smpp_conf *conf, struct iwf_buf *text);
/* Reads the files anew for the next connections; a warning, and the old ones go
 * on, when they are of no use. */
void smpp_tls_renew(struct smpp_link *link);
/* Metric of when our certificate ends, and a warning when that is soon. */
void smpp_tls_tell(struct smpp_link *link);
