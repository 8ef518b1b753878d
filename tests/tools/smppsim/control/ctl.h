/* smppsim ctl: asks a running simulator. */
#pragma once

/* argv begins with "ctl". The exit status: 0 ok, 1 refused, 2 not asked. */
int ctl_run(int argc, char **argv);
