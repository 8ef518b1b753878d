/* What is found in a folder after the power came back, held against what was
 * promised before it went. */
#pragma once

#include "unit/relay/traffic.h"

#include <sqlite3.h>

struct audit_why {
	char text[256];
};

/* A number that stands for all that the database holds, but for the numbers of
 * links and for what is made once with it. */
uint64_t audit_print(sqlite3 *db);
/* The marks in the first column of what the statement finds. */
void audit_records(sqlite3 *db, const char *sql, traffic_mark_fn *each,
		   void *arg);
/* The real store is opened on the folder. False: something promised before
 * step `at` is missing, half of a commit is there, or the ledger, the database
 * or its references are not sound. */
bool audit_folder(struct traffic *t, const char *folder, size_t at,
		  struct audit_why *why);
/* Files in the spool of a store's folder. */
int64_t audit_files(const char *folder);
