/* See link_tls.h. */
#include "client/link_tls.h"

#define SOON_MS (14ll * 24 * 3600 * 1000)

enum iwf_err smpp_tls_read(const struct smpp_conf *conf, struct iwf_tls **tls,
			   struct iwf_why *why)
{
	struct iwf_why inner = { 0 };
	enum iwf_err err = iwf_tls_create(tls, IWF_TLS_CLIENT, &conf->tls,
					  &inner);

	return err ? iwf_why_set(why, err, 0, "tls: %.180s", inner.text) : err;
}

void smpp_tls_print(const struct smpp_conf *conf, struct iwf_buf *text)
{
	const struct iwf_tls_conf *tls = &conf->tls;

	iwf_buf_printf(text, " %d %.*s %.*s %.*s %.*s %.*s %u %d", tls->enable,
		       IWF_STR_ARG(tls->ca_file), IWF_STR_ARG(tls->cert_file),
		       IWF_STR_ARG(tls->key_file),
		       IWF_STR_ARG(tls->server_name), IWF_STR_ARG(tls->ciphers),
		       tls->version_min, tls->verify);
}

void smpp_tls_tell(struct smpp_link *link)
{
	int64_t ends_at = iwf_tls_expires_at(link->tls);
	int64_t left_ms = ends_at * 1000 - iwf_loop_wall_ms(link->loop);

	iwf_metric_set(&link->metrics[SMPP_METRIC_TLS_EXPIRES], ends_at);
	if (ends_at && left_ms < SOON_MS)
		iwf_log_warning(link->log, "certificate_ends",
				"file=\"%.*s\" days=%lld",
				IWF_STR_ARG(link->conf->tls.cert_file),
				(long long)(left_ms / (24 * 3600 * 1000)));
}

void smpp_tls_renew(struct smpp_link *link)
{
	struct iwf_tls *fresh;
	struct iwf_why why = { 0 };

	if (smpp_tls_read(link->conf, &fresh, &why)) {
		iwf_log_warning(link->log, "tls_kept", "why=\"%s\"", why.text);
		return;
	}
	iwf_tls_destroy(&link->tls);
	link->tls = fresh;
	smpp_tls_tell(link);
}
