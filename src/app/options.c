/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "app/options/value.h"
#include "base/clock.h"
#include "base/nearest.h"

#define SETS(kind, letter, member) SC_OPTION_##kind, letter, offsetof(struct sc_config, member)
#define MS                         SC_NS_PER_MS
#define HOUR                       (3600 * SC_NS_PER_S)
#define KIB                        ((uint64_t)1 << 10)
#define GIB                        ((uint64_t)1 << 30)

#define NETWORK    "Network"
#define TRUST      "Keys and TLS"
#define PUBLISHING "Publishing"
#define VIEWING    "Viewing"
#define LIMITS     "Limits"
#define PROGRAM    "Program"

static const struct sc_option the_options[] = {
    {"listen", "ADDR:PORT", SETS(LIST, 'l', server.listen), 0, 0, NETWORK,
     "Serve at this address; may be given several times. ADDR is an IPv4 address, an IPv6 address "
     "in brackets or a host name; 0.0.0.0 and [::] are all addresses. Port 0 lets the system "
     "choose. unix:PATH is a socket in the file system. With a certificate all but unix: speak TLS; "
     "https:// or http:// in front says it for one. Default: " SC_CONFIG_LISTEN
     " and " SC_CONFIG_LISTEN_IPV6 "."},
    {"insecure", NULL, SETS(FLAG, 0, server.is_insecure), 0, 0, NETWORK,
     "Listen on another address than loopback although nothing protects it: without --keys anybody "
     "there may publish and delete, with --keys but without TLS they can be read on the way."},
    {"trusted-proxy", "NETWORK", SETS(LIST, 0, server.trusted_proxies), 0, 0, NETWORK,
     "Believe X-Forwarded-For and X-Forwarded-Proto when they come from here: an address, "
     "192.0.2.0/24 or 2001:db8::/32, or 'unix' for unix sockets; may be given several times."},
    {"proxy-listen", "ADDR:PORT", SETS(LIST, 0, server.proxy_listen), 0, 0, NETWORK,
     "As --listen, for trusted proxies alone, which say first whose connection it is: the PROXY "
     "protocol, versions 1 and 2; may be given several times."},
    {"base-path", "PATH", SETS(TEXT, 0, server.base_path), 0, 0, NETWORK,
     "All addresses begin with this path (/cams), for a proxy that passes it on. One that takes it "
     "off needs nothing: pages find their way."},
    {"server-name", "NAME", SETS(LIST, 0, server.server_names), 0, 0, NETWORK,
     "A further host name that browsers may reach us by, '*' for any; may be given several times. "
     "IP addresses, localhost and this machine's own name are always right."},
    {"threads", "N", SETS(COUNT, 0, server.n_threads), 0, 64, NETWORK,
     "Network threads; 0: one per core."},
    {"plain-send", NULL, SETS(FLAG, 0, server.is_plain_send), 0, 0, NETWORK,
     "Send by send(2) alone: not small pictures in batches by io_uring, where that is to be had, nor "
     "larger ones that many watch from files in memory."},

    {"keys", "FILE", SETS(TEXT, 0, server.keys_file), 0, 0, TRUST,
     "Who may watch, publish, control and read metrics; 'stillcast key add' writes the file. "
     "Nobody else may anything, not on loopback either. SIGHUP has it read again."},
    {"guess-delay", "TIME", SETS(TIME, 0, server.guess_delay_ns), 0, 60 * SC_NS_PER_S, TRUST,
     "Answer a wrong key or password after so long, or up to twice as long; 0: at once. Who has a "
     "right one never waits."},
    {"tls-cert", "FILE", SETS(LIST, 0, server.tls_certs), 0, 0, TRUST,
     "Speak TLS with this certificate: PEM, with what links it to its root behind it. May be given "
     "several times, each with its --tls-key: clients get the one that has the name they ask for, "
     "else the first. SIGHUP has the files read again."},
    {"tls-key", "FILE", SETS(LIST, 0, server.tls_keys), 0, 0, TRUST,
     "The certificate's private key: PEM, without passphrase, for nobody else to read."},
    {"tls-self-signed", NULL, SETS(FLAG, 0, is_self_signed), 0, 0, TRUST,
     "For a first try: make a certificate, keep it in $STATE_DIRECTORY, $XDG_STATE_HOME/stillcast "
     "or ~/.local/state/stillcast, and tell its fingerprint to compare with what browsers show."},
    {"redirect-listen", "ADDR:PORT", SETS(LIST, 0, server.redirect_listen), 0, 0, TRUST,
     "Answer everything at this address with a redirection to https; may be given several times."},

    {"read-only", NULL, SETS(FLAG, 0, server.is_read_only), 0, 0, PUBLISHING,
     "No publishing and deleting over HTTP."},
    {"publish-origin", "ORIGIN", SETS(LIST, 0, server.publish_origins), 0, 0, PUBLISHING,
     "Web pages of this origin (https://example.org) may publish; may be given several times."},
    {"svg", "PATTERN", SETS(LIST, 0, server.svg), 0, 0, PUBLISHING,
     "Published streams whose name matches the pattern ('plots/*') may be SVG, which is active "
     "content; may be given several times."},
    {"keep", "TIME", SETS(TIME, 0, server.keep_ns), 0, 8760 * HOUR, PUBLISHING,
     "Forget a published stream that has had no publisher and no viewer for so long."},

    {"cors", "ORIGIN", SETS(LIST, 0, server.cors_origins), 0, 0, VIEWING,
     "Scripts in web pages of this origin may read pictures, '*' for any; may be given several "
     "times. Showing pictures needs no permission."},
    {"resend", "TIME", SETS(TIME, 0, server.resend_ns), 100 * MS, HOUR, VIEWING,
     "Send a picture that stands still again after so long: many viewers take 10 s of silence for "
     "the end."},
    {"save", "NAME=PATH", SETS(LIST, 0, saves), 0, 0, VIEWING,
     "Keep the newest picture of this stream in a file, too, whoever publishes it, always a whole "
     "one; may be given several times. Of a source, '#save=PATH' does the same."},
    {"linger", "TIME", SETS(TIME, 0, linger_ns), 0, HOUR, VIEWING,
     "A source that runs on demand rests so long after its last viewer has left."},

    {"max-frame", "BYTES", SETS(SIZE, 0, server.frame_max_bytes), KIB, GIB, LIMITS,
     "The largest picture."},
    {"max-store", "BYTES", SETS(SIZE, 0, server.store_max_bytes), KIB, 1024 * GIB, LIMITS,
     "Memory for all pictures together."},
    {"max-streams", "N", SETS(COUNT, 0, server.max_streams), 1, 100000, LIMITS,
     "Streams, published ones included."},
    {"max-connections", "N", SETS(COUNT, 0, server.max_connections), 0, 1000000, LIMITS,
     "Connections at a time; 0: as many as the system gives descriptors, less 256."},
    {"header-timeout", "TIME", SETS(TIME, 0, server.header_timeout_ns), 10 * MS, HOUR, LIMITS,
     "A request's head must be complete after so long."},
    {"idle-timeout", "TIME", SETS(TIME, 0, server.idle_timeout_ns), 10 * MS, HOUR, LIMITS,
     "Close a connection that asks for nothing for so long."},
    {"publish-timeout", "TIME", SETS(TIME, 0, server.publish_timeout_ns), 10 * MS, HOUR, LIMITS,
     "One picture must arrive within so long; a publisher may be silent for so long."},
    {"stall-timeout", "TIME", SETS(TIME, 0, server.stall_timeout_ns), 10 * MS, HOUR, LIMITS,
     "Cut a viewer that takes nothing for so long."},

    {"drain", "TIME", SETS(TIME, 0, server.drain_ns), 0, HOUR, PROGRAM,
     "When told to stop, give viewers so long to take the picture that they are receiving."},
    {"watchdog", "TIME", SETS(TIME, 0, watchdog_ns), 0, HOUR, PROGRAM,
     "Abort, so that the service manager starts again, when a network thread does not come back to "
     "its loop for so long; 0: never."},
    {"log-level", "error|warn|info|debug", SETS(CHOICE, 0, log_level), 0, 0, PROGRAM,
     "What is told on standard error."},
    {"sandbox", "off|try|require", SETS(CHOICE, 0, sandbox), 0, 0, PROGRAM,
     "Before anything is read from the network, give up all files but those of the sources and the "
     "system's libraries, and all system calls that are not needed (Landlock, seccomp): not at all, as far as the system can, or else not start."},
    {"user", "NAME", SETS(TEXT, 0, user), 0, 0, PROGRAM,
     "Become this user once the addresses are listened on; needs root."},
    {"help", "man", SETS(HELP, 'h', command), 0, 0, PROGRAM,
     "Print this text; --help=man the same as a man page."},
    {"version", NULL, SETS(VERSION, 'V', command), 0, 0, PROGRAM, "Print the version."},
    {0},
};

