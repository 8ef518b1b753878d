/* Pager mode, inbound: a MESSAGE becomes an iwf_message or a report, and is
 * answered when that is durable (OMA CPM pager mode, RFC 3428). */
#include "cpm/cpm_priv.h"

#include "wire/imdn.h"
#include "wire/uri.h"

#include <stdio.h>
#include <stdlib.h>

#define ACCEPT_TYPES "message/cpim"
#define ACCEPT_TYPES_PLAIN "message/cpim, text/plain"
#define ID_MAX_LEN 255

/* A request whose verdict is awaited, by tag. */
struct cpm_taken {
	struct cpm_taken *next, **at;
	uint64_t tag;
	struct sip_request *req;
};

/* --- answering --- */

static void answer(struct cpm_link *link, struct sip_request **req,
		   unsigned status, const char *phrase)
{
	const char *accept = link->conf->plain_text ? ACCEPT_TYPES_PLAIN :
						      ACCEPT_TYPES;
	struct sip_answer answer = { .status = status, .phrase = phrase,
				     .accept = status == 415 ? accept : NULL };

	iwf_metric_add(&link->metrics[CPM_M_REFUSED], 1);
	sip_answer(req, &answer);
}

static void on_done(struct iwf_link *iwf_link, uint64_t tag,
		    const struct iwf_verdict *verdict)
{
	struct cpm_link *link = IWF_CONTAINER(iwf_link, struct cpm_link, link);
	/* The tag is the record itself: it lives until this call. */
	struct cpm_taken *taken = (struct cpm_taken *)(uintptr_t)tag;
	struct sip_answer answer;

	cpm_status_of_verdict(verdict, &answer);
	if (answer.status >= 300)
		iwf_metric_add(&link->metrics[CPM_M_REFUSED], 1);
	sip_answer(&taken->req, &answer);
	*taken->at = taken->next;
	if (taken->next)
		taken->next->at = taken->at;
	free(taken);
}

static uint64_t take(struct cpm_link *link, struct sip_request *req)
{
	struct cpm_taken *taken = IWF_NEW(struct cpm_taken);

	taken->req = req;
	taken->next = link->taken;
	taken->at = &link->taken;
	if (taken->next)
		taken->next->at = &taken->next;
	link->taken = taken;
	return (uint64_t)(uintptr_t)taken;
}

void cpm_pager_close(struct cpm_link *link)
{
	struct sip_answer gone = { .status = 503, .phrase = "Gateway Stopping",
				   .retry_after_sec = 5 };

	while (link->taken) {
		struct cpm_taken *taken = link->taken;

		link->taken = taken->next;
		sip_answer(&taken->req, &gone);
		free(taken);
	}
}

/* --- what the request says --- */

struct refusal {
	unsigned status;
	const char *phrase;
};

static struct refusal refuse(unsigned status, const char *phrase)
{
	return (struct refusal){ status, phrase };
}

static const struct refusal fine = { 0, NULL };

static struct refusal find_service(struct cpm_inbound *in)
{
	const struct iwf_str *fields = in->req->fields;
	struct iwf_str asserted = fields[SIP_F_P_ASSERTED_SERVICE];

	if (asserted.len) {
		in->service = service_from_asserted(asserted);
		if (in->service == SERVICE_NONE)
			return refuse(404, "P-Asserted-Service Not Served Here");
	} else {
		uint32_t set = service_set_from_accept_contact(
			fields[SIP_F_ACCEPT_CONTACT]);

		in->service = set & SERVICE_BIT(SERVICE_SYSTEMMSG) ?
			SERVICE_SYSTEMMSG : set & SERVICE_BIT(SERVICE_DEFERRED) ?
			SERVICE_DEFERRED : SERVICE_MSG;
	}
	if (in->service != SERVICE_MSG && in->service != SERVICE_DEFERRED &&
	    in->service != SERVICE_SYSTEMMSG)
		return refuse(404, "Service Needs INVITE");
	return fine;
}

/* A number says more to other services than a name does. */
static struct refusal find_sender(struct cpm_link *link, struct cpm_inbound *in)
{
	const struct sip_request *req = in->req;
	struct iwf_address address;

