/* Rate limits of an SMSC, by account. */
#include "sim/limit.h"

#include <string.h>

/* is_new: it has no history. */
static struct limit_account *account_of(struct limit *limit,
					const char *system_id, bool *is_new)
{
	struct limit_account *account = limit->accounts;

	for (size_t i = 0; i < limit->count; i++, account++)
		if (strcmp(account->system_id, system_id) == 0)
			break;
	*is_new = account == limit->accounts + limit->count;
	if (!*is_new)
		return account;
	if (limit->count == LIMIT_ACCOUNT_MAX) {
		*is_new = false;
		return account - 1;
	}
	limit->count++;
	strncpy(account->system_id, system_id, sizeof(account->system_id) - 1);
	return account;
}

bool limit_bucket_passes(struct limit *limit, const struct limit_ask *ask)
{
	const long full = (ask->burst > 0 ? ask->burst : ask->rate) * 1000;
	bool is_new;
	struct limit_account *account =
		account_of(limit, ask->system_id, &is_new);
	const int64_t gained = (ask->now_ms - account->at_ms) * ask->rate;

	account->level = is_new || gained > full - account->level ?
				 full :
				 account->level + (long)gained;
	account->at_ms = ask->now_ms;
	if (account->level < 1000)
		return false;
	account->level -= 1000;
	return true;
}

bool limit_window_passes(struct limit *limit, const struct limit_ask *ask)
{
	const int64_t second_at = ask->now_ms - ask->now_ms % 1000;
	bool is_new;
	struct limit_account *account =
		account_of(limit, ask->system_id, &is_new);

	if (is_new || account->at_ms != second_at)
		account->level = 0;
	account->at_ms = second_at;
	if (account->level >= ask->rate)
		return false;
	account->level++;
	return true;
}
