/* What Sofia-SIP can do, alone: takes each MESSAGE on 127.0.0.1:PORT and answers
 * it 202 without state. Nothing is looked at, kept or synced. Ends with its
 * standard input. */
#include <sofia-sip/msg.h>
#include <sofia-sip/nta.h>
#include <sofia-sip/nta_stateless.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/su_wait.h>

#include <stdio.h>
#include <unistd.h>

static int on_message(nta_agent_magic_t *magic, nta_agent_t *agent, msg_t *msg,
		      sip_t *sip)
{
	(void)magic;
	if (!sip || !sip->sip_request) {
		msg_destroy(msg);
		return 0;
	}
	nta_msg_treply(agent, msg, SIP_202_ACCEPTED, TAG_END());
	return 0;
}

static int on_input(su_root_magic_t *magic, su_wait_t *wait,
		    su_wakeup_arg_t *arg)
{
	char rest[64];

	(void)magic;
	(void)wait;
	if (read(STDIN_FILENO, rest, sizeof(rest)) <= 0)
		su_root_break((su_root_t *)arg);
	return 0;
}

/* The watch's number. */
static int watch_input(su_root_t *root)
{
	su_wait_t wait[1];

	su_wait_create(wait, STDIN_FILENO, SU_WAIT_IN);
	return su_root_register(root, wait, on_input, (su_wakeup_arg_t *)root,
				0);
}

int main(int argc, char **argv)
{
	char uri[64];
	nta_agent_t *agent;
	su_root_t *root;
	int watch;

	snprintf(uri, sizeof(uri), "sip:127.0.0.1:%s;transport=udp",
		 argc > 1 ? argv[1] : "5060");
	su_init();
	root = su_root_create(NULL);
	agent = nta_agent_create(root, URL_STRING_MAKE(uri), on_message, NULL,
				 NTATAG_UA(0), NTATAG_STATELESS(1),
				 TAG_END());
	if (!agent) {
		fprintf(stderr, "limit_nta: %s cannot be used\n", uri);
		return 1;
	}
	watch = watch_input(root);
	printf("ready\n");
	fflush(stdout);
	su_root_run(root);
	su_root_deregister(root, watch);
	nta_agent_destroy(agent);
	su_root_destroy(root);
	su_deinit();
	return 0;
}
