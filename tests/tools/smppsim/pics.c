/* Prints what of SMPP 3.4 and 5.0 each role knows. */
#include "pics.h"

#include "sim/dispatch.h"

#include <inttypes.h>
#include <stdio.h>

enum { SMSC = 1, ESME = 2, BOTH = 3 };

/* Requests that a role sends by itself; answers follow from what it takes. */
static const struct {
	uint32_t command_id;
	int roles;
} sent[] = {
	{ PDU_bind_receiver, ESME },    { PDU_bind_transmitter, ESME },
	{ PDU_bind_transceiver, ESME }, { PDU_submit_sm, ESME },
	{ PDU_deliver_sm, SMSC },       { PDU_alert_notification, SMSC },
	{ PDU_outbind, SMSC },
	{ PDU_enquire_link, BOTH },     { PDU_unbind, BOTH },
	{ (uint32_t)PDU_generic_nack, BOTH },
};

static const uint32_t command_ids[] = {
#define PDU_COMMAND(name, id, layout) id,
#include "wire/pdu.def"
};

static const struct {
	const char *name;
	unsigned tag;
	unsigned least;
	unsigned most;
	enum pdu_use use;
} parameters[] = {
#define PDU_TLV(name, tag, least, most, use) \
	{ #name, tag, least, most, PDU_USE_##use },
#include "wire/pdu.def"
};

/* Of SMPP 5.0 (4.4, 4.8.4): unknown here. */
static const struct {
	const char *name;
	uint32_t number;
} missing_commands[] = {
	{ "broadcast_sm", 0x111 },
	{ "query_broadcast_sm", 0x112 },
	{ "cancel_broadcast_sm", 0x113 },
}, missing_parameters[] = {
	{ "broadcast_channel_indicator", 0x0600 },
	{ "broadcast_content_type", 0x0601 },
	{ "broadcast_content_type_info", 0x0602 },
	{ "broadcast_message_class", 0x0603 },
	{ "broadcast_rep_num", 0x0604 },
	{ "broadcast_frequency_interval", 0x0605 },
	{ "broadcast_area_identifier", 0x0606 },
	{ "broadcast_error_status", 0x0607 },
	{ "broadcast_area_success", 0x0608 },
	{ "broadcast_end_time", 0x0609 },
	{ "broadcast_service_group", 0x060A },
	{ "billing_identification", 0x060B },
	{ "source_network_id", 0x060D },
	{ "dest_network_id", 0x060E },
	{ "source_node_id", 0x060F },
	{ "dest_node_id", 0x0610 },
	{ "dest_addr_np_resolution", 0x0611 },
	{ "dest_addr_np_information", 0x0612 },
	{ "dest_addr_np_country", 0x0613 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool sends(int role, uint32_t command_id)
{
	const uint32_t request = command_id & ~PDU_RESP;

	for (size_t i = 0; i < COUNT(sent); i++)
		if (sent[i].command_id == command_id)
			return sent[i].roles & role;
	return command_id & PDU_RESP &&
	       dispatch_is_taken(role == ESME, request);
}

static const char *word(int role, uint32_t command_id)
{
	static const char *const words[] = { "-", "sends", "takes", "both" };
	const unsigned takes = dispatch_is_taken(role == ESME, command_id);

	return words[2 * takes + sends(role, command_id)];
}

static void print_fields(uint32_t command_id)
{
	const struct pdu pdu = { .command_id = command_id };
	struct pdu_field field;
	size_t index = 0;

	while (pdu_next_field(&pdu, &index, &field))
		printf(" %s", field.name);
	putchar('\n');
}

static void print_commands(void)
{
	printf("%-26s %-10s  %-5s  %-5s  %s\n", "PDU", "command_id", "SMSC",
	       "ESME", "mandatory parameters");
	for (size_t i = 0; i < COUNT(command_ids); i++) {
		const uint32_t id = command_ids[i];

		printf("%-26s 0x%08" PRIX32 "  %-5s  %-5s ",
		       pdu_command_name(id), id, word(SMSC, id),
		       word(ESME, id));
		print_fields(id);
	}
	for (size_t i = 0; i < COUNT(missing_commands); i++)
		printf("%-26s 0x%08" PRIX32 "  %-5s  %-5s  not supported\n",
		       missing_commands[i].name, missing_commands[i].number,
		       "-", "-");
}

static void print_parameters(void)
{
	static const char *const uses[] = { "checked", "read", "sent",
					    "read, sent" };

	printf("\n%-28s %-6s  %-9s  %s\n", "optional parameter", "tag",
	       "length", "use");
	for (size_t i = 0; i < COUNT(parameters); i++)
		printf("%-28s 0x%04X  %u-%-7u  %s\n", parameters[i].name,
		       parameters[i].tag, parameters[i].least,
		       parameters[i].most, uses[parameters[i].use]);
	for (size_t i = 0; i < COUNT(missing_parameters); i++)
		printf("%-28s 0x%04" PRIX32 "  %-9s  not supported\n",
		       missing_parameters[i].name, missing_parameters[i].number,
		       "-");
}

void pics_print(void)
{
	puts("smppsim: SMPP 3.4, and of 5.0 congestion_state\n");
	print_commands();
	print_parameters();
	puts("\ntakes: comes in, is checked and answered. checked: name and "
	     "length are known,\nthe value goes into events and the page. "
	     "Any other parameter may come and is\nshown as unknown; any "
	     "other PDU is answered generic_nack ESME_RINVCMDID.");
}
