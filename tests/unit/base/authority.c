/* See authority.h. */
#include "authority.h"

#include <iwf/arena.h>
#include <iwf/err.h>

#include <dirent.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY (24L * 3600)

struct authority {
	char folder[64];
	char file[128];
	char path[128];
	unsigned count;
	X509 *own;
	EVP_PKEY *key;
};

static void extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;

	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	IWF_BUG_ON(!extension);
	X509_add_ext(cert, extension, -1);
	X509_EXTENSION_free(extension);
}

static X509 *begin(EVP_PKEY *key, const char *name, const struct leaf *leaf)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)random() + 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), leaf->from_days * DAY);
	X509_gmtime_adj(X509_getm_notAfter(cert), leaf->to_days * DAY);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	return cert;
}

static void save(const char *path, X509 *cert, EVP_PKEY *key)
{
	FILE *file = fopen(path, "we");

	IWF_BUG_ON(!file);
	PEM_write_X509(file, cert);
	if (key)
		PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
	fclose(file);
}

struct authority *authority_create(const char *name)
{
	const struct leaf leaf = { name, -1, 1 };
	struct authority *ca = IWF_NEW(struct authority);

	snprintf(ca->folder, sizeof(ca->folder), "/tmp/iwf-tls-XXXXXX");
	IWF_BUG_ON(!mkdtemp(ca->folder));
	snprintf(ca->file, sizeof(ca->file), "%s/ca.pem", ca->folder);
	ca->key = EVP_EC_gen("P-256");
	ca->own = begin(ca->key, name, &leaf);
	X509_set_issuer_name(ca->own, X509_get_subject_name(ca->own));
	extend(ca->own, ca->own, NID_basic_constraints, "critical,CA:TRUE");
	X509_sign(ca->own, ca->key, EVP_sha256());
	save(ca->file, ca->own, NULL);
	return ca;
}

void authority_destroy(struct authority **authority)
{
	struct authority *gone = *authority;
	DIR *folder = opendir(gone->folder);
	const struct dirent *entry;

	while ((entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0);
	closedir(folder);
	rmdir(gone->folder);
	X509_free(gone->own);
	EVP_PKEY_free(gone->key);
	free(gone);
	*authority = NULL;
}

const char *authority_file(const struct authority *authority)
{
	return authority->file;
}

const char *authority_issue(struct authority *ca, const struct leaf *leaf)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = begin(key, "leaf", leaf);

	X509_set_issuer_name(cert, X509_get_subject_name(ca->own));
	extend(cert, ca->own, NID_subject_alt_name, leaf->name);
	X509_sign(cert, ca->key, EVP_sha256());
	snprintf(ca->path, sizeof(ca->path), "%s/leaf%u.pem", ca->folder,
		 ca->count++);
	save(ca->path, cert, key);
	X509_free(cert);
	EVP_PKEY_free(key);
	return ca->path;
}

const char *authority_note(struct authority *ca, const char *name,
			   const char *text)
{
	FILE *file;

	snprintf(ca->path, sizeof(ca->path), "%s/%s", ca->folder, name);
	file = fopen(ca->path, "we");
	IWF_BUG_ON(!file);
	fputs(text, file);
	fclose(file);
	return ca->path;
}
