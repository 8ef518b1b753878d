/* The SMSC of the bench. It answers each submit_sm at once, sends the receipts
 * that are asked for, and pushes deliver_sm, a window of them or at a rate. Orders
 * of the runner:
 *   receipts WINDOW                                0: none are sent
 *   push COUNT RATE WINDOW RECIPIENTS FIRST-NUMBER     rate 0: as the window lets
 *   halt                                           pushes no more
 *   count, report              how many since the last report; all of it */
#include "bench/parts/clock.h"
#include "bench/parts/order.h"
#include "bench/parts/smpp.h"
#include "bench/parts/tally.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BINDS 8
#define IN_MAX (1 << 18)
#define OUT_MAX (1 << 20)
#define RECEIPTS_MAX (1u << 20)
#define AWAITED_MAX (1u << 16)
#define TEXT_LEN 100
#define STATUS_THROTTLED 0x58

enum { AT_ORDER, AT_LISTEN, AT_BIND, FDS = AT_BIND + BINDS };

struct smsc_bind {
	char *in, *out;
	size_t in_len, out_len;
	bool is_receiver;
};

/* A receipt that is not yet sent, or a deliver_sm that is not yet answered. */
struct waiting {
	struct marker marker;
	uint64_t id;
	bool is_receipt;
	char source[SMPP_ADDRESS_MAX], target[SMPP_ADDRESS_MAX];
};

struct push {
	unsigned count, window, recipients, first, sent;
	double rate;
	uint64_t began_us;
};

struct smsc {
	struct smsc_bind binds[BINDS];
	struct pollfd *fds;
	struct tally submits, receipts, pushes;
	uint64_t receipts_refused, pushes_refused, unreadable;
	struct waiting *queue;       /* receipts to be sent, a ring */
	uint64_t queue_head, queue_tail;
	struct waiting *awaited;     /* by sequence number */
	uint32_t sequence;
	unsigned in_flight, receipt_window;
	struct push push;
	uint64_t last_id;
};

static void flush(struct smsc *smsc, unsigned i)
{
	struct smsc_bind *bind = &smsc->binds[i];
	struct pollfd *fd = &smsc->fds[AT_BIND + i];
	ssize_t sent;

	if (fd->fd < 0 || !bind->out_len)
		return;
	sent = send(fd->fd, bind->out, bind->out_len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent > 0) {
		bind->out_len -= (size_t)sent;
		memmove(bind->out, bind->out + sent, bind->out_len);
	}
	fd->events = bind->out_len ? POLLIN | POLLOUT : POLLIN;
}

static char *room(struct smsc_bind *bind, size_t len)
{
	if (bind->out_len + len > OUT_MAX) {
		fprintf(stderr, "sink_smsc: the gateway does not read\n");
		exit(1);
	}
	return bind->out + bind->out_len;
}

static void answer(struct smsc_bind *bind, const struct smpp_head *head,
		   const char *text)
{
	struct smpp_head to = { .len = SMPP_HEAD_LEN,
				.command = head->command | SMPP_RESP,
				.sequence = head->sequence };
	char *out = room(bind, SMPP_HEAD_LEN + 64);

	bind->out_len += text ? smpp_put_text(out, to, text) :
				smpp_put_head(out, &to);
}

/* --- deliver_sm --- */

static struct smsc_bind *find_receiver(struct smsc *smsc)
{
	for (unsigned i = 0; i < BINDS; i++) {
		if (smsc->fds[AT_BIND + i].fd >= 0 &&
		    smsc->binds[i].is_receiver)
			return &smsc->binds[i];
	}
	return NULL;
}

static void deliver(struct smsc *smsc, struct smsc_bind *bind,
		    const struct waiting *what, struct smpp_deliver *pdu)
{
	uint32_t sequence = ++smsc->sequence & 0x7fffffff;
	char *out = room(bind, SMPP_DELIVER_MAX);

	pdu->source = what->source;
	pdu->target = what->target;
	pdu->is_receipt = what->is_receipt;
	bind->out_len += smpp_put_deliver(out, sequence, pdu);
	smsc->awaited[sequence % AWAITED_MAX] = *what;
	smsc->in_flight++;
}

