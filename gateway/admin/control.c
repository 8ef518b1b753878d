/* The control socket's connections: bounded in number, line length and time,
 * one request of each under way. */
#include "admin/control.h"

#include <iwf/arena.h>
#include <iwf/buf.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ACCEPT_AGAIN_MS 1000

struct control {
	struct iwf_loop *loop;
	struct control_conf conf;
	struct iwf_log *log;
	control_line_fn *on_line;
	void *arg;
	struct iwf_watch watch;
	struct iwf_timer again;    /* after running out of descriptors */
	struct control_peer *peers;
	unsigned peer_count;
	int fd;
};

struct control_peer {
	struct control_peer *next;
	struct control *control;   /* NULL: gone, waits for its answer */
	struct iwf_watch watch;
	struct iwf_timer idle;
	struct iwf_buf in, out;
	struct control_who who;
	int fd;
	bool is_asked;             /* an answer is awaited */
	bool is_working;
	bool is_ended;             /* nothing more is read */
	bool is_broken;
};

static void peer_free(struct control_peer *peer)
{
	iwf_buf_free(&peer->in);
	iwf_buf_free(&peer->out);
	free(peer);
}

static void peer_close(struct control_peer *peer)
{
	struct control *control = peer->control;
	struct control_peer **at = &control->peers;

	while (*at != peer)
		at = &(*at)->next;
	*at = peer->next;
	control->peer_count--;
	iwf_watch_stop(&peer->watch);
	iwf_timer_stop(&peer->idle);
	close(peer->fd);
	peer->control = NULL;
	if (!peer->is_asked)
		peer_free(peer);
}

static void on_idle(struct iwf_timer *timer)
{
	peer_close(IWF_CONTAINER(timer, struct control_peer, idle));
}

/* --- bytes --- */

static void receive(struct control_peer *peer)
{
	size_t room = CONTROL_LINE_MAX + 1 - peer->in.len;
	char *to = iwf_buf_reserve(&peer->in, room);
	ssize_t n = recv(peer->fd, to, room, 0);

	if (n > 0)
		peer->in.len += (size_t)n;
	else if (!n)
		peer->is_ended = true;
	else if (errno != EAGAIN && errno != EINTR)
		peer->is_broken = true;
}

static void flush(struct control_peer *peer)
{
	ssize_t n;

	while (peer->out.len && !peer->is_broken) {
		n = send(peer->fd, peer->out.ptr, peer->out.len, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && errno != EINTR)
			peer->is_broken = true;
		else if (n > 0)
			iwf_buf_eat(&peer->out, (size_t)n);
	}
}

static void put_line(struct control_peer *peer, struct iwf_str line)
{
	iwf_buf_str_put(&peer->out, line);
	iwf_buf_u8(&peer->out, '\n');
}

/* --- requests --- */

/* Hands over the next line; false when there is none yet. */
static bool next_line(struct control_peer *peer)
{
	struct iwf_str bytes = iwf_buf_str(&peer->in);
	size_t len = iwf_str_find(bytes, '\n');
	struct control *control = peer->control;

	if (len == IWF_STR_NPOS && bytes.len > CONTROL_LINE_MAX) {
		put_line(peer, IWF_STR("{\"ok\":false,\"error\":\"limit\","
				       "\"text\":\"request line is longer than "
				       "65536 bytes\"}"));
		peer->is_ended = true;
		iwf_buf_clear(&peer->in);
		return false;
	}
	if (len == IWF_STR_NPOS)
		return false;
	bytes = iwf_str_trim(iwf_str_sub(bytes, 0, len));
	if (bytes.len) {
		peer->is_asked = true;
		control->on_line(control->arg, peer, bytes);
	}
	iwf_buf_eat(&peer->in, len + 1);
	return true;
}

static void on_peer(struct iwf_watch *watch, unsigned ready);

static void peer_wait(struct control_peer *peer)
{
	bool is_busy = peer->is_asked || peer->out.len;
	struct control *control = peer->control;
	unsigned wanted = 0;

	if (!is_busy && !peer->is_ended)
		wanted = IWF_READY_IN;
	else if (peer->out.len)
		wanted = IWF_READY_OUT;
	iwf_watch_start(control->loop, &peer->watch, peer->fd, wanted, on_peer);
	if (peer->is_asked)
		iwf_timer_stop(&peer->idle);
	else
		iwf_timer_start(control->loop, &peer->idle,
				control->conf.idle_ms, on_idle);
}

/* Goes on as far as it goes, then waits or closes. */
static void peer_work(struct control_peer *peer)
{
	bool is_more = true;

	peer->is_working = true;
	flush(peer);
	while (is_more && !peer->is_asked && !peer->out.len &&
	       !peer->is_broken) {
		is_more = next_line(peer);
		flush(peer);
	}
	peer->is_working = false;
	if (peer->is_broken ||
	    (peer->is_ended && !peer->is_asked && !peer->out.len))
		peer_close(peer);
	else
		peer_wait(peer);
}

static void on_peer(struct iwf_watch *watch, unsigned ready)
{
	struct control_peer *peer = IWF_CONTAINER(watch, struct control_peer,
						  watch);

	/* It has closed both ways: nobody reads answers any more. */
	if (ready & IWF_READY_ERROR) {
		peer_close(peer);
		return;
	}
	if (ready & IWF_READY_IN)
		receive(peer);
	peer_work(peer);
}

