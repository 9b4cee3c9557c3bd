/* SPDX-License-Identifier: MIT */
/* idle -> (a picture is given, or viewers are asked for) -> at work -> idle; away: the last attempt
 * failed, and after a delay what waits is tried again; ending: the thread leaves at once. */
#define SC_LOG_TOPIC "publisher"
#include "stillcast/publisher.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/own.h"
#include "embed/inside.h"
#include "embed/remote.h"
#include "stillcast/log.h"
#include "stillcast/registry.h"

#define TIMEOUT_NS   (10 * SC_NS_PER_S)
#define ASK_NS       SC_NS_PER_S /* what is known of viewers may be so old */
#define DELAY_NS     (250 * SC_NS_PER_MS)
#define DELAY_MAX_NS (5 * SC_NS_PER_S)

struct picture {
    size_t len_bytes;
    uint8_t data[];
};

struct sc_publisher {
    sc_publisher_problem *on_problem;
    void *self;
    struct sc_server *server; /* NULL: elsewhere */
    char name[SC_STREAM_NAME_BYTES];
    struct sc_remote *remote;  /* the thread's */
    struct sc_backoff backoff; /* the thread's */
    int stop_fd;
    bool has_thread;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t change;
    struct picture *waiting;
    bool is_busy, is_ending, wants_viewers, has_stream;
    unsigned n_viewers;
    uint64_t known_ns; /* when n_viewers was true; 0: never */
    int told;          /* the code that was told last; 0: all is well */
};

/* --- what both ways share --- */

static void tell(struct sc_publisher *p, const struct sc_err *err)
{
    (void)pthread_mutex_lock(&p->lock);
    bool is_news = p->told != err->code;
    p->told = err->code;
    (void)pthread_mutex_unlock(&p->lock);
    if (is_news && p->on_problem)
        p->on_problem(err, p->self);
    else if (is_news)
        sc_log(SC_WARN, "stream=%s: %s", p->name, err->text);
}

/* n_viewers  -ENOENT: there is no such stream. */
static void note_viewers(struct sc_publisher *p, int n_viewers)
{
    (void)pthread_mutex_lock(&p->lock);
    p->has_stream = n_viewers >= 0;
    p->n_viewers = n_viewers < 0 ? 0 : (unsigned)n_viewers;
    p->known_ns = sc_clock_ns();
    (void)pthread_mutex_unlock(&p->lock);
}

static void note_success(struct sc_publisher *p, int n_viewers)
{
    note_viewers(p, n_viewers);
    (void)pthread_mutex_lock(&p->lock);
    p->told = 0;
    (void)pthread_mutex_unlock(&p->lock);
}

/* --- the thread --- */

static bool is_refusal(int code)
{
    return code == -EACCES || code == -ENOENT || code == -EBADMSG || code == -EMSGSIZE ||
           code == -EPROTO;
}

/* Returns: whether it must be tried again. */
static bool carry(struct sc_publisher *p, const struct picture *picture)
{
    struct sc_err err = {0};
    int n = sc_remote_publish(p->remote, picture->data, picture->len_bytes, &err);
    if (n >= 0) {
        note_success(p, n);
        sc_backoff_reset(&p->backoff);
        return false;
    }
    if (n != -ECANCELED)
        tell(p, &err);
    return !is_refusal(n);
}

static void ask_viewers(struct sc_publisher *p)
{
    struct sc_err err = {0};
    int n = sc_remote_n_viewers(p->remote, &err);
    if (n >= 0 || n == -ENOENT)
        note_viewers(p, n);
    else if (is_refusal(n)) /* the key may not ask: nobody is better drawn for than forgotten */
        note_viewers(p, -ENOENT);
}

/* Under the lock. */
static void rest(struct sc_publisher *p)
{
    uint64_t until_ns = sc_clock_ns() + sc_backoff_next_ns(&p->backoff);
    const struct timespec until = {.tv_sec = (time_t)(until_ns / SC_NS_PER_S),
                                   .tv_nsec = (long)(until_ns % SC_NS_PER_S)};
    while (!p->is_ending && sc_clock_ns() < until_ns)
        (void)pthread_cond_timedwait(&p->change, &p->lock, &until);
}

/* Under the lock; a newer picture takes the place of this one. */
static void put_back(struct sc_publisher *p, struct picture **picture)
{
    if (!p->waiting)
        p->waiting = sc_steal(*picture);
    rest(p);
}

/* Under the lock, which it leaves while it works. */
static void work(struct sc_publisher *p)
{
    SC_AUTO(sc_own_free) struct picture *picture = sc_steal(p->waiting);
    p->wants_viewers = false;
    p->is_busy = true;
    (void)pthread_mutex_unlock(&p->lock);
    bool is_again = false;
    if (picture)
        is_again = carry(p, picture);
    else
        ask_viewers(p);
    (void)pthread_mutex_lock(&p->lock);
    if (is_again)
        put_back(p, &picture);
    p->is_busy = false;
    (void)pthread_cond_broadcast(&p->change);
}

