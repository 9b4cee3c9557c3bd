/* SPDX-License-Identifier: MIT */
/* Numbers that a command prints: "exec vmstat 1". One that ends with an error is run again, as the
 * runner does it with all that is lost; one that ends well has come to its end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "source/command/command.h"
#include "source/graph/feed.h"

#define WORD        "exec "
#define PIECE_BYTES 65536
#define PIECES      4

struct exec {
    struct sc_feed feed;
    struct sc_command *command; /* lives as long as all commands */
    char *room;
};

static struct exec *exec_of(struct sc_feed *feed)
{
    return (struct exec *)(void *)feed;
}

static bool exec_claims(const char *target)
{
    return strncmp(target, WORD, sizeof WORD - 1) == 0;
}

static int exec_setup(struct sc_feed *feed, const char *target, const struct sc_source_spec *spec,
                      struct sc_err *err)
{
    const struct sc_command_config config = {.text = target + sizeof WORD - 1,
                                             .stream = spec->name};
    return sc_command_add(spec->commands, &config, &exec_of(feed)->command, err);
}

static void exec_close(struct sc_feed *feed)
{
    struct exec *exec = exec_of(feed);
    sc_command_stop(exec->command);
    sc_own_free(&exec->room);
}

static int exec_open(struct sc_feed *feed, struct sc_err *err)
{
    struct exec *exec = exec_of(feed);
    exec->room = malloc(PIECE_BYTES);
    int rc = exec->room ? sc_command_start(exec->command, err)
                        : sc_err_set(err, -ENOMEM, "out of memory");
    if (rc < 0) {
        sc_own_free(&exec->room);
        return rc;
    }
    feed->fd = sc_command_fd(exec->command);
    feed->due_ns = UINT64_MAX;
    return 0;
}

static int exec_take(struct sc_feed *feed, struct sc_err *err)
{
    struct exec *exec = exec_of(feed);
    for (int i = 0; i < PIECES; i++) {
        ssize_t n = sc_command_read(exec->command, exec->room, PIECE_BYTES);
        if (n == -EAGAIN)
            return 0;
        if (n == -ENODATA)
            atomic_store_explicit(&feed->ctx->stats->command_end, sc_command_end(exec->command),
                                  memory_order_relaxed);
        if (n == -ENODATA && sc_command_has_succeeded(exec->command))
            return -ENODATA;
        if (n == -ENODATA) {
            sc_numbers_end(feed->text);
            return sc_command_tell_end(exec->command, err);
        }
        if (n < 0)
            return sc_err_set(err, (int)n, "'%s': %s", sc_command_name(exec->command),
                              strerror((int)-n));
        if (sc_numbers_feed(feed->text, exec->room, (size_t)n) < 0)
            return sc_err_set(err, -ENOMEM, "out of memory");
    }
    return 0;
}

const struct sc_feed_ops sc_feed_exec = {
    .claims = exec_claims,
    .state_size = sizeof(struct exec),
    .setup = exec_setup,
    .open = exec_open,
    .take = exec_take,
    .close = exec_close,
};
