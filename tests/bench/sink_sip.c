/* The SIP core of the bench: answers each request 200 and counts by the marker
 * in its body. Orders of the runner: `count` prints how many different ones came
 * since the last report, `report` all of it. UDP and TCP. */
#include "bench/parts/clock.h"
#include "bench/parts/order.h"
#include "bench/parts/sip_answer.h"
#include "bench/parts/tally.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 32
#define DATAGRAM_MAX 8192
#define STREAM_MAX (1 << 18)
#define STREAMS 8
#define SOCKET_LEN (4 << 20)

enum { AT_ORDER, AT_UDP, AT_TCP, AT_STREAM, FDS = AT_STREAM + STREAMS };

struct stream {
	char *text;
	size_t len;
};

struct sink {
	struct stream streams[STREAMS];
	struct pollfd *fds;
	struct tally tally;
	uint64_t requests, notifications;
	char in[BATCH][DATAGRAM_MAX], out[BATCH][DATAGRAM_MAX];
	struct sockaddr_in from[BATCH];
};

static void count(struct sink *sink, const char *text, size_t len)
{
	const char *body = memmem(text, len, "\r\n\r\n", 4);
	struct marker marker;
	size_t left = body ? (size_t)(text + len - body) : 0;
	bool is_marked = body && marker_find(body, left, &marker);

	sink->requests++;
	if (body && memmem(body, left, "<imdn", 5))
		sink->notifications++;
	tally_add(&sink->tally, is_marked ? &marker : NULL, clock_us());
}

static void receive(struct sink *sink)
{
	struct mmsghdr heads[BATCH];
	struct iovec parts[BATCH];
	unsigned answers = 0;
	int got;

	memset(heads, 0, sizeof(heads));
	for (unsigned i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){ sink->in[i], DATAGRAM_MAX };
		heads[i].msg_hdr = (struct msghdr){
			.msg_iov = &parts[i], .msg_iovlen = 1,
			.msg_name = &sink->from[i],
			.msg_namelen = sizeof(sink->from[i]),
		};
	}
	got = recvmmsg(sink->fds[AT_UDP].fd, heads, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < got; i++) {
		size_t len = sip_answer_write(sink->in[i], heads[i].msg_len,
					      sink->out[answers], DATAGRAM_MAX);

		if (!len)
			continue;
		count(sink, sink->in[i], heads[i].msg_len);
		parts[answers] = (struct iovec){ sink->out[answers], len };
		heads[answers].msg_hdr.msg_name = &sink->from[i];
		answers++;
	}
	if (answers)
		sendmmsg(sink->fds[AT_UDP].fd, heads, answers, 0);
}

static void end_stream(struct sink *sink, unsigned i)
{
	close(sink->fds[AT_STREAM + i].fd);
	sink->fds[AT_STREAM + i].fd = -1;
	sink->streams[i].len = 0;
}

static void accept_stream(struct sink *sink)
{
	int fd = accept(sink->fds[AT_TCP].fd, NULL, NULL), one = 1;
	unsigned i = 0;

	while (i < STREAMS && sink->fds[AT_STREAM + i].fd >= 0)
		i++;
	if (fd < 0 || i == STREAMS) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	sink->fds[AT_STREAM + i] = (struct pollfd){ fd, POLLIN, 0 };
	if (!sink->streams[i].text)
		sink->streams[i].text = malloc(STREAM_MAX);
}

/* One whole request of the stream; 0: it has not all come. */
static size_t answer_first(struct sink *sink, unsigned i, size_t at)
{
	struct stream *stream = &sink->streams[i];
	const char *text = stream->text + at;
	size_t len = sip_length(text, stream->len - at);
	size_t answer_len;

	if (!len)
		return 0;
	answer_len = sip_answer_write(text, len, sink->out[0], DATAGRAM_MAX);
	if (!answer_len)
		return len;
	count(sink, text, len);
	if (send(sink->fds[AT_STREAM + i].fd, sink->out[0], answer_len,
		 MSG_NOSIGNAL) < 0)
		fprintf(stderr, "sink_sip: an answer was not sent\n");
	return len;
}

static void read_stream(struct sink *sink, unsigned i)
{
	struct stream *stream = &sink->streams[i];
	ssize_t got = recv(sink->fds[AT_STREAM + i].fd,
			   stream->text + stream->len,
			   STREAM_MAX - stream->len, MSG_DONTWAIT);
	size_t at = 0, taken;

	if (got <= 0) {
		end_stream(sink, i);
		return;
	}
	stream->len += (size_t)got;
	while ((taken = answer_first(sink, i, at)))
		at += taken;
	stream->len -= at;
	memmove(stream->text, stream->text + at, stream->len);
}

static void report(struct sink *sink)
{
	printf("{\"requests\": %llu, \"notifications\": %llu, ",
	       (unsigned long long)sink->requests,
	       (unsigned long long)sink->notifications);
	tally_report(&sink->tally, stdout, "messages");
	printf("}\n");
	sink->requests = sink->notifications = 0;
}

static void on_order(void *arg, const struct order *order)
{
	struct sink *sink = arg;

	if (!strcmp(order->word, "report"))
		report(sink);
	else if (!strcmp(order->word, "count"))
		printf("{\"messages\": %llu}\n",
		       (unsigned long long)sink->tally.unique);
	fflush(stdout);
}

static bool open_sockets(struct sink *sink, unsigned port)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	int tcp = socket(AF_INET, SOCK_STREAM, 0);
	int len = SOCKET_LEN, one = 1;

	setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &len, sizeof(len));
	setsockopt(udp, SOL_SOCKET, SO_SNDBUF, &len, sizeof(len));
	setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	sink->fds = calloc(FDS, sizeof(*sink->fds));
	if (!sink->fds)
		return false;
	for (unsigned i = 0; i < FDS; i++)
		sink->fds[i] = (struct pollfd){ -1, POLLIN, 0 };
	sink->fds[AT_ORDER].fd = STDIN_FILENO;
	sink->fds[AT_UDP].fd = udp;
	sink->fds[AT_TCP].fd = tcp;
	return !bind(udp, (struct sockaddr *)&own, sizeof(own)) &&
	       !bind(tcp, (struct sockaddr *)&own, sizeof(own)) &&
	       !listen(tcp, STREAMS);
}

static void run(struct sink *sink)
{
	while (poll(sink->fds, FDS, -1) >= 0) {
		if (sink->fds[AT_UDP].revents)
			receive(sink);
		if (sink->fds[AT_TCP].revents)
			accept_stream(sink);
		for (unsigned i = 0; i < STREAMS; i++) {
			if (sink->fds[AT_STREAM + i].revents)
				read_stream(sink, i);
		}
		if (sink->fds[AT_ORDER].revents && !order_read(on_order, sink))
			return;
	}
}

int main(int argc, char **argv)
{
	struct sink *sink = calloc(1, sizeof(*sink));
	unsigned port = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 5070;

	if (!sink || !open_sockets(sink, port)) {
		perror("sink_sip");
		return 1;
	}
	tally_create(&sink->tally);
	printf("ready\n");
	fflush(stdout);
	run(sink);
	tally_destroy(&sink->tally);
	for (unsigned i = 0; i < STREAMS; i++)
		free(sink->streams[i].text);
	free(sink->fds);
	free(sink);
	return 0;
}
