/* What TCP sockets need beside being read and written. None of it waits. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* Begins to connect a new socket (TCP_NODELAY, closed on exec); it becomes
 * writable when that is decided. Returns 0 and *fd, or an errno value and -1. */
int socket_connect(const struct sockaddr_storage *addr, socklen_t len, int *fd);
/* False while connecting goes on, and after it failed. */
bool socket_is_connected(int fd);
/* The socket's pending error (an errno value, 0: none), which it forgets. */
int socket_take_errno(int fd);
/* Throws away what has arrived, before closing: a socket closed with bytes
 * unread resets the connection, and the reset overtakes what was written. */
void socket_discard(int fd);
/* A listening socket (SO_REUSEADDR, closed on exec, does not block). Returns 0
 * and *fd, or an errno value and -1. */
int socket_listen(const struct sockaddr_storage *addr, socklen_t len, int *fd);
/* One connection (TCP_NODELAY), if there is one. As above. */
int socket_accept(int listener, struct sockaddr_storage *from, int *fd);
uint16_t socket_port(int fd);
void socket_close(int fd);