static void send_receipt(struct smsc *smsc, struct smsc_bind *bind,
			 const struct waiting *what)
{
	char text[256];
	int len = snprintf(text, sizeof(text), "id:%llx sub:001 dlvrd:001 "
			   "submit date:2603011015 done date:2603011015 "
			   "stat:DELIVRD err:000 text:",
			   (unsigned long long)what->id);
	struct smpp_deliver pdu = { .text = text,
				    .text_len = (size_t)len + MARKER_LEN };

	marker_put(text + len, what->marker);
	deliver(smsc, bind, what, &pdu);
}

static void send_receipts(struct smsc *smsc)
{
	struct smsc_bind *bind = find_receiver(smsc);

	while (bind && smsc->queue_head < smsc->queue_tail &&
	       smsc->in_flight < smsc->receipt_window)
		send_receipt(smsc, bind, &smsc->queue[smsc->queue_head++ %
						      RECEIPTS_MAX]);
}

static void queue_receipt(struct smsc *smsc, const struct marker *marker,
			  const struct smpp_submit *submit)
{
	struct waiting *what = &smsc->queue[smsc->queue_tail++ % RECEIPTS_MAX];

	if (smsc->queue_tail - smsc->queue_head > RECEIPTS_MAX) {
		fprintf(stderr, "sink_smsc: too many receipts wait\n");
		exit(1);
	}
	*what = (struct waiting){ .marker = *marker, .id = smsc->last_id,
				  .is_receipt = true };
	memcpy(what->source, submit->target, sizeof(what->source));
	memcpy(what->target, submit->source, sizeof(what->target));
}

static void push_one(struct smsc *smsc, struct smsc_bind *bind,
		     uint64_t meant_us)
{
	struct push *push = &smsc->push;
	struct waiting what = {
		.marker = { meant_us, push->first + push->sent },
	};
	struct smpp_deliver pdu = { .text_len = TEXT_LEN };
	char text[TEXT_LEN];

	memset(text, 'x', sizeof(text));
	marker_put(text, what.marker);
	pdu.text = text;
	snprintf(what.source, sizeof(what.source), "1555%07u",
		 what.marker.index % push->recipients);
	snprintf(what.target, sizeof(what.target), "49171000001");
	deliver(smsc, bind, &what, &pdu);
	push->sent++;
}

static uint64_t meant_us(const struct push *push)
{
	return push->began_us +
	       (uint64_t)((double)push->sent * 1e6 / push->rate);
}

static void push_some(struct smsc *smsc)
{
	struct push *push = &smsc->push;
	struct smsc_bind *bind = find_receiver(smsc);

	while (bind && push->sent < push->count &&
	       smsc->in_flight < push->window) {
		uint64_t now_us = clock_us();
		uint64_t at_us = push->rate > 0 ? meant_us(push) : now_us;

		if (at_us > now_us)
			return;
		push_one(smsc, bind, at_us);
	}
}

static void on_deliver_resp(struct smsc *smsc, const struct smpp_head *head)
{
	struct waiting *what = &smsc->awaited[head->sequence % AWAITED_MAX];

	if (smsc->in_flight)
		smsc->in_flight--;
	if (head->status && what->is_receipt)
		smsc->receipts_refused++;
	else if (head->status)
		smsc->pushes_refused++;
	else
		tally_add(what->is_receipt ? &smsc->receipts : &smsc->pushes,
			  &what->marker, clock_us());
	if (head->status && head->status != STATUS_THROTTLED)
		fprintf(stderr, "sink_smsc: deliver_sm answered %#x\n",
			head->status);
}

/* --- what the gateway asks --- */

static void on_submit(struct smsc *smsc, struct smsc_bind *bind,
		      const struct smpp_head *head, const char *body)
{
	struct smpp_submit submit;
	struct marker marker;
	char id[24];
	bool is_marked;

	if (!smpp_read_submit(body, head->len - SMPP_HEAD_LEN, &submit)) {
		smsc->unreadable++;
		return;
	}
	snprintf(id, sizeof(id), "%llx", (unsigned long long)++smsc->last_id);
	answer(bind, head, id);
	is_marked = marker_find(submit.text, submit.text_len, &marker);
	tally_add(&smsc->submits, is_marked ? &marker : NULL, clock_us());
	if (is_marked && submit.wants_receipt && smsc->receipt_window)
		queue_receipt(smsc, &marker, &submit);
}

