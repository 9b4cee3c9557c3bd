/* SPDX-License-Identifier: MIT */
/* created (listening, nothing accepted) -> started (a thread per loop) -> draining (no new
 * connections, frames in flight are finished) -> each loop stops when its last connection has gone,
 * or at the end of drain_ns -> joined, freed. */
#include "app/server.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/config.h"
#include "app/entrance.h"
#include "app/grown.h"
#include "app/version.h"
#include "base/clock.h"
#include "base/own.h"
#include "http/h2.h"
#include "media/registry.h"
#include "net/timer.h"
#include "net/tls.h"
#include "rights/checker.h"
#include "rights/guesses.h"
#include "rights/keyring.h"
#include "web/lane.h"

#define RESERVED_FDS      256 /* for sources, files and the loops themselves */
#define CONNECTIONS_LEAST 64
#define DRAIN_LOOK_NS     (20 * SC_NS_PER_MS)
#define TIDY_MOST_NS      (30 * SC_NS_PER_S)
#define TIDY_LEAST_NS     (100 * SC_NS_PER_MS)

/* One loop's side of a listener. */
struct gate {
    struct worker *worker;
    const struct sc_door *door;
    struct sc_acceptor *acceptor;
};

struct worker {
    struct sc_server *server;
    struct sc_lane *lane;
    pthread_t thread;
    struct sc_task drain;
    struct sc_timer timer; /* tidies the registry; later looks whether draining is done */
    uint64_t drain_until_ns;
    struct gate gates[SC_ENTRANCES_MAX];
};

struct sc_server {
    struct sc_web web;
    struct sc_entrances entrances;
    struct sc_tls *tls;         /* NULL: none */
    struct sc_keyring *keyring; /* NULL: none */
    struct sc_guesses *guesses;
    struct sc_checker *checker; /* NULL: none */
    struct sc_network trusted[SC_TRUSTED_MAX];
    struct sc_grown *grown; /* NULL: this build draws no graphs */
    struct worker *workers;
    size_t n_workers, n_running;
};

/* --- a loop's life --- */

static void on_accepted(int fd, void *self)
{
    const struct gate *gate = self;
    sc_h1_open(&gate->worker->lane->h1, gate->door, fd);
}

static void on_dropped(void *self)
{
    const struct gate *gate = self;
    (void)atomic_fetch_add_explicit(&gate->worker->server->web.h1.n_dropped, 1,
                                    memory_order_relaxed);
}

/* Returns: 0; -ENOMEM, never from the timer's own call. */
static int look_after(struct worker *worker, uint64_t after_ns)
{
    return sc_timer_start(sc_loop_timers(worker->lane->loop), &worker->timer,
                          sc_clock_ns() + after_ns);
}

static uint64_t tidy_every_ns(const struct sc_web *web)
{
    uint64_t wanted_ns = web->config.keep_ns / 2;
    if (wanted_ns < TIDY_LEAST_NS)
        return TIDY_LEAST_NS;
    return wanted_ns < TIDY_MOST_NS ? wanted_ns : TIDY_MOST_NS;
}

static void tidy(struct sc_timer *timer)
{
    struct worker *worker = sc_container_of(timer, struct worker, timer);
    struct sc_web *web = &worker->server->web;
    uint64_t now = sc_clock_ns();
    if (now > web->config.keep_ns)
        (void)atomic_fetch_add_explicit(
            &web->stats.n_forgotten, sc_registry_forget(web->registry, now - web->config.keep_ns),
            memory_order_relaxed);
    if (worker->server->grown)
        sc_grown_tidy(worker->server->grown);
    (void)look_after(worker, tidy_every_ns(web));
}

static void look_whether_drained(struct sc_timer *timer)
{
    struct worker *worker = sc_container_of(timer, struct worker, timer);
    struct sc_h1_config *h1 = &worker->lane->h1;
    bool is_late = sc_clock_ns() >= worker->drain_until_ns;
    if (is_late)
        sc_h1_abort_all(h1);
    if (is_late || sc_h1_is_idle(h1))
        sc_loop_stop(worker->lane->loop);
    else
        (void)look_after(worker, DRAIN_LOOK_NS);
}

static void stop_accepting(struct worker *worker)
{
    for (size_t i = 0; i < SC_ENTRANCES_MAX; i++)
        sc_acceptor_stop(&worker->gates[i].acceptor);
}

