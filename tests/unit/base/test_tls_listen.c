/* Streams that come by TLS, from OpenSSL as the client, on the loopback
 * interface. */
#include "authority.h"
#include "probe.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <signal.h>

struct door {
	struct iwf_listener_owner owner;
	struct iwf_listener *listener;
	struct iwf_listen_conf conf;
	struct authority *ca;
	struct iwf_tls_conf tls_conf;
	struct iwf_tls *tls;
	struct probe probe;
	uint16_t port;
	/* The client, on the test's thread. */
	SSL_CTX *shared;
	SSL *ssl;
	int fd;
};

static const struct leaf local = { "IP:127.0.0.1", -1, 1 };

static struct iwf_stream_owner *on_accept(struct iwf_listener *listener,
					  struct iwf_stream *stream,
					  const struct iwf_remote *remote)
{
	struct door *door = IWF_CONTAINER(iwf_listener_owner(listener),
					  struct door, owner);

	(void)remote;
	pthread_mutex_lock(&door->probe.lock);
	door->probe.stream = stream;
	pthread_mutex_unlock(&door->probe.lock);
	return &door->probe.owner;
}

static const struct iwf_listener_ops door_ops = { on_accept };

static void call_listen(void *arg)
{
	struct door *door = arg;
	struct iwf_why why = { 0 };

	door->listener = iwf_listen(door->probe.loop, &door->conf,
				    &door->owner, &why);
	assert_non_null(door->listener);
	door->port = iwf_listener_port(door->listener);
}

static void call_end(void *arg)
{
	struct door *door = arg;

	iwf_listener_destroy(&door->listener);
}

static void call_set_tls(void *arg)
{
	struct door *door = arg;

	iwf_listener_set_tls(door->listener, door->tls);
}

static void show(struct door *door, const struct leaf *leaf)
{
	struct iwf_why why = { 0 };

	door->tls_conf.cert_file = iwf_str_from(authority_issue(door->ca,
								leaf));
	assert_int_equal(iwf_tls_create(&door->tls, IWF_TLS_SERVER,
					&door->tls_conf, &why), IWF_OK);
}

static void door_start(struct door *door, bool verify)
{
	memset(door, 0, sizeof(*door));
	probe_start(&door->probe, 0);
	door->ca = authority_create("Test CA");
	door->owner.ops = &door_ops;
	door->tls_conf = (struct iwf_tls_conf){
		.enable = true, .verify = verify,
		.ca_file = iwf_str_from(authority_file(door->ca)),
	};
	show(door, &local);
	door->conf = (struct iwf_listen_conf){
		.host = IWF_STR("127.0.0.1"), .input_max_len = 1u << 16,
		.tls = door->tls,
	};
	loop_call(door->probe.loop, call_listen, door);
	/* The listener keeps what it needs. */
	iwf_tls_destroy(&door->tls);
	door->shared = SSL_CTX_new(TLS_client_method());
	SSL_CTX_load_verify_file(door->shared, authority_file(door->ca));
	SSL_CTX_set_verify(door->shared, SSL_VERIFY_PEER, NULL);
}

