/* A certificate of its own for an SMSC that was given none. */
#include "tls/self.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#define DAYS 30
#define DAY_SEC 86400L

static bool extend(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX about;
	bool is_good;

	X509V3_set_ctx(&about, cert, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &about, nid, value);
	is_good = extension && X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return is_good;
}

static bool number(X509 *cert)
{
	unsigned char octets[4];
	unsigned long serial = 0;

	if (RAND_bytes(octets, sizeof(octets)) != 1)
		return false;
	for (size_t i = 0; i < sizeof(octets); i++)
		serial = serial << 8 | octets[i];
	return ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert),
				       serial + 1) == 1;
}

static bool fill(X509 *cert, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(cert);
	const unsigned char *own = (const unsigned char *)"smppsim";

	return X509_set_version(cert, 2) == 1 && number(cert) &&
	       X509_gmtime_adj(X509_getm_notBefore(cert), -DAY_SEC) &&
	       X509_gmtime_adj(X509_getm_notAfter(cert), DAYS * DAY_SEC) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, own, -1, -1,
					  0) == 1 &&
	       X509_set_issuer_name(cert, name) == 1 &&
	       X509_set_pubkey(cert, key) == 1 &&
	       extend(cert, NID_basic_constraints, "critical,CA:TRUE") &&
	       extend(cert, NID_subject_alt_name,
		      "DNS:localhost,IP:127.0.0.1,IP:::1") &&
	       X509_sign(cert, key, EVP_sha256()) > 0;
}

bool self_certify(SSL_CTX *shared)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	const bool is_good = key && cert && fill(cert, key) &&
			     SSL_CTX_use_certificate(shared, cert) == 1 &&
			     SSL_CTX_use_PrivateKey(shared, key) == 1;

	X509_free(cert);
	EVP_PKEY_free(key);
	return is_good;
}

bool self_save(SSL_CTX *shared, const char *path)
{
	FILE *file = fopen(path, "we");
	bool is_good;

	if (!file)
		return false;
	is_good = PEM_write_X509(file, SSL_CTX_get0_certificate(shared)) == 1;
	return fclose(file) == 0 && is_good;
}