const struct sc_option *sc_option_table(void)
{
    return the_options;
}

const struct sc_option *sc_option_find(const char *name, size_t name_bytes)
{
    for (const struct sc_option *option = the_options; option->name; option++)
        if (strlen(option->name) == name_bytes && memcmp(option->name, name, name_bytes) == 0)
            return option;
    return NULL;
}

const struct sc_option *sc_option_find_letter(char letter)
{
    for (const struct sc_option *option = the_options; option->name; option++)
        if (letter && option->letter == letter)
            return option;
    return NULL;
}

const char *sc_option_nearest(const char *typed)
{
    struct sc_nearest nearest = {0};
    for (const struct sc_option *option = the_options; option->name; option++)
        sc_nearest_offer(&nearest, typed, option->name);
    return nearest.word;
}

static int set_choice(const struct sc_option *option, const char *text, unsigned *choice,
                      struct sc_err *err)
{
    const char *word = option->value;
    for (unsigned i = 0; *word; i++) {
        size_t bytes = strcspn(word, "|");
        if (strlen(text) == bytes && memcmp(text, word, bytes) == 0) {
            *choice = i;
            return 0;
        }
        word += bytes + (word[bytes] == '|');
    }
    return sc_err_set(err, -EINVAL, "--%s takes one of %s, not '%s'", option->name, option->value,
                      text);
}

