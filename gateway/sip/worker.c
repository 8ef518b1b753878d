/* A worker's agent and ports: the private ones first, so that what we send
 * leaves from them and its answers come home, then the shared listeners. */
#include "sip/worker.h"

#include "base/bind.h"

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/su.h>
#include <sofia-sip/tport_tag.h>
#include <stdio.h>
#include <stdlib.h>

#define SWEEP_MS 1000
/* A request that has begun on a stream must be complete by then. */
#define SLOW_MS 30000
#define MESSAGE_LIKELY_LEN 2048
#define UDP_BUFFER_LEN (8u << 20)
#define UDP_LEN_MAX 65535
#define SEND_QUEUE_COUNT 1000
#define TLS_DEPTH 5
/* Sofia takes all that a stream holds as one message at first, and gives up the
 * connection when that is too large: a burst of small requests must fit. */
#define STREAM_BUFFER_LEN 131072
/* So much above message_max_len we still answer ourselves; beyond, Sofia
 * answers 413 and closes the connection. The kernel doubles what it is told. */
#define OVERSIZE_LEN (2u * STREAM_BUFFER_LEN + 65536u)
#define IDENT_PRIVATE "private"
/* RFC 3261 17.1.2.2 timer K holds 9 kB per answered request; what it absorbs
 * are late copies of answers, which no peer sends after this. */
#define T4_MS 100

/* --- requests coming in --- */

static const struct sip_listener *listener_of(const struct sip *sip,
					      const tport_t *tport)
{
	struct iwf_str ident = iwf_str_from(
		tport_ident(tport_parent(tport)));
	uint64_t index;

	if (!iwf_str_starts(ident, IWF_STR("l")) ||
	    iwf_str_to_u64(iwf_str_sub(ident, 1, ident.len), UINT32_MAX,
			   &index) || index >= sip->listener_count)
		return NULL;
	return &sip->listeners[index];
}

static bool has_trusted_name(const struct trust *trust, tport_t *tport,
			     msg_t *msg)
{
	const su_strlst_t *names = tport_delivered_from_subjects(tport, msg);

	if (!names || !tport_is_verified(tport))
		return false;
	for (usize_t i = 0; i < su_strlst_len(names); i++) {
		if (trust_has_name(trust, iwf_str_from(
					   su_strlst_item(names, i))))
			return true;
	}
	return false;
}

static bool is_trusted(const struct sip_worker *worker,
		       const struct arrival *arrival)
{
	const struct trust *trust;

	if (!arrival->listener)
		return false;
	trust = worker->trust[arrival->listener->index];
	return trust_has_address(trust, &msg_addr(arrival->msg)->su_sa) &&
	       (!trust_wants_name(trust) ||
		has_trusted_name(trust, arrival->tport, arrival->msg));
}

static void hold(struct sip_worker *worker, struct arrival *arrival)
{
	if (worker->early_count == WORKER_EARLY_MAX) {
		gate_release(arrival);
		return;
	}
	worker->early[worker->early_count++] = *arrival;
}

/* What only this call knows (connection, certificate) is read here; stray
 * answers and ACKs end here. */
static int on_message(struct sip_worker *worker, nta_agent_t *agent, msg_t *msg,
		      sip_t *sip)
{
	tport_t *tports = nta_agent_tports(agent);
	struct arrival arrival = { .worker = worker, .msg = msg, .sip = sip };
	tport_t *tport = tport_delivered_by(tports, msg);

	if (!sip || !sip->sip_request || !tport ||
	    sip->sip_request->rq_method == sip_method_ack) {
		msg_destroy(msg);
		return 0;
	}
	worker_count(worker, SIP_M_REQUESTS);
	arrival.tport = tport_ref(tport);
	arrival.listener = listener_of(worker->sip, tport);
	arrival.is_trusted = is_trusted(worker, &arrival);
	if (worker->is_serving)
		gate_take(&arrival);
	else
		hold(worker, &arrival);
	return 0;
}

void worker_serve(void *arg)
{
	struct sip_worker *worker = arg;
	struct arrival *early = worker->early;
	unsigned count = worker->early_count;

	worker->is_serving = true;
	worker->early = NULL;
	worker->early_count = 0;
	for (unsigned i = 0; i < count; i++)
		gate_take(&early[i]);
	free(early);
}

/* --- connections --- */

/* Sofia keeps connections in a balanced tree and shows only its root and what
 * stands behind it: between a third and all of them. */
static unsigned count_connections(tport_t *primary)
{
	unsigned count = 0;

	for (tport_t *tp = tport_secondary(primary); tp; tp = tport_next(tp))
		count++;
	return count;
}

/* Sofia accepts without limit; it is enforced here once a second, over what
 * can be seen. Closing takes the connection out of the tree. */
