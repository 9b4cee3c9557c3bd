/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own.h"
#include "source/command/argv.h"
#include "source/command/inside.h"

int sc_commands_create(struct sc_commands **out_commands)
{
    struct sc_commands *commands = calloc(1, sizeof *commands);
    if (!commands)
        return -ENOMEM;
    commands->orders_fd = -1;
    *out_commands = commands;
    return 0;
}

static void destroy_command(struct sc_command **command)
{
    struct sc_command *old = sc_steal(*command);
    if (!old)
        return;
    sc_argv_free(&old->what.argv);
    sc_argv_free(&old->what.environment);
    free(old->what.path);
    free(old->stream);
    free(old);
}

void sc_commands_destroy(struct sc_commands **commands)
{
    struct sc_commands *old = sc_steal(*commands);
    if (!old)
        return;
    for (size_t i = 0; i < old->n; i++)
        sc_command_stop(old->items[i]);
    sc_own_close(&old->orders_fd);
    while (old->helper > 0 && waitpid(old->helper, NULL, 0) < 0 && errno == EINTR)
        continue;
    for (size_t i = 0; i < old->n; i++)
        destroy_command(&old->items[i]);
    free(old->items);
    free(old);
}

static int copy_environment(const struct sc_command_config *config, char ***out_copy)
{
    const char *const *more = config->environment;
    size_t n = 0;
    while (more && more[n])
        n++;
    char **copy SC_AUTO(sc_argv_free) = calloc(n + 2, sizeof *copy);
    if (!copy || asprintf(&copy[0], "STILLCAST_STREAM=%s", config->stream) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        copy[i + 1] = strdup(more[i]);
        if (!copy[i + 1])
            return -ENOMEM;
    }
    *out_copy = sc_steal(copy);
    return 0;
}

static int take_text(struct sc_helper_command *what, const struct sc_command_config *config,
                     struct sc_err *err)
{
    what->run = config->run;
    if (!config->run) {
        int rc = sc_argv_split(config->text, &what->argv, err);
        return rc < 0 ? rc : sc_argv_find(what->argv[0], &what->path, err);
    }
    what->argv = calloc(2, sizeof *what->argv);
    if (what->argv)
        what->argv[0] = strdup(config->text);
    return what->argv && what->argv[0] ? 0 : sc_err_set(err, -ENOMEM, "out of memory");
}

static int fill(struct sc_command *command, const struct sc_command_config *config,
                struct sc_err *err)
{
    int rc = take_text(&command->what, config, err);
    if (rc < 0)
        return rc;
    command->stream = strdup(config->stream);
    if (!command->stream || copy_environment(config, &command->what.environment) < 0)
        return sc_err_set(err, -ENOMEM, "out of memory");
    command->said.stream = command->stream;
    command->said.program = sc_command_name(command);
    return 0;
}

static int keep(struct sc_commands *commands, struct sc_command **command)
{
    struct sc_command **grown =
        reallocarray(commands->items, commands->n + 1, sizeof(struct sc_command *));
    if (!grown)
        return -ENOMEM;
    commands->items = grown;
    (*command)->all = commands;
    (*command)->number = (uint32_t)commands->n;
    grown[commands->n++] = sc_steal(*command);
    return 0;
}

int sc_command_add(struct sc_commands *commands, const struct sc_command_config *config,
                   struct sc_command **out_command, struct sc_err *err)
{
    if (!commands || commands->orders_fd >= 0)
        return sc_err_set(err, -EPERM, "no command can be run here");
    struct sc_command *command SC_AUTO(destroy_command) = calloc(1, sizeof *command);
    if (!command)
        return sc_err_set(err, -ENOMEM, "out of memory");
    command->out_fd = command->err_fd = command->leash_fd = command->poll_fd = -1;
    struct sc_command *borrowed = command;
    int rc = fill(command, config, err);
    if (rc == 0 && keep(commands, &command) < 0)
        rc = sc_err_set(err, -ENOMEM, "out of memory");
    if (rc == 0)
        *out_command = borrowed;
    return rc;
}

static int fork_helper(struct sc_commands *commands, const struct sc_helper_command *all)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    commands->orders_fd = ends[0];
    int far SC_AUTO(sc_own_close) = ends[1];
    commands->helper = fork();
    if (commands->helper == 0)
        sc_helper_run(all, commands->n, far);
    return commands->helper < 0 ? -errno : 0;
}

int sc_commands_begin(struct sc_commands *commands, struct sc_err *err)
{
    if (commands->n == 0)
        return 0;
    struct sc_helper_command *all SC_AUTO(sc_own_free) = calloc(commands->n, sizeof *all);
    if (!all)
        return sc_err_set(err, -ENOMEM, "out of memory");
    for (size_t i = 0; i < commands->n; i++)
        all[i] = commands->items[i]->what;
    int rc = fork_helper(commands, all);
    return rc < 0 ? sc_err_set(err, rc, "no process to run commands: %s", strerror(-rc)) : 0;
}
