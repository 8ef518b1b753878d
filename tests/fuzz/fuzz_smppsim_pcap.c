/* Any octets as a capture file, read for both sides. */
#include "replay/recording.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct buf file = { 0 };

	buf_append(&file, bytes, len);
	for (int side = RECORDING_SMSC; side <= RECORDING_ESME; side++) {
		struct recording recording;
		const char *why;
		const bool is_read = recording_parse(
			&recording, (enum recording_side)side, &file, &why);

		if (is_read != (recording.count > 0))
			abort();
		recording_destroy(&recording);
	}
	buf_destroy(&file);
	return 0;
}