static int door_connect(const struct door *door)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(door->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void door_enter(struct door *door)
{
	door->fd = door_connect(door);
	door->ssl = SSL_new(door->shared);
	SSL_set_fd(door->ssl, door->fd);
}

static void door_end(struct door *door)
{
	loop_call(door->probe.loop, call_end, door);
	probe_end(&door->probe);
	SSL_free(door->ssl);
	SSL_CTX_free(door->shared);
	close(door->fd);
	iwf_tls_destroy(&door->tls);
	authority_destroy(&door->ca);
	ERR_clear_error();
}

static void talk(struct door *door)
{
	char bytes[6];

	door->probe.to_send = IWF_STR("abcdef");
	door->probe.sends = 1;
	loop_call(door->probe.loop, call_send, &door->probe);
	assert_int_equal(SSL_read(door->ssl, bytes, 6), 6);
	assert_memory_equal(bytes, "abcdef", 6);
	assert_int_equal(SSL_write(door->ssl, bytes, 6), 6);
}

static void test_echo(void **state)
{
	struct door door;

	(void)state;
	door_start(&door, false);
	door_enter(&door);
	assert_int_equal(SSL_connect(door.ssl), 1);
	assert_true(wait_until(&door.probe, is_open));
	talk(&door);
	assert_true(wait_until(&door.probe, has_six));
	SSL_shutdown(door.ssl);
	assert_true(wait_until(&door.probe, is_closed));
	assert_int_equal(door.probe.err, IWF_OK);
	door_end(&door);
}

/* What comes in one packet with the end of the handshake is not left behind,
 * though the socket says nothing of it any more. */
static void test_early(void **state)
{
	BIO *in = BIO_new(BIO_s_mem());
	BIO *out = BIO_new(BIO_s_mem());
	struct door door;
	char bytes[8192];
	ssize_t n;

	(void)state;
	door_start(&door, false);
	door.fd = door_connect(&door);
	door.ssl = SSL_new(door.shared);
	SSL_set_bio(door.ssl, in, out);
	SSL_set_connect_state(door.ssl);
	while (SSL_do_handshake(door.ssl) != 1) {
		n = BIO_read(out, bytes, sizeof(bytes));
		if (n > 0)
			send(door.fd, bytes, (size_t)n, MSG_NOSIGNAL);
		await(door.fd, POLLIN);
		n = recv(door.fd, bytes, sizeof(bytes), 0);
		assert_true(n > 0);
		BIO_write(in, bytes, (int)n);
	}
	assert_int_equal(SSL_write(door.ssl, "abcdef", 6), 6);
	n = BIO_read(out, bytes, sizeof(bytes));
	assert_int_equal(send(door.fd, bytes, (size_t)n, MSG_NOSIGNAL), n);
	assert_true(wait_until(&door.probe, has_six));
	door_end(&door);
}

/* --- the client's certificate --- */

static void own(struct door *door, struct authority *ca,
		const struct leaf *leaf)
{
	const char *path = authority_issue(ca, leaf);

	SSL_CTX_use_certificate_chain_file(door->shared, path);
	SSL_CTX_use_PrivateKey_file(door->shared, path, SSL_FILETYPE_PEM);
}

static void test_client_certificate(void **state)
{
	struct door door;

	(void)state;
	door_start(&door, true);
	own(&door, door.ca, &(struct leaf){ "DNS:esme.example", -1, 1 });
	door_enter(&door);
	assert_int_equal(SSL_connect(door.ssl), 1);
	assert_true(wait_until(&door.probe, is_open));
	talk(&door);
	door_end(&door);
}

static void refused(struct authority *ca, const struct leaf *leaf,
		    const char *why)
{
	struct door door;
	char byte;

	door_start(&door, true);
	if (leaf)
		own(&door, ca ? ca : door.ca, leaf);
	door_enter(&door);
	assert_true(SSL_connect(door.ssl) <= 0 ||
		    SSL_read(door.ssl, &byte, 1) <= 0);
	assert_true(wait_until(&door.probe, is_closed));
	assert_string_equal(door.probe.why, why);
	assert_int_equal(door.probe.err, IWF_E_DENIED);
	assert_int_equal(door.probe.opened, 0);
	door_end(&door);
}

static void test_client_refused(void **state)
{
	struct authority *other = authority_create("Another CA");

	(void)state;
	refused(NULL, NULL, "the peer showed no certificate");
	refused(other, &local,
		"the peer's certificate is of an unknown authority");
	refused(NULL, &(struct leaf){ "DNS:esme.example", -2, -1 },
		"the peer's certificate has expired");
	authority_destroy(&other);
}

/* --- who speaks no TLS, or not as it should --- */

static void says(const char *text, size_t len, const char *why)
{
	struct door door;

	door_start(&door, false);
	door.fd = door_connect(&door);
	assert_int_equal(send(door.fd, text, len, MSG_NOSIGNAL), len);
	assert_true(wait_until(&door.probe, is_closed));
	assert_string_equal(door.probe.why, why);
	assert_int_equal(door.probe.err, IWF_E_SYNTAX);
	assert_int_equal(door.probe.opened, 0);
	door_end(&door);
}

static void test_no_tls(void **state)
{
	static const char bind[] = "\0\0\0\x23\0\0\0\x09\0\0\0\0\0\0\0\1"
		"demo\0secret\0\0\x34\0\0";

	(void)state;
	says(bind, sizeof(bind), "the peer speaks no TLS");
	says("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27,
	     "the peer speaks HTTP, not TLS");
	says("EHLO mail.example\r\n", 19, "the peer speaks no TLS");
}

static void test_silent(void **state)
{
	struct door door;

	(void)state;
	door_start(&door, false);
	loop_call(door.probe.loop, call_end, &door);
	door.conf.handshake_ms = 50;
	show(&door, &local);
	door.conf.tls = door.tls;
	loop_call(door.probe.loop, call_listen, &door);
	door.fd = door_connect(&door);
	assert_true(wait_until(&door.probe, is_closed));
	assert_int_equal(door.probe.err, IWF_E_TIMEOUT);
	door_end(&door);
}

/* TLS 1.2 could be made to work for nothing again and again. */
static void test_no_renegotiation(void **state)
{
	struct door door;
	char byte;

	(void)state;
	door_start(&door, false);
	SSL_CTX_set_max_proto_version(door.shared, TLS1_2_VERSION);
	door_enter(&door);
	assert_int_equal(SSL_connect(door.ssl), 1);
	assert_true(wait_until(&door.probe, is_open));
	assert_int_equal(SSL_renegotiate(door.ssl), 1);
	assert_true(SSL_do_handshake(door.ssl) <= 0 ||
		    SSL_read(door.ssl, &byte, 1) <= 0);
	door_end(&door);
}

/* New keys may be asked for (RFC 8446 4.6.3), and are answered. */
static void test_new_keys(void **state)
{
	struct door door;

	(void)state;
	door_start(&door, false);
	door_enter(&door);
	assert_int_equal(SSL_connect(door.ssl), 1);
	assert_true(wait_until(&door.probe, is_open));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(SSL_key_update(door.ssl,
						SSL_KEY_UPDATE_REQUESTED), 1);
		talk(&door);
	}
	door_end(&door);
}

