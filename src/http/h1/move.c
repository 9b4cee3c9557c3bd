/* SPDX-License-Identifier: MIT */
/* From one loop to another: off the old one's epoll, timers and list; at the end of its turn, when
 * nobody there touches the connection any more, to the new one by post. What was received goes with
 * it and is read as a request again. */
#include "http/h1/conn.h"

static void arrive(struct sc_task *task)
{
    struct sc_h1 *h1 = sc_container_of(task, struct sc_h1, end_of_turn);
    task->run = sc_h1_at_end_of_turn;
    h1->is_readable = true;
    sc_h1_join(h1);
    if (h1->config->is_draining && h1->phase != SC_H1_DOOMED)
        sc_h1_drain(h1);
    else
        sc_h1_advance(h1);
}

void sc_h1_depart(struct sc_h1 *h1)
{
    h1->end_of_turn.run = arrive;
    sc_loop_post(h1->config->loop, &h1->end_of_turn);
}

bool sc_h1_move(struct sc_exchange *x, struct sc_h1_config *to)
{
    struct sc_h1 *h1 = sc_h1_of(x);
    if (h1->was_moved || h1->is_deferred || h1->config->is_draining || h1->is_eof)
        return false;
    h1->was_moved = true;
    sc_h1_leave(h1, SC_H1_MOVING);
    sc_list_remove(&h1->link);
    atomic_fetch_sub_explicit(&h1->config->stats->n_requests, 1, memory_order_relaxed);
    h1->config = to;
    return true;
}
