/* SPDX-License-Identifier: MIT */
#define SC_LOG_TOPIC "app.sandbox"
#include "app/confine.h"

#include <errno.h>
#include <string.h>

#include "app/config.h"
#include "app/lineup.h"
#include "app/options.h"
#include "app/saves.h"
#include "base/own.h"
#include "jail/jail.h"
#include "stillcast/log.h"

static int keep_sockets(const struct sc_config *config, struct sc_jail_paths *paths)
{
    int rc = 0;
    for (sc_texts listen = config->server.listen; rc == 0 && listen && *listen; listen++)
        if (strncmp(*listen, "unix:", 5) == 0)
            rc = sc_jail_paths_add(paths, *listen + 5, true);
    return rc;
}

static int keep_saves(const struct sc_config *config, struct sc_jail_paths *paths)
{
    int rc = 0;
    for (sc_texts save = config->saves; rc == 0 && save && *save; save++)
        rc = sc_saves_keep_file(*save, paths);
    return rc;
}

static int keep_texts(sc_texts texts, struct sc_jail_paths *paths)
{
    int rc = 0;
    for (; rc == 0 && texts && *texts; texts++)
        rc = sc_jail_paths_add(paths, *texts, false);
    return rc;
}

/* Options whose value is a FILE are read again when the server is told so. */
static int keep_files(const struct sc_config *config, struct sc_jail_paths *paths)
{
    int rc = 0;
    for (const struct sc_option *option = sc_option_table(); rc == 0 && option->name; option++) {
        const void *field = (const char *)config + option->offset;
        if (!option->value || strcmp(option->value, "FILE") != 0)
            continue;
        if (option->kind == SC_OPTION_LIST)
            rc = keep_texts(*(const sc_texts *)field, paths);
        else if (*(const char *const *)field)
            rc = sc_jail_paths_add(paths, *(const char *const *)field, false);
    }
    return rc;
}

int sc_confine(const struct sc_config *config, const struct sc_lineup *lineup, const char *scratch,
               struct sc_err *err)
{
    SC_AUTO(sc_jail_paths_fini) struct sc_jail_paths paths = {0};
    struct sc_err missing = {0};
    if (config->sandbox == SC_SANDBOX_OFF)
        return 0;
    int rc = keep_sockets(config, &paths);
    if (rc == 0)
        rc = keep_saves(config, &paths);
    if (rc == 0)
        rc = keep_files(config, &paths);
    if (rc == 0)
        rc = sc_lineup_keep_files(lineup, &paths);
    if (rc == 0 && scratch)
        rc = sc_jail_paths_add(&paths, scratch, true);
    if (rc < 0)
        return sc_err_set(err, rc, "out of memory");
    rc = sc_jail_enter(&paths, &missing);
    if (rc < 0 && config->sandbox == SC_SANDBOX_REQUIRE)
        return sc_err_set(err, rc, "--sandbox=require: %s", missing.text);
    if (rc < 0)
        sc_log(rc == -EOPNOTSUPP ? SC_DEBUG : SC_WARN, "event=sandbox_degraded %s", missing.text);
    return 0;
}
