/* SPDX-License-Identifier: MIT */
#include "web/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/own.h"
#include "web/audience.h"
#include "web/held.h"

static void go_on_later(struct sc_lane *lane)
{
    if (!lane->is_rest_due && !sc_list_is_empty(&lane->unfinished)) {
        lane->is_rest_due = true;
        sc_loop_post(lane->loop, &lane->rest);
    }
}

static void on_rest(struct sc_task *task)
{
    struct sc_lane *lane = sc_container_of(task, struct sc_lane, rest);
    lane->is_rest_due = false;
    sc_audience_go_on(lane);
    go_on_later(lane);
}

static void begin_round(struct sc_lane *lane)
{
    sc_audience_round(lane);
    go_on_later(lane);
}

static void on_inbox(struct sc_watch *watch, uint32_t events)
{
    begin_round(sc_container_of(watch, struct sc_lane, inbox_watch));
}

/* What is published on this loop is handed out at the end of the turn, to whoever keeps up before
 * those who do not. */
static void on_notice(void *self)
{
    struct sc_lane *lane = self;
    if (!lane->is_round_due)
        sc_loop_hurry(lane->loop, &lane->round);
    lane->is_round_due = true;
}

static void on_round(struct sc_task *task)
{
    struct sc_lane *lane = sc_container_of(task, struct sc_lane, round);
    lane->is_round_due = false;
    begin_round(lane);
}

static void on_checked(struct sc_task *task)
{
    struct sc_lane *lane = sc_container_of(task, struct sc_lane, ear.task);
    sc_checker_heard(&lane->ear);
    sc_held_look(lane);
}

static void configure(struct sc_lane *lane, struct sc_web *web)
{
    lane->web = web;
    sc_list_init(&lane->audiences);
    sc_list_init(&lane->unfinished);
    sc_list_init(&lane->held);
    lane->ear.loop = lane->loop;
    lane->ear.task.run = on_checked;
    lane->h1 = (struct sc_h1_config){
        .loop = lane->loop,
        .header_timeout_ns = web->config.header_timeout_ns,
        .idle_timeout_ns = web->config.idle_timeout_ns,
        .stall_timeout_ns = web->config.stall_timeout_ns,
        .max_connections = web->config.max_connections,
        .stats = &web->h1,
        .handle = sc_web_handle,
        .refuse = sc_web_refuse,
        .self = lane,
    };
    sc_h1_init(&lane->h1);
}

int sc_lane_create(struct sc_web *web, struct sc_lane **out_lane)
{
    struct sc_lane *lane SC_AUTO(sc_lane_destroy) = calloc(1, sizeof *lane);
    if (!lane)
        return -ENOMEM;
    sc_h1_init(&lane->h1);
    int rc = sc_loop_create(&lane->loop);
    if (rc < 0)
        return rc;
    configure(lane, web);
    rc = sc_sender_create(web->config.is_plain_send ? SC_SENDER_PLAIN : SC_SENDER_AUTO,
                          &lane->sender, NULL);
    if (rc == 0)
        rc = sc_inbox_create(&lane->inbox);
    if (rc < 0)
        return rc;
    lane->round.run = on_round;
    lane->rest.run = on_rest;
    sc_inbox_set_notice(lane->inbox, on_notice, lane);
    lane->inbox_watch = (struct sc_watch){.fd = sc_inbox_fd(lane->inbox), .ready = on_inbox};
    rc = sc_loop_add(lane->loop, &lane->inbox_watch, EPOLLIN | EPOLLET);
    if (rc == 0)
        *out_lane = sc_steal(lane);
    return rc;
}

void sc_lane_destroy(struct sc_lane **lane)
{
    struct sc_lane *old = sc_steal(*lane);
    if (!old)
        return;
    if (old->loop) {
        sc_loop_settle(old->loop); /* somebody may still have been sent here */
        sc_h1_abort_all(&old->h1);
        sc_loop_settle(old->loop); /* who leaves needs the loop's timers */
    }
    sc_loop_destroy(&old->loop);
    sc_inbox_destroy(&old->inbox);
    sc_sender_destroy(&old->sender);
    free(old);
}
