/* SPDX-License-Identifier: MIT */
#include "media/seat.h"

void sc_seats_init(struct sc_seats *seats)
{
    sc_list_init(&seats->list);
    (void)pthread_mutex_init(&seats->lock, NULL);
}

void sc_seats_fini(struct sc_seats *seats)
{
    (void)pthread_mutex_destroy(&seats->lock);
}

void sc_seats_add(struct sc_seats *seats, struct sc_seat *seat)
{
    (void)pthread_mutex_lock(&seats->lock);
    sc_list_append(&seats->list, &seat->link);
    (void)pthread_mutex_unlock(&seats->lock);
}

void sc_seats_remove(struct sc_seats *seats, struct sc_seat *seat)
{
    (void)pthread_mutex_lock(&seats->lock);
    sc_list_remove(&seat->link);
    (void)pthread_mutex_unlock(&seats->lock);
}

static uint64_t get(const _Atomic uint64_t *number)
{
    return atomic_load_explicit(number, memory_order_relaxed);
}

size_t sc_seats_look(struct sc_seats *seats, struct sc_seat_view *out_views, size_t max)
{
    size_t n = 0;
    (void)pthread_mutex_lock(&seats->lock);
    for (struct sc_list *l = seats->list.next; l != &seats->list && n < max; l = l->next) {
        const struct sc_seat *seat = sc_container_of(l, struct sc_seat, link);
        out_views[n++] = (struct sc_seat_view){
            .id = seat->id,
            .since_ns = seat->since_ns,
            .form = seat->form,
            .n_frames = get(&seat->n_frames),
            .n_skipped = get(&seat->n_skipped),
            .age_us = get(&seat->age_us),
        };
    }
    (void)pthread_mutex_unlock(&seats->lock);
    return n;
}
