/* A verdict as JUnit XML, as CI servers read it. */
#pragma once

#include "verdict/verdict.h"

void junit_format(struct buf *xml, struct verdict *verdict);
/* False with errno. */
bool junit_write(struct verdict *verdict, const char *path);