static void on_bind(struct smsc_bind *bind, const struct smpp_head *head)
{
	bind->is_receiver = head->command != SMPP_BIND_TRANSMITTER;
	answer(bind, head, "bench");
}

static void on_pdu(struct smsc *smsc, struct smsc_bind *bind, const char *pdu)
{
	struct smpp_head head;

	smpp_read_head(pdu, &head);
	switch (head.command) {
	case SMPP_BIND_RECEIVER:
	case SMPP_BIND_TRANSMITTER:
	case SMPP_BIND_TRANSCEIVER:
		on_bind(bind, &head);
		break;
	case SMPP_SUBMIT_SM:
		on_submit(smsc, bind, &head, pdu + SMPP_HEAD_LEN);
		break;
	case SMPP_DELIVER_SM | SMPP_RESP:
		on_deliver_resp(smsc, &head);
		break;
	case SMPP_ENQUIRE_LINK:
	case SMPP_UNBIND:
		answer(bind, &head, NULL);
		break;
	default:
		smsc->unreadable++;
	}
}

static void end_bind(struct smsc *smsc, unsigned i)
{
	close(smsc->fds[AT_BIND + i].fd);
	smsc->fds[AT_BIND + i].fd = -1;
	smsc->binds[i].in_len = smsc->binds[i].out_len = 0;
	smsc->binds[i].is_receiver = false;
	smsc->in_flight = 0;
}

static size_t take_pdus(struct smsc *smsc, struct smsc_bind *bind)
{
	size_t at = 0;

	while (bind->in_len - at >= SMPP_HEAD_LEN) {
		struct smpp_head head;

		smpp_read_head(bind->in + at, &head);
		if (head.len < SMPP_HEAD_LEN || head.len > SMPP_PDU_MAX) {
			fprintf(stderr, "sink_smsc: a PDU of %u octets\n",
				head.len);
			exit(1);
		}
		if (bind->in_len - at < head.len)
			break;
		on_pdu(smsc, bind, bind->in + at);
		at += head.len;
	}
	return at;
}

static void read_bind(struct smsc *smsc, unsigned i)
{
	struct smsc_bind *bind = &smsc->binds[i];
	ssize_t got = recv(smsc->fds[AT_BIND + i].fd, bind->in + bind->in_len,
			   IN_MAX - bind->in_len, MSG_DONTWAIT);
	size_t taken;

	if (got <= 0) {
		end_bind(smsc, i);
		return;
	}
	bind->in_len += (size_t)got;
	taken = take_pdus(smsc, bind);
	bind->in_len -= taken;
	memmove(bind->in, bind->in + taken, bind->in_len);
}

static void accept_bind(struct smsc *smsc)
{
	int fd = accept(smsc->fds[AT_LISTEN].fd, NULL, NULL), one = 1;
	unsigned i = 0;

	while (i < BINDS && smsc->fds[AT_BIND + i].fd >= 0)
		i++;
	if (fd < 0 || i == BINDS) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	smsc->fds[AT_BIND + i] = (struct pollfd){ fd, POLLIN, 0 };
	if (!smsc->binds[i].in) {
		smsc->binds[i].in = malloc(IN_MAX);
		smsc->binds[i].out = malloc(OUT_MAX);
	}
}

/* --- orders --- */

static void report(struct smsc *smsc)
{
	printf("{\"receipts_refused\": %llu, \"receipts_waiting\": %llu, "
	       "\"pushed\": %u, \"pushes_refused\": %llu, "
	       "\"unreadable\": %llu, ",
	       (unsigned long long)smsc->receipts_refused,
	       (unsigned long long)(smsc->queue_tail - smsc->queue_head),
	       smsc->push.sent, (unsigned long long)smsc->pushes_refused,
	       (unsigned long long)smsc->unreadable);
	tally_report(&smsc->submits, stdout, "submits");
	printf(", ");
	tally_report(&smsc->receipts, stdout, "receipts");
	printf(", ");
	tally_report(&smsc->pushes, stdout, "pushes");
	printf("}\n");
	smsc->receipts_refused = smsc->pushes_refused = smsc->unreadable = 0;
}

