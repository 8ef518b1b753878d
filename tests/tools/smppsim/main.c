/* smppsim: an SMSC on a port, for testers (SMPP 3.4). */
#include "control/ctl.h"
#include "pics.h"
#include "sim/sim.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* SIGINT and SIGTERM as something the loop can wait for. */
struct stopper {
	struct loop_watch watch;
	struct sim *sim;
};

static void stop_on_signal(struct loop_watch *watch, uint32_t events)
{
	struct stopper *stopper = loop_owner(watch, struct stopper, watch);
	struct signalfd_siginfo got;

	(void)events;
	if (read(watch->fd, &got, sizeof(got)) > 0)
		stopper->sim->is_over = true;
}

static int stop_open(void)
{
	sigset_t signals;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int run(const struct options *options)
{
	struct stopper stopper = { .watch = { .fd = stop_open(),
					      .on_ready = stop_on_signal } };
	struct sim *sim = sim_create(options);

	if (!sim)
		return 1;
	stopper.sim = sim;
	loop_watch(sim->loop, &stopper.watch, EPOLLIN);
	while (!sim->is_over)
		sim_turn(sim);

	const int status = sim_finish(sim);

	sim_destroy(&sim);
	close(stopper.watch.fd);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	int status = 0;

	if (argc > 1 && strcmp(argv[1], "ctl") == 0)
		return ctl_run(argc - 1, argv + 1);
	switch (options_parse(&options, argc, argv)) {
	case OPTIONS_RUN:
		status = run(&options);
		break;
	case OPTIONS_HELP:
		options_print_help();
		break;
	case OPTIONS_PICS:
		pics_print();
		break;
	case OPTIONS_WRONG:
		fputs("smppsim: see smppsim --help\n", stderr);
		status = 2;
		break;
	}
	options_destroy(&options);
	return status;
}
