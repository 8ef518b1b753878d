/* The seeds of a fuzz target, read from folders. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct seed {
	char *path;
	uint8_t *bytes; /* memory of just this length */
	size_t len;
};

struct corpus {
	struct seed *seeds; /* in the order of their paths */
	size_t count;
};

/* Adds every file of the folder. -1, and it is said why, when one cannot be
 * read or there is none. */
int corpus_read(struct corpus *corpus, const char *folder);

void corpus_free(struct corpus *corpus);
