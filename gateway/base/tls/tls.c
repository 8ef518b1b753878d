/* What one side of TLS shows and believes, on OpenSSL 3 (RFC 8446, RFC 5246;
 * RFC 9325 for what is switched off). */
#include "base/tls/tls.h"

#include <iwf/arena.h>

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define PATH_LEN 4097

static enum iwf_err refuse(struct iwf_why *why, struct iwf_str file,
			   const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);

	if (ERR_SYSTEM_ERROR(code))
		reason = strerror(ERR_GET_REASON(code));
	ERR_clear_error();
	return iwf_why_set(why, IWF_E_IO, 0, "%.*s: %s%s%s",
			   (int)(file.len < 100 ? file.len : 100), file.ptr,
			   what, reason ? ": " : "", reason ? reason : "");
}

/* Without this OpenSSL asks at the terminal. */
static int no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)arg;
	return 0;
}

static void path_of(struct iwf_str file, char path[PATH_LEN])
{
	snprintf(path, PATH_LEN, "%.*s", IWF_STR_ARG(file));
}

static enum iwf_err load_own(struct iwf_tls *tls,
			     const struct iwf_tls_conf *conf,
			     struct iwf_why *why)
{
	struct iwf_str key_file = conf->key_file.len ? conf->key_file :
		conf->cert_file;
	char path[PATH_LEN];

	if (!conf->cert_file.len && conf->key_file.len)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "key_file without cert_file");
	if (!conf->cert_file.len && tls->side == IWF_TLS_SERVER)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "a TLS listener needs cert_file");
	if (!conf->cert_file.len)
		return IWF_OK;
	path_of(conf->cert_file, path);
	if (SSL_CTX_use_certificate_chain_file(tls->shared, path) != 1)
		return refuse(why, conf->cert_file, "no usable certificate");
	path_of(key_file, path);
	if (SSL_CTX_use_PrivateKey_file(tls->shared, path, SSL_FILETYPE_PEM) !=
	    1)
		return refuse(why, key_file, "no usable key");
	if (SSL_CTX_check_private_key(tls->shared) != 1)
		return refuse(why, key_file, "the key of another certificate");
	return IWF_OK;
}

/* The system's, when no file is named. */
static enum iwf_err load_authorities(struct iwf_tls *tls, struct iwf_str file,
				     struct iwf_why *why)
{
	struct stat found;
	char path[PATH_LEN];

	if (!file.len) {
		SSL_CTX_set_default_verify_paths(tls->shared);
		return IWF_OK;
	}
	path_of(file, path);
	if (stat(path, &found))
		return iwf_why_set(why, IWF_E_IO, 0, "%.100s: %s", path,
				   strerror(errno));
	if (S_ISDIR(found.st_mode))
		return SSL_CTX_load_verify_dir(tls->shared, path) == 1 ?
			IWF_OK : refuse(why, file, "no usable folder");
	if (SSL_CTX_load_verify_file(tls->shared, path) != 1)
		return refuse(why, file, "no usable authority");
	/* Tells clients which certificates to show. */
	if (tls->side == IWF_TLS_SERVER)
		SSL_CTX_set_client_CA_list(tls->shared,
					   SSL_load_client_CA_file(path));
	return IWF_OK;
}

static enum iwf_err load_verify(struct iwf_tls *tls,
				const struct iwf_tls_conf *conf,
				struct iwf_why *why)
{
	int mode = SSL_VERIFY_PEER;

	if (!conf->verify)
		return IWF_OK;
	if (tls->side == IWF_TLS_SERVER) {
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
		if (!conf->ca_file.len)
			return iwf_why_set(why, IWF_E_SYNTAX, 0,
					   "verify needs ca_file");
	}
	SSL_CTX_set_verify(tls->shared, mode, NULL);
	return load_authorities(tls, conf->ca_file, why);
}

static enum iwf_err load_ciphers(struct iwf_tls *tls, struct iwf_str ciphers,
				 struct iwf_why *why)
{
	char words[1025];

	if (!ciphers.len)
		return IWF_OK;
	snprintf(words, sizeof(words), "%.*s", IWF_STR_ARG(ciphers));
	if (SSL_CTX_set_cipher_list(tls->shared, words) == 1)
		return IWF_OK;
	ERR_clear_error();
	return iwf_why_set(why, IWF_E_SYNTAX, 0,
			   "ciphers: OpenSSL knows none of them");
}

static void set_up(struct iwf_tls *tls, const struct iwf_tls_conf *conf)
{
	/* A session of one listener is no proof of a client to another. */
	static const unsigned char scope[] = "iwf";

	SSL_CTX_set_min_proto_version(tls->shared,
				      conf->version_min == IWF_TLS_1_3 ?
				      TLS1_3_VERSION : TLS1_2_VERSION);
	SSL_CTX_set_options(tls->shared, SSL_OP_NO_RENEGOTIATION |
			    SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_read_ahead(tls->shared, 1);
	SSL_CTX_set_default_passwd_cb(tls->shared, no_passphrase);
	SSL_CTX_set_session_id_context(tls->shared, scope, sizeof(scope) - 1);
}

enum iwf_err iwf_tls_create(struct iwf_tls **out, enum iwf_tls_side side,
			    const struct iwf_tls_conf *conf,
			    struct iwf_why *why)
{
	struct iwf_tls *tls;
	enum iwf_err err;

	*out = NULL;
	if (!conf->enable)
		return IWF_OK;
	ERR_clear_error();
	tls = IWF_NEW(struct iwf_tls);
	tls->shared = SSL_CTX_new(TLS_method());
	IWF_BUG_ON(!tls->shared);
	tls->side = side;
	tls->verify = conf->verify;
	snprintf(tls->server_name, sizeof(tls->server_name), "%.*s",
		 IWF_STR_ARG(conf->server_name));
	set_up(tls, conf);
	err = load_ciphers(tls, conf->ciphers, why);
	if (!err)
		err = load_own(tls, conf, why);
	if (!err)
		err = load_verify(tls, conf, why);
	if (err)
		iwf_tls_destroy(&tls);
	*out = tls;
	return err;
}

struct iwf_tls *tls_share(const struct iwf_tls *tls)
{
	struct iwf_tls *shared;

	if (!tls)
		return NULL;
	shared = IWF_NEW(struct iwf_tls);
	*shared = *tls;
	SSL_CTX_up_ref(shared->shared);
	return shared;
}

void iwf_tls_destroy(struct iwf_tls **tls)
{
	if (!*tls)
		return;
	SSL_CTX_free((*tls)->shared);
	free(*tls);
	*tls = NULL;
}

int64_t iwf_tls_expires_at(const struct iwf_tls *tls)
{
	X509 *own = tls ? SSL_CTX_get0_certificate(tls->shared) : NULL;
	struct tm end = { 0 };

	if (!own || ASN1_TIME_to_tm(X509_get0_notAfter(own), &end) != 1)
		return 0;
	return timegm(&end);
}
