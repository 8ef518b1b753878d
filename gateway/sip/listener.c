/* Listener URIs (RFC 3261 19.1, the part a bound address can have) and the
 * certificate folder, which Sofia itself would accept silently when broken. */
#include "sip/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <unistd.h>

#define PATH_LEN 512

static void set_v4(struct listener_uri *out, const struct in_addr *addr)
{
	struct sockaddr_in *in = (void *)&out->addr;

	in->sin_family = AF_INET;
	in->sin_addr = *addr;
	out->addr_len = sizeof(*in);
	out->is_loopback = ntohl(addr->s_addr) >> 24 == 127;
}

static void set_v6(struct listener_uri *out, const struct in6_addr *addr)
{
	struct sockaddr_in6 *in6 = (void *)&out->addr;

	in6->sin6_family = AF_INET6;
	in6->sin6_addr = *addr;
	out->addr_len = sizeof(*in6);
	out->is_v6 = true;
	out->is_loopback = IN6_IS_ADDR_LOOPBACK(addr);
}

static void set_port(struct listener_uri *out, uint16_t port)
{
	out->port = port;
	if (out->is_v6)
		((struct sockaddr_in6 *)(void *)&out->addr)->sin6_port =
			htons(port);
	else
		((struct sockaddr_in *)(void *)&out->addr)->sin_port =
			htons(port);
}

enum iwf_err listener_parse_address(struct iwf_str text,
				    struct listener_uri *out,
				    struct iwf_why *why)
{
	struct in6_addr v6;
	struct in_addr v4;
	char z[INET6_ADDRSTRLEN];

	memset(out, 0, sizeof(*out));
	if (text.len > 2 && text.ptr[0] == '[' &&
	    text.ptr[text.len - 1] == ']')
		text = iwf_str_sub(text, 1, text.len - 1);
	if (!text.len || text.len >= sizeof(z))
		return iwf_why_set(why, IWF_E_SYNTAX, 0, "no address literal");
	memcpy(z, text.ptr, text.len);
	z[text.len] = '\0';
	if (inet_pton(AF_INET, z, &v4) == 1) {
		set_v4(out, &v4);
		snprintf(out->host, sizeof(out->host), "%s", z);
	} else if (inet_pton(AF_INET6, z, &v6) == 1) {
		set_v6(out, &v6);
		snprintf(out->host, sizeof(out->host), "[%s]", z);
	} else {
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "`%s` is no address literal", z);
	}
	return IWF_OK;
}

/* The host's end: behind the bracket of IPv6, else the first of `:;`. */
static size_t host_len(struct iwf_str s)
{
	size_t len = 0;

	if (s.len && s.ptr[0] == '[')
		len = iwf_str_find(s, ']');
	if (len == IWF_STR_NPOS)
		return 0;
	while (len < s.len && s.ptr[len] != ':' && s.ptr[len] != ';')
		len++;
	return len;
}

static enum iwf_err take_transport(struct iwf_str params, bool is_sips,
				   unsigned *transports, struct iwf_why *why)
{
	static const struct {
		const char *param;
		unsigned sip, sips;
	} known[] = {
		{ "", LISTENER_UDP | LISTENER_TCP, LISTENER_TLS },
		{ ";transport=udp", LISTENER_UDP, 0 },
		{ ";transport=tcp", LISTENER_TCP, 0 },
		{ ";transport=tls", LISTENER_TLS, LISTENER_TLS },
	};

	for (size_t i = 0; i < IWF_COUNT_OF(known); i++) {
		if (!iwf_str_eq_case(params, iwf_str_from(known[i].param)))
			continue;
		*transports = is_sips ? known[i].sips : known[i].sip;
		if (*transports)
			return IWF_OK;
	}
	return iwf_why_set(why, IWF_E_SYNTAX, 0,
			   "`%.*s`: only transport=udp, tcp or tls",
			   IWF_STR_ARG(params));
}

enum iwf_err listener_parse(struct iwf_str uri, struct listener_uri *out,
			    struct iwf_why *why)
{
	bool is_sips = iwf_str_starts_case(uri, IWF_STR("sips:"));
	struct iwf_str rest, port_text = IWF_STR_NONE;
	unsigned transports;
	uint64_t port;
	size_t len;

