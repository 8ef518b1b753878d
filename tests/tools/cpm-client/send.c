/* Sends a MESSAGE and waits for the IMDNs that it asked for (RFC 5438 6). */
#include "send.h"

#include "client.h"

#include <stdlib.h>

struct sending {
	struct client client;
	char message_id[CLIENT_ID_SIZE];
	unsigned missing; /* bits of enum options_want */
	unsigned status;
	bool is_answered;
};

unsigned send_settled(const struct imdn *imdn)
{
	if (text_is(imdn->type, "delivery"))
		return WANT_DELIVERED | WANT_FAILED;
	if (text_is(imdn->type, "display"))
		return WANT_DISPLAY;
	return text_is(imdn->type, "interworking") ? WANT_INTERWORKED : 0;
}

/* --- what comes back --- */

static void on_answer(struct client *client, unsigned status,
		      struct text phrase)
{
	struct sending *sending = (struct sending *)client;
	char code[16];
	const struct print_field fields[] = {
		{ "status", (struct text){ code, 3 }, false },
		{ "phrase", phrase, false },
		{ NULL, TEXT_NONE, false },
	};

	sending->is_answered = true;
	sending->status = status;
	snprintf(code, sizeof(code), "%03u", status);
	if (status)
		print_event(&client->print, "answer", fields,
			    "answer: %u %.*s", status, (int)phrase.len,
			    phrase.at);
	else
		print_event(&client->print, "no-answer", NULL,
			    "no answer from %s", client->options->gateway);
}

static void on_notification(struct sending *sending, const struct cpim *cpim)
{
	struct imdn imdn;
	bool is_ours;

	if (!imdn_parse(&imdn, cpim->content)) {
		print_event(&sending->client.print, "bad", NULL,
			    "bad: no notification can be read in it");
		return;
	}
	is_ours = text_is(imdn.message_id, sending->message_id);
	const struct print_field fields[] = {
		{ "type", imdn.type, false },
		{ "status", imdn.status, false },
		{ "message_id", imdn.message_id, !is_ours },
		{ "from", cpim->from, false },
		{ NULL, TEXT_NONE, false },
	};

	print_event(&sending->client.print, "imdn", fields, "%.*s: %.*s%s",
		    (int)imdn.type.len, imdn.type.at, (int)imdn.status.len,
		    imdn.status.at, is_ours ? "" : " (of another message)");
	if (is_ours)
		sending->missing &= ~send_settled(&imdn);
}

static void on_message(struct client *client, const struct sip_message *msg,
		       const struct net_from *from)
{
	struct cpim cpim;

	client_answer(client, msg, from, 200);
	if (cpim_parse(&cpim, msg->body) &&
	    text_starts_case(cpim.content_type, "message/imdn+xml"))
		on_notification((struct sending *)client, &cpim);
	else
		print_event(&client->print, "other", NULL,
			    "a message that is no notification came; "
			    "cpm-client listen shows them");
}

/* --- what goes --- */

static struct text want_text(unsigned want, char text[96])
{
	snprintf(text, 96, "%s%s%s%s",
		 want & WANT_DELIVERED ? ", positive-delivery" : "",
		 want & WANT_FAILED ? ", negative-delivery" : "",
		 want & WANT_DISPLAY ? ", display" : "",
		 want & WANT_INTERWORKED ? ", interworking" : "");
	return text_from(*text ? text + 2 : text);
}

static void put_body(struct out *body, const struct sending *sending)
{
	const struct options *options = sending->client.options;
	char datetime[32], want[96];
	struct cpim cpim = {
		.from = text_from(options->from), .to = text_from(options->to),
		.message_id = text_from(sending->message_id),
		.wants = want_text(options->want, want),
		.content_type = text_from("text/plain; charset=utf-8"),
		.content = text_from(options->text),
	};

	client_make_datetime(datetime);
	cpim.datetime = text_from(datetime);
	if (options->plain)
		out_put(body, cpim.content);
	else
		cpim_format(body, &cpim);
}

static void print_sent(const struct sending *sending,
		       const struct client_request *request)
{
	const struct options *options = sending->client.options;
	const struct print_field fields[] = {
		{ "from", request->from, false },
		{ "to", request->to, false },
		{ "text", text_from(options->text), false },
		{ "message_id", text_from(options->plain ? "" :
					  sending->message_id), true },
		{ "conversation_id", request->conversation, true },
		{ "contribution_id", request->contribution, true },
		{ "in_reply_to", request->in_reply_to, true },
		{ NULL, TEXT_NONE, false },
	};

	print_event(&sending->client.print, "sent", fields,
		    "sent from %s to %s: %s", options->from, options->to,
		    options->text);
}

static bool start(struct sending *sending)
{
	const struct options *options = sending->client.options;
	struct out *body = calloc(1, sizeof(*body));
	char conversation[CLIENT_ID_SIZE], contribution[CLIENT_ID_SIZE];
	struct client_request request = {
		.from = text_from(options->from), .to = text_from(options->to),
		.conversation = text_from(options->conversation),
		.contribution = text_from(options->contribution),
		.in_reply_to = text_from(options->in_reply_to),
		.content_type = text_from(options->plain ?
			"text/plain; charset=utf-8" : "message/cpim"),
	};
	bool is_sent;

	if (!body)
		abort();
	client_make_id(sending->message_id);
	client_make_id(conversation);
	client_make_id(contribution);
	if (!options->conversation)
		request.conversation = text_from(conversation);
	if (!options->contribution)
		request.contribution = text_from(contribution);
	put_body(body, sending);
	request.body = out_text(body);
	is_sent = !body->is_full &&
		  client_send(&sending->client, &request, on_answer);
	if (is_sent)
		print_sent(sending, &request);
	else
		fputs("cpm-client: larger than a MESSAGE may be\n", stderr);
	free(body);
	return is_sent;
}

/* --- the end --- */

static bool is_over(const struct sending *sending)
{
	return sending->is_answered &&
	       (sending->status < 200 || sending->status > 299 ||
		!sending->missing);
}

static int finish(const struct sending *sending)
{
	const bool needs_delivery = sending->missing &
				    (WANT_DELIVERED | WANT_FAILED);
	char missing[64];

	if (is_over(sending))
		return sending->status < 200 || sending->status > 299;
	snprintf(missing, sizeof(missing), "%s%s%s%s",
		 sending->is_answered ? "" : ", answer",
		 needs_delivery ? ", delivery" : "",
		 sending->missing & WANT_INTERWORKED ? ", interworking" : "",
		 sending->missing & WANT_DISPLAY ? ", display" : "");
	print_event(&sending->client.print, "timeout", (struct print_field[]){
		{ "missing", text_from(missing + 2), false },
		{ NULL, TEXT_NONE, false } },
		"not in %ld s: %s", sending->client.options->wait_sec,
		missing + 2);
	return 1;
}

int send_run(const struct options *options)
{
	struct sending *sending = calloc(1, sizeof(*sending));
	int64_t end_ms = client_now_ms() + options->wait_sec * 1000;
	int status = 1;

	if (!sending)
		abort();
	sending->missing = options->want;
	sending->client.on_message = on_message;
	if (client_open(&sending->client, options) && start(sending)) {
		while (!is_over(sending) && client_now_ms() < end_ms)
			client_turn(&sending->client, end_ms);
		status = finish(sending);
	}
	client_close(&sending->client);
	free(sending);
	return status;
}
