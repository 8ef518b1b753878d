/* The settings of TLS as rows, for those who connect and those who listen. */
#include <iwf/tls.h>

static const char *const version_words[] = { "1.2", "1.3", NULL };

#define CONF struct iwf_tls_conf

const struct iwf_setting iwf_tls_client_rows[] = {
	IWF_ROW_BOOL(CONF, enable, "enable", "false",
		     "Connect by TLS instead of in clear"),
	IWF_ROW_TEXT(CONF, ca_file, "ca_file", "", 4096,
		     "Authorities we believe: a PEM file or a folder of hashed "
		     "names; empty: those of the system"),
	IWF_ROW_TEXT(CONF, cert_file, "cert_file", "", 4096,
		     "Our certificate (PEM, issuers behind it), if the peer "
		     "asks for one"),
	IWF_ROW_TEXT(CONF, key_file, "key_file", "", 4096,
		     "Its key (PEM, no passphrase); empty: it is in cert_file"),
	IWF_ROW_BOOL(CONF, verify, "verify", "true",
		     "The peer's certificate must be valid and of its name"),
	IWF_ROW_TEXT(CONF, server_name, "server_name", "", 255,
		     "The name asked for and expected; empty: that of host"),
	IWF_ROW_CHOICE(CONF, version_min, "version_min", "1.2", version_words,
		       "The oldest version of TLS we speak"),
	IWF_ROW_TEXT(CONF, ciphers, "ciphers", "", 1024,
		     "Ciphers of TLS 1.2 in OpenSSL's words; empty: its own"),
	IWF_ROWS_END
};

const struct iwf_setting iwf_tls_server_rows[] = {
	IWF_ROW_BOOL(CONF, enable, "enable", "false",
		     "Take connections by TLS instead of in clear"),
	IWF_ROW_TEXT(CONF, cert_file, "cert_file", "", 4096,
		     "The certificate we show (PEM, issuers behind it)"),
	IWF_ROW_TEXT(CONF, key_file, "key_file", "", 4096,
		     "Its key (PEM, no passphrase); empty: it is in cert_file"),
	IWF_ROW_BOOL(CONF, verify, "verify", "false",
		     "Who connects must show a certificate of ca_file"),
	IWF_ROW_TEXT(CONF, ca_file, "ca_file", "", 4096,
		     "Authorities of clients: a PEM file or a folder of hashed "
		     "names"),
	IWF_ROW_CHOICE(CONF, version_min, "version_min", "1.2", version_words,
		       "The oldest version of TLS we speak"),
	IWF_ROW_TEXT(CONF, ciphers, "ciphers", "", 1024,
		     "Ciphers of TLS 1.2 in OpenSSL's words; empty: its own"),
	IWF_ROWS_END
};
