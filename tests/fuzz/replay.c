/* Feeds every file of the given folders to a fuzz target, without libFuzzer.
 * Fails if a file cannot be read or there is none. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

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

static int replay(const char *folder, const char *name)
{
	char path[4096];
	uint8_t *bytes = NULL;
	size_t len = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (file) {
		bytes = read_all(file, &len);
		fclose(file);
	}
	if (!bytes) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return -1;
	}
	/* Whoever dies has been named. */
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(bytes, len);
	free(bytes);
	return 0;
}

static int replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int count = 0;

	if (!dir) {
		perror(folder);
		return -1;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (replay(folder, entry->d_name)) {
			count = -1;
			break;
		}
		count++;
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++) {
		int found = replay_folder(argv[i]);

		if (found <= 0) {
			fprintf(stderr, "%s: nothing replayed\n", argv[i]);
			return 1;
		}
		count += found;
	}
	printf("%d inputs replayed\n", count);
	return count ? 0 : 1;
}
