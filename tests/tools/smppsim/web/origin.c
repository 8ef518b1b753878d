/* Who may ask: a program of this machine, or our own page. */
#include "web/origin.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define HOST_MAX 64

/* Without port and brackets. False if it is too long or a port is bad. */
static bool take_name(char name[HOST_MAX], const char *host)
{
	const bool is_v6 = *host == '[';
	const char *start = host + is_v6;
	const size_t len = strcspn(start, is_v6 ? "]" : ":");
	const char *rest = start + len;

	if (len == 0 || len >= HOST_MAX || (is_v6 && *rest++ != ']'))
		return false;
	memcpy(name, start, len);
	name[len] = 0;
	return *rest == 0 || (*rest == ':' && strspn(rest + 1, "0123456789") ==
						      strlen(rest + 1));
}

bool origin_is_host_good(const char *host)
{
	char name[HOST_MAX];
	struct in6_addr addr;

	if (!host || !take_name(name, host))
		return false;
	return strcmp(name, "localhost") == 0 ||
	       inet_pton(AF_INET, name, &addr) == 1 ||
	       inet_pton(AF_INET6, name, &addr) == 1;
}

bool origin_is_same(const char *origin, const char *host)
{
	static const char scheme[] = "http://";

	if (!origin)
		return true;
	return host && strncmp(origin, scheme, strlen(scheme)) == 0 &&
	       strcmp(origin + strlen(scheme), host) == 0;
}
