/* TLS for streams: what a side shows and whom it believes, read from files
 * once and shared by all connections made with it. */
#pragma once

#include <iwf/setting.h>

enum iwf_tls_version { IWF_TLS_1_2, IWF_TLS_1_3 };

/* One struct for both sides; the rows say what it means to each. */
struct iwf_tls_conf {
	bool enable;
	struct iwf_str ca_file;     /* or a folder of hashed names */
	struct iwf_str cert_file;   /* PEM, the issuers' behind it */
	struct iwf_str key_file;    /* empty: in cert_file */
	struct iwf_str server_name; /* clients: in the place of the host */
	struct iwf_str ciphers;     /* of TLS 1.2, OpenSSL's words */
	uint32_t version_min;       /* enum iwf_tls_version */
	bool verify;                /* the peer's certificate */
};

/* For a group `tls` of who connects, and of who listens. */
IWF_EXPORT extern const struct iwf_setting iwf_tls_client_rows[];
IWF_EXPORT extern const struct iwf_setting iwf_tls_server_rows[];

enum iwf_tls_side { IWF_TLS_CLIENT, IWF_TLS_SERVER };

struct iwf_tls;

/* Reads the files; why names the file that is of no use. Not enabled: *tls is
 * NULL, which streams take as "in clear". Connections keep what they need: it
 * may be destroyed, or replaced after its files were renewed, at any time. */
IWF_EXPORT enum iwf_err iwf_tls_create(struct iwf_tls **tls,
				       enum iwf_tls_side side,
				       const struct iwf_tls_conf *conf,
				       struct iwf_why *why);
/* Accepts a pointer to NULL. */
IWF_EXPORT void iwf_tls_destroy(struct iwf_tls **tls);
/* When our own certificate ends, seconds since 1970; 0: we show none. */
IWF_EXPORT int64_t iwf_tls_expires_at(const struct iwf_tls *tls);