	for (unsigned i = 0; i < req->asserted_count; i++) {
		if (uri_parse(in->arena, req->asserted[i], &address, NULL))
			continue;
		if (in->from.kind == IWF_ADDRESS_NONE ||
		    (address.kind == IWF_ADDRESS_NUMBER &&
		     in->from.kind != IWF_ADDRESS_NUMBER))
			in->from = address;
	}
	if (in->from.kind != IWF_ADDRESS_NONE)
		return fine;
	if (!link->conf->sender_from)
		return refuse(403, "No Asserted Identity");
	if (uri_parse(in->arena, req->from_uri, &in->from, NULL))
		return refuse(400, "From Is No Address");
	return fine;
}

static struct refusal find_recipient(struct cpm_inbound *in)
{
	if (uri_parse(in->arena, in->req->request_uri, &in->to, NULL) ||
	    !in->to.user.len)
		return refuse(404, "Request-URI Names No Recipient");
	return fine;
}

static bool is_type(struct iwf_str content_type, struct iwf_str type)
{
	struct iwf_str media;

	iwf_str_split(&content_type, ';', &media);
	return iwf_str_eq_case(iwf_str_trim(media), type);
}

static struct refusal read_body(struct cpm_link *link, struct cpm_inbound *in,
				char *phrase, size_t phrase_len)
{
	const struct sip_request *req = in->req;
	struct iwf_why why;

	if (is_type(req->content_type, IWF_STR("text/plain")) &&
	    link->conf->plain_text) {
		if (!iwf_str_is_utf8(req->body))
			return refuse(400, "Body Is Not UTF-8");
		in->is_plain = true;
		in->cpim.content_type = req->content_type;
		in->cpim.content = req->body;
		return fine;
	}
	if (!is_type(req->content_type, IWF_STR("message/cpim")))
		return refuse(415, "Content-Type Must Be message/cpim");
	if (!cpim_parse(in->arena, req->body, &in->cpim, &why))
		return fine;
	snprintf(phrase, phrase_len, "Bad CPIM At Octet %zu: %s", why.at,
		 why.text);
	return refuse(400, phrase);
}

static struct refusal read_request(struct cpm_link *link,
				   struct cpm_inbound *in, char *phrase,
				   size_t phrase_len)
{
	struct refusal refusal = find_service(in);

	if (!refusal.status)
		refusal = find_sender(link, in);
	if (!refusal.status)
		refusal = find_recipient(in);
	if (!refusal.status)
		refusal = read_body(link, in, phrase, phrase_len);
	return refusal;
}

/* --- a message --- */

static struct iwf_str imdn_value(const struct cpm_inbound *in,
				 struct iwf_str name)
{
	const struct cpim_header *header = cpim_find(&in->cpim,
						IWF_STR(CPIM_NS_IMDN), name);

	return header ? header->value : IWF_STR_NONE;
}

static bool is_id(struct iwf_str id)
{
	return id.len && id.len <= ID_MAX_LEN && iwf_str_is_printable(id);
}

static struct refusal set_ids(struct cpm_link *link, struct cpm_inbound *in,
			      struct iwf_message *msg)
{
	const struct iwf_str *fields = in->req->fields;
	bool strict = link->conf->missing_ids == CPM_IDS_STRICT;

	msg->conversation_id = fields[SIP_F_CONVERSATION_ID];
	msg->contribution_id = fields[SIP_F_CONTRIBUTION_ID];
	msg->in_reply_to = fields[SIP_F_IN_REPLY_TO_CONTRIBUTION_ID];
	if (!is_id(msg->conversation_id)) {
		if (strict)
			return refuse(400, "Missing Conversation-ID");
		msg->conversation_id = cpm_uuid(in->arena, &link->random);
	}
	if (!is_id(msg->contribution_id)) {
		if (strict)
			return refuse(400, "Missing Contribution-ID");
		msg->contribution_id = cpm_uuid(in->arena, &link->random);
	}
	return fine;
}

/* RFC 3323 4.2, RFC 3325 9.3: the next network is none that may be told. */
static bool is_anonymous(const struct cpm_inbound *in)
{
	struct iwf_str rest = in->req->fields[SIP_F_PRIVACY];
	struct iwf_str value;

	while (iwf_str_split(&rest, ';', &value)) {
		value = iwf_str_trim(value);
		if (iwf_str_eq_case(value, IWF_STR("id")) ||
		    iwf_str_eq_case(value, IWF_STR("user")))
			return true;
	}
	return in->from.kind == IWF_ADDRESS_SIP &&
	       iwf_str_eq_case(in->from.domain, IWF_STR("anonymous.invalid"));
}

