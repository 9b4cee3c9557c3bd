/* SPDX-License-Identifier: MIT */
#include "app/grown.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/own.h"
#include "media/stream.h"
#include "source/runner.h"
#include "source/spec.h"
#include "source/table.h"

#define LINGER_NS (10 * SC_NS_PER_S)

struct graph {
    struct sc_list link;
    struct sc_source_spec *specs; /* one */
    size_t n_specs;
    struct sc_runner *runner;
    struct sc_stream *stream;
};

struct sc_grown {
    struct sc_registry *registry; /* borrowed */
    struct sc_runner_config config;
    pthread_mutex_t lock; /* guards the list, and that a name is made once */
    struct sc_list graphs;
};

static void destroy_graph(struct graph **graph)
{
    struct graph *old = sc_steal(*graph);
    if (!old)
        return;
    sc_list_remove(&old->link);
    sc_runner_destroy(&old->runner);
    sc_spec_free(&old->specs, old->n_specs);
    sc_stream_unref(&old->stream);
    free(old);
}

int sc_grown_create(struct sc_registry *registry, struct sc_pool *pool, struct sc_grown **out_grown)
{
    if (!sc_source_find("graph"))
        return -EOPNOTSUPP;
    struct sc_grown *grown = calloc(1, sizeof *grown);
    if (!grown)
        return -ENOMEM;
    grown->registry = registry;
    grown->config =
        (struct sc_runner_config){.pool = pool, .registry = registry, .linger_ns = LINGER_NS};
    sc_list_init(&grown->graphs);
    (void)pthread_mutex_init(&grown->lock, NULL);
    *out_grown = grown;
    return 0;
}

void sc_grown_destroy(struct sc_grown **grown)
{
    struct sc_grown *old = sc_steal(*grown);
    if (!old)
        return;
    while (!sc_list_is_empty(&old->graphs)) {
        struct graph *graph = sc_container_of(old->graphs.next, struct graph, link);
        destroy_graph(&graph);
    }
    (void)pthread_mutex_destroy(&old->lock);
    free(old);
}

/* Returns: 0 there is a graph; -EEXIST something else; -ENOENT nothing. */
static int look(struct sc_grown *grown, const char *name)
{
    struct sc_stream *stream SC_AUTO(sc_stream_unref) = sc_registry_get(grown->registry, name);
    if (!stream)
        return -ENOENT;
    struct sc_intake *intake SC_AUTO(sc_intake_unref) = sc_stream_intake(stream);
    return intake ? 0 : -EEXIST;
}

static int set_up(struct sc_grown *grown, const char *name, struct graph *graph, struct sc_err *err)
{
    char argument[SC_STREAM_NAME_BYTES + sizeof "=graph:"];
    char *args[] = {argument};
    (void)snprintf(argument, sizeof argument, "%s=graph:", name);
    int rc = sc_spec_parse(args, 1, &graph->specs, &graph->n_specs, err);
    if (rc == 0)
        rc = sc_registry_add(grown->registry, name, SC_STREAM_PUSHED, &graph->stream, err);
    if (rc < 0)
        return rc;
    rc = sc_runner_create(graph->specs, graph->stream, &grown->config, &graph->runner, err);
    if (rc == 0 && sc_runner_start(graph->runner) < 0)
        rc = sc_err_set(err, -ENOMEM, "the server has no thread for another graph");
    if (rc < 0)
        (void)sc_registry_remove(grown->registry, name);
    return rc;
}

static int make(struct sc_grown *grown, const char *name, struct sc_err *err)
{
    struct graph *graph SC_AUTO(destroy_graph) = calloc(1, sizeof *graph);
    if (!graph)
        return sc_err_set(err, -ENOMEM, "the server is out of memory");
    sc_list_init(&graph->link);
    int rc = set_up(grown, name, graph, err);
    if (rc < 0)
        return rc;
    sc_list_append(&grown->graphs, &graph->link);
    (void)sc_steal(graph);
    return 1;
}

int sc_grown_make(void *self, const char *name, struct sc_err *err)
{
    struct sc_grown *grown = self;
    sc_grown_tidy(grown);
    (void)pthread_mutex_lock(&grown->lock);
    int rc = look(grown, name);
    if (rc == -ENOENT)
        rc = make(grown, name, err);
    (void)pthread_mutex_unlock(&grown->lock);
    return rc;
}

static struct graph *take_closed(struct sc_grown *grown)
{
    struct graph *closed = NULL;
    (void)pthread_mutex_lock(&grown->lock);
    for (struct sc_list *l = grown->graphs.next; !closed && l != &grown->graphs; l = l->next) {
        struct graph *graph = sc_container_of(l, struct graph, link);
        if (sc_stream_is_closed(graph->stream))
            closed = graph;
    }
    if (closed)
        sc_list_remove(&closed->link);
    (void)pthread_mutex_unlock(&grown->lock);
    return closed;
}

void sc_grown_tidy(struct sc_grown *grown)
{
    struct graph *closed;
    while ((closed = take_closed(grown)))
        destroy_graph(&closed);
}