	if (!is_sips && !iwf_str_starts_case(uri, IWF_STR("sip:")))
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "a listener begins with sip: or sips:");
	rest = iwf_str_sub(uri, is_sips ? 5 : 4, uri.len);
	len = host_len(rest);
	if (listener_parse_address(iwf_str_sub(rest, 0, len), out, why))
		return IWF_E_SYNTAX;
	rest = iwf_str_sub(rest, len, rest.len);
	if (rest.len && rest.ptr[0] == ':') {
		len = iwf_str_find(rest, ';');
		port_text = iwf_str_sub(rest, 1, len);
		rest = iwf_str_sub(rest, 1 + port_text.len, rest.len);
	}
	if (take_transport(rest, is_sips, &transports, why))
		return IWF_E_SYNTAX;
	port = transports == LISTENER_TLS ? 5061 : 5060;
	if (port_text.ptr &&
	    (iwf_str_to_u64(port_text, 65535, &port) || !port))
		return iwf_why_set(why, IWF_E_SYNTAX, 0, "bad port `%.*s`",
				   IWF_STR_ARG(port_text));
	out->transports = transports;
	set_port(out, (uint16_t)port);
	return IWF_OK;
}

void listener_format(struct iwf_buf *buf, const struct listener_uri *uri,
		     enum listener_transport transport)
{
	const char *scheme = transport == LISTENER_TLS ? "sips" : "sip";

	iwf_buf_printf(buf, "%s:%s:", scheme, uri->host);
	if (uri->port)
		iwf_buf_printf(buf, "%u", uri->port);
	else
		iwf_buf_printf(buf, "*");
	iwf_buf_printf(buf, ";transport=%s", transport == LISTENER_UDP ? "udp" :
		       transport == LISTENER_TCP ? "tcp" : "tls");
}

static bool is_free(const struct listener_uri *uri, int type)
{
	int one = 1, fd = socket(uri->is_v6 ? AF_INET6 : AF_INET,
				 type | SOCK_CLOEXEC, 0);
	bool free_now;

	if (fd < 0)
		return false;
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	free_now = !bind(fd, (const struct sockaddr *)&uri->addr,
			 uri->addr_len);
	close(fd);
	return free_now;
}

enum iwf_err listener_check_free(const struct listener_uri *uri,
				 struct iwf_why *why)
{
	bool is_stream = uri->transports & (LISTENER_TCP | LISTENER_TLS);

	if ((!(uri->transports & LISTENER_UDP) || is_free(uri, SOCK_DGRAM)) &&
	    (!is_stream || is_free(uri, SOCK_STREAM)))
		return IWF_OK;
	return iwf_why_set(why, IWF_E_EXISTS, 0, "cannot bind %s:%u: %s",
			   uri->host, uri->port, strerror(errno));
}

static enum iwf_err tls_why(struct iwf_why *why, const char *path,
			    const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return iwf_why_set(why, IWF_E_IO, 0, "%s: %s%s%s", path, what,
			   reason ? ": " : "", reason ? reason : "");
}

static enum iwf_err check_pair(const char *path, FILE *file,
			       struct iwf_why *why)
{
	X509 *leaf = PEM_read_X509(file, NULL, NULL, NULL);
	EVP_PKEY *key;
	bool is_pair;

	if (!leaf)
		return tls_why(why, path, "no usable certificate");
	rewind(file);
	key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	is_pair = key && X509_check_private_key(leaf, key) == 1;
	X509_free(leaf);
	EVP_PKEY_free(key);
	if (!key)
		return tls_why(why, path, "no usable key");
	if (!is_pair)
		return tls_why(why, path, "the key is of another certificate");
	return IWF_OK;
}

static enum iwf_err check_agent(const char *path, struct iwf_why *why)
{
	FILE *file = fopen(path, "re");
	enum iwf_err err;

	if (!file)
		return iwf_why_set(why, IWF_E_IO, 0, "%s: %s", path,
				   strerror(errno));
	err = check_pair(path, file, why);
	fclose(file);
	return err;
}

static enum iwf_err check_authorities(const char *path, struct iwf_why *why)
{
	X509_STORE *store = X509_STORE_new();
	bool is_usable = store &&
			 X509_STORE_load_locations(store, path, NULL) == 1;

	X509_STORE_free(store);
	return is_usable ? IWF_OK : tls_why(why, path, "no usable authority");
}

enum iwf_err listener_check_tls(struct iwf_str dir, bool wants_ca,
				struct iwf_why *why)
{
	char agent_path[PATH_LEN], ca_path[PATH_LEN];
	enum iwf_err err;

	if (!dir.len || dir.len > PATH_LEN - 20)
		return iwf_why_set(why, IWF_E_NOT_FOUND, 0,
				   "a TLS listener needs tls_dir");
	snprintf(agent_path, sizeof(agent_path), "%.*s/agent.pem",
		 IWF_STR_ARG(dir));
	snprintf(ca_path, sizeof(ca_path), "%.*s/cafile.pem", IWF_STR_ARG(dir));
	err = check_agent(agent_path, why);
	if (!err && (wants_ca || !access(ca_path, F_OK)))
		err = check_authorities(ca_path, why);
	return err;
}