static void begin_drain(struct sc_task *task)
{
    struct worker *worker = sc_container_of(task, struct worker, drain);
    stop_accepting(worker);
    sc_h1_drain_all(&worker->lane->h1);
    worker->drain_until_ns = sc_clock_ns() + worker->server->web.config.drain_ns;
    sc_timer_stop(sc_loop_timers(worker->lane->loop), &worker->timer);
    worker->timer.fire = look_whether_drained;
    if (look_after(worker, 0) < 0)
        sc_loop_stop(worker->lane->loop); /* no memory: end now what would have been waited for */
}

static void *run(void *self)
{
    struct worker *worker = self;
    sc_loop_run(worker->lane->loop);
    return NULL;
}

/* --- making a server --- */

static unsigned default_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return CONNECTIONS_LEAST;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* else the soft limit stays */
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < RESERVED_FDS + CONNECTIONS_LEAST)
        return CONNECTIONS_LEAST;
    rlim_t n = limit.rlim_cur - RESERVED_FDS;
    return n > 1000000 ? 1000000 : (unsigned)n;
}

static int fill_web(struct sc_web *web, const struct sc_server_config *config)
{
    uint64_t boot;
    web->config = *config;
    web->version = SC_VERSION;
    web->started_ns = sc_clock_ns();
    if (getrandom(&boot, sizeof boot, 0) != (ssize_t)sizeof boot)
        return -errno;
    (void)snprintf(web->boot, sizeof web->boot, "%016llx", (unsigned long long)boot);
    (void)gethostname(web->machine_name, sizeof web->machine_name - 1);
    if (web->config.max_connections == 0)
        web->config.max_connections = default_connections();
    int rc = sc_pool_create(config->store_max_bytes, config->frame_max_bytes, &web->pool);
    return rc < 0 ? rc : sc_registry_create(config->max_streams, &web->registry);
}

static int make_workers(struct sc_server *server)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t n = server->web.config.n_threads ? server->web.config.n_threads
                                            : (size_t)(cores > 0 ? cores : 1);
    server->workers = calloc(n, sizeof *server->workers);
    server->web.lanes = calloc(n, sizeof(struct sc_lane *));
    if (!server->workers || !server->web.lanes)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        struct worker *worker = &server->workers[i];
        worker->server = server;
        worker->drain.run = begin_drain;
        worker->timer.fire = tidy;
        int rc = sc_lane_create(&server->web, &worker->lane);
        if (rc < 0)
            return rc;
        server->web.lanes[i] = worker->lane;
        server->web.n_lanes = server->n_workers = i + 1;
    }
    return look_after(&server->workers[0], tidy_every_ns(&server->web));
}

static int start_acceptors(struct sc_server *server)
{
    static const struct sc_accept_ops ops = {on_accepted, on_dropped};
    for (size_t w = 0; w < server->n_workers; w++)
        for (size_t i = 0; i < server->entrances.n; i++) {
            struct worker *worker = &server->workers[w];
            struct sc_entrance *entrance = &server->entrances.all[i];
            struct gate *gate = &worker->gates[i];
            *gate = (struct gate){.worker = worker, .door = &entrance->door};
            int rc = sc_acceptor_start(worker->lane->loop, entrance->listen, w, &ops, gate,
                                       &gate->acceptor);
            if (rc < 0)
                return rc;
        }
    return 0;
}

static void trust_proxies(struct sc_server *server)
{
    struct sc_trusted *proxies = &server->web.proxies;
    sc_texts text = server->web.config.trusted_proxies;
    for (; text && *text && proxies->n < SC_TRUSTED_MAX; text++)
        if (sc_network_parse(*text, &server->trusted[proxies->n]) == 0)
            proxies->n++;
    proxies->networks = server->trusted;
}

static int open_checker(struct sc_server *server, struct sc_err *err)
{
    int rc = sc_checker_create(&server->checker);
    if (rc < 0)
        return sc_err_set(err, rc, "cannot check passwords: %s", strerror(-rc));
    for (size_t i = 0; i < server->n_workers; i++)
        sc_checker_listen(server->checker, &server->workers[i].lane->ear);
    server->web.checker = server->checker;
    return 0;
}

/* Certificates and keys. */
static int open_trust(struct sc_server *server, struct sc_err *err)
{
    const struct sc_server_config *config = &server->web.config;
    const struct sc_tls_files files = {config->tls_certs, config->tls_keys, sc_h2_is_built()};
    bool is_wanted = (files.certs && *files.certs) || (files.keys && *files.keys);
    int rc = is_wanted ? sc_tls_create(&files, &server->tls, err) : 0;
    if (rc == 0 && config->keys_file)
        rc = sc_keyring_create(config->keys_file, &server->keyring, err);
    if (rc == 0 && sc_guesses_create(&server->guesses) < 0)
        rc = sc_err_set(err, -ENOMEM, "out of memory");
    if (rc == 0 && server->keyring)
        rc = open_checker(server, err);
    server->web.tls = server->tls;
    server->web.keyring = server->keyring;
    server->web.guesses = server->guesses;
    trust_proxies(server);
    if (rc == 0 || rc == -ENOMEM)
        return rc;
    if (err)
        err->code = -EKEYREJECTED;
    return -EKEYREJECTED;
}

