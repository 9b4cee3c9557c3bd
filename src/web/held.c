/* SPDX-License-Identifier: MIT */
/* held (its exchange is ours, in the lane's list) -> decided (the exchange is given back and
 * answered or handled) or gone. A copy of the request's head waits with it; its body is unread. */
#include "web/held.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rights/guesses.h"
#include "web/guess.h"

struct held {
    struct sc_list link; /* of lane->held */
    struct sc_lane *lane;
    struct sc_check *check;
    struct sc_reply reply;
    struct sc_address address;
    uint64_t since_ns;
    bool is_noted; /* as a guess, which it was not if the password is right */
    size_t head_bytes;
    char head[];
};

static void destroy(struct held **held)
{
    struct held *old = sc_steal(*held);
    sc_list_remove(&old->link);
    sc_check_unref(&old->check);
    explicit_bzero(old->head, old->head_bytes);
    free(old);
}

static void on_gone(void *self)
{
    struct held *held = self;
    destroy(&held);
}

static void on_drain(void *self)
{
    struct held *held = self;
    sc_list_remove(&held->link); /* whatever is decided comes too late */
    sc_reply_error(&held->reply, 503, "Retry-After: 5\r\n", "the server is stopping");
}

static const struct sc_exchange_ops held_ops = {.drain = on_drain, .gone = on_gone};

void sc_held_keep(const struct sc_call *call, struct sc_check **check, bool is_noted)
{
    const struct sc_request *request = call->request;
    struct held *held = calloc(1, sizeof *held + request->head_bytes);
    if (!held) {
        sc_check_unref(check);
        sc_reply_error(&call->reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
        return;
    }
    held->lane = call->lane;
    held->check = sc_steal(*check);
    held->reply = call->reply;
    held->address = call->client.address;
    held->since_ns = sc_loop_now_ns(call->lane->loop);
    held->is_noted = is_noted;
    held->head_bytes = request->head_bytes;
    memcpy(held->head, request->head, request->head_bytes);
    sc_list_append(&call->lane->held, &held->link);
    sc_exchange_take(call->reply.x, &held_ops, held);
}

static void refuse(const struct held *held, int verdict)
{
    const struct sc_guess guess = {held->lane, &held->reply, &held->address, held->since_ns};
    if (verdict == -EACCES)
        sc_guess_refuse(&guess, "there is no such key");
    else
        sc_reply_error(&held->reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
}

static void decide(struct held *held, int verdict)
{
    struct sc_request request;
    sc_exchange_give_back(held->reply.x);
    sc_list_remove(&held->link);
    if (verdict != -EACCES && held->is_noted)
        sc_guesses_forgive(held->lane->web->guesses, &held->address);
    if (verdict == 0 && sc_request_parse(held->head, held->head_bytes, &request, NULL) == 0)
        sc_web_handle(held->reply.x, &request, held->lane);
    else
        refuse(held, verdict);
    destroy(&held);
}

void sc_held_look(struct sc_lane *lane)
{
    for (struct sc_list *l = lane->held.next, *next; l != &lane->held; l = next) {
        struct held *held = sc_container_of(l, struct held, link);
        int verdict = sc_check_verdict(held->check);
        next = l->next;
        if (verdict != -EINPROGRESS)
            decide(held, verdict);
    }
}
