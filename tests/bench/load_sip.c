/* Sends SIP MESSAGE over UDP and waits for the answers: a window of them, for
 * the most that the gateway takes, or at a rate, for the time it takes. Prints
 * one JSON object. A time is counted from when the message should have left,
 * so that a gateway that stands still does not look fast. */
#include "bench/parts/clock.h"
#include "bench/parts/form.h"
#include "bench/parts/histogram.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 32
#define T1_US 500000u
#define T2_US 4000000u
#define GIVE_UP_US 32000000u /* 64 * T1 */
#define WAIT_US 34000000u    /* after the last one was sent */
#define LOOK_US 50000u       /* how often retransmissions are looked for */
#define PER_S_MAX 100000
#define SOCKET_LEN (4 << 20)

struct flight {
	uint64_t meant_us, sent_us, again_us;
	uint32_t wait_us;
	bool is_done;
};

struct load {
	unsigned port, count, window, recipients, first;
	double rate, seconds;
	struct form_conf conf;
	struct form form;
	int fd;
	struct flight *flights;
	unsigned sent, done, low; /* low: all below are done */
	unsigned accepted, unanswered, sent_again, code[7];
	uint64_t began_us, ended_us, last_us, looked_us;
	struct histogram times;
	char out[BATCH][FORM_MAX], in[BATCH][FORM_MAX];
};

static void fill(struct load *load, unsigned i, char *out)
{
	struct marker marker = { load->flights[i].meant_us, load->first + i };

	form_fill(&load->form, marker, (load->first + i) % load->recipients,
		  out);
}

static void begin(struct load *load, unsigned i, uint64_t now_us)
{
	double step_us = load->rate > 0 ? 1e6 / load->rate : 0;

	load->flights[i] = (struct flight){
		.meant_us = step_us > 0 ?
			load->began_us + (uint64_t)(step_us * i) : now_us,
		.sent_us = now_us, .again_us = now_us + T1_US,
		.wait_us = T1_US,
	};
}

/* How many may leave now, at most a batch. */
static unsigned count_ready(const struct load *load, uint64_t now_us)
{
	unsigned ready = load->window - (load->sent - load->done);

	if (load->sent >= load->count || now_us >= load->ended_us)
		return 0;
	if (load->rate > 0)
		ready = (unsigned)((double)(now_us - load->began_us) *
				   load->rate / 1e6) + 1 - load->sent;
	if (ready > load->count - load->sent)
		ready = load->count - load->sent;
	return ready < BATCH ? ready : BATCH;
}

static bool send_batch(struct load *load)
{
	uint64_t now_us = clock_us();
	unsigned ready = count_ready(load, now_us);
	struct mmsghdr heads[BATCH];
	struct iovec parts[BATCH];
	int sent;

	memset(heads, 0, sizeof(heads));
	for (unsigned i = 0; i < ready; i++) {
		begin(load, load->sent + i, now_us);
		fill(load, load->sent + i, load->out[i]);
		parts[i] = (struct iovec){ load->out[i], load->form.len };
		heads[i].msg_hdr.msg_iov = &parts[i];
		heads[i].msg_hdr.msg_iovlen = 1;
	}
	sent = ready ? sendmmsg(load->fd, heads, ready, 0) : 0;
	if (sent > 0)
		load->sent += (unsigned)sent;
	return sent == BATCH;
}

static void end(struct load *load, struct flight *flight)
{
	flight->is_done = true;
	load->done++;
	while (load->low < load->sent && load->flights[load->low].is_done)
		load->low++;
}

static void on_answer(struct load *load, const char *text, size_t len)
{
	unsigned status = 0;
	uint32_t index;
	struct flight *flight;

	if (len < 12 || memcmp(text, "SIP/2.0 ", 8) ||
	    !form_read_index(&load->form, text, len, &index))
		return;
	status = (unsigned)strtoul(text + 8, NULL, 10);
	index -= load->first;
	if (index >= load->sent || load->flights[index].is_done ||
	    status < 200 || status > 699)
		return;
	flight = &load->flights[index];
	load->last_us = clock_us();
	load->code[status / 100]++;
	if (status < 300) {
		load->accepted++;
		histogram_add(&load->times, load->last_us - flight->meant_us);
	}
	end(load, flight);
}

static void receive(struct load *load)
{
	struct mmsghdr heads[BATCH];
	struct iovec parts[BATCH];
	int count;

	memset(heads, 0, sizeof(heads));
	for (unsigned i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){ load->in[i], FORM_MAX - 1 };
		heads[i].msg_hdr.msg_iov = &parts[i];
		heads[i].msg_hdr.msg_iovlen = 1;
	}
	count = recvmmsg(load->fd, heads, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++) {
		load->in[i][heads[i].msg_len] = '\0';
		on_answer(load, load->in[i], heads[i].msg_len);
	}
}

