/* Feeds mutations of a corpus to a fuzz target, without libFuzzer:
 *     mutated_NAME [--seed N] [--count N] [--only N] [--write FILE] FOLDER...
 * A child runs them; what it dies of is told by the numbers that make it
 * again, and kept as FILE if one is named. */
#include "mutate.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define DEFAULT_SEED 3862
#define DEFAULT_COUNT 100000
/* Of processor time, with sanitizers: no input of this size is worth more. */
#define INPUT_MAX_MS 1000

struct run {
	struct corpus corpus;
	uint64_t seed, first, count;
	const char *write;
};

/* What the child tells, also when it dies. */
struct board {
	uint64_t number;
	uint64_t slowest, slowest_us;
};

static uint64_t spent_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* In memory of just this length: a sanitizer sees the first octet too far. */
static void feed(const struct mutant *mutant)
{
	uint8_t *bytes = malloc(mutant->len);

	if (!bytes)
		abort();
	memcpy(bytes, mutant->bytes, mutant->len);
	LLVMFuzzerTestOneInput(bytes, mutant->len);
	free(bytes);
}

static void feed_all(const struct run *run, volatile struct board *board)
{
	static struct mutant mutant;
	uint64_t end = run->first + run->count;

	for (uint64_t i = run->first;
	     i < end && board->slowest_us <= INPUT_MAX_MS * 1000; i++) {
		uint64_t began, took;

		board->number = i;
		mutate(&run->corpus, run->seed, i, &mutant);
		began = spent_us();
		feed(&mutant);
		took = spent_us() - began;
		if (took <= board->slowest_us)
			continue;
		board->slowest_us = took;
		board->slowest = i;
	}
}

static void keep(const struct run *run, uint64_t number)
{
	static struct mutant mutant;
	FILE *file;

	mutate(&run->corpus, run->seed, number, &mutant);
	printf("input %" PRIu64 " of --seed %" PRIu64 ", %zu octets, made of "
	       "%s\n", number, run->seed, mutant.len,
	       run->corpus.seeds[mutant.of].path);
	if (!run->write)
		return;
	file = fopen(run->write, "wb");
	if (!file || fwrite(mutant.bytes, 1, mutant.len, file) != mutant.len ||
	    fclose(file))
		perror(run->write);
}

static int judge(const struct run *run, const struct board *board, int status)
{
	printf("%" PRIu64 " inputs, --seed %" PRIu64 ", slowest %" PRIu64
	       " us\n", run->count, run->seed, board->slowest_us);
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		printf("FAILED: it died, status 0x%x\n", (unsigned)status);
		keep(run, board->number);
		return 1;
	}
	if (board->slowest_us > INPUT_MAX_MS * 1000) {
		printf("FAILED: one input took more than %d ms\n",
		       INPUT_MAX_MS);
		keep(run, board->slowest);
		return 1;
	}
	return 0;
}

static int run_all(struct run *run)
{
	struct board *board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = -1;
	pid_t child;

	if (board == MAP_FAILED || (child = fork()) < 0) {
		perror("fork");
		return 1;
	}
	if (!child) {
		feed_all(run, board);
		corpus_free(&run->corpus);
		exit(0);
	}
	waitpid(child, &status, 0);
	return judge(run, board, status);
}

static int take_options(int argc, char **argv, struct run *run)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "count", required_argument, NULL, 'c' },
		{ "only", required_argument, NULL, 'o' },
		{ "write", required_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		uint64_t number = optarg ? strtoull(optarg, NULL, 10) : 0;

		if (option == 's') {
			run->seed = number;
		} else if (option == 'c') {
			run->count = number;
		} else if (option == 'o') {
			run->first = number;
			run->count = 1;
		} else if (option == 'w') {
			run->write = optarg;
		} else {
			return -1;
		}
	}
	return optind < argc ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct run run = { .seed = DEFAULT_SEED, .count = DEFAULT_COUNT };
	int status = 0;

	if (take_options(argc, argv, &run)) {
		fprintf(stderr, "usage: %s [--seed N] [--count N] [--only N] "
			"[--write FILE] FOLDER...\n", argv[0]);
		return 2;
	}
	for (int i = optind; i < argc && !status; i++)
		status = corpus_read(&run.corpus, argv[i]) ? 1 : 0;
	if (!status)
		status = run_all(&run);
	corpus_free(&run.corpus);
	return status;
}
