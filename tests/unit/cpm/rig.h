/* A CPM link between a fake host and the SIP double. */
#pragma once

#include "cpm/cpm_priv.h"
#include "fake_host.h"
#include "fake_loop.h"
#include "sip_double.h"

#define RIG_URN "urn:urn-7:3gpp-service.ims.icsi.oma.cpm."

struct rig {
	struct iwf_loop *loop;
	struct iwf_host *host;
	struct sip_worker *worker;
	struct cpm_conf conf;
	struct iwf_link *link;
	struct sip_edge *edge;
};

/* A link that is up, with the settings of the rows, window 4. */
void rig_open(struct rig *rig);
/* The same with other settings, which *conf holds. */
void rig_open_with(struct rig *rig, const struct cpm_conf *conf);
struct cpm_conf rig_conf(void);
/* Also when the link is closed already. */
void rig_close(struct rig *rig);
void rig_close_link(struct rig *rig);

/* A MESSAGE from a trusted +491710000001 to +491710000002: "hello" in CPIM. */
struct sip_request rig_request(void);
void rig_give(struct rig *rig, const struct sip_request *req);
/* The message that was accepted last, NULL when none was. */
const struct iwf_message *rig_accepted(const struct rig *rig);

/* Tells the link that it is durable. */
void rig_accept_last(struct rig *rig);
/* Fails the test unless the only request was refused so. */
void rig_assert_refused(const struct rig *rig, unsigned status,
			const char *phrase);

/* An MO text from +491710000001 to +491710000002. */
struct iwf_message rig_text(void);
void rig_submit(struct rig *rig, uint64_t id, const struct iwf_message *msg);
/* The request that was sent last. */
const struct sip_message *rig_sent(const struct rig *rig);

/* Fails the test when they differ. */
void rig_assert_str(struct iwf_str got, const char *wanted);