static unsigned close_excess(struct sip_worker *worker, tport_t *primary,
			     unsigned max)
{
	unsigned count = count_connections(primary);

	for (unsigned excess = count > max ? count - max : 0; excess; excess--) {
		tport_t *tp = tport_secondary(primary);

		if (!tp)
			break;
		worker_count(worker, SIP_M_CONNECTIONS_REFUSED);
		tport_shutdown(tp, 2);
	}
	return count;
}

/* Sofia answers these itself (gate_class_create names what is missing): all that
 * is left to tell is how many there were. What it drops is not worth a line, as
 * keep-alives (RFC 5626 3.5.1) are among it. */
static void count_malformed(struct sip_worker *worker)
{
	struct iwf_metric *refused = &worker->metrics[SIP_M_MALFORMED];
	usize_t requests = 0, messages = 0;
	int64_t before = iwf_metric_get(refused);

	nta_agent_get_stats(worker->agent, NTATAG_S_BAD_REQUEST_REF(requests),
			    NTATAG_S_BAD_MESSAGE_REF(messages), TAG_END());
	iwf_metric_set(refused, (int64_t)requests);
	iwf_metric_set(&worker->metrics[SIP_M_UNREADABLE], (int64_t)messages);
	if ((int64_t)requests > before)
		iwf_log_warning(worker->sip->log, "malformed",
				"worker=%u refused=%zu", worker->index,
				(size_t)requests);
}

static void on_sweep(struct iwf_timer *timer)
{
	struct sip_worker *worker = IWF_CONTAINER(timer, struct sip_worker,
						  sweep);
	tport_t *tp = tport_primaries(nta_agent_tports(worker->agent));
	unsigned count = 0;

	for (; tp; tp = tport_next(tp)) {
		if (tport_is_stream(tp))
			count += close_excess(worker, tp,
				worker->sip->conf.connections_max);
	}
	iwf_metric_set(&worker->metrics[SIP_M_CONNECTIONS], count);
	count_malformed(worker);
	iwf_timer_start(worker->loop, timer, SWEEP_MS, on_sweep);
}

/* --- opening the ports --- */

static nta_agent_t *create_agent(struct sip_worker *worker)
{
	const struct sip_conf *conf = &worker->sip->conf;
	bool is_udp_only = conf->next_hop.transport == SIP_TRANSPORT_UDP;
	/* Above it Sofia goes by TCP (RFC 3261 18.1.1). */
	unsigned udp_mtu = is_udp_only ? UDP_LEN_MAX : conf->udp_max_len;

	return nta_agent_create(
		loop_root(worker->loop), (url_string_t *)-1, on_message, worker,
		NTATAG_STATELESS(1), NTATAG_UA(0),
		NTATAG_MCLASS(worker->sip->mclass),
		NTATAG_MAXSIZE((usize_t)conf->message_max_len + OVERSIZE_LEN),
		NTATAG_UDP_MTU(udp_mtu),
		NTATAG_SIP_T4(T4_MS), NTATAG_TIMEOUT_408(1),
		NTATAG_SERVER_RPORT(1), NTATAG_CLIENT_RPORT(1),
		NTATAG_USE_NAPTR(0), NTATAG_USE_SRV(0),
		NTATAG_PRELOAD(MESSAGE_LIKELY_LEN),
		TAG_END());
}

static bool add_port(struct sip_worker *worker, const char *uri,
		     const char *ident, struct iwf_str tls_dir, int verify)
{
	const struct sip_conf *conf = &worker->sip->conf;

	return nta_agent_add_tport(
		worker->agent, URL_STRING_MAKE(uri), TPTAG_IDENT(ident),
		TPTAG_UDP_RMEM(UDP_BUFFER_LEN), TPTAG_UDP_WMEM(UDP_BUFFER_LEN),
		TPTAG_QUEUESIZE(SEND_QUEUE_COUNT),
		/* Sofia's own writes to stderr for each bad datagram. */
		TPTAG_STUN_SERVER(0),
		TPTAG_SDWN_ERROR(1), TPTAG_IDLE(conf->idle_ms),
		TPTAG_TIMEOUT(SLOW_MS),
		TAG_IF(tls_dir.len, TPTAG_CERTIFICATE(tls_dir.ptr)),
		TPTAG_TLS_VERIFY_POLICY(verify),
		TPTAG_TLS_VERIFY_DEPTH(TLS_DEPTH), TAG_END()) == 0;
}

static bool open_port(struct sip_worker *worker,
		      const struct listener_uri *at,
		      enum listener_transport transport, const char *ident,
		      struct iwf_str tls_dir, int verify)
{
	struct iwf_buf uri = { 0 };
	bool is_open;

