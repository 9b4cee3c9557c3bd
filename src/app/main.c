/* SPDX-License-Identifier: MIT */
/* stillcast: command line -> server -> streams and their sources -> ready line -> wait -> drain. */
#define SC_LOG_TOPIC "app"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/command/devices.h"
#include "app/command/key.h"
#include "app/config.h"
#include "app/confine.h"
#include "app/demo.h"
#include "app/ending.h"
#include "app/exit.h"
#include "app/lineup.h"
#include "app/notify.h"
#include "app/options/help.h"
#include "app/to_journal.h"
#include "app/trust.h"
#include "app/version.h"
#include "app/watchdog.h"
#include "base/own.h"
#include "jail/jail.h"
#include "stillcast/log.h"

static int complain(enum sc_phase phase, const struct sc_err *err)
{
    bool is_short = err->code == -EMFILE;
    (void)fprintf(stderr, "%sstillcast: %s%s\n", sc_to_journal_mark(SC_ERROR), err->text,
                  is_short ? "; allow it more, as 'ulimit -n 4096' does" : "");
    return sc_exit_code(phase, err->code);
}

static void print_ready(const struct sc_server *server)
{
    const char *url;
    (void)printf("stillcast ready:");
    for (size_t i = 0; (url = sc_server_url(server, i)); i++)
        (void)printf(" %s", url);
    (void)printf("\n");
    (void)fflush(stdout);
}

/* Tells how to publish, as a line to copy. */
static void log_publishing(const struct sc_config *config, const struct sc_server *server)
{
    const char *url = sc_server_url(server, 0);
    if (config->server.is_read_only && config->command == SC_COMMAND_SERVE)
        sc_log(SC_WARN, "nothing to show: --read-only, and no source is named");
    if (config->server.is_read_only)
        return;
    const char *key = config->server.keys_file ? "-u ID:TOKEN " : "";
    const char *base = config->server.base_path ? config->server.base_path : "";
    if (strncmp(url, "unix:", 5) == 0)
        sc_log(SC_INFO,
               "publish with: curl %s--unix-socket %s -T picture.jpg "
               "http://localhost%s/" SC_DEMO_PUSHED ".jpg",
               key, url + 5, base);
    else
        sc_log(SC_INFO, "publish with: curl %s-T picture.jpg %.*s%s/" SC_DEMO_PUSHED ".jpg", key,
               (int)strlen(url) - 1, url, base);
}

/* Shows in the gallery that a publisher is waited for. */
static void add_waiting_stream(struct sc_server *server)
{
    SC_AUTO(sc_stream_unref) struct sc_stream *stream = NULL;
    (void)sc_registry_add(sc_server_registry(server), SC_DEMO_PUSHED, SC_STREAM_PUSHED, &stream,
                          NULL); /* publishing makes it as well */
}

/* What the control thread does while it waits. */
struct duty {
    struct sc_server *server;
    struct sc_watchdog *watchdog;
};

/* A file that is wrong now must not end a server that runs. */
static void reload(void *self)
{
    const struct duty *duty = self;
    struct sc_err err = {0};
    if (!sc_server_can_reload(duty->server))
        sc_log(SC_INFO, "SIGHUP: there are no keys and certificates to read again");
    else if (sc_server_reload(duty->server, &err) < 0)
        sc_log(SC_ERROR, "SIGHUP: the old one stays: %s", err.text);
    else
        sc_log(SC_INFO, "SIGHUP: keys and certificates were read again");
    sc_trust_tell(duty->server);
}

static void tick(void *self)
{
    sc_watchdog_look(((const struct duty *)self)->watchdog);
}

/* Without a file to read again a hang-up is the end of the terminal; a service has none. */
static bool hears_hang_up(const struct sc_server *server)
{
    return sc_server_can_reload(server) || sc_notify_is_wanted();
}

static void wait_for_end(struct sc_ending *ending, struct duty *duty)
{
    const struct sc_waiting waiting = {
        .hang_up = hears_hang_up(duty->server) ? reload : NULL,
        .tick = tick,
        .tick_ms = sc_watchdog_tick_ms(duty->watchdog),
        .self = duty,
    };
    (void)sc_notify("READY=1");
    int number = sc_ending_wait(ending, &waiting);
    (void)sc_notify("STOPPING=1");
    if (number)
        sc_log(SC_INFO, "SIG%s: stopping; another one stops at once", sigabbrev_np(number));
    else
        sc_log(SC_INFO, "a source with #at_end=exit has ended: stopping");
}