/* RFC 3261 17.1.2.2, timers E and F. */
static void look_at(struct load *load, unsigned i, uint64_t now_us)
{
	struct flight *flight = &load->flights[i];

	if (flight->is_done || now_us < flight->again_us)
		return;
	if (now_us - flight->sent_us > GIVE_UP_US) {
		load->unanswered++;
		end(load, flight);
		return;
	}
	fill(load, i, load->out[0]);
	if (send(load->fd, load->out[0], load->form.len, 0) > 0)
		load->sent_again++;
	flight->wait_us = flight->wait_us * 2 < T2_US ? flight->wait_us * 2 :
							T2_US;
	flight->again_us = now_us + flight->wait_us;
}

static void send_again(struct load *load)
{
	uint64_t now_us = clock_us();

	if (now_us - load->looked_us < LOOK_US)
		return;
	load->looked_us = now_us;
	for (unsigned i = load->low; i < load->sent; i++)
		look_at(load, i, now_us);
}

static void wait_for_work(struct load *load)
{
	struct pollfd fds = { .fd = load->fd, .events = POLLIN };
	struct timespec wait = { .tv_nsec = 1000000 };

	if (load->rate > 0 && load->sent < load->count) {
		int64_t next_us = (int64_t)(load->began_us + (uint64_t)
			((double)load->sent * 1e6 / load->rate));
		int64_t left_us = next_us - (int64_t)clock_us();

		left_us = left_us < 0 ? 0 : left_us > 1000 ? 1000 : left_us;
		wait.tv_nsec = left_us * 1000;
	}
	ppoll(&fds, 1, &wait, NULL);
}

static bool is_over(const struct load *load)
{
	uint64_t now_us = clock_us();

	if (load->sent < load->count && now_us < load->ended_us)
		return false;
	return load->done == load->sent || now_us > load->ended_us + WAIT_US;
}

static void run(struct load *load)
{
	load->began_us = clock_us();
	load->ended_us = load->began_us + (uint64_t)(load->seconds * 1e6);
	while (!is_over(load)) {
		while (send_batch(load))
			receive(load);
		wait_for_work(load);
		receive(load);
		send_again(load);
	}
}

static void tell(const struct load *load)
{
	double took_s = (double)(load->last_us - load->began_us) / 1e6;

	printf("{\"sent\": %u, \"accepted\": %u, \"refused\": %u, "
	       "\"unanswered\": %u, \"sent_again\": %u, \"octets\": %zu, "
	       "\"seconds\": %.3f, \"per_s\": %.1f, ", load->sent,
	       load->accepted,
	       load->code[3] + load->code[4] + load->code[5] + load->code[6],
	       load->unanswered + load->sent - load->done, load->sent_again,
	       load->form.len, took_s,
	       load->done ? load->accepted / took_s : 0);
	histogram_print(stdout, &load->times);
	printf("}\n");
}

static bool open_socket(struct load *load)
{
	struct sockaddr_in peer = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)load->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in own;
	socklen_t own_len = sizeof(own);
	int len = SOCKET_LEN;

	load->fd = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(load->fd, SOL_SOCKET, SO_RCVBUF, &len, sizeof(len));
	setsockopt(load->fd, SOL_SOCKET, SO_SNDBUF, &len, sizeof(len));
	if (connect(load->fd, (struct sockaddr *)&peer, sizeof(peer)) ||
	    getsockname(load->fd, (struct sockaddr *)&own, &own_len))
		return false;
	load->conf.local_port = ntohs(own.sin_port);
	load->conf.port = load->port;
	return true;
}

static bool read_options(struct load *load, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "p:n:s:w:r:R:f:b:ic")) != -1) {
		double value = optarg ? strtod(optarg, NULL) : 0;

		switch (option) {
		case 'p': load->port = (unsigned)value; break;
		case 'n': load->count = (unsigned)value; break;
		case 's': load->seconds = value; break;
		case 'w': load->window = (unsigned)value; break;
		case 'r': load->rate = value; break;
		case 'R': load->recipients = (unsigned)value; break;
		case 'f': load->first = (unsigned)value; break;
		case 'b': load->conf.text_len = (unsigned)value; break;
		case 'i': load->conf.wants_report = true; break;
		case 'c': load->conf.is_plain = true; break;
		default: return false;
		}
	}
	if (!load->count)
		load->count = (unsigned)(load->seconds *
			(load->rate > 0 ? load->rate : PER_S_MAX)) + 1;
	return load->window && load->recipients && load->seconds > 0;
}

int main(int argc, char **argv)
{
	struct load *load = calloc(1, sizeof(*load));

	if (!load)
		return 1;
	load->port = 5060;
	load->window = 64;
	load->recipients = 10000;
	load->seconds = 5;
	load->conf.text_len = 100;
	if (!read_options(load, argc, argv)) {
		fprintf(stderr, "load_sip [-p port] [-n messages] [-s seconds]"
			" [-w window | -r rate] [-R recipients]\n"
			"         [-f first number] [-b octets of text] "
			"[-i: wants reports] [-c: text without CPIM]\n");
		return 2;
	}
	load->flights = calloc(load->count, sizeof(*load->flights));
	if (!load->flights || !open_socket(load)) {
		perror("load_sip");
		return 1;
	}
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	form_create(&load->form, &load->conf);
	run(load);
	tell(load);
	free(load->flights);
	free(load);
	return 0;
}
