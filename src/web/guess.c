/* SPDX-License-Identifier: MIT */
#define SC_LOG_TOPIC "web"
#include "web/guess.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/own.h"
#include "net/timer.h"
#include "rights/guesses.h"
#include "stillcast/log.h"

#define LOG_EVERY_NS (10 * SC_NS_PER_MS) /* by loop */
#define LATE_SHARE   4                   /* of all connections */
#define TRY_LATER    "Retry-After: 60\r\n"

struct late {
    struct sc_lane *lane;
    struct sc_timer timer;
    struct sc_reply reply;
    const char *sentence;
};

static void refuse_many(const struct sc_guess *guess)
{
    sc_reply_error(guess->reply, 429, TRY_LATER,
                   "too many wrong keys from your address: try again in a minute");
}

bool sc_guess_is_too_many(const struct sc_guess *guess)
{
    struct sc_web *web = guess->lane->web;
    if (!sc_guesses_note(web->guesses, guess->address, sc_loop_now_ns(guess->lane->loop)))
        return false;
    sc_web_count(&web->stats.n_auth_failures);
    sc_web_count(&web->stats.n_auth_limited);
    refuse_many(guess);
    return true;
}

static void tell(const struct sc_guess *guess)
{
    char text[SC_ADDRESS_TEXT_BYTES];
    int n = sc_log_limit_pass(&guess->lane->guess_log, LOG_EVERY_NS);
    if (n < 0)
        return;
    sc_address_format(guess->address, text);
    sc_log(SC_WARN, "auth_fail from %s (%d more were not told)", text, n);
}

/* --- answers that wait --- */

static void answer(struct late *late)
{
    sc_timer_stop(sc_loop_timers(late->lane->loop), &late->timer);
    sc_reply_error(&late->reply, 401, SC_GUESS_LOGIN, "%s", late->sentence);
}

static void on_time(struct sc_timer *timer)
{
    answer(sc_container_of(timer, struct late, timer));
}

static void on_drain(void *self)
{
    answer(self);
}

static void on_gone(void *self)
{
    struct late *late = self;
    sc_timer_stop(sc_loop_timers(late->lane->loop), &late->timer);
    atomic_fetch_sub_explicit(&late->lane->web->stats.n_late, 1, memory_order_relaxed);
    free(late);
}

static const struct sc_exchange_ops late_ops = {.drain = on_drain, .gone = on_gone};

/* Without a random number it is the longest. */
static uint64_t due_ns(const struct sc_guess *guess)
{
    uint64_t delay_ns = guess->lane->web->config.guess_delay_ns;
    uint32_t chance;
    if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) != (ssize_t)sizeof chance)
        chance = UINT32_MAX;
    return guess->since_ns + delay_ns + (uint64_t)((double)delay_ns * chance / UINT32_MAX);
}

static bool has_room(struct sc_web *web)
{
    uint64_t most = web->config.max_connections / LATE_SHARE + 1;
    if (atomic_fetch_add_explicit(&web->stats.n_late, 1, memory_order_relaxed) < most)
        return true;
    atomic_fetch_sub_explicit(&web->stats.n_late, 1, memory_order_relaxed);
    return false;
}

/* Returns: 0; -ENOMEM and nothing waits. */
static int put_off(const struct sc_guess *guess, const char *sentence, uint64_t until_ns)
{
    struct late *late SC_AUTO(sc_own_free) = calloc(1, sizeof *late);
    if (!late)
        return -ENOMEM;
    *late = (struct late){.lane = guess->lane,
                          .timer = {.fire = on_time},
                          .reply = *guess->reply,
                          .sentence = sentence};
    int rc = sc_timer_start(sc_loop_timers(guess->lane->loop), &late->timer, until_ns);
    if (rc == 0)
        sc_exchange_take(guess->reply->x, &late_ops, sc_steal(late));
    return rc;
}

void sc_guess_refuse(const struct sc_guess *guess, const char *sentence)
{
    struct sc_web *web = guess->lane->web;
    uint64_t until_ns = due_ns(guess);
    sc_web_count(&web->stats.n_auth_failures);
    tell(guess);
    if (until_ns <= sc_clock_ns()) {
        sc_reply_error(guess->reply, 401, SC_GUESS_LOGIN, "%s", sentence);
    } else if (!has_room(web)) {
        sc_web_count(&web->stats.n_late_full);
        refuse_many(guess);
    } else if (put_off(guess, sentence, until_ns) < 0) {
        atomic_fetch_sub_explicit(&web->stats.n_late, 1, memory_order_relaxed);
        refuse_many(guess);
    }
}
