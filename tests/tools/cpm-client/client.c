/* Transactions of the test client (RFC 3261 17.1.2, 17.2.2; RFC 3428). */
#include "client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define T1_MS 500
#define T2_MS 4000
#define TIMER_F_MS (64 * T1_MS)
/* Larger requests go by TCP (RFC 3261 18.1.1). */
#define UDP_LEN_MAX 1300
#define SERVICE "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg"
#define SERVICE_TAG "urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg"

struct client_txn {
	char branch[16 + CLIENT_ID_SIZE];
	client_answer_fn *on_answer;
	bool is_stream;
	bool is_proceeding;
	long interval_ms;
	int64_t next_ms;
	int64_t end_ms;
	struct out request;
};

int64_t client_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void client_make_id(char id[CLIENT_ID_SIZE])
{
	unsigned char r[16];

	if (getrandom(r, sizeof(r), 0) != (ssize_t)sizeof(r))
		abort();
	r[6] = (r[6] & 0x0f) | 0x40;
	r[8] = (r[8] & 0x3f) | 0x80;
	snprintf(id, CLIENT_ID_SIZE,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		 "%02x%02x%02x%02x%02x%02x", r[0], r[1], r[2], r[3], r[4],
		 r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13],
		 r[14], r[15]);
}

void client_make_datetime(char text[32])
{
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

bool client_open(struct client *client, const struct options *options)
{
	client->options = options;
	client->print = (struct print){ .out = stdout,
					.is_json = options->json };
	client->net = calloc(1, sizeof(struct net));
	if (!client->net)
		abort();
	client->net->udp = client->net->tcp = -1;
	if (!net_address_parse(options->gateway, &client->gateway)) {
		fprintf(stderr, "cpm-client: no address and port: %s\n",
			options->gateway);
		return false;
	}
	return net_open(client->net, options->listen);
}

void client_close(struct client *client)
{
	for (size_t i = 0; i < CLIENT_TXNS_MAX; i++)
		free(client->txns[i]);
	net_close(client->net);
	free(client->net);
}

/* --- requests of ours --- */

static void put_field(struct out *out, const char *name, struct text value)
{
	if (!value.len)
		return;
	out_printf(out, "%s: ", name);
	out_put(out, value);
	out_printf(out, "\r\n");
}

static void put_identity(struct out *out, const struct client *client,
			 struct text from)
{
	/* Only a core asserts; a client says what it prefers (RFC 3325 9.2,
	 * RFC 6050 4.2). */
	const char *verb = client->options->pai ? "Asserted" : "Preferred";

	out_printf(out, "P-%s-Identity: <%.*s>\r\n", verb, (int)from.len,
		   from.at);
	out_printf(out, "P-%s-Service: " SERVICE "\r\n", verb);
	out_printf(out, "%s", "Accept-Contact: *;+g.3gpp.icsi-ref=\""
		   SERVICE_TAG "\";require;explicit\r\n");
}

static void format_request(const struct client *client, struct client_txn *txn,
			   const struct client_request *request)
{
	struct out *out = &txn->request;
	char tag[CLIENT_ID_SIZE], call[CLIENT_ID_SIZE];

	client_make_id(tag);
	client_make_id(call);
	out->len = 0;
	out_printf(out, "MESSAGE %.*s SIP/2.0\r\n", (int)request->to.len,
		   request->to.at);
	out_printf(out, "Via: SIP/2.0/%s %s;branch=%s;rport\r\n",
		   txn->is_stream ? "TCP" : "UDP", client->options->listen,
		   txn->branch);
	out_printf(out, "Max-Forwards: 70\r\nFrom: <%.*s>;tag=%.8s\r\n",
		   (int)request->from.len, request->from.at, tag);
	out_printf(out, "To: <%.*s>\r\nCall-ID: %s\r\nCSeq: 1 MESSAGE\r\n",
		   (int)request->to.len, request->to.at, call);
	put_identity(out, client, request->from);
	put_field(out, "Conversation-ID", request->conversation);
	put_field(out, "Contribution-ID", request->contribution);
	put_field(out, "InReplyTo-Contribution-ID", request->in_reply_to);
	put_field(out, "Content-Type", request->content_type);
	out_printf(out, "Content-Length: %zu\r\n\r\n", request->body.len);
	out_put(out, request->body);
}

static bool txn_write(struct client *client, const struct client_txn *txn)
{
	return net_send(client->net, &client->gateway, txn->is_stream,
			out_text(&txn->request));
}

static struct client_txn *txn_create(const struct client *client,
				     const struct client_request *request)
{
	struct client_txn *txn = calloc(1, sizeof(*txn));
	char id[CLIENT_ID_SIZE];

	if (!txn)
		abort();
	client_make_id(id);
	snprintf(txn->branch, sizeof(txn->branch), "z9hG4bK-%s", id);
	txn->is_stream = client->options->tcp;
	format_request(client, txn, request);
	if (!txn->is_stream && txn->request.len > UDP_LEN_MAX) {
		txn->is_stream = true;
		format_request(client, txn, request);
	}
	return txn;
}

bool client_send(struct client *client, const struct client_request *request,
		 client_answer_fn *on_answer)
{
	struct client_txn *txn;
	size_t i = 0;

	while (i < CLIENT_TXNS_MAX && client->txns[i])
		i++;
	if (i == CLIENT_TXNS_MAX)
		return false;
	txn = txn_create(client, request);
	if (txn->request.is_full || txn->request.len > SIP_LEN_MAX) {
		free(txn);
		return false;
	}
	txn->on_answer = on_answer;
	txn->interval_ms = T1_MS;
	txn->next_ms = client_now_ms() + T1_MS;
	txn->end_ms = client_now_ms() + TIMER_F_MS;
	client->txns[i] = txn;
	/* A datagram may be lost on its way as well; a connection that cannot
	 * be made is known now, and told in the next turn. */
	if (!txn_write(client, txn) && txn->is_stream)
		txn->end_ms = 0;
	return true;
}

bool client_is_idle(const struct client *client)
{
	for (size_t i = 0; i < CLIENT_TXNS_MAX; i++)
		if (client->txns[i])
			return false;
	return true;
}

static void txn_end(struct client *client, struct client_txn **slot,
		    unsigned status, struct text phrase)
{
	client_answer_fn *on_answer = (*slot)->on_answer;

	free(*slot);
	*slot = NULL;
	on_answer(client, status, phrase);
}

long client_next_interval_ms(long interval_ms, bool is_proceeding)
{
	return is_proceeding || 2 * interval_ms > T2_MS ? T2_MS :
							  2 * interval_ms;
}

/* The time of what is due next. */
static int64_t run_timers(struct client *client, int64_t until_ms)
{
	int64_t now_ms = client_now_ms();

	for (size_t i = 0; i < CLIENT_TXNS_MAX; i++) {
		struct client_txn *txn = client->txns[i];

		if (!txn)
			continue;
		if (now_ms >= txn->end_ms) {
			txn_end(client, &client->txns[i], 0, TEXT_NONE);
			until_ms = now_ms;
			continue;
		}
		if (!txn->is_stream && now_ms >= txn->next_ms) {
			txn_write(client, txn);
			txn->interval_ms = client_next_interval_ms(
				txn->interval_ms, txn->is_proceeding);
			txn->next_ms = now_ms + txn->interval_ms;
		}
		if (txn->end_ms < until_ms)
			until_ms = txn->end_ms;
		if (!txn->is_stream && txn->next_ms < until_ms)
			until_ms = txn->next_ms;
	}
	return until_ms;
}

static void on_response(struct client *client, const struct sip_message *msg)
{
	struct text branch = sip_param(sip_find(msg, "Via"), "branch");

	for (size_t i = 0; i < CLIENT_TXNS_MAX; i++) {
		if (!client->txns[i] ||
		    !text_is(branch, client->txns[i]->branch))
			continue;
		if (msg->status < 200)
			client->txns[i]->is_proceeding = true;
		else
			txn_end(client, &client->txns[i], msg->status,
				msg->phrase);
		return;
	}
}

/* --- requests of others --- */

static uint64_t hash(uint64_t key, struct text text)
{
	/* FNV-1a */
	for (size_t i = 0; i < text.len; i++)
		key = (key ^ (unsigned char)text.at[i]) * 0x100000001b3;
	return (key ^ 0xff) * 0x100000001b3;
}

static uint64_t key_of(const struct sip_message *msg)
{
	struct text via = sip_find(msg, "Via");
	uint64_t key = hash(0xcbf29ce484222325, sip_param(via, "branch"));

	key = hash(key, text_sub(via, 0, text_find(via, ';')));
	key = hash(key, sip_find(msg, "Call-ID"));
	return hash(key, sip_find(msg, "CSeq"));
}

static void write_answer(struct client *client,
			 const struct sip_message *request,
			 const struct net_from *from, unsigned status)
{
	struct out *out = calloc(1, sizeof(*out));
	char tag[17];

	if (!out)
		abort();
	/* The same again for a retransmission (RFC 3261 17.2.2). */
	snprintf(tag, sizeof(tag), "%016llx",
		 (unsigned long long)key_of(request));
	sip_format_answer(out, request, status, tag);
	if (!out->is_full)
		net_answer(client->net, from, out_text(out));
	free(out);
}

void client_answer(struct client *client, const struct sip_message *request,
		   const struct net_from *from, unsigned status)
{
	struct client_seen *seen = &client->seen[client->seen_count++ %
						 CLIENT_SEEN_MAX];

	*seen = (struct client_seen){ key_of(request), status };
	write_answer(client, request, from, status);
}

static void on_request(struct client *client, const struct sip_message *msg,
		       const struct net_from *from)
{
	uint64_t key = key_of(msg);

	for (size_t i = 0; i < CLIENT_SEEN_MAX; i++)
		if (client->seen[i].status && client->seen[i].key == key) {
			write_answer(client, msg, from, client->seen[i].status);
			return;
		}
	if (text_is(msg->method, "MESSAGE"))
		client->on_message(client, msg, from);
	else if (text_is(msg->method, "OPTIONS"))
		write_answer(client, msg, from, 200);
	else if (!text_is(msg->method, "ACK"))
		write_answer(client, msg, from, 405);
}

static void on_bytes(void *owner, struct text bytes,
		     const struct net_from *from)
{
	struct client *client = owner;
	struct sip_message msg;

	if (!sip_parse(&msg, bytes))
		print_event(&client->print, "bad", NULL,
			    "bad: %zu octets that are no SIP message",
			    bytes.len);
	else if (msg.status)
		on_response(client, &msg);
	else
		on_request(client, &msg, from);
}

void client_turn(struct client *client, int64_t until_ms)
{
	int64_t wait_ms = run_timers(client, until_ms) - client_now_ms();

	if (wait_ms < 0)
		wait_ms = 0;
	if (wait_ms > T2_MS)
		wait_ms = T2_MS;
	net_turn(client->net, (int)wait_ms, on_bytes, client);
}
