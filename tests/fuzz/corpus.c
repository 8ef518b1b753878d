/* Reads seeds of a fuzz target. */
#include "corpus.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* In memory of just this length: a sanitizer sees the first octet too far. */
static uint8_t *read_all(FILE *file, size_t *len)
{
	struct stat st;
	uint8_t *bytes;

	if (fstat(fileno(file), &st) || !S_ISREG(st.st_mode))
		return NULL;
	*len = (size_t)st.st_size;
	bytes = malloc(*len);
	if (bytes && fread(bytes, 1, *len, file) == *len)
		return bytes;
	free(bytes);
	return NULL;
}

static int add(struct corpus *corpus, const char *folder, const char *name)
{
	struct seed seed = { .bytes = NULL };
	FILE *file;

	if (asprintf(&seed.path, "%s/%s", folder, name) < 0)
		abort();
	file = fopen(seed.path, "rb");
	if (file) {
		seed.bytes = read_all(file, &seed.len);
		fclose(file);
	}
	if (!seed.bytes) {
		fprintf(stderr, "%s: cannot be read\n", seed.path);
		free(seed.path);
		return -1;
	}
	corpus->seeds = reallocarray(corpus->seeds, corpus->count + 1,
				     sizeof(seed));
	if (!corpus->seeds)
		abort();
	corpus->seeds[corpus->count++] = seed;
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct seed *)a)->path,
		      ((const struct seed *)b)->path);
}

int corpus_read(struct corpus *corpus, const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	size_t before = corpus->count;
	int err = 0;

	if (!dir) {
		perror(folder);
		return -1;
	}
	while (!err && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			err = add(corpus, folder, entry->d_name);
	closedir(dir);
	if (!err && corpus->count == before) {
		fprintf(stderr, "%s: no seeds\n", folder);
		err = -1;
	}
	if (!err)
		qsort(corpus->seeds, corpus->count, sizeof(struct seed), by_path);
	return err;
}

void corpus_free(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->count; i++) {
		free(corpus->seeds[i].path);
		free(corpus->seeds[i].bytes);
	}
	free(corpus->seeds);
	*corpus = (struct corpus){ .count = 0 };
}