/* Who sends numbers to a new name gets a graph. */
static int prepare_graphs(struct sc_server *server)
{
    int rc = sc_grown_create(server->web.registry, server->web.pool, &server->grown);
    if (rc == 0)
        server->web.maker = (struct sc_web_maker){sc_grown_make, server->grown};
    return rc == -EOPNOTSUPP ? 0 : rc;
}

int sc_server_create(const struct sc_server_config *config, struct sc_server **out_server,
                     struct sc_err *err)
{
    struct sc_server *server SC_AUTO(sc_server_destroy) = calloc(1, sizeof *server);
    int rc = server ? fill_web(&server->web, config) : -ENOMEM;
    if (rc == 0)
        rc = make_workers(server);
    if (rc == 0)
        rc = prepare_graphs(server);
    if (rc < 0)
        return sc_err_set(err, rc, "cannot set up the server: %s", strerror(-rc));
    rc = open_trust(server, err);
    const struct sc_entrance_plan plan = {&server->web.config, server->tls, server->keyring,
                                          &server->web.proxies, server->n_workers};
    if (rc == 0)
        rc = sc_entrances_open(&server->entrances, &plan, err);
    if (rc < 0)
        return rc;
    rc = start_acceptors(server);
    if (rc < 0)
        return sc_err_set(err, rc, "cannot accept connections: %s", strerror(-rc));
    *out_server = sc_steal(server);
    return 0;
}

int sc_server_start(struct sc_server *server)
{
    sigset_t all, old;
    int rc = 0;
    (void)sigfillset(&all); /* signals are the control thread's */
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    if (server->checker)
        rc = sc_checker_start(server->checker);
    for (size_t i = 0; rc == 0 && i < server->n_workers; i++) {
        rc = -pthread_create(&server->workers[i].thread, NULL, run, &server->workers[i]);
        if (rc == 0)
            server->n_running++;
    }
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc;
}

/* --- the end --- */

static void stop_workers(struct sc_server *server)
{
    for (size_t i = 0; i < server->n_running; i++)
        sc_loop_post(server->workers[i].lane->loop, &server->workers[i].drain);
    for (size_t i = 0; i < server->n_running; i++)
        (void)pthread_join(server->workers[i].thread, NULL);
    sc_checker_stop(server->checker);
    for (size_t i = 0; i < server->n_workers; i++) {
        struct worker *worker = &server->workers[i];
        stop_accepting(worker);
        sc_lane_destroy(&worker->lane);
    }
}

void sc_server_destroy(struct sc_server **server)
{
    struct sc_server *old = sc_steal(*server);
    if (!old)
        return;
    stop_workers(old);
    sc_grown_destroy(&old->grown);
    sc_entrances_close(&old->entrances);
    sc_tls_destroy(&old->tls);
    sc_keyring_destroy(&old->keyring);
    sc_checker_destroy(&old->checker);
    sc_guesses_destroy(&old->guesses);
    sc_registry_destroy(&old->web.registry);
    sc_pool_unref(&old->web.pool);
    free(old->web.lanes);
    free(old->workers);
    free(old);
}

const char *sc_server_url(const struct sc_server *server, size_t i)
{
    return i < server->entrances.n ? sc_listen_url(server->entrances.all[i].listen) : NULL;
}

struct sc_tls *sc_server_tls(const struct sc_server *server)
{
    return server->tls;
}

bool sc_server_can_reload(const struct sc_server *server)
{
    return server->tls || server->keyring;
}

int sc_server_reload(struct sc_server *server, struct sc_err *err)
{
    int rc = server->keyring ? sc_keyring_reload(server->keyring, err) : 0;
    return rc == 0 && server->tls ? sc_tls_reload(server->tls, err) : rc;
}

const struct sc_loop_stats *sc_server_loop_stats(const struct sc_server *server, size_t i)
{
    return i < server->n_workers ? sc_loop_stats(server->workers[i].lane->loop) : NULL;
}

struct sc_registry *sc_server_registry(struct sc_server *server)
{
    return server->web.registry;
}

struct sc_pool *sc_server_pool(struct sc_server *server)
{
    return server->web.pool;
}
