/* Streams by TLS against OpenSSL itself, on the loopback interface. */
#include "authority.h"
#include "probe.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <signal.h>

/* --- the peer: a blocking server on the test's thread --- */

struct peer {
	struct authority *ca;
	SSL_CTX *shared;
	SSL *ssl;
	int listener;
	int fd;
	uint16_t port;
	struct iwf_tls *tls;
	struct iwf_tls_conf conf;
	struct probe probe;
};

static void peer_show(struct peer *peer, struct authority *ca,
		      const struct leaf *leaf)
{
	const char *path = authority_issue(ca, leaf);

	assert_int_equal(SSL_CTX_use_certificate_chain_file(peer->shared,
							    path), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey_file(peer->shared, path,
						     SSL_FILETYPE_PEM), 1);
}

static const struct leaf local = { "IP:127.0.0.1", -1, 1 };

static void peer_start(struct peer *peer)
{
	memset(peer, 0, sizeof(*peer));
	peer->fd = -1;
	peer->ca = authority_create("Test CA");
	peer->shared = SSL_CTX_new(TLS_server_method());
	peer_show(peer, peer->ca, &local);
	peer->listener = listen_on(AF_INET, 4, &peer->port);
	probe_start(&peer->probe, peer->port);
	peer->conf = (struct iwf_tls_conf){
		.enable = true, .verify = true,
		.ca_file = iwf_str_from(authority_file(peer->ca)),
	};
}

static void peer_connect(struct peer *peer)
{
	struct iwf_why why = { 0 };

	assert_int_equal(iwf_tls_create(&peer->tls, IWF_TLS_CLIENT,
					&peer->conf, &why), IWF_OK);
	peer->probe.conf.tls = peer->tls;
	loop_call(peer->probe.loop, call_connect, &peer->probe);
	peer->fd = accept_one(peer->listener);
	peer->ssl = SSL_new(peer->shared);
	SSL_set_fd(peer->ssl, peer->fd);
}

static void peer_open(struct peer *peer)
{
	peer_connect(peer);
	assert_int_equal(SSL_accept(peer->ssl), 1);
	assert_true(wait_until(&peer->probe, is_open));
}

static void peer_end(struct peer *peer)
{
	probe_end(&peer->probe);
	SSL_free(peer->ssl);
	SSL_CTX_free(peer->shared);
	if (peer->fd >= 0)
		close(peer->fd);
	close(peer->listener);
	iwf_tls_destroy(&peer->tls);
	authority_destroy(&peer->ca);
	ERR_clear_error();
}

static void peer_put(struct peer *peer, const char *ptr, size_t len)
{
	while (len) {
		int n = SSL_write(peer->ssl, ptr, (int)(len > 99999 ? 99999 :
							len));

		assert_true(n > 0);
		ptr += n;
		len -= (size_t)n;
	}
}