void control_answer(struct control_peer *peer, struct iwf_str line)
{
	peer->is_asked = false;
	if (!peer->control) {
		peer_free(peer);
		return;
	}
	put_line(peer, line);
	if (!peer->is_working)
		peer_work(peer);
}

bool control_is_gone(const struct control_peer *peer)
{
	return !peer->control;
}

struct control_who control_who(const struct control_peer *peer)
{
	return peer->who;
}

/* --- listening --- */

static void refuse(int fd)
{
	static const char full[] = "{\"ok\":false,\"error\":\"full\",\"text\":"
				   "\"too many control connections\"}\n";
	ssize_t n = send(fd, full, sizeof(full) - 1,
			 MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)n; /* told as far as possible */
	close(fd);
}

static void peer_create(struct control *control, int fd)
{
	struct control_peer *peer = IWF_NEW(struct control_peer);
	struct ucred cred = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(cred);

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	peer->who = (struct control_who){ cred.uid, cred.pid };
	peer->fd = fd;
	peer->control = control;
	peer->next = control->peers;
	control->peers = peer;
	control->peer_count++;
	peer_wait(peer);
}

static void on_connect(struct iwf_watch *watch, unsigned ready);

static void on_again(struct iwf_timer *timer)
{
	struct control *control = IWF_CONTAINER(timer, struct control, again);

	iwf_watch_start(control->loop, &control->watch, control->fd,
			IWF_READY_IN, on_connect);
}

static void on_connect(struct iwf_watch *watch, unsigned ready)
{
	struct control *control = IWF_CONTAINER(watch, struct control, watch);
	int fd = accept4(control->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)ready;
	if (fd < 0 && (errno == EMFILE || errno == ENFILE ||
		       errno == ENOMEM || errno == ENOBUFS)) {
		iwf_watch_stop(&control->watch);
		iwf_timer_start(control->loop, &control->again,
				ACCEPT_AGAIN_MS, on_again);
		return;
	}
	if (fd < 0)
		return;
	if (control->peer_count < control->conf.connections_max) {
		peer_create(control, fd);
		return;
	}
	iwf_log_warning(control->log, "control-full", "connections=%u",
			control->peer_count);
	refuse(fd);
}

/* --- life --- */

static bool is_answered(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* EAGAIN: somebody listens and is busy. */
	bool is = fd >= 0 && (!connect(fd, (const struct sockaddr *)addr,
				       sizeof(*addr)) || errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return is;
}

/* A socket left by a process that ended without removing it. */
static enum iwf_err remove_stale(const struct sockaddr_un *addr,
				 struct iwf_why *why)
{
	struct stat st;

	if (lstat(addr->sun_path, &st))
		return IWF_OK;
	if (!S_ISSOCK(st.st_mode))
		return iwf_why_set(why, IWF_E_EXISTS, 0,
				   "%s exists and is not a socket",
				   addr->sun_path);
	if (is_answered(addr))
		return iwf_why_set(why, IWF_E_STATE, 0,
				   "another process answers at %s",
				   addr->sun_path);
	unlink(addr->sun_path);
	return IWF_OK;
}

static enum iwf_err open_socket(struct control *control, struct iwf_why *why)
{
	const struct control_conf *conf = &control->conf;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(conf->path);
	enum iwf_err err;

	if (len >= sizeof(addr.sun_path))
		return iwf_why_set(why, IWF_E_LIMIT, 0, "socket path is longer "
				   "than %zu bytes", sizeof(addr.sun_path) - 1);
	memcpy(addr.sun_path, conf->path, len);
	err = remove_stale(&addr, why);
	if (err)
		return err;
	control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
			     SOCK_NONBLOCK, 0);
	/* The mode before bind is the file's from its first moment, less the
	 * umask; the one behind it is exact. */
	if (control->fd < 0 || fchmod(control->fd, conf->mode) ||
	    bind(control->fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    chmod(conf->path, conf->mode) || listen(control->fd, 16))
		return iwf_why_set(why, IWF_E_IO, 0, "%s: %s", conf->path,
				   strerror(errno));
	return IWF_OK;
}

enum iwf_err control_create(struct control **control, struct iwf_loop *loop,
			    const struct control_conf *conf,
			    struct iwf_log *log, struct iwf_why *why)
{
	struct control *made = IWF_NEW(struct control);
	enum iwf_err err;

	made->loop = loop;
	made->conf = *conf;
	made->log = log;
	made->fd = -1;
	err = open_socket(made, why);
	if (err) {
		if (made->fd >= 0)
			close(made->fd);
		free(made);
		return err;
	}
	*control = made;
	return IWF_OK;
}

void control_listen(struct control *control, control_line_fn *on_line,
		    void *arg)
{
	control->on_line = on_line;
	control->arg = arg;
	iwf_watch_start(control->loop, &control->watch, control->fd,
			IWF_READY_IN, on_connect);
}

void control_destroy(struct control **control)
{
	struct control *gone = *control;

	if (!gone)
		return;
	*control = NULL;
	while (gone->peers)
		peer_close(gone->peers);
	iwf_timer_stop(&gone->again);
	iwf_watch_stop(&gone->watch);
	close(gone->fd);
	unlink(gone->conf.path);
	free(gone);
}
