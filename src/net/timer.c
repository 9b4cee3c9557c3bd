/* SPDX-License-Identifier: MIT */
#include "net/timer.h"

#include <errno.h>
#include <stdlib.h>

struct sc_timers {
    struct sc_timer **heap; /* heap[1] is due first */
    size_t n, capacity;
};

int sc_timers_create(struct sc_timers **out_timers)
{
    struct sc_timers *timers = calloc(1, sizeof *timers);
    if (!timers)
        return -ENOMEM;
    *out_timers = timers;
    return 0;
}

void sc_timers_destroy(struct sc_timers **timers)
{
    if (*timers)
        free((*timers)->heap);
    free(*timers);
    *timers = NULL;
}

static void put(struct sc_timers *timers, size_t place, struct sc_timer *timer)
{
    timers->heap[place] = timer;
    timer->place = place;
}

static void sift_up(struct sc_timers *timers, struct sc_timer *timer, size_t place)
{
    while (place > 1 && timers->heap[place / 2]->due_ns > timer->due_ns) {
        put(timers, place, timers->heap[place / 2]);
        place /= 2;
    }
    put(timers, place, timer);
}

static void sift_down(struct sc_timers *timers, struct sc_timer *timer, size_t place)
{
    for (;;) {
        size_t child = place * 2;
        if (child > timers->n)
            break;
        if (child < timers->n && timers->heap[child + 1]->due_ns < timers->heap[child]->due_ns)
            child++;
        if (timers->heap[child]->due_ns >= timer->due_ns)
            break;
        put(timers, place, timers->heap[child]);
        place = child;
    }
    put(timers, place, timer);
}

static int grow(struct sc_timers *timers)
{
    if (timers->n + 1 < timers->capacity)
        return 0;
    size_t capacity = timers->capacity ? timers->capacity * 2 : 64;
    struct sc_timer **heap = realloc(timers->heap, capacity * sizeof(struct sc_timer *));
    if (!heap)
        return -ENOMEM;
    timers->heap = heap;
    timers->capacity = capacity;
    return 0;
}

int sc_timer_start(struct sc_timers *timers, struct sc_timer *timer, uint64_t due_ns)
{
    if (timer->place == 0) {
        if (grow(timers) < 0)
            return -ENOMEM;
        timer->due_ns = due_ns;
        sift_up(timers, timer, ++timers->n);
        return 0;
    }
    bool is_earlier = due_ns < timer->due_ns;
    timer->due_ns = due_ns;
    if (is_earlier)
        sift_up(timers, timer, timer->place);
    else
        sift_down(timers, timer, timer->place);
    return 0;
}

void sc_timer_stop(struct sc_timers *timers, struct sc_timer *timer)
{
    size_t place = timer->place;
    if (place == 0)
        return;
    timer->place = 0;
    struct sc_timer *last = timers->heap[timers->n--];
    if (last == timer)
        return;
    if (place > 1 && timers->heap[place / 2]->due_ns > last->due_ns)
        sift_up(timers, last, place);
    else
        sift_down(timers, last, place);
}

uint64_t sc_timers_next_ns(const struct sc_timers *timers)
{
    return timers->n ? timers->heap[1]->due_ns : UINT64_MAX;
}

void sc_timers_fire(struct sc_timers *timers, uint64_t now_ns)
{
    while (timers->n && timers->heap[1]->due_ns <= now_ns) {
        struct sc_timer *timer = timers->heap[1];
        sc_timer_stop(timers, timer);
        timer->fire(timer);
    }
}
