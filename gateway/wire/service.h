/* The CPM services, as IMS names them in headers (3GPP TS 24.229 7.2A.8). */
#pragma once

#include <iwf/buf.h>

enum service {
	SERVICE_NONE = 0, /* nothing of CPM */
	SERVICE_MSG,      /* pager mode */
	SERVICE_LARGEMSG,
	SERVICE_DEFERRED,
	SERVICE_SESSION,
	SERVICE_SESSION_GROUP,
	SERVICE_FILETRANSFER,
	SERVICE_SYSTEMMSG, /* notifications outside of a session */
	SERVICE_COUNT
};

/* For sets of services. */
#define SERVICE_BIT(service) (1u << (service))

/* `urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg`; empty for SERVICE_NONE. */
struct iwf_str service_urn(enum service service);

/* Without regard to case and percent-encoding; a subclass (`...cpm.msg.x`) is
 * its nearest parent (TS 24.229 7.2A.8.2). SERVICE_NONE for all else. */
enum service service_from_urn(struct iwf_str urn);

/* The first known one in a P-Asserted-Service value (RFC 6050 4.1), which may
 * be a list. */
enum service service_from_asserted(struct iwf_str value);

/* Every service that a Contact or Accept-Contact value (RFC 3841 9.2) names in
 * its +g.3gpp.icsi-ref tags, as SERVICE_BITs: the method then decides. Only if
 * there is none, the legacy tag +g.oma.sip-im stands for SERVICE_SESSION.
 * Broken values give what was read up to the fault. */
uint32_t service_set_from_accept_contact(struct iwf_str value);
/* The first that is named there. */
enum service service_from_accept_contact(struct iwf_str value);

/* Appends `+g.3gpp.icsi-ref="urn%3Aurn-7%3A...,..."` for a set of SERVICE_BITs,
 * nothing for the empty set. */
void service_tag_format(struct iwf_buf *buf, uint32_t set);