/* --- renewed --- */

static bool shows(SSL *ssl, const char *name)
{
	X509 *cert = SSL_get1_peer_certificate(ssl);
	bool is_it = X509_check_host(cert, name, 0, 0, NULL) == 1;

	X509_free(cert);
	return is_it;
}

static void test_renewed(void **state)
{
	struct door door;
	SSL *second;
	int fd;

	(void)state;
	door_start(&door, false);
	door_enter(&door);
	assert_int_equal(SSL_connect(door.ssl), 1);
	assert_true(wait_until(&door.probe, is_open));
	show(&door, &(struct leaf){ "DNS:new.example", -1, 1 });
	loop_call(door.probe.loop, call_set_tls, &door);
	talk(&door);
	assert_false(shows(door.ssl, "new.example"));
	SSL_shutdown(door.ssl);
	assert_true(wait_until(&door.probe, is_closed));
	fd = door_connect(&door);
	second = SSL_new(door.shared);
	SSL_set_fd(second, fd);
	assert_int_equal(SSL_connect(second), 1);
	assert_true(shows(second, "new.example"));
	SSL_free(second);
	close(fd);
	door_end(&door);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_client_certificate),
		cmocka_unit_test(test_client_refused),
		cmocka_unit_test(test_no_tls),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_no_renegotiation),
		cmocka_unit_test(test_new_keys),
		cmocka_unit_test(test_renewed),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
