/* The adapter's contract: one table each way between a protocol and the relay.
 *
 * An adapter turns one foreign service into links. A link is one configured
 * instance (an account at an SMSC, a mail host). The relay gives a link jobs;
 * the link gives the relay messages and reports. tests/contract proves the
 * following for every adapter:
 *
 *  1. Every call returns at once; nothing in an adapter blocks. Calls for a
 *     link run on that link's loop.
 *  2. submit is called only while the link is up and only up to the room it
 *     announced. Host functions may be called from inside submit; their effects
 *     and every done come in a later turn of the loop.
 *  3. Each job is answered exactly once per part, by iwf_host_report with SENT
 *     (and the peer's id), QUEUED (not sent, try again), FAILED or UNSURE.
 *     Later fates come by remote id, perhaps in another life of the process.
 *  4. A job and its message are borrowed until the job's last part is
 *     answered; keep the message longer with iwf_message_ref.
 *  5. What the link cannot send now is answered QUEUED, with a hint if the peer
 *     gave one. When a connection dies, every part written and not answered is
 *     UNSURE. Adapters do not requeue, but for what the peer surely did not take
 *     because it came too fast: that may stay and go again in its place, while
 *     the link is up.
 *  6. A peer is acknowledged (deliver_sm_resp, SMTP 250, SIP 202) from the
 *     done callback, never before, and with an error when the verdict says
 *     that it has FAILED, EXPIRED or was CANCELLED.
 *  7. An adapter owns no file and no table. What must survive is a report, a
 *     part, a remembered value or a cursor that is accepted with a message.
 *  8. Retry, expiry, routing, notification and charging are not its business.
 *  9. After drain: no new work out, running jobs are answered, then
 *     iwf_host_drained. After close: silence.
 * 10. The ABI grows at the end of its structs, with a raised number; adapters
 *     built against a lower number still load. What came with a number says
 *     so; the host looks at nothing that the adapter's number does not have. */
#pragma once

#include <iwf/arena.h>
#include <iwf/log.h>
#include <iwf/loop.h>
#include <iwf/message.h>
#include <iwf/metric.h>
#include <iwf/setting.h>

#define IWF_ABI_VERSION 3

/* The gateway as one link sees it. */
struct iwf_host;

/* One configured instance; the adapter's own struct embeds it first. */
struct iwf_link {
	struct iwf_host *host;
};

enum iwf_link_state {
	IWF_LINK_DOWN,       /* not usable; messages wait */
	IWF_LINK_CONNECTING,
	IWF_LINK_UP,
	IWF_LINK_DRAINING
};

/* tag is the number the adapter gave with the call, e.g. a sequence number.
 * The verdict is borrowed for the call. */
typedef void iwf_done_fn(struct iwf_link *link, uint64_t tag,
			 const struct iwf_verdict *verdict);

struct iwf_ops {
	/* Cross-field rules of one link's settings; IWF_OK or why not. Where it is
	 * the fault of an element of a list, why->file is that list's key and
	 * why->at the element's number from 0. */
	enum iwf_err (*check)(const void *conf, struct iwf_why *why);
	/* conf stays valid and unchanged until close or reconfigure. */
	enum iwf_err (*open)(struct iwf_link **link, struct iwf_host *host,
			     const void *conf);
	/* The same link with new settings; it may have to reconnect. */
	void (*reconfigure)(struct iwf_link *link, const void *conf);
	void (*submit)(struct iwf_link *link, const struct iwf_job *job);
	/* The delivery is not wanted any more (expired, revoked). Parts not yet
	 * written are answered FAILED; others stay as they are. A job that is
	 * not known any more is no mistake. */
	void (*cancel)(struct iwf_link *link, uint64_t job_id);
	void (*drain)(struct iwf_link *link);
	/* Frees the link and clears the pointer, whatever state it is in. */
	void (*close)(struct iwf_link **link);
	/* Optional: what submitting would send; nothing is sent. Appends lines
	 * "key: value". */
	void (*explain)(struct iwf_link *link, const struct iwf_message *msg,
			struct iwf_buf *text);
	/* Optional, ABI 2: asks the peer what became of the earlier attempt of
	 * the job, which may have arrived; called in the place of submit, and
	 * takes as much room. Answered once for the whole job (part 0) by
	 * iwf_host_report: SENT, DELIVERED or FAILED as the peer says, UNSURE
	 * when it does not know or answer, QUEUED when surely nothing came.
	 * After the last two submit follows. The job is borrowed until then. */
	void (*query)(struct iwf_link *link, const struct iwf_job *job);
	/* Optional, ABI 3: appends how the peer's words meet fates under these
	 * settings, conf NULL: as the specification has it. Lines of cells with
	 * tabs between them; the first has the columns' names, each begins with
	 * what kind of word it speaks of, and ends with "specification" or
	 * "configuration". Any thread. */
	void (*table)(const void *conf, struct iwf_buf *text);
	/* Optional, ABI 3: what the peer has taken over, under the ids in
	 * job->remote, is not wanted any more: asks it to give the message up.
	 * No answer to the job; what the peer gave up is told by
	 * iwf_host_report_remote as CANCELLED. Borrowed for the call. */
	void (*revoke)(struct iwf_link *link, const struct iwf_job *job);
};

struct iwf_adapter {
	uint32_t abi;          /* IWF_ABI_VERSION it was built with */
	const char *name;      /* also its section in the configuration */
	const char *text;      /* one line for humans */
	const struct iwf_setting *rows; /* of one link, without `name` */
	size_t conf_size;
	const struct iwf_ops *ops;
	const struct iwf_metric_row *metrics; /* of one link, with its label */
	size_t metric_count;
	const char *service; /* what people call it ("sms") or NULL; ABI 3 */
};

