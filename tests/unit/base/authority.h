/* A certificate authority for tests, and the certificates it issues, as files
 * in a folder of their own. */
#pragma once

#include <openssl/ssl.h>

struct authority;

struct authority *authority_create(const char *name);
/* Removes the folder too. */
void authority_destroy(struct authority **authority);
/* Its own certificate's file. */
const char *authority_file(const struct authority *authority);

/* What a certificate says: its name ("DNS:a.example", "IP:127.0.0.1") and its
 * days from now. */
struct leaf {
	const char *name;
	int from_days;
	int to_days;
};
/* The path of a file with certificate and key, valid until the next call. */
const char *authority_issue(struct authority *authority,
			    const struct leaf *leaf);
/* A file in the folder with this text; valid until the next call. */
const char *authority_note(struct authority *authority, const char *name,
			   const char *text);
