/* Finding an adapter's descriptor in a shared object. */
#include "module.h"

#include <dlfcn.h>
#include <stdio.h>

static enum iwf_err look_at(const struct iwf_adapter *adapter,
			    struct iwf_str name, struct iwf_why *why)
{
	if (!adapter->abi || adapter->abi > IWF_ABI_VERSION)
		return iwf_why_set(why, IWF_E_VERSION, 0,
				   "adapter %.*s was built for ABI %u, this "
				   "gateway has %u", IWF_STR_ARG(name),
				   adapter->abi, IWF_ABI_VERSION);
	if (!adapter->name || !iwf_str_eq(iwf_str_from(adapter->name), name) ||
	    !adapter->rows || !adapter->ops || !adapter->ops->open ||
	    !adapter->ops->submit || !adapter->ops->close)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "adapter %.*s has no complete descriptor",
				   IWF_STR_ARG(name));
	return IWF_OK;
}

enum iwf_err module_load(struct iwf_str dir, struct iwf_str name,
			 const struct iwf_adapter **adapter,
			 struct iwf_why *why)
{
	char path[512];
	void *module;

	snprintf(path, sizeof(path), "%.*s/%.*s.so", IWF_STR_ARG(dir),
		 IWF_STR_ARG(name));
	module = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!module)
		return iwf_why_set(why, IWF_E_NOT_FOUND, 0,
				   "adapter %.*s cannot be loaded: %s",
				   IWF_STR_ARG(name), dlerror());
	*adapter = dlsym(module, "iwf_adapter");
	if (!*adapter)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "%s exports no iwf_adapter", path);
	return look_at(*adapter, name, why);
}