static void count(const struct smsc *smsc)
{
	printf("{\"submits\": %llu, \"receipts\": %llu, \"pushes\": %llu, "
	       "\"pushed\": %u}\n",
	       (unsigned long long)smsc->submits.unique,
	       (unsigned long long)smsc->receipts.unique,
	       (unsigned long long)smsc->pushes.unique, smsc->push.sent);
}

static void begin_push(struct smsc *smsc, const double *number)
{
	smsc->push = (struct push){
		.count = (unsigned)number[0], .rate = number[1],
		.window = (unsigned)number[2],
		.recipients = (unsigned)number[3],
		.first = (unsigned)number[4], .began_us = clock_us(),
	};
}

static void on_order(void *arg, const struct order *order)
{
	struct smsc *smsc = arg;

	if (!strcmp(order->word, "report"))
		report(smsc);
	else if (!strcmp(order->word, "count"))
		count(smsc);
	else if (!strcmp(order->word, "receipts"))
		smsc->receipt_window = (unsigned)order->number[0];
	else if (!strcmp(order->word, "push"))
		begin_push(smsc, order->number);
	else if (!strcmp(order->word, "halt"))
		smsc->push.count = smsc->push.sent;
	fflush(stdout);
}

/* --- life --- */

static bool open_socket(struct smsc *smsc, unsigned port)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	smsc->fds = calloc(FDS, sizeof(*smsc->fds));
	if (!smsc->fds)
		return false;
	for (unsigned i = 0; i < FDS; i++)
		smsc->fds[i] = (struct pollfd){ -1, POLLIN, 0 };
	smsc->fds[AT_ORDER].fd = STDIN_FILENO;
	smsc->fds[AT_LISTEN].fd = fd;
	return !bind(fd, (struct sockaddr *)&own, sizeof(own)) &&
	       !listen(fd, BINDS);
}

static void wait_for_work(struct smsc *smsc)
{
	const struct push *push = &smsc->push;
	struct timespec wait = { 0 };
	bool is_paced = push->rate > 0 && push->sent < push->count;
	int64_t left_us;

	if (is_paced) {
		left_us = (int64_t)meant_us(push) - (int64_t)clock_us();
		/* late, but the window is full: an answer wakes us */
		left_us = left_us < 0 ? 1000 : left_us;
		wait.tv_sec = left_us / 1000000;
		wait.tv_nsec = left_us % 1000000 * 1000;
	}
	ppoll(smsc->fds, FDS, is_paced ? &wait : NULL, NULL);
}

static void run(struct smsc *smsc)
{
	for (;;) {
		wait_for_work(smsc);
		if (smsc->fds[AT_LISTEN].revents)
			accept_bind(smsc);
		for (unsigned i = 0; i < BINDS; i++) {
			if (smsc->fds[AT_BIND + i].revents & ~POLLOUT)
				read_bind(smsc, i);
		}
		if (smsc->fds[AT_ORDER].revents && !order_read(on_order, smsc))
			return;
		send_receipts(smsc);
		push_some(smsc);
		for (unsigned i = 0; i < BINDS; i++)
			flush(smsc, i);
	}
}

static void end(struct smsc *smsc)
{
	for (unsigned i = 0; i < BINDS; i++) {
		free(smsc->binds[i].in);
		free(smsc->binds[i].out);
	}
	tally_destroy(&smsc->submits);
	tally_destroy(&smsc->receipts);
	tally_destroy(&smsc->pushes);
	free(smsc->queue);
	free(smsc->awaited);
	free(smsc->fds);
	free(smsc);
}

int main(int argc, char **argv)
{
	struct smsc *smsc = calloc(1, sizeof(*smsc));
	unsigned port = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2775;

	if (!smsc || !open_socket(smsc, port)) {
		perror("sink_smsc");
		return 1;
	}
	smsc->queue = calloc(RECEIPTS_MAX, sizeof(*smsc->queue));
	smsc->awaited = calloc(AWAITED_MAX, sizeof(*smsc->awaited));
	tally_create(&smsc->submits);
	tally_create(&smsc->receipts);
	tally_create(&smsc->pushes);
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	printf("ready\n");
	fflush(stdout);
	run(smsc);
	end(smsc);
	return 0;
}
