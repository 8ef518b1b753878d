/* iwfd: arguments, signals, readiness. */
#include "gateway.h"

#include <getopt.h>
#include <libxml/parser.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#define DEFAULT_CONF "/etc/cpm-iwf/iwf.conf"
#define PERIOD_SEC 5
/* Each half minute, when so much lies free. */
#define ROUNDS_PER_TRIM 6
#define TRIM_LEN (4u << 20)

static void usage(FILE *to)
{
	fputs("Usage: iwfd [-c FILE] [--check | --print]\n"
	      "Gateway between CPM (SIP) and SMS (SMPP).\n\n"
	      "  -c, --config FILE  configuration, default " DEFAULT_CONF "\n"
	      "      --check        read and judge the configuration, start "
	      "nothing\n"
	      "      --print        every setting with its default, as a "
	      "sample\n"
	      "      --version      print the version\n"
	      "      --help         print this\n\n"
	      "Runs in the foreground. SIGHUP reads the configuration again, "
	      "SIGTERM\nfinishes what is under way and ends.\n", to);
}

static void print_why(const char *path, const struct iwf_why *why)
{
	const char *file = why->file ? why->file : path;

	if (why->at)
		fprintf(stderr, "%s:%zu: %s\n", file, why->at, why->text);
	else
		fprintf(stderr, "%s: %s\n", file, why->text);
}

enum mode { MODE_RUN, MODE_CHECK, MODE_PRINT };

static enum mode parse_args(int argc, char **argv, const char **path)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'k' },
		{ "print", no_argument, NULL, 'p' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	enum mode mode = MODE_RUN;
	int c;

	while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			*path = optarg;
			break;
		case 'k':
			mode = MODE_CHECK;
			break;
		case 'p':
			mode = MODE_PRINT;
			break;
		case 'v':
			puts("iwfd " IWF_VERSION);
			exit(0);
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	}
	if (optind == argc)
		return mode;
	usage(stderr);
	exit(2);
}

static int print_all(const struct settings *settings)
{
	struct iwf_buf text = { 0 };

	settings_print(&text, settings);
	fwrite(text.ptr, 1, text.len, stdout);
	iwf_buf_free(&text);
	return 0;
}

static void reload(struct gateway *gateway)
{
	struct iwf_why why;
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
		   (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
	/* What is wrong with it is in the log; the old one goes on. */
	gateway_reload(gateway, &why);
	sd_notify(0, "READY=1");
}

/* What a burst needed lies in pieces between what is still wanted: the
 * allocator gives it back only when asked. */
static void give_back_memory(void)
{
	struct mallinfo2 heap = mallinfo2();

	if (heap.fordblks > TRIM_LEN && heap.fordblks > heap.uordblks / 4)
		malloc_trim(0);
}

/* Until SIGTERM or SIGINT; tells the service manager that we are alive. */
static void run(struct gateway *gateway, const sigset_t *signals)
{
	struct timespec period = { .tv_sec = PERIOD_SEC };
	unsigned rounds = 0;
	char status[160];
	int number;

	sd_notify(0, "READY=1");
	for (;;) {
		number = sigtimedwait(signals, NULL, &period);
		if (number == SIGTERM || number == SIGINT)
			break;
		if (number == SIGHUP)
			reload(gateway);
		gateway_look(gateway);
		/* Asks the relay's loop: a stuck one lets the watchdog bite. */
		gateway_status(gateway, status, sizeof(status));
		sd_notifyf(0, "WATCHDOG=1\nSTATUS=%s", status);
		if (++rounds % ROUNDS_PER_TRIM == 0)
			give_back_memory();
	}
	sd_notify(0, "STOPPING=1");
}

static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGHUP);
	sigprocmask(SIG_BLOCK, signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
	const char *path = DEFAULT_CONF;
	enum mode mode = parse_args(argc, argv, &path);
	struct settings *settings;
	struct gateway *gateway;
	struct iwf_why why;
	sigset_t signals;
	enum iwf_err err;

	xmlInitParser();
	err = settings_read(&settings, path, &why);
	if (err && mode != MODE_PRINT) {
		print_why(path, &why);
		settings_destroy(&settings);
		return 1;
	}
	if (mode == MODE_PRINT) {
		print_all(settings);
	} else if (mode == MODE_CHECK) {
		printf("%s: ok\n", path);
	} else {
		block_signals(&signals);
		if (gateway_start(&gateway, settings, path, &why)) {
			print_why(path, &why);
			return 1;
		}
		run(gateway, &signals);
		gateway_stop(&gateway);
		settings = NULL;
	}
	settings_destroy(&settings);
	xmlCleanupParser();
	return 0;
}
