/* The page on a second port: what happens, and a way to interfere. */
#pragma once

struct sim;
struct web;

/* Listens and is served by the simulator's loop. NULL after a message on
 * stderr. */
struct web *web_open(struct sim *sim);
void web_close(struct web **web);
/* The port it got. */
unsigned short web_port(const struct web *web);
