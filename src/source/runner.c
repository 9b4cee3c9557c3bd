/* SPDX-License-Identifier: MIT */
#include "source/runner.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "source/overlay.h"
#include "source/runner/run.h"
#include "source/spec.h"

#define FPS_MAX        1000
#define LINGER_MAX_S   86400
#define RETRY_FIRST_NS (SC_NS_PER_S / 2)
#define RETRY_MOST_NS  (30 * SC_NS_PER_S)

const struct sc_source_option sc_runner_options[] = {
    {"fps", "N", "at most so many pictures a second; 0: as fast as they come"},
    {"on_demand", "yes|no", "run only while somebody watches"},
    {"linger", "SECONDS", "with on_demand: go on for so long after the last viewer left"},
    {"at_end", "keep|reopen|exit",
     "when the source ends: keep the last picture (default), open it again, or end the program"},
    SC_OVERLAY_OPTIONS,
    {"save", "PATH", "keep the newest picture in this file, too, always a whole one"},
    {"save_fps", "N", "with save: at most so many pictures a second (default 0: all)"},
    {"save_mode", "MODE", "with save: the file's mode (default 0644)"},
    {"save_owner", "USER:GROUP",
     "with save: whose file it is, for root to say; either may be left out"},
    {"svg", "yes|no", "allow SVG pictures, which are active content (default no)"},
    {NULL, NULL, NULL},
};

struct sc_runner {
    struct sc_run run;
    struct sc_stream *stream; /* a reference */
    pthread_t thread;
    bool is_started, is_set_up, has_wake;
};

static int take_options(struct sc_run *run, struct sc_err *err)
{
    static const char *const ends[] = {"keep", "reopen", "exit", NULL};
    const struct sc_source_spec *spec = run->spec;
    double linger_s = (double)run->linger_ns / (double)SC_NS_PER_S;
    int at_end = SC_AT_END_KEEP;
    int rc = sc_spec_get_number(spec, "fps", 0, FPS_MAX, &run->fps, err);
    if (rc == 0)
        rc = sc_spec_get_bool(spec, "on_demand", &run->is_on_demand, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "linger", 0, LINGER_MAX_S, &linger_s, err);
    if (rc == 0)
        rc = sc_spec_get_choice(spec, "at_end", ends, &at_end, err);
    if (rc == 0)
        rc = sc_spec_get_bool(spec, "svg", &run->is_svg_allowed, err);
    run->linger_ns = (uint64_t)(linger_s * (double)SC_NS_PER_S);
    run->at_end = (enum sc_at_end)at_end;
    return rc;
}

static void fill_in(struct sc_runner *runner, const struct sc_source_spec *spec,
                    struct sc_stream *stream, const struct sc_runner_config *config)
{
    struct sc_run *run = &runner->run;
    runner->stream = sc_stream_ref(stream);
    run->spec = spec;
    run->ops = spec->ops;
    run->stream = stream;
    run->config = *config;
    run->ctx = (struct sc_source_ctx){
        .pool = config->pool, .stats = sc_stream_stats(stream), .registry = config->registry};
    run->fps = spec->ops->default_fps;
    run->is_on_demand = spec->ops->is_on_demand;
    run->linger_ns = config->linger_ns;
    run->backoff.first_ns = config->retry_first_ns ? config->retry_first_ns : RETRY_FIRST_NS;
    run->backoff.most_ns = config->retry_most_ns ? config->retry_most_ns : RETRY_MOST_NS;
    atomic_init(&run->is_stopping, false);
}

static int set_up(struct sc_runner *runner, struct sc_err *err)
{
    struct sc_run *run = &runner->run;
    size_t state_bytes = run->ops->state_size;
    run->state = calloc(1, state_bytes ? state_bytes : 1);
    if (!run->state)
        return sc_err_set(err, -ENOMEM, "out of memory");
    int rc = sc_wake_init(&run->wake);
    if (rc < 0)
        return sc_err_set(err, rc, "stream '%s': %s", run->spec->name, strerror(-rc));
    runner->has_wake = true;
    run->ctx.wake_fd = run->wake.fd;
    rc = take_options(run, err);
    if (rc == 0)
        rc = sc_overlay_create(run->spec, &run->overlay, err);
    if (rc == 0)
        rc = run->ops->setup(run->state, run->spec, err);
    runner->is_set_up = rc == 0;
    if (rc == 0 && run->ops->meet)
        run->ops->meet(run->state, run->stream);
    return rc;
}

int sc_runner_create(const struct sc_source_spec *spec, struct sc_stream *stream,
                     const struct sc_runner_config *config, struct sc_runner **out_runner,
                     struct sc_err *err)
{
    struct sc_runner *runner SC_AUTO(sc_runner_destroy) = calloc(1, sizeof *runner);
    if (!runner)
        return sc_err_set(err, -ENOMEM, "out of memory");
    fill_in(runner, spec, stream, config);
    int rc = set_up(runner, err);
    if (rc == 0)
        *out_runner = sc_steal(runner);
    return rc;
}

static void *thread_main(void *arg)
{
    struct sc_runner *runner = arg;
    char name[16];
    (void)snprintf(name, sizeof name, "sc-%s", sc_stream_name(runner->stream));
    (void)pthread_setname_np(pthread_self(), name);
    sc_run(&runner->run);
    return NULL;
}

/* Signals are for the program's main thread. */
int sc_runner_start(struct sc_runner *runner)
{
    sigset_t all, before;
    sc_stream_set_demand_fd(runner->stream, runner->run.wake.bell_fd);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&runner->thread, NULL, thread_main, runner);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    runner->is_started = rc == 0;
    return -rc;
}

void sc_runner_stop(struct sc_runner *runner)
{
    atomic_store(&runner->run.is_stopping, true);
    sc_wake_ring(&runner->run.wake);
}

void sc_runner_destroy(struct sc_runner **runner)
{
    struct sc_runner *old = sc_steal(*runner);
    if (!old)
        return;
    if (old->is_started) {
        sc_runner_stop(old);
        (void)pthread_join(old->thread, NULL);
        sc_stream_set_demand_fd(old->stream, -1);
    }
    if (old->is_set_up && old->run.ops->teardown)
        old->run.ops->teardown(old->run.state);
    if (old->has_wake)
        sc_wake_fini(&old->run.wake);
    sc_overlay_destroy(&old->run.overlay);
    free(old->run.state);
    sc_stream_unref(&old->stream);
    free(old);
}