static int start(struct sc_server *server, struct sc_lineup *lineup, struct sc_err *err)
{
    int status = sc_server_start(server);
    if (status < 0)
        return sc_err_set(err, status, "no thread for the network: %s", strerror(-status));
    return sc_lineup_start(lineup, err);
}

static void prepare_demo(struct sc_demo *demo, const struct sc_config *config,
                         struct sc_server *server, struct sc_lineup_config *wanted)
{
    sc_demo_init(demo);
    wanted->sources = demo->sources;
    wanted->n_sources = demo->n_sources;
    if (!config->server.is_read_only)
        add_waiting_stream(server);
}

/* From the first source to the end of the last one; what the server still sends then is drained by
 * its destroy. */
static int play(const struct sc_config *config, struct sc_server *server, struct sc_ending *ending)
{
    SC_AUTO(sc_demo_fini) struct sc_demo demo = {0};
    SC_AUTO(sc_watchdog_destroy) struct sc_watchdog *watchdog = NULL;
    SC_AUTO(sc_lineup_destroy) struct sc_lineup *lineup = NULL;
    struct sc_err err = {0};
    struct sc_lineup_config wanted = {
        .sources = config->sources,
        .n_sources = config->n_sources,
        .linger_ns = config->linger_ns,
        .saves = config->saves,
        .ended = sc_ending_ask,
        .self = ending,
    };
    if (config->command == SC_COMMAND_DEMO)
        prepare_demo(&demo, config, server, &wanted);
    if (sc_lineup_create(&wanted, server, &lineup, &err) < 0)
        return complain(SC_PHASE_SOURCES, &err);
    if (sc_confine(config, lineup, demo.directory[0] ? demo.directory : NULL, &err) < 0 ||
        start(server, lineup, &err) < 0)
        return complain(SC_PHASE_RUN, &err);
    if (sc_watchdog_create(server, config->watchdog_ns, &watchdog) < 0)
        return complain(SC_PHASE_RUN, &(struct sc_err){-ENOMEM, "out of memory"});
    print_ready(server);
    if (config->n_sources == 0)
        log_publishing(config, server);
    wait_for_end(ending, &(struct duty){server, watchdog});
    return 0;
}

static int serve(const struct sc_config *config)
{
    SC_AUTO(sc_trust_fini) struct sc_trust trust = {0};
    SC_AUTO(sc_server_destroy) struct sc_server *server = NULL;
    SC_AUTO(sc_ending_close) struct sc_ending ending = {-1, -1};
    struct sc_err err = {0};
    (void)sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    (void)sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    int status = sc_ending_open(&ending);
    if (status < 0) {
        (void)sc_err_set(&err, status, "cannot wait for signals: %s", strerror(-status));
        return complain(SC_PHASE_RUN, &err);
    }
    struct sc_config used = *config;
    if (used.is_self_signed && sc_trust_make(&trust, &used.server, &err) < 0)
        return complain(SC_PHASE_LISTEN, &err);
    if (sc_server_create(&used.server, &server, &err) < 0)
        return complain(SC_PHASE_LISTEN, &err);
    sc_trust_tell(server);
    if (config->user && sc_jail_become(config->user, &err) < 0)
        return complain(SC_PHASE_USER, &err);
    return play(&used, server, &ending);
}

static int obey(const struct sc_config *config)
{
    switch (config->command) {
    case SC_COMMAND_HELP:
        sc_help_write(stdout);
        return 0;
    case SC_COMMAND_MAN:
        sc_help_write_man(stdout);
        return 0;
    case SC_COMMAND_VERSION:
        (void)puts("stillcast " SC_VERSION);
        return 0;
    case SC_COMMAND_SERVE:
    case SC_COMMAND_DEMO:
        break;
    }
    sc_log_set(config->log_level, sc_to_journal_sink(), NULL);
    return serve(config);
}

int main(int argc, char **argv)
{
    struct sc_config config;
    struct sc_err err = {0};
    if (sc_key_command_is(argc, argv))
        return sc_key_command_run(argc, argv);
    if (sc_devices_command_is(argc, argv))
        return sc_devices_command_run(argc, argv);
    sc_config_init(&config);
    int status = sc_config_parse(&config, argc, argv, &err);
    int code = status < 0 ? complain(SC_PHASE_COMMAND_LINE, &err) : obey(&config);
    sc_config_fini(&config);
    return code;
}
