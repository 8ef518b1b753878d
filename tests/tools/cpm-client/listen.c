/* Shows and answers each MESSAGE that comes, and tells its sender what became
 * of it (RFC 3428 7, RFC 5438 7.2). */
#include "listen.h"

#include "client.h"
#include "cpim.h"

#include <stdlib.h>

struct listening {
	struct client client;
	long count;
};

/* --- notifications --- */

static void on_answer(struct client *client, unsigned status,
		      struct text phrase)
{
	if (status)
		print_event(&client->print, "imdn-answer", NULL,
			    "notification answered: %u %.*s", status,
			    (int)phrase.len, phrase.at);
	else
		print_event(&client->print, "imdn-answer", NULL,
			    "notification not answered");
}

static void send_notification(struct listening *listening,
			      const struct sip_message *msg,
			      const struct cpim *about, bool is_display)
{
	struct client *client = &listening->client;
	struct out *xml = calloc(1, sizeof(*xml));
	struct out *body = calloc(1, sizeof(*body));
	char id[CLIENT_ID_SIZE], datetime[32];
	const struct imdn imdn = {
		about->message_id,
		text_from(is_display ? "display" : "delivery"),
		text_from(is_display ? "displayed" : "delivered"),
	};
	struct cpim cpim = { about->to, about->from, .datetime = TEXT_NONE };
	struct client_request request = {
		.from = about->to, .to = about->from,
		.conversation = sip_find(msg, "Conversation-ID"),
		.contribution = sip_find(msg, "Contribution-ID"),
		.content_type = text_from("message/cpim"),
	};

	if (!xml || !body)
		abort();
	client_make_id(id);
	client_make_datetime(datetime);
	imdn_format(xml, &imdn, about->datetime, about->to);
	cpim.datetime = text_from(datetime);
	cpim.message_id = text_from(id);
	cpim.content_type = text_from("message/imdn+xml");
	cpim.disposition = text_from("notification");
	cpim.content = out_text(xml);
	cpim_format(body, &cpim);
	request.body = out_text(body);
	if (!client_send(client, &request, on_answer))
		print_event(&client->print, "imdn-lost", NULL,
			    "too many notifications under way: one is left "
			    "out");
	free(xml);
	free(body);
}

static bool is_wanted(struct text wants, const char *word)
{
	while (wants.len) {
		struct text want = text_take(&wants, ',');

		if (text_is_case(text_trim(text_take(&want, ';')), word))
			return true;
	}
	return false;
}

static void notify(struct listening *listening, const struct sip_message *msg,
		   const struct cpim *cpim)
{
	unsigned send = listening->client.options->send_imdn;

	if (!cpim->message_id.len)
		return;
	if (send & WANT_DELIVERED &&
	    is_wanted(cpim->wants, "positive-delivery"))
		send_notification(listening, msg, cpim, false);
	if (send & WANT_DISPLAY && is_wanted(cpim->wants, "display"))
		send_notification(listening, msg, cpim, true);
}

/* --- what comes --- */

static void print_imdn(const struct client *client, const struct cpim *cpim,
		       const struct imdn *imdn, const char *answered)
{
	const struct print_field fields[] = {
		{ "type", imdn->type, false },
		{ "status", imdn->status, false },
		{ "from", cpim->from, false },
		{ "to", cpim->to, false },
		{ "message_id", imdn->message_id, true },
		{ "answered", text_from(answered), false },
		{ NULL, TEXT_NONE, false },
	};

	print_event(&client->print, "imdn", fields,
		    "%.*s: %.*s, from %.*s to %.*s", (int)imdn->type.len,
		    imdn->type.at, (int)imdn->status.len, imdn->status.at,
		    (int)cpim->from.len, cpim->from.at, (int)cpim->to.len,
		    cpim->to.at);
}

static void print_message(const struct client *client,
			  const struct sip_message *msg,
			  const struct cpim *cpim, const char *answered)
{
	const struct print_field fields[] = {
		{ "from", cpim->from, false },
		{ "to", cpim->to, false },
		{ "text", cpim->content, false },
		{ "content_type", cpim->content_type, false },
		{ "message_id", cpim->message_id, true },
		{ "conversation_id", sip_find(msg, "Conversation-ID"), true },
		{ "contribution_id", sip_find(msg, "Contribution-ID"), true },
		{ "in_reply_to", sip_find(msg, "InReplyTo-Contribution-ID"),
		  true },
		{ "wants", cpim->wants, true },
		{ "answered", text_from(answered), false },
		{ NULL, TEXT_NONE, false },
	};

	print_event(&client->print, "message", fields,
		    "from %.*s to %.*s: %.*s", (int)cpim->from.len,
		    cpim->from.at, (int)cpim->to.len, cpim->to.at,
		    (int)cpim->content.len, cpim->content.at);
}

static void on_message(struct client *client, const struct sip_message *msg,
		       const struct net_from *from)
{
	struct listening *listening = (struct listening *)client;
	char answered[16];
	struct cpim cpim;
	struct imdn imdn;

	client_answer(client, msg, from, (unsigned)client->options->answer);
	listening->count++;
	snprintf(answered, sizeof(answered), "%ld", client->options->answer);
	if (!text_starts_case(sip_find(msg, "Content-Type"), "message/cpim") ||
	    !cpim_parse(&cpim, msg->body))
		cpim = (struct cpim){
			.from = text_uri(sip_find(msg, "From")),
			.to = text_uri(sip_find(msg, "To")),
			.content_type = sip_find(msg, "Content-Type"),
			.content = msg->body };
	if (text_starts_case(cpim.content_type, "message/imdn+xml") &&
	    imdn_parse(&imdn, cpim.content)) {
		print_imdn(client, &cpim, &imdn, answered);
		return;
	}
	print_message(client, msg, &cpim, answered);
	if (client->options->answer < 300)
		notify(listening, msg, &cpim);
}

static bool is_over(const struct listening *listening)
{
	long count = listening->client.options->count;

	return count && listening->count >= count &&
	       client_is_idle(&listening->client);
}

int listen_run(const struct options *options)
{
	struct listening *listening = calloc(1, sizeof(*listening));
	int64_t end_ms = options->timeout_sec ?
		client_now_ms() + options->timeout_sec * 1000 : INT64_MAX;
	int status = 1;

	if (!listening)
		abort();
	listening->client.on_message = on_message;
	if (client_open(&listening->client, options)) {
		while (!is_over(listening) && client_now_ms() < end_ms)
			client_turn(&listening->client, end_ms);
		status = options->count && listening->count < options->count;
	}
	client_close(&listening->client);
	free(listening);
	return status;
}