static void set_wants(const struct cpm_inbound *in, struct iwf_message *msg)
{
	struct iwf_str id = imdn_value(in, IWF_STR("Message-ID"));
	struct iwf_str want = imdn_value(in,
					 IWF_STR("Disposition-Notification"));

	/* RFC 5438 6.2: no notification for a message without Message-ID. */
	if (!is_id(id))
		return;
	msg->peer_id = id;
	if (imdn_want_parse(want, &msg->want))
		msg->want = 0;
}

/* CPIM can escape line ends (RFC 3862 3.1), which headers elsewhere cannot. */
static struct iwf_str find_subject(const struct cpm_inbound *in)
{
	if (in->cpim.subject_count &&
	    iwf_str_is_printable(in->cpim.subjects[0].value))
		return in->cpim.subjects[0].value;
	return in->req->fields[SIP_F_SUBJECT];
}

static struct refusal make_message(struct cpm_link *link,
				   struct cpm_inbound *in,
				   struct iwf_message *msg)
{
	const struct sip_request *req = in->req;
	struct iwf_loop *loop = iwf_host_loop(link->link.host);

	*msg = (struct iwf_message){
		.kind = IWF_KIND_MESSAGE, .from = in->from, .to = in->to,
		.service = service_urn(in->service), .listener = req->listener,
		.content_type = in->cpim.content_type.len ?
			in->cpim.content_type :
			IWF_STR("text/plain; charset=utf-8"),
		.body = in->cpim.content,
		.charging = req->fields[SIP_F_P_CHARGING_VECTOR],
		.session_case = req->role == SIP_ROLE_IWF ? IWF_STR("iwf") :
							    IWF_STR("cc"),
		.subject = find_subject(in),
		.sent_at_ms = in->cpim.datetime_ms ? in->cpim.datetime_ms :
						     req->date_ms,
		.transaction = req->transport_key,
		.anonymous = is_anonymous(in),
	};
	if (req->expires_ms >= 0)
		msg->expires_at_ms = iwf_loop_wall_ms(loop) + req->expires_ms;
	set_wants(in, msg);
	return set_ids(link, in, msg);
}

static void accept_message(struct cpm_link *link, struct cpm_inbound *in)
{
	struct iwf_message msg;
	const struct iwf_accept accept = { .msg = &msg,
					   .outcome_ms = in->req->outcome_ms };
	struct refusal refusal = make_message(link, in, &msg);

	if (refusal.status) {
		answer(link, &in->req, refusal.status, refusal.phrase);
		return;
	}
	iwf_metric_add(&link->metrics[CPM_M_MESSAGES], 1);
	iwf_host_accept_with(link->link.host, &accept, on_done,
			     take(link, in->req));
}

/* --- a notification --- */

static void accept_notification(struct cpm_link *link, struct cpm_inbound *in)
{
	struct iwf_report report;
	struct iwf_why why;

	if (cpm_notification_parse(in, &report, &why)) {
		answer(link, &in->req, 400, "Bad IMDN Document");
		return;
	}
	iwf_metric_add(&link->metrics[CPM_M_NOTIFICATIONS], 1);
	iwf_host_report_remote(link->link.host, &report, on_done,
			       take(link, in->req));
}

void cpm_pager_on_message(struct sip_edge *edge, struct sip_request *req)
{
	struct cpm_link *link = IWF_CONTAINER(edge, struct cpm_link, edge);
	struct cpm_inbound in = { .req = req };
	struct refusal refusal;
	char phrase[240];

	in.arena = iwf_arena_create(2048);
	refusal = read_request(link, &in, phrase, sizeof(phrase));
	if (refusal.status)
		answer(link, &in.req, refusal.status, refusal.phrase);
	else if (!in.is_plain &&
		 cpim_is_content(&in.cpim, IWF_STR("message/imdn+xml")))
		accept_notification(link, &in);
	else
		accept_message(link, &in);
	iwf_arena_destroy(&in.arena);
}
