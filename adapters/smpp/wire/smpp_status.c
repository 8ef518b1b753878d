/* The table behind smpp_status.h. */
#include "wire/smpp_status.h"

#define SMPP_LINK_TROUBLE(class) \
	((class) == SMPP_CLASS_LINK || (class) == SMPP_CLASS_THROTTLE)

static const struct smpp_status statuses[] = {
#define SMPP_STATUS(code_, name_, class_, fate_, tries_, again_, forbidden_) \
	{ .code = code_, .name = "ESME_" #name_, \
	  .class = SMPP_CLASS_##class_, .fate = IWF_FATE_##fate_, \
	  .max_tries = tries_, .again = SMPP_AGAIN_##again_, \
	  .link_trouble = SMPP_LINK_TROUBLE(SMPP_CLASS_##class_), \
	  .forbidden = forbidden_ },
#include "wire/smpp_status.def"
#undef SMPP_STATUS
};

static const struct smpp_status vendor_status = {
	.code = SMPP_VENDOR_FIRST, .name = "vendor",
	.class = SMPP_CLASS_TEMPORARY, .fate = IWF_FATE_QUEUED, .max_tries = 3,
};

static const struct smpp_status reserved_status = {
	.code = SMPP_RUNKNOWNERR, .name = "reserved",
	.class = SMPP_CLASS_TEMPORARY, .fate = IWF_FATE_QUEUED, .max_tries = 3,
};

static const struct smpp_status delivery_retry_status = {
	.code = SMPP_RDELIVERYFAILURE, .name = "ESME_RDELIVERYFAILURE",
	.class = SMPP_CLASS_TEMPORARY, .fate = IWF_FATE_QUEUED,
};

const struct smpp_status *smpp_status_get(uint32_t code)
{
	size_t low = 0;
	size_t high = sizeof(statuses) / sizeof(statuses[0]);

	if (code >= SMPP_VENDOR_FIRST && code <= SMPP_VENDOR_LAST)
		return &vendor_status;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (statuses[mid].code == code)
			return &statuses[mid];
		if (statuses[mid].code < code)
			low = mid + 1;
		else
			high = mid;
	}
	return &reserved_status;
}

const struct smpp_status *smpp_status_get_data_sm(uint32_t code,
						  uint32_t reason)
{
	if (code == SMPP_RDELIVERYFAILURE && (reason == 0 || reason == 3))
		return &delivery_retry_status;
	return smpp_status_get(code);
}

uint32_t smpp_status_from_sip(uint32_t sip_status)
{
	switch (sip_status) {
	case 404: case 410: case 604:
		return SMPP_RINVDSTADR;
	case 408: case 480: case 486:
		return SMPP_RX_T_APPN;
	case 413: case 415: case 488:
		return SMPP_RX_R_APPN;
	default:
		break;
	}
	if (sip_status >= 200 && sip_status < 300)
		return SMPP_ROK;
	if (sip_status >= 500 && sip_status < 600)
		return SMPP_RX_T_APPN;
	return SMPP_RX_P_APPN;
}

static uint32_t status_from_fate(const struct iwf_verdict *verdict)
{
	switch (verdict->fate) {
	case IWF_FATE_FAILED:
	case IWF_FATE_CANCELLED:
		/* Never ESME_ROK: a code of 2xx or none explains no failure. */
		return verdict->code >= 300 && verdict->code < 700 ?
			smpp_status_from_sip(verdict->code) : SMPP_RX_P_APPN;
	case IWF_FATE_EXPIRED:
		return SMPP_RX_P_APPN;
	default:
		return SMPP_ROK;
	}
}

uint32_t smpp_status_from_verdict(const struct iwf_verdict *verdict)
{
	switch (verdict->result) {
	case IWF_RESULT_ACCEPTED:
	case IWF_RESULT_DUPLICATE:
		return status_from_fate(verdict);
	case IWF_RESULT_UNMATCHED:
		return SMPP_ROK;
	case IWF_RESULT_BUSY:
		return SMPP_RTHROTTLED;
	case IWF_RESULT_NO_ROUTE:
		return SMPP_RINVDSTADR;
	case IWF_RESULT_TOO_LARGE:
		return SMPP_RINVMSGLEN;
	case IWF_RESULT_LOOP:
		return SMPP_RX_R_APPN;
	case IWF_RESULT_BLOCKED:
		return SMPP_RX_P_APPN;
	case IWF_RESULT_ERROR:
		break;
	}
	return SMPP_RX_T_APPN;
}