static void *run(void *self)
{
    struct sc_publisher *p = self;
    (void)pthread_mutex_lock(&p->lock);
    while (!p->is_ending) {
        if (p->waiting || p->wants_viewers)
            work(p);
        else
            (void)pthread_cond_wait(&p->change, &p->lock);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

static int start_thread(struct sc_publisher *p)
{
    sigset_t all, old;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = -pthread_create(&p->thread, NULL, run, p);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    p->has_thread = rc == 0;
    return rc;
}

/* --- life --- */

static int set_up(struct sc_publisher *p, const struct sc_publisher_config *config,
                  struct sc_err *err)
{
    if (!config->url && (!config->server || !config->name))
        return sc_err_set(err, -EINVAL, "a publisher needs a url, or a server and a name");
    if (!config->url) {
        int rc = sc_registry_check_name(config->name, err);
        if (rc == 0)
            (void)snprintf(p->name, sizeof p->name, "%s", config->name);
        p->server = config->server;
        return rc;
    }
    const char *slash = strrchr(config->url, '/');
    (void)snprintf(p->name, sizeof p->name, "%s", slash ? slash + 1 : "");
    p->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (p->stop_fd < 0)
        return sc_err_set(err, -errno, "no descriptor: %s", strerror(errno));
    return sc_remote_create(config->url, config->key,
                            config->timeout_ns ? config->timeout_ns : TIMEOUT_NS, p->stop_fd,
                            &p->remote, err);
}

static void init(struct sc_publisher *p, const struct sc_publisher_config *config)
{
    pthread_condattr_t monotonic;
    p->on_problem = config->on_problem;
    p->self = config->self;
    p->stop_fd = -1;
    p->backoff = (struct sc_backoff){.first_ns = DELAY_NS, .most_ns = DELAY_MAX_NS};
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&p->change, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

int sc_publisher_create(const struct sc_publisher_config *config,
                        struct sc_publisher **out_publisher, struct sc_err *err)
{
    struct sc_publisher *made = calloc(1, sizeof *made);
    if (!made)
        return sc_err_set(err, -ENOMEM, "out of memory");
    init(made, config);
    SC_AUTO(sc_publisher_destroy) struct sc_publisher *p = made;
    int rc = set_up(p, config, err);
    if (rc < 0)
        return rc;
    if (p->remote && (rc = start_thread(p)) < 0)
        return sc_err_set(err, rc, "no thread: %s", strerror(-rc));
    *out_publisher = sc_steal(p);
    return 0;
}

static void stop_thread(struct sc_publisher *p)
{
    (void)pthread_mutex_lock(&p->lock);
    p->is_ending = true;
    (void)pthread_cond_broadcast(&p->change);
    (void)pthread_mutex_unlock(&p->lock);
    (void)eventfd_write(p->stop_fd, 1);
    (void)pthread_join(p->thread, NULL);
}

void sc_publisher_destroy(struct sc_publisher **publisher)
{
    struct sc_publisher *p = sc_steal(*publisher);
    if (!p)
        return;
    if (p->has_thread)
        stop_thread(p);
    sc_remote_destroy(&p->remote);
    sc_own_close(&p->stop_fd);
    (void)pthread_cond_destroy(&p->change);
    (void)pthread_mutex_destroy(&p->lock);
    free(p->waiting);
    free(p);
}

/* --- the caller --- */

static int publish_inside(struct sc_publisher *p, const void *data, size_t len_bytes)
{
    struct sc_err err = {0};
    int n = sc_inside_publish(p->server, p->name, data, len_bytes, &err);
    if (n >= 0)
        note_success(p, n);
    else
        tell(p, &err);
    return n < 0 ? n : 0;
}

int sc_publisher_send(struct sc_publisher *publisher, const void *picture, size_t len_bytes)
{
    if (publisher->server)
        return publish_inside(publisher, picture, len_bytes);
    struct picture *copy = malloc(sizeof *copy + len_bytes);
    if (!copy)
        return -ENOMEM;
    copy->len_bytes = len_bytes;
    memcpy(copy->data, picture, len_bytes);
    (void)pthread_mutex_lock(&publisher->lock);
    struct picture *older = publisher->waiting;
    publisher->waiting = copy;
    (void)pthread_cond_broadcast(&publisher->change);
    (void)pthread_mutex_unlock(&publisher->lock);
    free(older);
    return 0;
}

static void look(struct sc_publisher *p, unsigned *out_n_viewers, bool *out_has_stream)
{
    int inside = p->server ? sc_inside_n_viewers(p->server, p->name) : 0;
    if (p->server)
        note_viewers(p, inside);
    (void)pthread_mutex_lock(&p->lock);
    *out_n_viewers = p->n_viewers;
    *out_has_stream = p->has_stream;
    if (p->remote && p->has_stream && sc_clock_ns() - p->known_ns > ASK_NS) {
        p->wants_viewers = true;
        (void)pthread_cond_broadcast(&p->change);
    }
    (void)pthread_mutex_unlock(&p->lock);
}

unsigned sc_publisher_n_viewers(struct sc_publisher *publisher)
{
    unsigned n_viewers;
    bool has_stream;
    look(publisher, &n_viewers, &has_stream);
    return n_viewers;
}

bool sc_publisher_is_wanted(struct sc_publisher *publisher)
{
    unsigned n_viewers;
    bool has_stream;
    look(publisher, &n_viewers, &has_stream);
    return !has_stream || n_viewers > 0;
}

int sc_publisher_flush(struct sc_publisher *publisher, uint64_t timeout_ns)
{
    uint64_t until_ns = sc_clock_ns() + timeout_ns;
    const struct timespec until = {.tv_sec = (time_t)(until_ns / SC_NS_PER_S),
                                   .tv_nsec = (long)(until_ns % SC_NS_PER_S)};
    int rc = 0;
    (void)pthread_mutex_lock(&publisher->lock);
    while (rc == 0 && (publisher->waiting || publisher->is_busy))
        rc = -pthread_cond_timedwait(&publisher->change, &publisher->lock, &until);
    (void)pthread_mutex_unlock(&publisher->lock);
    return rc;
}
