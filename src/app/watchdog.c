/* SPDX-License-Identifier: MIT */
#define SC_LOG_TOPIC "app"
#include "app/watchdog.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/notify.h"
#include "app/server.h"
#include "base/clock.h"
#include "base/own.h"
#include "net/loop.h"
#include "stillcast/log.h"

#define LOOKS   4 /* in the time that a turn may take */
#define TELLS   3 /* in the time that systemd waits */
#define TICK_MS 1 /* at the least */

struct sc_watchdog {
    const struct sc_server *server;
    size_t n_loops;
    uint64_t silence_ns;
    unsigned n_looks_most;
    int tick_ms;
    bool is_manager_told;
    struct sc_pulse pulses[];
};

bool sc_pulse_is_lost(struct sc_pulse *pulse, const struct sc_loop_stats *stats,
                      unsigned n_looks_most)
{
    uint64_t n_turns = atomic_load_explicit(&stats->n_turns, memory_order_relaxed);
    bool is_waiting = atomic_load_explicit(&stats->n_begun, memory_order_relaxed) == n_turns;
    if (is_waiting || pulse->n_turns != n_turns || pulse->n_looks == 0)
        *pulse = (struct sc_pulse){n_turns, is_waiting ? 0 : 1};
    else
        pulse->n_looks++;
    return pulse->n_looks > n_looks_most;
}

/* Returns: how long systemd waits to be told that we live; 0: it does not. */
static uint64_t manager_wants_ns(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    if (!usec || (pid && strtol(pid, NULL, 10) != getpid()))
        return 0;
    return strtoull(usec, NULL, 10) * 1000;
}

static void choose_tick(struct sc_watchdog *watchdog)
{
    uint64_t manager_ns = manager_wants_ns(), tick_ns = UINT64_MAX;
    if (watchdog->silence_ns)
        tick_ns = watchdog->silence_ns / LOOKS;
    if (manager_ns && manager_ns / TELLS < tick_ns)
        tick_ns = manager_ns / TELLS;
    watchdog->is_manager_told = manager_ns > 0;
    watchdog->tick_ms = tick_ns == UINT64_MAX ? -1 : (int)(tick_ns / SC_NS_PER_MS);
    if (watchdog->tick_ms == 0)
        watchdog->tick_ms = TICK_MS;
    if (watchdog->tick_ms > 0)
        watchdog->n_looks_most =
            (unsigned)(watchdog->silence_ns / SC_NS_PER_MS / (unsigned)watchdog->tick_ms);
}

int sc_watchdog_create(const struct sc_server *server, uint64_t silence_ns,
                       struct sc_watchdog **out_watchdog)
{
    size_t n = 0;
    while (sc_server_loop_stats(server, n))
        n++;
    struct sc_watchdog *watchdog = calloc(1, sizeof *watchdog + n * sizeof watchdog->pulses[0]);
    if (!watchdog)
        return -ENOMEM;
    watchdog->server = server;
    watchdog->n_loops = n;
    watchdog->silence_ns = silence_ns;
    choose_tick(watchdog);
    *out_watchdog = watchdog;
    return 0;
}

void sc_watchdog_destroy(struct sc_watchdog **watchdog)
{
    free(sc_steal(*watchdog));
}

int sc_watchdog_tick_ms(const struct sc_watchdog *watchdog)
{
    return watchdog->tick_ms;
}

void sc_watchdog_look(void *self)
{
    struct sc_watchdog *watchdog = self;
    for (size_t i = 0; watchdog->silence_ns && i < watchdog->n_loops; i++)
        if (sc_pulse_is_lost(&watchdog->pulses[i], sc_server_loop_stats(watchdog->server, i),
                             watchdog->n_looks_most)) {
            sc_log(SC_ERROR,
                   "network loop %zu of %zu has not come back for %llu ms: aborting (--watchdog)",
                   i + 1, watchdog->n_loops,
                   (unsigned long long)(watchdog->silence_ns / SC_NS_PER_MS));
            (void)raise(SIGABRT);
        }
    if (watchdog->is_manager_told)
        (void)sc_notify("WATCHDOG=1");
}