	listener_format(&uri, at, transport);
	iwf_buf_u8(&uri, 0);
	is_open = add_port(worker, uri.ptr, ident, tls_dir, verify);
	if (!is_open)
		worker->err = iwf_why_set(&worker->why, IWF_E_IO, 0,
					  "cannot bind %s: %s", uri.ptr,
					  su_strerror(su_errno()));
	iwf_buf_free(&uri);
	return is_open;
}

static bool open_private(struct sip_worker *worker)
{
	struct sip *sip = worker->sip;

	for (unsigned i = 0; i < sip->private_count; i++) {
		struct listener_uri at = sip->private_addresses[i];

		if (sip->conf.private_port)
			at.port = (uint16_t)(sip->conf.private_port +
					     worker->index);
		if (!open_port(worker, &at, LISTENER_UDP, IDENT_PRIVATE,
			       IWF_STR_NONE, 0) ||
		    !open_port(worker, &at, LISTENER_TCP, IDENT_PRIVATE,
			       IWF_STR_NONE, 0))
			return false;
		at.port = 0;
		if (sip->tls_dir.len &&
		    !open_port(worker, &at, LISTENER_TLS, IDENT_PRIVATE,
			       sip->tls_dir, TPTLS_VERIFY_SUBJECTS_OUT))
			return false;
	}
	return true;
}

static bool open_listener(struct sip_worker *worker,
			  const struct sip_listener *listener)
{
	static const enum listener_transport each[] = {
		LISTENER_UDP, LISTENER_TCP, LISTENER_TLS
	};
	bool wants_name = trust_wants_name(worker->trust[listener->index]);
	char ident[16];

	snprintf(ident, sizeof(ident), "l%u", listener->index);
	for (size_t i = 0; i < IWF_COUNT_OF(each); i++) {
		if (!(listener->at.transports & each[i]))
			continue;
		if (!open_port(worker, &listener->at, each[i], ident,
			       listener->tls_dir,
			       wants_name ? TPTLS_VERIFY_IN
					  : TPTLS_VERIFY_NONE))
			return false;
	}
	return true;
}

static bool open_listeners(struct sip_worker *worker)
{
	bool is_open = true;

	bind_share(worker->sip->conf.workers > 1);
	bind_limit_receive(STREAM_BUFFER_LEN);
	for (unsigned i = 0; i < worker->sip->listener_count && is_open; i++)
		is_open = open_listener(worker, &worker->sip->listeners[i]);
	bind_share(false);
	bind_limit_receive(0);
	return is_open;
}

/* What our Vias say: every private port of every worker. */
static void note_sent_by(struct sip_worker *worker)
{
	struct sip *sip = worker->sip;
	tport_t *tp = tport_primaries(nta_agent_tports(worker->agent));

	for (; tp; tp = tport_next(tp)) {
		const tp_name_t *name = tport_name(tp);
		struct sent_by *own = &sip->sent_by[sip->sent_by_count];
		const char *ident = tport_ident(tp);

		if (!ident || strcmp(ident, IDENT_PRIVATE) ||
		    sip->sent_by_count == sip->sent_by_max)
			continue;
		snprintf(own->protocol, sizeof(own->protocol), "SIP/2.0/%s",
			 name->tpn_proto);
		snprintf(own->host, sizeof(own->host), "%s", name->tpn_canon);
		own->port = (unsigned)strtoul(name->tpn_port, NULL, 10);
		sip->sent_by_count++;
	}
}

void worker_open(void *arg)
{
	struct sip_worker *worker = arg;

	iwf_random_open(&worker->random);
	worker->seen = retransmit_create(WORKER_SEEN_MAX);
	worker->early = iwf_alloc(WORKER_EARLY_MAX * sizeof(struct arrival));
	worker->agent = create_agent(worker);
	if (!worker->agent) {
		worker->err = iwf_why_set(&worker->why, IWF_E_IO, 0,
					  "cannot create a SIP agent");
		return;
	}
	if (!open_private(worker))
		return;
	note_sent_by(worker);
	if (!open_listeners(worker))
		return;
	iwf_timer_start(worker->loop, &worker->sweep, SWEEP_MS, on_sweep);
}

void worker_close(void *arg)
{
	struct sip_worker *worker = arg;

	iwf_timer_stop(&worker->sweep);
	while (worker->taken)
		answer_forget(worker->taken);
	for (unsigned i = 0; i < worker->early_count; i++)
		gate_release(&worker->early[i]);
	free(worker->early);
	worker->early = NULL;
	worker->early_count = 0;
	send_forget_all(worker);
	if (worker->agent)
		nta_agent_destroy(worker->agent);
	worker->agent = NULL;
	retransmit_destroy(&worker->seen);
}