static void show_choice(const struct sc_option *option, unsigned choice,
                        char out_text[static SC_OPTION_SHOWN_BYTES])
{
    const char *word = option->value;
    for (; choice > 0; choice--)
        word += strcspn(word, "|") + 1;
    (void)snprintf(out_text, SC_OPTION_SHOWN_BYTES, "%.*s", (int)strcspn(word, "|"), word);
}

static int add_to_list(const char *text, sc_texts *list, struct sc_err *err)
{
    size_t n = 0;
    while (*list && (*list)[n])
        n++;
    const char **longer = realloc((void *)*list, (n + 2) * sizeof *longer);
    if (!longer)
        return sc_err_set(err, -ENOMEM, "out of memory");
    longer[n] = text;
    longer[n + 1] = NULL;
    *list = longer;
    return 0;
}

/* How the kinds of numbers are written, and told of. */
static const struct {
    const struct sc_value_unit *units;
    const char *what, *examples;
} numbers[] = {
    [SC_OPTION_COUNT] = {sc_value_count, "a whole number", ""},
    [SC_OPTION_SIZE] = {sc_value_size, "a size", ", such as 512K or 16M"},
    [SC_OPTION_TIME] = {sc_value_time, "a time", ", such as 500ms, 10s, 5m or 1h"},
};

