/* One question to the daemon and its answer. */
#include "admin/ctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* The daemon keeps its answers far below it. */
#define ANSWER_LEN_MAX (64u << 20)

static const char *advice(int error)
{
	switch (error) {
	case ENOENT:
		return "is the daemon running (systemctl status cpm-iwf), and "
		       "is this its admin.socket? (--socket PATH)";
	case ECONNREFUSED:
		return "the daemon is not running (systemctl status cpm-iwf)";
	case EACCES:
	case EPERM:
		return "run iwfctl as root or as a member of the group "
		       "cpm-iwf";
	default:
		return "see the daemon's log (journalctl -u cpm-iwf)";
	}
}

static void complain(const struct ctl_options *options, const char *what,
		     int error)
{
	fprintf(stderr, "iwfctl: %s %s: %s; %s\n", what, options->socket,
		strerror(error), advice(error));
}

static int open_socket(const struct ctl_options *options)
{
	struct timeval timeout = { .tv_sec = options->timeout_sec };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(options->socket) >= sizeof(addr.sun_path)) {
		complain(options, "cannot connect to", ENAMETOOLONG);
		return -1;
	}
	memcpy(addr.sun_path, options->socket, strlen(options->socket));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
			   sizeof(timeout));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout,
			   sizeof(timeout));
		if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
			return fd;
	}
	complain(options, "cannot connect to", errno);
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool send_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* The answer up to its newline; NULL with errno, 0 when the daemon closed. */
static char *read_line(int fd)
{
	size_t cap = 0, len = 0;
	char *line = NULL, *end = NULL;

	while (!end && len < ANSWER_LEN_MAX) {
		ssize_t n;

		if (cap - len < 4096) {
			cap = cap ? 2 * cap : 8192;
			line = realloc(line, cap);
			if (!line)
				abort();
		}
		n = recv(fd, line + len, cap - len - 1, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : ECONNRESET;
			free(line);
			return NULL;
		}
		end = memchr(line + len, '\n', (size_t)n);
		len += (size_t)n;
	}
	line[end ? (size_t)(end - line) : len] = '\0';
	return line;
}

char *ctl_ask(const struct ctl_options *options, const char *line)
{
	int fd = open_socket(options);
	char *answer = NULL;
	bool is_sent;

	if (fd < 0)
		return NULL;
	/* A daemon that is full answers and closes without reading. */
	is_sent = send_all(fd, line) && send_all(fd, "\n");
	if (is_sent || errno == EPIPE)
		answer = read_line(fd);
	if (!answer && (errno == EAGAIN || errno == EWOULDBLOCK))
		errno = ETIMEDOUT;
	if (!answer)
		complain(options, "no answer from", errno);
	close(fd);
	return answer;
}
