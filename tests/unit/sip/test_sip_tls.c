/* TLS listeners met by `openssl s_client`: who may talk, and what plain bytes
 * and missing certificates do. */
#include "sip/listener.h"
#include "sip/sip.h"

#include "base/log.h"
#include "base/loop.h"
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DIR_LEN 64

struct bench {
	struct iwf_log *log;
	struct sip *sip;
	struct sip_edge edge;
	unsigned port;
	char uri[64];
};

static const uint8_t hash_key[16] = "0123456789abcdef";
static char dir[DIR_LEN];

static void on_message(struct sip_edge *edge, struct sip_request *req)
{
	(void)edge;
	sip_answer(&req, &(struct sip_answer){ 202, "Accepted", 0, NULL });
}

/* --- certificates --- */

/* With $D the folder, $NAME and $SAN of a certificate. */
static void run(const char *command)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	if (status != 0)
		fail_msg("%s", command);
}

/* $NAME.pem, signed by the authority, key and certificate in one file. */
static void make_certificate(const char *name, const char *san)
{
	setenv("NAME", name, 1);
	setenv("SAN", san, 1);
	run("cd $D && openssl req -newkey rsa:2048 -nodes -subj /CN=$NAME "
	    "-addext subjectAltName=DNS:$SAN -keyout $NAME.key "
	    "-out $NAME.csr 2>/dev/null && openssl x509 -req -in $NAME.csr "
	    "-CA cafile.pem -CAkey ca.key -CAcreateserial "
	    "-copy_extensions copy -days 2 -out $NAME.crt 2>/dev/null && "
	    "cat $NAME.key $NAME.crt > $NAME.pem");
}

static int make_all(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "%s", "/tmp/sip-tls-XXXXXX");
	assert_non_null(mkdtemp(dir));
	setenv("D", dir, 1);
	run("cd $D && openssl req -x509 -newkey rsa:2048 -nodes -days 2 "
	    "-subj /CN=authority -keyout ca.key -out cafile.pem 2>/dev/null");
	run("mkdir $D/other && cd $D/other && openssl req -x509 -newkey "
	    "rsa:2048 -nodes -days 2 -subj /CN=scscf.example.net -keyout k "
	    "-out c 2>/dev/null && cat k c > stranger.pem");
	make_certificate("agent", "iwf.example.net");
	make_certificate("good", "scscf.example.net");
	make_certificate("bad", "else.example.net");
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	run("rm -rf $D");
	return 0;
}

/* --- life --- */

static struct bench *start(const char *trust)
{
	struct log_conf log = { .level = IWF_LOG_ERROR };
	struct bench *b = calloc(1, sizeof(*b));
	struct iwf_str text = iwf_str_from(trust);
	struct sip_edge *edges[1] = { &b->edge };
	struct iwf_why why = { 0 };
	struct sip_listener_conf listen = {
		.role = SIP_ROLE_IWF, .tls_dir = iwf_str_from(dir),
		.trust = { &text, 1 },
	};
	struct sip_conf conf = {
		.listen = { &listen, 1 }, .workers = 1,
		.domain = IWF_STR("iwf.example.net"),
		.sender_without_pai = SIP_WITHOUT_PAI_FROM,
		.message_max_len = 65536, .udp_max_len = 1300,
		.idle_ms = 600000, .connections_max = 100,
	};

	b->edge.on_message = on_message;
	b->port = peer_free_port(false);
	snprintf(b->uri, sizeof(b->uri), "sip:127.0.0.1:%u;transport=tls",
		 b->port);
	listen.uri = iwf_str_from(b->uri);
	b->log = log_create(&log);
	if (sip_check(&conf, &why) ||
	    sip_create(&b->sip, &conf, hash_key, b->log, &why))
		fail_msg("%s", why.text);
	sip_serve(b->sip, edges);
	return b;
}

static void stop(struct bench *b)
{
	sip_destroy(&b->sip);
	log_destroy(&b->log);
	free(b);
}

/* --- the client --- */

static void exec_client(unsigned port, const char *pem, const char *version)
{
	char at[32], cert[DIR_LEN + 32];

	snprintf(at, sizeof(at), "127.0.0.1:%u", port);
	snprintf(cert, sizeof(cert), "%s/%s.pem", dir, pem ? pem : "agent");
	if (pem)
		execlp("openssl", "openssl", "s_client", "-quiet", "-connect",
		       at, version, "-cert", cert, "-key", cert, (char *)NULL);
	else
		execlp("openssl", "openssl", "s_client", "-quiet", "-connect",
		       at, version, (char *)NULL);
	_exit(127);
}