/* A size that memory can have: 32 bits hold less than some limits. */
static uint64_t most_of(const struct sc_option *option)
{
    return option->kind == SC_OPTION_SIZE && option->most > SIZE_MAX ? SIZE_MAX : option->most;
}

static int read_number(const struct sc_option *option, const char *text, uint64_t *out_number,
                       struct sc_err *err)
{
    char least[SC_VALUE_TEXT_BYTES], most[SC_VALUE_TEXT_BYTES];
    const struct sc_value_unit *units = numbers[option->kind].units;
    int status = sc_value_parse(text, units, out_number);
    if (status == 0 && *out_number >= option->least && *out_number <= most_of(option))
        return 0;
    sc_value_format(option->least, units, least);
    sc_value_format(most_of(option), units, most);
    return sc_err_set(err, -EINVAL, "--%s takes %s from %s to %s%s, not '%s'", option->name,
                      numbers[option->kind].what, least, most, numbers[option->kind].examples,
                      text);
}

static int set_number(const struct sc_option *option, const char *text, void *field,
                      struct sc_err *err)
{
    uint64_t number;
    int status = read_number(option, text, &number, err);
    if (status < 0)
        return status;
    if (option->kind == SC_OPTION_COUNT)
        *(unsigned *)field = (unsigned)number;
    else if (option->kind == SC_OPTION_SIZE)
        *(size_t *)field = (size_t)number;
    else
        *(uint64_t *)field = number;
    return 0;
}

static int set_help(const struct sc_option *option, const char *text, enum sc_command *command,
                    struct sc_err *err)
{
    if (text && strcmp(text, option->value) != 0)
        return sc_err_set(err, -EINVAL, "--%s takes nothing or '%s', not '%s'", option->name,
                          option->value, text);
    *command = text ? SC_COMMAND_MAN : SC_COMMAND_HELP;
    return 0;
}

int sc_option_set(const struct sc_option *option, const char *text, struct sc_config *config,
                  struct sc_err *err)
{
    void *field = (char *)config + option->offset;
    switch (option->kind) {
    case SC_OPTION_FLAG:
        *(bool *)field = true;
        return 0;
    case SC_OPTION_LIST:
        return add_to_list(text, field, err);
    case SC_OPTION_COUNT:
    case SC_OPTION_SIZE:
    case SC_OPTION_TIME:
        return set_number(option, text, field, err);
    case SC_OPTION_CHOICE:
        return set_choice(option, text, field, err);
    case SC_OPTION_TEXT:
        *(const char **)field = text;
        return 0;
    case SC_OPTION_HELP:
        return set_help(option, text, field, err);
    case SC_OPTION_VERSION:
        *(enum sc_command *)field = SC_COMMAND_VERSION;
        return 0;
    }
    return -EINVAL;
}

void sc_option_show(const struct sc_option *option, const struct sc_config *config,
                    char out_text[static SC_OPTION_SHOWN_BYTES])
{
    const void *field = (const char *)config + option->offset;
    out_text[0] = '\0';
    if (option->kind == SC_OPTION_COUNT)
        sc_value_format(*(const unsigned *)field, sc_value_count, out_text);
    else if (option->kind == SC_OPTION_SIZE)
        sc_value_format(*(const size_t *)field, sc_value_size, out_text);
    else if (option->kind == SC_OPTION_TIME)
        sc_value_format(*(const uint64_t *)field, sc_value_time, out_text);
    else if (option->kind == SC_OPTION_CHOICE)
        show_choice(option, *(const unsigned *)field, out_text);
}

void sc_option_forget(struct sc_config *config)
{
    for (const struct sc_option *option = the_options; option->name; option++) {
        if (option->kind != SC_OPTION_LIST)
            continue;
        sc_texts *list = (sc_texts *)((char *)config + option->offset);
        free((void *)*list);
        *list = NULL;
    }
}
