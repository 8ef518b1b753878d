/* The control socket: a Unix stream socket, one line in, one line out. */
#pragma once

#include <iwf/log.h>
#include <iwf/loop.h>

#include <sys/types.h>

/* Longest request, without its newline. */
#define CONTROL_LINE_MAX 65536

struct control;
struct control_peer;

struct control_conf {
	const char *path;  /* borrowed for the life of the control */
	mode_t mode;
	unsigned connections_max;
	uint32_t idle_ms;
};

/* A request line, borrowed for the call; control_answer follows exactly once,
 * also when the peer has gone meanwhile. The next line of the same peer comes
 * after its answer has left. */
typedef void control_line_fn(void *arg, struct control_peer *peer,
			     struct iwf_str line);

/* On the loop's own thread. A socket that nobody answers at is replaced;
 * IWF_E_STATE when somebody does, IWF_E_EXISTS when the path is something else,
 * IWF_E_LIMIT (path), IWF_E_IO. */
enum iwf_err control_create(struct control **control, struct iwf_loop *loop,
			    const struct control_conf *conf,
			    struct iwf_log *log, struct iwf_why *why);
void control_listen(struct control *control, control_line_fn *on_line,
		    void *arg);
/* Closes every connection and removes the socket; answers may still be given,
 * they go nowhere. Accepts a pointer to NULL. */
void control_destroy(struct control **control);

/* On the loop; line without its newline. */
void control_answer(struct control_peer *peer, struct iwf_str line);
bool control_is_gone(const struct control_peer *peer);
/* Who asks, as the kernel says. */
struct control_who {
	uid_t uid;
	pid_t pid;
};
struct control_who control_who(const struct control_peer *peer);
