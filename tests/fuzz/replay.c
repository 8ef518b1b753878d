/* Feeds every file of the given folders to a fuzz target, without libFuzzer.
 * Fails if a file cannot be read or there is none. */
#include "corpus.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int main(int argc, char **argv)
{
	struct corpus corpus = { .count = 0 };
	size_t count;

	for (int i = 1; i < argc; i++)
		if (corpus_read(&corpus, argv[i])) {
			corpus_free(&corpus);
			return 1;
		}
	for (size_t i = 0; i < corpus.count; i++) {
		/* Whoever dies has been named. */
		fprintf(stderr, "%s\n", corpus.seeds[i].path);
		LLVMFuzzerTestOneInput(corpus.seeds[i].bytes,
				       corpus.seeds[i].len);
	}
	count = corpus.count;
	corpus_free(&corpus);
	printf("%zu inputs replayed\n", count);
	return count ? 0 : 1;
}
