/* SPDX-License-Identifier: MIT */
/* Looks, on the control thread, whether every network loop comes back from its turns; one that does
 * not would leave viewers with a picture that stands still for ever. A process that was stopped and
 * goes on is not mistaken for one: looks are counted, not time. Tells systemd's watchdog, too, when
 * the unit asks for it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_loop_stats;
struct sc_server;
struct sc_watchdog;

/* One loop as it was when it was looked at last. */
struct sc_pulse {
    uint64_t n_turns;
    unsigned n_looks; /* since it was first seen in the turn that it is in */
};

/** Returns whether the loop was in one and the same turn for n_looks_most looks behind the first.
 */
bool sc_pulse_is_lost(struct sc_pulse *pulse, const struct sc_loop_stats *stats,
                      unsigned n_looks_most);

/**
 * silence_ns  so long a turn may take; 0: for ever
 * server      borrowed
 *
 * Returns: 0; -ENOMEM.
 */
int sc_watchdog_create(const struct sc_server *server, uint64_t silence_ns,
                       struct sc_watchdog **out_watchdog);
void sc_watchdog_destroy(struct sc_watchdog **watchdog);

/** Returns: so often sc_watchdog_look wants to be called; -1: never. */
int sc_watchdog_tick_ms(const struct sc_watchdog *watchdog);

/** self is a struct sc_watchdog. Ends the process by SIGABRT when a loop is lost. */
void sc_watchdog_look(void *self);
