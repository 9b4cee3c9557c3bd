/* SPDX-License-Identifier: MIT */
/* accepting --no descriptor left--> drop those that wait with the reserve, pause --timer-->
 * accepting */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/own.h"
#include "net/listen.h"
#include "net/timer.h"

#define BATCH    64 /* connections taken in one turn */
#define PAUSE_NS (100 * SC_NS_PER_MS)

struct sc_acceptor {
    struct sc_watch watch;
    struct sc_timer pause;
    struct sc_loop *loop;
    uint32_t events;
    int reserve_fd;
    const struct sc_accept_ops *ops;
    void *self;
};

static void open_reserve(struct sc_acceptor *acceptor)
{
    acceptor->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Returns whether there may be more. */
static bool drop_one(struct sc_acceptor *acceptor)
{
    int fd = accept4(acceptor->watch.fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return false;
    sc_own_close(&fd);
    acceptor->ops->dropped(acceptor->self);
    return true;
}

/* Those that wait would make epoll return at once, for ever, and be served long after they have
 * given up. */
static void drop_and_pause(struct sc_acceptor *acceptor)
{
    sc_own_close(&acceptor->reserve_fd);
    for (int i = 0; i < BATCH && drop_one(acceptor); i++) {
    }
    open_reserve(acceptor);
    if (sc_timer_start(sc_loop_timers(acceptor->loop), &acceptor->pause,
                       sc_loop_now_ns(acceptor->loop) + PAUSE_NS) == 0)
        sc_loop_remove(acceptor->loop, &acceptor->watch); /* else nothing would resume it */
}

static void resume(struct sc_timer *timer)
{
    struct sc_acceptor *acceptor = sc_container_of(timer, struct sc_acceptor, pause);
    if (acceptor->reserve_fd < 0)
        open_reserve(acceptor);
    if (sc_loop_add(acceptor->loop, &acceptor->watch, acceptor->events) < 0)
        (void)sc_timer_start(sc_loop_timers(acceptor->loop), &acceptor->pause,
                             sc_loop_now_ns(acceptor->loop) + PAUSE_NS);
}

/* Returns whether there may be more. */
static bool accept_one(struct sc_acceptor *acceptor)
{
    int fd = accept4(acceptor->watch.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
        acceptor->ops->accepted(fd, acceptor->self);
        return true;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        drop_and_pause(acceptor);
        return false;
    }
    return errno == EINTR || errno == ECONNABORTED;
}

static void ready(struct sc_watch *watch, uint32_t events)
{
    struct sc_acceptor *acceptor = sc_container_of(watch, struct sc_acceptor, watch);
    for (int i = 0; i < BATCH && accept_one(acceptor); i++) {
    }
}

int sc_acceptor_start(struct sc_loop *loop, const struct sc_listen *listen, size_t i,
                      const struct sc_accept_ops *ops, void *self,
                      struct sc_acceptor **out_acceptor)
{
    struct sc_acceptor *acceptor SC_AUTO(sc_own_free) = calloc(1, sizeof *acceptor);
    if (!acceptor)
        return -ENOMEM;
    acceptor->watch = (struct sc_watch){.fd = sc_listen_fd(listen, i), .ready = ready};
    acceptor->pause.fire = resume;
    acceptor->loop = loop;
    acceptor->events = sc_listen_is_shared(listen) ? EPOLLIN | EPOLLEXCLUSIVE : EPOLLIN;
    acceptor->ops = ops;
    acceptor->self = self;
    int rc = sc_loop_add(loop, &acceptor->watch, acceptor->events);
    if (rc < 0)
        return rc;
    open_reserve(acceptor);
    *out_acceptor = sc_steal(acceptor);
    return 0;
}

void sc_acceptor_stop(struct sc_acceptor **acceptor)
{
    struct sc_acceptor *old = sc_steal(*acceptor);
    if (!old)
        return;
    ready(&old->watch, 0);
    if (sc_timer_is_started(&old->pause))
        sc_timer_stop(sc_loop_timers(old->loop), &old->pause);
    else
        sc_loop_remove(old->loop, &old->watch);
    sc_own_close(&old->reserve_fd);
    free(old);
}
