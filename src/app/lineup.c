/* SPDX-License-Identifier: MIT */
#define SC_LOG_TOPIC "app"
#include "app/lineup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/saves.h"
#include "base/own.h"
#include "jail/jail.h"
#include "media/stream.h"
#include "sink/saver.h"
#include "source/command/command.h"
#include "source/runner.h"
#include "source/spec.h"
#include "stillcast/log.h"
#include "stillcast/server.h"

struct sc_lineup {
    struct sc_commands *commands;
    struct sc_saver *saver;
    struct sc_source_spec *specs;
    size_t n_specs;
    struct sc_runner **runners; /* n_specs of them, NULL where none was set up */
};

static int add(struct sc_lineup *lineup, size_t i, const struct sc_runner_config *config,
               struct sc_server *server, struct sc_err *err)
{
    SC_AUTO(sc_stream_unref) struct sc_stream *stream = NULL;
    const struct sc_source_spec *spec = &lineup->specs[i];
    int status =
        sc_registry_add(sc_server_registry(server), spec->name, SC_STREAM_SOURCED, &stream, err);
    if (status < 0)
        return status;
    status = sc_runner_create(spec, stream, config, &lineup->runners[i], err);
    if (status == 0 && *sc_stream_listens(stream))
        sc_log(SC_INFO, "stream=%s takes numbers at %s", spec->name, sc_stream_listens(stream));
    return status < 0 ? status : sc_saves_add_source(lineup->saver, spec, err);
}

static int fill(struct sc_lineup *lineup, const struct sc_lineup_config *config,
                struct sc_server *server, struct sc_err *err)
{
    struct sc_runner_config runner = {
        .pool = sc_server_pool(server),
        .registry = sc_server_registry(server),
        .linger_ns = config->linger_ns,
        .ended = config->ended,
        .self = config->self,
    };
    lineup->runners = calloc(lineup->n_specs, sizeof(struct sc_runner *));
    if (!lineup->runners)
        return sc_err_set(err, -ENOMEM, "out of memory");
    for (size_t i = 0; i < lineup->n_specs; i++) {
        lineup->specs[i].commands = lineup->commands;
        int status = add(lineup, i, &runner, server, err);
        if (status < 0)
            return status;
    }
    return 0;
}

static int add_saves(struct sc_lineup *lineup, const char *const *saves, struct sc_err *err)
{
    int status = 0;
    for (; status == 0 && saves && *saves; saves++)
        status = sc_saves_add(lineup->saver, *saves, err);
    return status;
}

int sc_lineup_create(const struct sc_lineup_config *config, struct sc_server *server,
                     struct sc_lineup **out_lineup, struct sc_err *err)
{
    SC_AUTO(sc_lineup_destroy) struct sc_lineup *lineup = calloc(1, sizeof *lineup);
    if (!lineup || sc_commands_create(&lineup->commands) < 0 ||
        sc_saver_create(sc_server_registry(server), &lineup->saver) < 0)
        return sc_err_set(err, -ENOMEM, "out of memory");
    int problem = add_saves(lineup, config->saves, err);
    if (problem < 0)
        return problem;
    if (config->n_sources > 0) {
        int status = sc_spec_parse(config->sources, config->n_sources, &lineup->specs,
                                   &lineup->n_specs, err);
        if (status == 0)
            status = fill(lineup, config, server, err);
        if (status == 0)
            status = sc_commands_begin(lineup->commands, err);
        if (status < 0)
            return status;
    }
    *out_lineup = sc_steal(lineup);
    return 0;
}

/* The help's own words tell which options are files: PATH is written, FILE is read. */
static int keep_setting(const struct sc_source_option *option, const char *value,
                        struct sc_jail_paths *paths)
{
    bool is_written = strcmp(option->value, "PATH") == 0;
    if (!is_written && strcmp(option->value, "FILE") != 0)
        return 0;
    return sc_jail_paths_add(paths, value, is_written);
}

static int keep_settings(const struct sc_source_spec *spec, const struct sc_source_option *options,
                         struct sc_jail_paths *paths)
{
    int rc = 0;
    for (; rc == 0 && options && options->name; options++) {
        const char *value = sc_spec_get(spec, options->name);
        rc = value ? keep_setting(options, value, paths) : 0;
    }
    return rc;
}

int sc_lineup_keep_files(const struct sc_lineup *lineup, struct sc_jail_paths *paths)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < lineup->n_specs; i++) {
        const struct sc_source_spec *spec = &lineup->specs[i];
        bool is_files = strstr(spec->ops->usage, "PATH");
        for (size_t k = 0; rc == 0 && is_files && k < spec->n_targets; k++)
            rc = sc_jail_paths_add(paths, spec->targets[k], false);
        if (rc == 0)
            rc = keep_settings(spec, spec->ops->options, paths);
        if (rc == 0)
            rc = keep_settings(spec, sc_runner_options, paths);
    }
    return rc;
}

int sc_lineup_start(struct sc_lineup *lineup, struct sc_err *err)
{
    for (size_t i = 0; i < lineup->n_specs; i++) {
        int status = sc_runner_start(lineup->runners[i]);
        if (status < 0)
            return sc_err_set(err, status, "no thread for stream '%s': %s", lineup->specs[i].name,
                              strerror(-status));
    }
    int status = sc_saver_start(lineup->saver);
    return status < 0 ? sc_err_set(err, status, "no thread to save files: %s", strerror(-status))
                      : 0;
}

void sc_lineup_destroy(struct sc_lineup **lineup)
{
    struct sc_lineup *old = sc_steal(*lineup);
    if (!old)
        return;
    size_t n = old->runners ? old->n_specs : 0;
    for (size_t i = 0; i < n; i++)
        if (old->runners[i])
            sc_runner_stop(old->runners[i]);
    for (size_t i = 0; i < n; i++)
        sc_runner_destroy(&old->runners[i]);
    free(old->runners);
    sc_saver_destroy(&old->saver);
    sc_commands_destroy(&old->commands);
    sc_spec_free(&old->specs, old->n_specs);
    free(old);
}
