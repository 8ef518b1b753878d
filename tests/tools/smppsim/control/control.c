/* The control socket: one line in, one line of JSON out. */
#include "control/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A raw PDU of full size in hex, and some. */
#define LINE_MAX_LEN (256 * 1024)

struct client {
	struct loop_watch watch;
	TAILQ_ENTRY(client) entry;
	struct control *control;
	struct buf in;
	struct buf out;
	bool is_at_end;
};

TAILQ_HEAD(client_list, client);

struct control {
	struct loop_watch watch;
	struct sim *sim;
	struct client_list clients;
	struct sockaddr_un addr;
};

static void client_close(struct client *client)
{
	const int fd = client->watch.fd;

	if (fd < 0)
		return;
	loop_forget(client->control->sim->loop, &client->watch);
	close(fd);
}

static void client_flush(struct client *client)
{
	while (client->watch.fd >= 0 && client->out.len > 0) {
		const ssize_t got = send(client->watch.fd, client->out.bytes,
					 client->out.len, MSG_NOSIGNAL);

		if (got < 0 && errno == EAGAIN)
			break;
		if (got < 0) {
			client_close(client);
			return;
		}
		buf_consume(&client->out, (size_t)got);
	}
	if (client->is_at_end && client->out.len == 0)
		client_close(client);
	else if (client->watch.fd >= 0)
		loop_watch(client->control->sim->loop, &client->watch,
			   client->out.len > 0 ? EPOLLOUT : EPOLLIN);
}

static void client_run_lines(struct client *client)
{
	for (;;) {
		uint8_t *end =
			client->in.len == 0 ?
				NULL :
				memchr(client->in.bytes, '\n', client->in.len);

		if (!end)
			return;
		*end = 0;
		control_run(client->control->sim,
			    (const char *)client->in.bytes, &client->out);
		buf_consume(&client->in, (size_t)(end - client->in.bytes) + 1);
	}
}

static void client_on_ready(struct loop_watch *watch, uint32_t events)
{
	struct client *client = loop_owner(watch, struct client, watch);
	char bytes[16384];

	if (!(events & EPOLLOUT)) {
		const ssize_t got = recv(watch->fd, bytes, sizeof(bytes), 0);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		client->is_at_end = got <= 0;
		if (got > 0)
			buf_append(&client->in, bytes, (size_t)got);
		/* The last line may lack its newline. */
		else if (client->in.len > 0)
			buf_append_u8(&client->in, '\n');
		client_run_lines(client);
		if (client->in.len > LINE_MAX_LEN) {
			client_close(client);
			return;
		}
	}
	client_flush(client);
}

static void control_on_ready(struct loop_watch *watch, uint32_t events)
{
	struct control *control = loop_owner(watch, struct control, watch);
	const int fd =
		accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0)
		return;

	struct client *client = mem_alloc(sizeof(*client));

	client->control = control;
	client->watch.fd = fd;
	client->watch.on_ready = client_on_ready;
	TAILQ_INSERT_TAIL(&control->clients, client, entry);
	loop_watch(control->sim->loop, &client->watch, EPOLLIN);
}

/* A file left behind by a simulator that was killed answers no connect. */
static void remove_stale(const struct sockaddr_un *addr)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) != 0 &&
	    errno == ECONNREFUSED)
		unlink(addr->sun_path);
	close(fd);
}

static int open_socket(const struct sockaddr_un *addr)
{
	const int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	remove_stale(addr);
	if (bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0 &&
	    listen(fd, 16) == 0)
		return fd;

	const int error = errno;

	close(fd);
	errno = error;
	return -1;
}

struct control *control_open(struct sim *sim, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	memcpy(addr.sun_path, path, strlen(path));

	const int fd = open_socket(&addr);

	if (fd < 0)
		return NULL;

	struct control *control = mem_alloc(sizeof(*control));

	control->sim = sim;
	control->addr = addr;
	control->watch.fd = fd;
	control->watch.on_ready = control_on_ready;
	TAILQ_INIT(&control->clients);
	loop_watch(sim->loop, &control->watch, EPOLLIN);
	return control;
}

void control_settle(struct control *control)
{
	struct client *client;
	struct client *next;

	for (client = TAILQ_FIRST(&control->clients); client; client = next) {
		next = TAILQ_NEXT(client, entry);
		if (client->watch.fd >= 0)
			continue;
		TAILQ_REMOVE(&control->clients, client, entry);
		buf_destroy(&client->in);
		buf_destroy(&client->out);
		free(client);
	}
}

void control_close(struct control **control)
{
	struct client *client;

	if (!*control)
		return;
	TAILQ_FOREACH(client, &(*control)->clients, entry)
	client_close(client);
	control_settle(*control);

	const int fd = (*control)->watch.fd;

	loop_forget((*control)->sim->loop, &(*control)->watch);
	close(fd);
	unlink((*control)->addr.sun_path);
	free(*control);
	*control = NULL;
}
