/* Loadable adapters: shared objects that export one struct iwf_adapter. */
#pragma once

#include <iwf/adapter.h>

/* Loads DIR/NAME.so and looks at its descriptor: the name it carries and an ABI
 * number that is not above ours. It stays loaded until the process ends, as
 * rows and operations of it are in use everywhere. IWF_E_NOT_FOUND,
 * IWF_E_VERSION, IWF_E_SYNTAX (no descriptor, or another name). */
enum iwf_err module_load(struct iwf_str dir, struct iwf_str name,
			 const struct iwf_adapter **adapter,
			 struct iwf_why *why);
