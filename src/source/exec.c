/* SPDX-License-Identifier: MIT */
/* Pictures from the standard output of any command. Its output is read all the time, so that with
 * #fps, too, it is the newest picture that is shown; it runs while somebody watches. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "source/command/command.h"
#include "source/cutting.h"
#include "source/runner/pace.h"
#include "source/spec.h"
#include "source/spec/name.h"

#define FPS_MAX       1000
#define TIMEOUT_S     10
#define TIMEOUT_MAX_S 86400
#define RESTARTS      10
#define RESTARTS_MAX  100
#define MINUTE_NS     (60 * SC_NS_PER_S)
#define HINTS         3
#define HINT_BYTES    32

struct exec {
    struct sc_command *command; /* borrowed */
    double fps;
    uint64_t silence_ns;
    bool is_end_wanted; /* exit status 0 is the end, not a loss */
    unsigned restarts;  /* a minute */
    uint64_t failed_ns[RESTARTS_MAX];
    size_t n_failed; /* ever */

    /* While it is open. */
    struct sc_cut *cut;
    struct sc_pace pace;
    struct sc_draft *newest;
    uint64_t picture_ns;        /* when the last picture came, or it was opened */
    size_t n_pictures, n_bytes; /* bytes since the last picture */
};

static void exec_suggest_name(const struct sc_source_spec *spec, char *out_name, size_t name_bytes)
{
    char word[256];
    const char *text = spec->targets[0] + strspn(spec->targets[0], " ");
    (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(text, " "), text);
    sc_name_of_path(word, out_name, name_bytes);
}

/* --- setup --- */

/* What the command may want to know, as STILLCAST_WIDTH=640. */
static int give_hints(const struct sc_source_spec *spec, double fps, char hints[][HINT_BYTES],
                      const char **out_list, struct sc_err *err)
{
    uint32_t width_px = 0, height_px = 0;
    size_t n = 0;
    int rc = sc_spec_get_size(spec, "size", &width_px, &height_px, err);
    if (rc < 0)
        return rc;
    if (width_px) {
        (void)snprintf(hints[n++], HINT_BYTES, "STILLCAST_WIDTH=%u", width_px);
        (void)snprintf(hints[n++], HINT_BYTES, "STILLCAST_HEIGHT=%u", height_px);
    }
    if (fps > 0)
        (void)snprintf(hints[n++], HINT_BYTES, "STILLCAST_FPS=%g", fps);
    for (size_t i = 0; i < n; i++)
        out_list[i] = hints[i];
    return 0;
}

static int exec_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    struct exec *exec = state;
    double silence_s = TIMEOUT_S, restarts = RESTARTS;
    char hints[HINTS][HINT_BYTES];
    const char *list[HINTS + 1] = {NULL};
    int rc = sc_spec_get_number(spec, "fps", 0, FPS_MAX, &exec->fps, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "timeout", 1, TIMEOUT_MAX_S, &silence_s, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "restarts", 1, RESTARTS_MAX, &restarts, err);
    if (rc == 0)
        rc = give_hints(spec, exec->fps, hints, list, err);
    if (rc < 0)
        return rc;
    exec->silence_ns = (uint64_t)(silence_s * (double)SC_NS_PER_S);
    exec->restarts = (unsigned)restarts;
    exec->is_end_wanted = sc_spec_get(spec, "at_end");
    const struct sc_command_config config = {
        .text = spec->targets[0], .stream = spec->name, .environment = list};
    return sc_command_add(spec->commands, &config, &exec->command, err);
}

/* --- opening --- */

static void exec_close(void *state)
{
    struct exec *exec = state;
    sc_draft_destroy(&exec->newest);
    sc_cut_destroy(&exec->cut);
    sc_command_stop(exec->command);
}

/* Delays grow only while there is no picture: a command that dies with its first one needs this. */
static int check_restarts(const struct exec *exec, struct sc_err *err)
{
    if (exec->n_failed < exec->restarts)
        return 0;
    uint64_t failed_ns = exec->failed_ns[(exec->n_failed - exec->restarts) % RESTARTS_MAX];
    if (sc_clock_ns() - failed_ns >= MINUTE_NS)
        return 0;
    return sc_err_set(err, -EBUSY, "'%s' has failed %u times within a minute (#restarts)%s%s",
                      sc_command_name(exec->command), exec->restarts,
                      *sc_command_last_words(exec->command) ? ": " : "",
                      sc_command_last_words(exec->command));
}

static int exec_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    struct exec *exec = state;
    int rc = check_restarts(exec, err);
    if (rc == 0)
        rc = sc_command_start(exec->command, err);
    if (rc < 0)
        return rc;
    if (sc_cut_create(SC_CUT_AUTO, NULL, sc_pool_frame_max_bytes(ctx->pool), &exec->cut) < 0) {
        exec_close(exec);
        return sc_err_set(err, -ENOMEM, "out of memory");
    }
    sc_pace_init(&exec->pace, exec->fps);
    exec->picture_ns = sc_clock_ns();
    exec->n_pictures = exec->n_bytes = 0;
    return 0;
}

/* --- reading --- */

