/* What an operation can fail with, and how the failure is told to a human. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Symbols that loaded adapters link against; everything else is hidden. */
#define IWF_EXPORT __attribute__((visibility("default")))

/* How many elements an array has; never of a pointer. */
#define IWF_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* 0 is success. A function that fails has had no effect. */
enum iwf_err {
	IWF_OK = 0,
	IWF_E_SYNTAX,      /* the bytes or the value break their grammar */
	IWF_E_LIMIT,       /* well formed, but larger than we take */
	IWF_E_UNSUPPORTED, /* well formed, but nothing here understands it */
	IWF_E_CHARSET,     /* text that the wanted alphabet cannot say */
	IWF_E_NOT_FOUND,
	IWF_E_EXISTS,
	IWF_E_DENIED,      /* not allowed to this peer or user */
	IWF_E_STATE,       /* not now: wrong state of the object */
	IWF_E_FULL,        /* no room now: stay away until told */
	IWF_E_GONE,        /* the other side is not there any more */
	IWF_E_TIMEOUT,
	IWF_E_IO,          /* the system call or the database failed */
	IWF_E_CORRUPT,     /* stored bytes are not what was written */
	IWF_E_VERSION      /* written by a newer version */
};

/* Lower-case words for logs: "ok", "syntax", "limit" ... Never NULL. */
IWF_EXPORT const char *iwf_err_name(enum iwf_err err);

/* Where and why something was refused, for a human. `at` is a byte offset for
 * parsers of network bytes and a line number for files; `file` is NULL where
 * there is none and otherwise lives as long as the caller's configuration. */
struct iwf_why {
	const char *file;
	size_t at;
	char text[200];
};

/* Fills why (which may be NULL) and returns err, so that a parser ends with
 * `return iwf_why_set(why, IWF_E_SYNTAX, off, "no colon in header");` */
IWF_EXPORT enum iwf_err iwf_why_set(struct iwf_why *why, enum iwf_err err,
				    size_t at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Our own mistake: prints the place and aborts, in release builds too. The
 * service manager restarts the process and the store recovers. */
#define IWF_BUG_ON(cond) \
	((cond) ? iwf_bug(__FILE__, __LINE__, #cond) : (void)0)

IWF_EXPORT void iwf_bug(const char *file, int line, const char *what)
	__attribute__((noreturn, cold));
