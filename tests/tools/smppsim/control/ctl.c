/* smppsim ctl: asks a running simulator. */
#include "control/ctl.h"

#include "control/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int ctl_connect(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(addr.sun_path, path, strlen(path));

	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0) {
		const int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static bool ctl_ask(int fd, const struct buf *line, struct buf *answer)
{
	size_t at = 0;
	char bytes[4096];
	ssize_t got;

	while (at < line->len) {
		got = send(fd, line->bytes + at, line->len - at, MSG_NOSIGNAL);
		if (got < 0)
			return false;
		at += (size_t)got;
	}
	shutdown(fd, SHUT_WR);
	while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		buf_append(answer, bytes, (size_t)got);
	return answer->len > 0;
}

int ctl_run(int argc, char **argv)
{
	struct buf line = { 0 };
	struct buf answer = { 0 };

	if (argc < 4 || strcmp(argv[1], "--control") != 0) {
		fputs("usage: smppsim ctl --control PATH COMMAND [arguments]; "
		      "see smppsim --help\n",
		      stderr);
		return 2;
	}
	for (int i = 3; i < argc; i++)
		command_quote(&line, argv[i]);
	buf_append_u8(&line, '\n');

	const int fd = ctl_connect(argv[2]);
	int status = 2;

	if (fd < 0 || !ctl_ask(fd, &line, &answer)) {
		fprintf(stderr, "smppsim ctl: %s: %s\n", argv[2],
			fd < 0 ? strerror(errno) : "no answer");
	} else {
		fputs(buf_str(&answer), stdout);
		status = strncmp(buf_str(&answer), "{\"ok\":true", 10) != 0;
	}
	if (fd >= 0)
		close(fd);
	buf_destroy(&line);
	buf_destroy(&answer);
	return status;
}