static int fail(struct exec *exec, int code)
{
    exec->failed_ns[exec->n_failed++ % RESTARTS_MAX] = sc_clock_ns();
    return code;
}

static int be_silent(struct exec *exec, struct sc_err *err)
{
    const char *words = sc_command_last_words(exec->command);
    return fail(exec, sc_err_set(err, -ETIMEDOUT, "'%s' has written %s for %.0f s%s%s",
                                 sc_command_name(exec->command),
                                 exec->n_bytes ? "no whole picture" : "nothing",
                                 (double)exec->silence_ns / (double)SC_NS_PER_S, *words ? ": " : "",
                                 words));
}

static int be_over(struct exec *exec, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    atomic_store_explicit(&ctx->stats->command_end, sc_command_end(exec->command),
                          memory_order_relaxed);
    if (exec->is_end_wanted && sc_command_has_succeeded(exec->command))
        return -ENODATA;
    if (exec->n_pictures == 0 && sc_command_has_succeeded(exec->command))
        return fail(exec, sc_err_set(err, -EPIPE,
                                     "'%s' ended without a picture: it has to write "
                                     "JPEG or PNG to its standard output",
                                     sc_command_name(exec->command)));
    return fail(exec, sc_command_tell_end(exec->command, err));
}

static bool is_due(const struct exec *exec)
{
    return exec->newest && sc_clock_ns() >= exec->pace.due_ns;
}

static int give(struct exec *exec, struct sc_draft **out_draft)
{
    sc_pace_step(&exec->pace, sc_clock_ns());
    *out_draft = sc_steal(exec->newest);
    return 0;
}

static void keep(struct exec *exec, struct sc_draft **draft)
{
    sc_draft_destroy(&exec->newest);
    exec->newest = sc_steal(*draft);
    exec->picture_ns = sc_clock_ns();
    exec->n_pictures++;
    exec->n_bytes = 0;
}

static int take_bytes(struct exec *exec, struct sc_err *err)
{
    uint8_t *room = NULL;
    size_t room_bytes = 0;
    if (sc_cut_room(exec->cut, &room, &room_bytes) < 0)
        return sc_err_set(err, -ENOMEM, "out of memory");
    ssize_t n = sc_command_read(exec->command, room, room_bytes);
    if (n == -ENODATA)
        sc_cut_end(exec->cut);
    else if (n < 0 && n != -EAGAIN)
        return sc_err_set(err, (int)n, "'%s': %s", sc_command_name(exec->command),
                          strerror((int)-n));
    if (n > 0) {
        exec->n_bytes += (size_t)n;
        sc_cut_commit(exec->cut, (size_t)n);
    }
    return 0;
}

/* Garbage that comes all the time does not put the end off. */
static int fill(struct exec *exec, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    uint64_t silent_ns = exec->picture_ns + exec->silence_ns;
    uint64_t due_ns = exec->newest ? exec->pace.due_ns : UINT64_MAX;
    if (sc_clock_ns() >= silent_ns)
        return be_silent(exec, err);
    int rc = sc_source_wait(ctx, sc_command_fd(exec->command), POLLIN,
                            silent_ns < due_ns ? silent_ns : due_ns);
    if (rc == -ETIMEDOUT)
        return 0;
    return rc < 0 ? rc : take_bytes(exec, err);
}

static int exec_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                     struct sc_err *err)
{
    struct exec *exec = state;
    int rc = 0;
    while (rc == 0 && !is_due(exec)) {
        struct sc_draft *draft SC_AUTO(sc_draft_destroy) = NULL;
        rc = sc_cutting_next(exec->cut, ctx, sc_command_name(exec->command), &draft, err);
        if (rc == 0)
            keep(exec, &draft);
        else if (rc == -EAGAIN)
            rc = fill(exec, ctx, err);
        else if (rc == -ENODATA && exec->newest)
            return give(exec, out_draft);
        else if (rc == -ENODATA)
            rc = be_over(exec, ctx, err);
    }
    return rc == 0 ? give(exec, out_draft) : rc;
}

static const struct sc_source_option exec_options[] = {
    {"timeout", "SECONDS", "restart it when it gives no picture for so long (default 10)"},
    {"restarts", "N", "no more than so many restarts a minute after failures (default 10)"},
    {"size", "WxH", "told to it as $STILLCAST_WIDTH and $STILLCAST_HEIGHT (default none)"},
    {NULL, NULL, NULL},
};

const struct sc_source_ops sc_source_exec = {
    .name = "exec",
    .usage = "exec:COMMAND",
    .help = "any command that writes JPEG or PNG pictures one behind the other, or multipart, to "
            "standard output; it runs while somebody watches (#on_demand=no: always) and again "
            "when it ends; words are split as by systemd, without a shell ('sh -c \"...\"' is "
            "one); it is told $STILLCAST_STREAM, and #fps as $STILLCAST_FPS",
    .options = exec_options,
    .state_size = sizeof(struct exec),
    .is_on_demand = true,
    .is_self_paced = true,
    .suggest_name = exec_suggest_name,
    .setup = exec_setup,
    .open = exec_open,
    .read = exec_read,
    .close = exec_close,
};