static unsigned read_status(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[4096];
	size_t len = 0;

	while (len < sizeof(text) - 1 && poll(&p, 1, 4000) == 1) {
		ssize_t n = read(fd, text + len, sizeof(text) - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
		text[len] = '\0';
		if (strstr(text, "\r\n\r\n"))
			return peer_status(text);
	}
	return 0;
}

/* The status of a MESSAGE's answer; 0: refused below SIP. */
static unsigned ask(unsigned port, const char *pem, const char *version)
{
	static const char text[] =
		"MESSAGE tel:+4917 SIP/2.0\r\n"
		"Via: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bK-1\r\n"
		"Max-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\n"
		"To: <tel:+4917>\r\nCall-ID: 1\r\nCSeq: 1 MESSAGE\r\n"
		"Content-Length: 0\r\n\r\n";
	int in[2], out[2];
	unsigned status;
	pid_t pid;

	assert_int_equal(pipe(in) | pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		if (!freopen("/dev/null", "w", stderr))
			_exit(126);
		close(in[1]);
		close(out[0]);
		exec_client(port, pem, version);
	}
	close(in[0]);
	close(out[1]);
	assert_int_equal(write(in[1], text, sizeof(text) - 1),
			 sizeof(text) - 1);
	status = read_status(out[0]);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	close(in[1]);
	close(out[0]);
	return status;
}

static void test_names(void **state)
{
	static const struct {
		const char *pem;
		unsigned status;
	} rows[] = {
		{ "good", 202 }, { "bad", 403 }, { NULL, 0 },
		{ "other/stranger", 0 }, { "good", 202 },
	};
	static const char *const versions[] = { "-tls1_2", "-tls1_3" };
	struct bench *b = start("tls:SCSCF.example.net");

	(void)state;
	for (size_t v = 0; v < 2; v++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			unsigned status = ask(b->port, rows[i].pem,
					      versions[v]);

			if (status != rows[i].status)
				fail_msg("%s %s: %u", rows[i].pem,
					 versions[v], status);
		}
	}
	assert_int_equal(ask(b->port, "good", "-tls1_1"), 0);
	stop(b);
}

static void test_addresses(void **state)
{
	struct bench *b = start("127.0.0.0/8");

	(void)state;
	assert_int_equal(ask(b->port, NULL, "-tls1_2"), 202);
	stop(b);
	b = start("192.0.2.0/24");
	assert_int_equal(ask(b->port, "good", "-tls1_2"), 403);
	stop(b);
}

static void test_plain_bytes(void **state)
{
	static const char text[] = "MESSAGE tel:+4917 SIP/2.0\r\n\r\n";
	struct bench *b = start("tls:scscf.example.net");
	struct peer peer;

	(void)state;
	for (int i = 0; i < 10; i++) {
		peer_open(&peer, true, false, b->port);
		peer_send(&peer, text, sizeof(text) - 1);
		assert_true(peer_is_closed(&peer, 3000));
		peer_close(&peer);
	}
	peer_open(&peer, true, false, b->port);
	peer_send(&peer, "\x16\x03\x01\x02\x00\x01\x00", 7);
	peer_close(&peer);
	assert_int_equal(ask(b->port, "good", "-tls1_3"), 202);
	stop(b);
}

static void test_files(void **state)
{
	struct iwf_why why = { 0 };
	char path[DIR_LEN + 16];

	(void)state;
	assert_int_equal(listener_check_tls(iwf_str_from(dir), true, &why), 0);
	snprintf(path, sizeof(path), "%s/broken", dir);
	run("mkdir $D/broken && cat $D/good.key $D/agent.crt > "
	    "$D/broken/agent.pem");
	assert_int_not_equal(listener_check_tls(iwf_str_from(path), false,
						&why), 0);
	assert_non_null(strstr(why.text, "another certificate"));
	run("cp $D/agent.pem $D/broken/");
	assert_int_equal(listener_check_tls(iwf_str_from(path), false, &why),
			 0);
	assert_int_not_equal(listener_check_tls(iwf_str_from(path), true,
						&why), 0);
	run("echo x > $D/broken/cafile.pem");
	assert_int_not_equal(listener_check_tls(iwf_str_from(path), false,
						&why), 0);
	run("cp $D/good.crt $D/broken/agent.pem");
	assert_int_not_equal(listener_check_tls(iwf_str_from(path), false,
						&why), 0);
	assert_non_null(strstr(why.text, "no usable key"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_plain_bytes),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, make_all, remove_all);
}
