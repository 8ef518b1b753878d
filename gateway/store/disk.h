/* The system's calls that change the spool, one function for each, so that a
 * test can stand in for a disk that fails or loses its power. As their
 * namesakes they return -1 and set errno. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* For writing, emptied when it is there already. */
int disk_create(int folder, const char *name);
ssize_t disk_write(int fd, const void *bytes, size_t len);
/* A file, or the names in a folder. */
int disk_sync(int fd);
int disk_close(int fd);
int disk_rename(int folder, const char *from, const char *to);
int disk_remove(int folder, const char *name);