static size_t peer_get(struct peer *peer, char *to, size_t len)
{
	size_t got = 0;

	while (got < len) {
		int n = SSL_read(peer->ssl, to + got, (int)(len - got));

		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}

/* --- both ways --- */

static void test_echo(void **state)
{
	struct peer peer;
	char bytes[6];

	(void)state;
	peer_start(&peer);
	peer.probe.to_send = IWF_STR("abcdef");
	peer.probe.sends = 1;
	peer_open(&peer);
	/* The stream keeps what it needs. */
	iwf_tls_destroy(&peer.tls);
	loop_call(peer.probe.loop, call_send, &peer.probe);
	assert_int_equal(peer_get(&peer, bytes, 6), 6);
	peer_put(&peer, bytes, 6);
	assert_true(wait_until(&peer.probe, has_six));
	assert_memory_equal(peer.probe.got.ptr, "abcdef", 6);
	assert_string_equal(SSL_get_version(peer.ssl), "TLSv1.3");
	/* An address is not a name to ask for. */
	assert_null(SSL_get_servername(peer.ssl, TLSEXT_NAMETYPE_host_name));
	peer_end(&peer);
	assert_int_equal(peer.probe.closed, 0);
}

/* The name that is asked for is also the one to be proven. */
static void test_server_name(void **state)
{
	static const struct leaf named = { "DNS:smsc.example", -1, 1 };
	struct peer peer;

	(void)state;
	peer_start(&peer);
	peer_show(&peer, peer.ca, &named);
	peer.conf.server_name = IWF_STR("smsc.example");
	peer_open(&peer);
	assert_string_equal(SSL_get_servername(peer.ssl,
					       TLSEXT_NAMETYPE_host_name),
			    "smsc.example");
	peer_end(&peer);
}

static char pattern(size_t i)
{
	return (char)(i * 7 + i / 251);
}

static void test_large(void **state)
{
	struct peer peer;
	char *bulk = iwf_alloc(BULK_LEN);

	(void)state;
	for (size_t i = 0; i < BULK_LEN; i++)
		bulk[i] = pattern(i);
	peer_start(&peer);
	peer.probe.conf.input_max_len = BULK_LEN;
	peer.probe.to_send = iwf_str_make(bulk, BULK_LEN);
	peer.probe.sends = 1;
	peer_open(&peer);
	loop_call(peer.probe.loop, call_send, &peer.probe);
	loop_call(peer.probe.loop, call_nothing, NULL);
	loop_call(peer.probe.loop, call_look, &peer.probe);
	assert_true(peer.probe.unsent_len > 0);
	memset(bulk, 0, BULK_LEN);
	assert_int_equal(peer_get(&peer, bulk, BULK_LEN), BULK_LEN);
	assert_true(wait_until(&peer.probe, is_drained));
	loop_call(peer.probe.loop, call_look, &peer.probe);
	assert_int_equal(peer.probe.unsent_len, 0);
	peer_put(&peer, bulk, BULK_LEN);
	assert_true(wait_until(&peer.probe, has_bulk));
	for (size_t i = 0; i < BULK_LEN; i++)
		if (peer.probe.got.ptr[i] != pattern(i))
			fail();
	peer_end(&peer);
	free(bulk);
}

/* What OpenSSL has taken from the socket is shown though the socket is silent:
 * the owner holds the stream at the first of many records. */
static void call_hold_in_bytes(void *arg)
{
	struct probe *probe = arg;

	iwf_stream_hold(probe->stream, true);
	iwf_stream_hold(probe->stream, false);
}

static bool has_all(const struct probe *probe)
{
	return probe->got.len == 200000;
}

static void test_hold(void **state)
{
	struct peer peer;
	char *bytes = iwf_alloc(200000);

	(void)state;
	peer_start(&peer);
	peer_open(&peer);
	loop_call(peer.probe.loop, call_hold, &peer.probe);
	peer_put(&peer, bytes, 200000);
	loop_call(peer.probe.loop, call_nothing, NULL);
	assert_int_equal(peer.probe.shown, 0);
	loop_call(peer.probe.loop, call_let_go, &peer.probe);
	loop_call(peer.probe.loop, call_hold_in_bytes, &peer.probe);
	assert_true(wait_until(&peer.probe, has_all));
	peer_end(&peer);
	free(bytes);
}

static void test_coalescing(void **state)
{
	struct peer peer;
	char bytes[300];
	unsigned before;

	(void)state;
	peer_start(&peer);
	peer.probe.to_send = IWF_STR("abc");
	peer.probe.sends = 100;
	peer_open(&peer);
	before = segments_in(peer.fd);
	for (unsigned turn = 1; turn <= 3; turn++) {
		loop_call(peer.probe.loop, call_send, &peer.probe);
		assert_int_equal(peer_get(&peer, bytes, 300), 300);
		assert_int_equal(segments_in(peer.fd), before + turn);
	}
	peer_end(&peer);
}

/* --- the end --- */

static void test_peer_ends(void **state)
{
	struct peer peer;

	(void)state;
	peer_start(&peer);
	peer_open(&peer);
	peer_put(&peer, "last.!", 6);
	SSL_shutdown(peer.ssl);
	assert_true(wait_until(&peer.probe, is_closed));
	assert_int_equal(peer.probe.err, IWF_OK);
	assert_memory_equal(peer.probe.got.ptr, "last.!", 6);
	/* Answered in kind. */
	assert_int_equal(SSL_shutdown(peer.ssl), 1);
	peer_end(&peer);
}

static void test_peer_breaks_off(void **state)
{
	struct peer peer;

	(void)state;
	peer_start(&peer);
	peer_open(&peer);
	peer_put(&peer, "last.!", 6);
	shutdown(peer.fd, SHUT_WR);
	assert_true(wait_until(&peer.probe, is_closed));
	assert_int_equal(peer.probe.err, IWF_E_GONE);
	assert_string_equal(peer.probe.why,
			    "closed by the peer without an end of TLS");
	assert_int_equal(peer.probe.got.len, 6);
	peer_end(&peer);
}

static void test_destroy(void **state)
{
	struct peer peer;
	char bytes[4];

	(void)state;
	peer_start(&peer);
	peer.probe.to_send = IWF_STR("bye");
	peer.probe.sends = 1;
	peer_open(&peer);
	loop_call(peer.probe.loop, call_send_and_destroy, &peer.probe);
	assert_int_equal(peer_get(&peer, bytes, 4), 3);
	assert_int_equal(SSL_get_shutdown(peer.ssl), SSL_RECEIVED_SHUTDOWN);
	peer_end(&peer);
	assert_int_equal(peer.probe.closed, 0);
}

static void test_damaged_record(void **state)
{
	static const char record[] = "\x17\x03\x03\x00\x20"
		"0123456789abcdef0123456789abcdef";
	struct peer peer;

	(void)state;
	peer_start(&peer);
	peer_open(&peer);
	assert_int_equal(send(peer.fd, record, sizeof(record) - 1, 0),
			 sizeof(record) - 1);
	assert_true(wait_until(&peer.probe, is_closed));
	assert_int_equal(peer.probe.err, IWF_E_GONE);
	assert_string_equal(peer.probe.why,
			    "a record was damaged on its way");
	peer_end(&peer);
}

/* --- who is not believed --- */

static void refused(const struct leaf *leaf, bool is_stranger,
		    const char *why)
{
	struct authority *other = authority_create("Another CA");
	struct peer peer;

	peer_start(&peer);
	peer_show(&peer, is_stranger ? other : peer.ca, leaf);
	peer_connect(&peer);
	assert_true(SSL_accept(peer.ssl) <= 0 ||
		    SSL_read(peer.ssl, (char[1]){ 0 }, 1) <= 0);
	assert_true(wait_until(&peer.probe, is_closed));
	assert_string_equal(peer.probe.why, why);
	assert_int_equal(peer.probe.err, IWF_E_DENIED);
	assert_int_equal(peer.probe.opened, 0);
	peer_end(&peer);
	authority_destroy(&other);
}

static void test_refused(void **state)
{
	(void)state;
	refused(&local, true,
		"the peer's certificate is of an unknown authority");
	refused(&(struct leaf){ "IP:127.0.0.1", -2, -1 }, false,
		"the peer's certificate has expired");
	refused(&(struct leaf){ "IP:127.0.0.1", 1, 2 }, false,
		"the peer's certificate is not yet valid");
	refused(&(struct leaf){ "IP:127.0.0.2", -1, 1 }, false,
		"the peer's certificate is of another address");
}

static void test_wrong_name(void **state)
{
	static const struct leaf named = { "DNS:smsc.example", -1, 1 };
	struct peer peer;

	(void)state;
	peer_start(&peer);
	peer_show(&peer, peer.ca, &named);
	peer.conf.server_name = IWF_STR("other.example");
	peer_connect(&peer);
	SSL_accept(peer.ssl);
	assert_true(wait_until(&peer.probe, is_closed));
	assert_string_equal(peer.probe.why,
			    "the peer's certificate is of another name");
	peer_end(&peer);
}

static void test_no_verify(void **state)
{
	static const struct leaf any = { "DNS:smsc.example", -2, -1 };
	struct peer peer;

	(void)state;
	peer_start(&peer);
	peer_show(&peer, peer.ca, &any);
	peer.conf.verify = false;
	peer.conf.ca_file = IWF_STR_NONE;
	peer_open(&peer);
	peer_end(&peer);
}

/* --- our own certificate --- */

static void peer_ask(struct peer *peer)
{
	SSL_CTX_load_verify_file(peer->shared, authority_file(peer->ca));
	SSL_CTX_set_verify(peer->shared, SSL_VERIFY_PEER |
			   SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

static void test_own_certificate(void **state)
{
	static const struct leaf own = { "DNS:iwf.example", -1, 1 };
	struct peer peer;
	X509 *shown;

	(void)state;
	peer_start(&peer);
	peer_ask(&peer);
	peer.conf.cert_file = iwf_str_from(authority_issue(peer.ca, &own));
	peer_open(&peer);
	shown = SSL_get1_peer_certificate(peer.ssl);
	assert_int_equal(X509_check_host(shown, "iwf.example", 0, 0, NULL), 1);
	X509_free(shown);
	assert_true(iwf_tls_expires_at(peer.tls) > time(NULL) + 80000);
	assert_true(iwf_tls_expires_at(peer.tls) < time(NULL) + 90000);
	peer_end(&peer);
}

static void test_certificate_missing(void **state)
{
	struct peer peer;

	(void)state;
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION;
	     version++) {
		peer_start(&peer);
		peer_ask(&peer);
		SSL_CTX_set_max_proto_version(peer.shared, version);
		peer_connect(&peer);
		assert_true(SSL_accept(peer.ssl) <= 0);
		assert_true(wait_until(&peer.probe, is_closed));
		assert_string_equal(peer.probe.why, version == TLS1_3_VERSION ?
			"the peer asks for a certificate of ours" :
			"the peer refused the handshake: no common cipher, or "
			"it wants a certificate of ours");
		assert_int_equal(peer.probe.err, IWF_E_DENIED);
		peer_end(&peer);
	}
}

static void test_version_min(void **state)
{
	struct peer peer;

	(void)state;
	peer_start(&peer);
	SSL_CTX_set_max_proto_version(peer.shared, TLS1_2_VERSION);
	peer.conf.version_min = IWF_TLS_1_3;
	peer_connect(&peer);
	assert_true(SSL_accept(peer.ssl) <= 0);
	assert_true(wait_until(&peer.probe, is_closed));
	assert_string_equal(peer.probe.why,
			    "no version of TLS that both sides speak");
	peer_end(&peer);
}

/* --- who speaks no TLS --- */

static void says(const char *text, size_t len, const char *why,
		 enum iwf_err err)
{
	struct peer peer;
	char hello[1];

	peer_start(&peer);
	peer_connect(&peer);
	assert_int_equal(receive(peer.fd, hello, 1), 1);
	assert_int_equal(send(peer.fd, text, len, MSG_NOSIGNAL), len);
	if (!len)
		shutdown(peer.fd, SHUT_WR);
	assert_true(wait_until(&peer.probe, is_closed));
	assert_string_equal(peer.probe.why, why);
	assert_int_equal(peer.probe.err, err);
	assert_int_equal(peer.probe.opened, 0);
	peer_end(&peer);
}

static void test_no_tls(void **state)
{
	static const char nack[16] = { 0, 0, 0, 16, (char)0x80, 0, 0, 0,
				       0, 0, 0, 3, 0, 0, 0, 0 };

	(void)state;
	says(nack, sizeof(nack), "the peer speaks no TLS", IWF_E_SYNTAX);
	says("HTTP/1.1 400 Bad Request\r\n\r\n", 28, "the peer speaks no TLS",
	     IWF_E_SYNTAX);
	says("220 mail.example ESMTP\r\n", 24, "the peer speaks no TLS",
	     IWF_E_SYNTAX);
	says("", 0, "the peer hung up in the handshake: does it speak TLS?",
	     IWF_E_GONE);
}

static void test_handshake_timeout(void **state)
{
	struct peer peer;

	(void)state;
	peer_start(&peer);
	peer.probe.conf.connect_ms = 50;
	peer_connect(&peer);
	assert_true(wait_until(&peer.probe, is_closed));
	assert_int_equal(peer.probe.err, IWF_E_TIMEOUT);
	assert_string_equal(peer.probe.why,
			    "TLS's handshake was not done in time");
	peer_end(&peer);
}

/* --- files that are of no use --- */

struct file_row {
	const char *ca, *cert, *key, *ciphers;
	const char *part; /* of what is said */
	enum iwf_err err;
};

static void make(const struct file_row *row, enum iwf_tls_side side)
{
	const struct iwf_tls_conf conf = {
		.enable = true, .verify = true,
		.ca_file = iwf_str_from(row->ca ? row->ca : ""),
		.cert_file = iwf_str_from(row->cert ? row->cert : ""),
		.key_file = iwf_str_from(row->key ? row->key : ""),
		.ciphers = iwf_str_from(row->ciphers ? row->ciphers : ""),
	};
	struct iwf_why why = { 0 };
	struct iwf_tls *tls;

	assert_int_equal(iwf_tls_create(&tls, side, &conf, &why), row->err);
	if (!strstr(why.text, row->part))
		fail_msg("\"%s\" lacks \"%s\"", why.text, row->part);
	assert_true(row->err ? !tls : tls != NULL);
	iwf_tls_destroy(&tls);
}

static void note(char to[128], const char *path)
{
	snprintf(to, 128, "%s", path);
}

static void test_files(void **state)
{
	struct authority *ca = authority_create("Test CA");
	const char *good = authority_file(ca);
	char one[128], two[128], text[128];

	(void)state;
	note(one, authority_issue(ca, &local));
	note(two, authority_issue(ca, &local));
	note(text, authority_note(ca, "text.pem", "no PEM\n"));
	const struct file_row rows[] = {
		{ good, one, NULL, NULL, "", IWF_OK },
		{ "/tmp", one, one, "ECDHE+AESGCM", "", IWF_OK },
		{ "/nowhere/ca.pem", NULL, NULL, NULL, "/nowhere/ca.pem: No",
		  IWF_E_IO },
		{ text, NULL, NULL, NULL, "text.pem: no usable authority",
		  IWF_E_IO },
		{ good, "/nowhere/a.pem", NULL, NULL, "/nowhere/a.pem: no usa",
		  IWF_E_IO },
		{ good, text, NULL, NULL, "text.pem: no usable certificate",
		  IWF_E_IO },
		{ good, one, text, NULL, "text.pem: no usable key", IWF_E_IO },
		{ good, one, two, NULL, two, IWF_E_IO },
		{ good, NULL, two, NULL, "key_file without", IWF_E_SYNTAX },
		{ good, one, NULL, "NONSENSE", "ciphers", IWF_E_SYNTAX },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		make(&rows[i], IWF_TLS_CLIENT);
	make(&(struct file_row){ good, NULL, NULL, NULL, "cert_file",
				 IWF_E_SYNTAX }, IWF_TLS_SERVER);
	make(&(struct file_row){ NULL, one, NULL, NULL, "ca_file",
				 IWF_E_SYNTAX }, IWF_TLS_SERVER);
	make(&(struct file_row){ good, one, NULL, NULL, "", IWF_OK },
	     IWF_TLS_SERVER);
	authority_destroy(&ca);
}

static void test_not_enabled(void **state)
{
	const struct iwf_tls_conf conf = { .ca_file = IWF_STR("/nowhere") };
	struct iwf_tls *tls;

	(void)state;
	assert_int_equal(iwf_tls_create(&tls, IWF_TLS_CLIENT, &conf, NULL),
			 IWF_OK);
	assert_null(tls);
	iwf_tls_destroy(&tls);
	assert_int_equal(iwf_tls_expires_at(tls), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_server_name),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_coalescing),
		cmocka_unit_test(test_peer_ends),
		cmocka_unit_test(test_peer_breaks_off),
		cmocka_unit_test(test_destroy),
		cmocka_unit_test(test_damaged_record),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_wrong_name),
		cmocka_unit_test(test_no_verify),
		cmocka_unit_test(test_own_certificate),
		cmocka_unit_test(test_certificate_missing),
		cmocka_unit_test(test_version_min),
		cmocka_unit_test(test_no_tls),
		cmocka_unit_test(test_handshake_timeout),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_not_enabled),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