/* Ends an adapter's main file; the host looks for this symbol in a module. */
#define IWF_ADAPTER IWF_EXPORT const struct iwf_adapter iwf_adapter

/* --- what the host does for a link; all on the link's own loop --- */

/* The link's state changed; reason is one line for the operator. */
IWF_EXPORT void iwf_host_state(struct iwf_host *host, enum iwf_link_state state,
			       const char *reason);
/* How many more jobs the link takes now, absolute, not added. */
IWF_EXPORT void iwf_host_room(struct iwf_host *host, unsigned jobs);

/* A message from the peer. The host copies it; done comes exactly once, in a
 * later turn. done may be NULL when nobody waits for it. */
IWF_EXPORT void iwf_host_accept(struct iwf_host *host,
				const struct iwf_message *msg,
				iwf_done_fn *done, uint64_t tag);
/* A message and what goes with it. ABI 2. */
struct iwf_accept {
	const struct iwf_message *msg;
	/* A value of the link (see iwf_host_remember) that is durable by the
	 * same commit as the message or the part, or as soon as that is known
	 * to be here already: how far a mailbox has been read. No key: none. */
	struct iwf_str cursor_key;
	struct iwf_str cursor_value;
	/* done may wait so long for the message's fate, once it is durable; 0:
	 * it does not. Where the link's own setting says `ack = outcome`, that
	 * of the setting. */
	uint32_t outcome_ms;
};
IWF_EXPORT void iwf_host_accept_with(struct iwf_host *host,
				     const struct iwf_accept *accept,
				     iwf_done_fn *done, uint64_t tag);
/* The verdict with this id could not be told to the peer, which may therefore
 * send the message again: one equal copy will be a DUPLICATE. For peers whose
 * messages carry no id; call it from done. */
IWF_EXPORT void iwf_host_untold(struct iwf_host *host, uint64_t id);
/* The connection is gone by which messages came whose done is still awaited: a
 * copy of each may come by the next one before their done does. */
IWF_EXPORT void iwf_host_cut(struct iwf_host *host);
/* The answer to a job, once per part (rule 3). Borrows the report. */
IWF_EXPORT void iwf_host_report(struct iwf_host *host, uint64_t job_id,
				const struct iwf_report *report);
/* The fate of something known only by the peer's ids. done comes when it is
 * durable: ACCEPTED when it was joined, UNMATCHED when it waits. */
IWF_EXPORT void iwf_host_report_remote(struct iwf_host *host,
				       const struct iwf_report *report,
				       iwf_done_fn *done, uint64_t tag);
/* Which delivery report_remote would join: ACCEPTED with its id and, as fate,
 * where it stands (QUEUED, UNSURE while an answer is awaited, SENT ...), or
 * UNMATCHED. Nothing changes and nothing waits. ABI 2. */
IWF_EXPORT void iwf_host_lookup(struct iwf_host *host,
				const struct iwf_report *which,
				iwf_done_fn *done, uint64_t tag);
/* The peer can be reached again by this address: what waits for a retry to it
 * on this link is due now, in order. A hint, it may come to nothing. ABI 2. */
IWF_EXPORT void iwf_host_wake(struct iwf_host *host,
			      const struct iwf_address *reachable);
/* Small durable values of the link (a learnt id base). Keys up to 64 bytes,
 * values up to 4 KiB. recall borrows until the next remember of that key. */
IWF_EXPORT void iwf_host_remember(struct iwf_host *host, struct iwf_str key,
				  struct iwf_str value);
IWF_EXPORT struct iwf_str iwf_host_recall(struct iwf_host *host,
					  struct iwf_str key);
/* Everything given to the link has been answered after drain. */
IWF_EXPORT void iwf_host_drained(struct iwf_host *host);

IWF_EXPORT struct iwf_loop *iwf_host_loop(const struct iwf_host *host);
IWF_EXPORT struct iwf_log *iwf_host_log(const struct iwf_host *host);
/* The link's configured name, as a C string. */
IWF_EXPORT const char *iwf_host_name(const struct iwf_host *host);
/* The link's own metrics, in the order of its adapter's rows. */
IWF_EXPORT struct iwf_metric *iwf_host_metrics(const struct iwf_host *host);
/* Where a message that this link brought stands, asked for by its verdict's id:
 * ACCEPTED with the fate and code (QUEUED, SENT, UNSURE while an answer is
 * awaited, ...); UNMATCHED: it brought none with this id. ABI 3. */
IWF_EXPORT void iwf_host_inquire(struct iwf_host *host, uint64_t id,
				 iwf_done_fn *done, uint64_t tag);
/* The same, and the message is not wanted any more: what waits ends as
 * CANCELLED, with the REPORT that was asked for; another fate says that it was
 * too late. ABI 3. */
IWF_EXPORT void iwf_host_withdraw(struct iwf_host *host, uint64_t id,
				  iwf_done_fn *done, uint64_t tag);
/* Where links of one adapter on one loop keep what they share, such as a port
 * that they listen on: the same place for all of them, NULL at first. Empty it
 * with the last link. ABI 3. */
IWF_EXPORT void **iwf_host_shared(struct iwf_host *host);
/* Stable numbers derived from a job's id, for UDH references of 8 and of 16
 * bits. */
static inline uint16_t iwf_job_reference16(const struct iwf_job *job)
{
	uint64_t id = job->id * 0x9E3779B97F4A7C15u;

	return (uint16_t)(id >> 48);
}
static inline uint8_t iwf_job_reference(const struct iwf_job *job)
{
	return (uint8_t)(iwf_job_reference16(job) >> 8);
}
