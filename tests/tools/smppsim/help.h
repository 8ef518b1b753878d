/* The running text of --help, around the tables of options and faults. */
#pragma once

extern const char help_intro[];
extern const char help_faults[];
extern const char help_rest[];
