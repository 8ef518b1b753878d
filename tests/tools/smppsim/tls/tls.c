/* What the simulator shows by TLS and whom it believes. */
#include "tls/tls.h"

#include "core/buf.h"
#include "options.h"
#include "tls/link.h"
#include "tls/self.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool complain(const char *file, const char *what)
{
	const unsigned long error = ERR_peek_last_error();
	const char *reason = ERR_SYSTEM_ERROR(error) ?
				     strerror(ERR_GET_REASON(error)) :
				     ERR_reason_error_string(error);

	fprintf(stderr, "smppsim: %s: %s%s%s\n", file, what,
		reason ? ": " : "", reason ? reason : "");
	ERR_clear_error();
	return false;
}

static bool show(struct tls *tls, const struct options_tls *options,
		 bool is_called)
{
	const char *key = options->key ? options->key : options->cert;

	if (!options->cert)
		return !is_called || self_certify(tls->shared) ||
		       complain("TLS", "cannot make a certificate");
	if (SSL_CTX_use_certificate_chain_file(tls->shared, options->cert) != 1)
		return complain(options->cert, "no certificate");
	if (SSL_CTX_use_PrivateKey_file(tls->shared, key, SSL_FILETYPE_PEM) !=
	    1)
		return complain(key, "no key of that certificate");
	return true;
}

static bool believe(struct tls *tls, const char *file)
{
	if (!file)
		return true;
	if (SSL_CTX_load_verify_file(tls->shared, file) != 1)
		return complain(file, "no certificate of an authority");
	SSL_CTX_set_verify(tls->shared, SSL_VERIFY_PEER |
			   SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_client_CA_list(tls->shared, SSL_load_client_CA_file(file));
	return true;
}

static bool save(struct tls *tls, const char *file)
{
	if (!file || self_save(tls->shared, file))
		return true;
	fprintf(stderr, "smppsim: %s: %s\n", file, strerror(errno));
	return false;
}

static void limit_version(struct tls *tls, long version)
{
	static const int versions[] = { 0, TLS1_2_VERSION, TLS1_3_VERSION };

	SSL_CTX_set_min_proto_version(tls->shared, versions[version]);
	SSL_CTX_set_max_proto_version(tls->shared, versions[version]);
}

struct tls *tls_create(const struct options *options)
{
	static const unsigned char scope[] = "smppsim";
	const bool is_smsc = options->role == ROLE_SMSC;
	struct tls *tls = mem_alloc(sizeof(*tls));

	tls->name = options->tls.name;
	if (!tls->name && !is_smsc)
		tls->name = options->esme.host;
	tls->shared = SSL_CTX_new(TLS_method());
	if (!tls->shared)
		abort();
	SSL_CTX_set_mode(tls->shared, SSL_MODE_ENABLE_PARTIAL_WRITE |
			 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_options(tls->shared, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_session_id_context(tls->shared, scope, sizeof(scope) - 1);
	limit_version(tls, options->tls.version);
	if (!show(tls, &options->tls, is_smsc || options->esme.await_outbind) ||
	    !believe(tls, options->tls.ca) || !save(tls, options->tls.save))
		tls_destroy(&tls);
	return tls;
}

void tls_destroy(struct tls **tls)
{
	if (!*tls)
		return;
	SSL_CTX_free((*tls)->shared);
	free(*tls);
	*tls = NULL;
}
