/* Just enough of SIP (RFC 3261) to answer a request. */
#pragma once

#include <stddef.h>

/* The length of the first message of a stream, 0: it has not all come. */
size_t sip_length(const char *text, size_t len);
/* 200 OK to the request into out; 0: it is none, or out is too small. */
size_t sip_answer_write(const char *text, size_t len, char *out, size_t max);
