/* SPDX-License-Identifier: MIT */
#include "app/config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "base/clock.h"
#include "http/forwarded.h"

#define HINT "see 'stillcast --help'"

/* Where the parser stands in the command line. */
struct line {
    char **words; /* ends with NULL */
    struct sc_config *config;
    struct sc_err *err;
    uint64_t seen; /* a bit per option, in the order of the table */
};

void sc_config_init(struct sc_config *config)
{
    *config = (struct sc_config){.linger_ns = 10 * SC_NS_PER_S,
                                 .log_level = SC_INFO,
                                 .sandbox = SC_SANDBOX_TRY,
                                 .watchdog_ns = 10 * SC_NS_PER_S};
    sc_server_config_init(&config->server);
}

void sc_config_fini(struct sc_config *config)
{
    sc_option_forget(config);
    free(config->sources);
    config->sources = NULL;
    config->n_sources = 0;
}

static int refuse_second(struct line *line, const struct sc_option *option)
{
    uint64_t bit = (uint64_t)1 << (option - sc_option_table());
    if (option->kind != SC_OPTION_LIST && (line->seen & bit))
        return sc_err_set(line->err, -EINVAL, "--%s is given twice; once is enough", option->name);
    line->seen |= bit;
    return 0;
}

/* text  what stands in the same word as the option; NULL: nothing. */
static int take_option(struct line *line, const struct sc_option *option, const char *text)
{
    int status = refuse_second(line, option);
    if (status < 0)
        return status;
    if (!option->value && text)
        return sc_err_set(line->err, -EINVAL, "--%s takes no value, but was given '%s'",
                          option->name, text);
    if (option->value && !text && option->kind != SC_OPTION_HELP) {
        text = *line->words;
        if (!text)
            return sc_err_set(line->err, -EINVAL, "--%s needs a value: --%s %s", option->name,
                              option->name, option->value);
        line->words++;
    }
    return sc_option_set(option, text, line->config, line->err);
}

static int take_long(struct line *line, const char *word)
{
    const char *name = word + 2;
    size_t name_bytes = strcspn(name, "=");
    const struct sc_option *option = sc_option_find(name, name_bytes);
    if (option)
        return take_option(line, option, name[name_bytes] ? name + name_bytes + 1 : NULL);
    char typed[64];
    (void)snprintf(typed, sizeof typed, "%.*s", (int)name_bytes, name);
    const char *nearest = sc_option_nearest(typed);
    if (nearest)
        return sc_err_set(line->err, -EINVAL, "unknown option '%.64s'; did you mean '--%s'?", word,
                          nearest);
    return sc_err_set(line->err, -EINVAL, "unknown option '%.64s'; " HINT, word);
}

static int take_short(struct line *line, const char *word)
{
    const struct sc_option *option = sc_option_find_letter(word[1]);
    if (!option)
        return sc_err_set(line->err, -EINVAL,
                          "unknown option '%.64s'; a file of that name is './%.64s', " HINT, word,
                          word);
    return take_option(line, option, word[2] ? word + 2 : NULL);
}

static void take_source(struct line *line, char *word)
{
    line->config->sources[line->config->n_sources++] = word;
}

static int take_word(struct line *line, char *word)
{
    bool is_stdin = strcmp(word, "-") == 0 || strncmp(word, "-#", 2) == 0;
    bool is_option = word[0] == '-' && !is_stdin;
    if (is_option)
        return word[1] == '-' ? take_long(line, word) : take_short(line, word);
    bool is_first = line->config->n_sources == 0 && line->config->command == SC_COMMAND_SERVE;
    if (is_first && strcmp(word, "demo") == 0)
        line->config->command = SC_COMMAND_DEMO;
    else
        take_source(line, word);
    return 0;
}

static int take_all(struct line *line)
{
    while (*line->words) {
        char *word = *line->words++;
        if (strcmp(word, "--") == 0) {
            while (*line->words)
                take_source(line, *line->words++);
            return 0;
        }
        int status = take_word(line, word);
        if (status < 0)
            return status;
    }
    return 0;
}

static bool is_origin(const char *text)
{
    const char *host = strstr(text, "://");
    return host && host > text && host[3] && !strpbrk(host + 3, "/?#");
}

static bool is_host_name(const char *text)
{
    return *text && !strpbrk(text, "/:?#");
}

/* What could never be equal to anything that a browser sends is a mistake. */
static int check_each(sc_texts texts, bool (*is_fine)(const char *), const char *option,
                      const char *what, struct sc_err *err)
{
    for (; texts && *texts; texts++)
        if (!is_fine(*texts))
            return sc_err_set(err, -EINVAL, "--%s takes %s, not '%.100s'", option, what, *texts);
    return 0;
}

static bool is_readable_origin(const char *text)
{
    return strcmp(text, "*") == 0 || is_origin(text);
}

static bool is_network(const char *text)
{
    struct sc_network network;
    return sc_network_parse(text, &network) == 0;
}

static int check_base_path(const char *path, struct sc_err *err)
{
    static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
    size_t n = path ? strlen(path) : 0;
    if (!path)
        return 0;
    if (n < 2 || n > 100 || path[0] != '/' || path[n - 1] == '/' || strspn(path, fine) != n ||
        strstr(path, "//") || strstr(path, "/."))
        return sc_err_set(err, -EINVAL,
                          "--base-path takes a path such as /cams, without '/' at its end, not "
                          "'%.100s'",
                          path);
    return 0;
}

static int check_proxies(const struct sc_server_config *server, struct sc_err *err)
{
    size_t n = 0;
    int rc = check_each(server->trusted_proxies, is_network, "trusted-proxy",
                        "an address, a network such as 192.0.2.0/24, or unix", err);
    while (server->trusted_proxies && server->trusted_proxies[n])
        n++;
    if (rc == 0 && n > SC_TRUSTED_MAX)
        return sc_err_set(err, -EINVAL, "there can be %d --trusted-proxy at the most",
                          SC_TRUSTED_MAX);
    if (rc == 0 && n == 0 && server->proxy_listen)
        return sc_err_set(err, -EINVAL,
                          "--proxy-listen lets only a --trusted-proxy in, and none is named");
    return rc < 0 ? rc : check_base_path(server->base_path, err);
}

static int check_names(const struct sc_server_config *server, struct sc_err *err)
{
    static const char origin[] = "a page's origin, as in https://example.org";
    int rc = check_each(server->cors_origins, is_readable_origin, "cors", origin, err);
    if (rc == 0)
        rc = check_each(server->publish_origins, is_origin, "publish-origin", origin, err);
    if (rc == 0)
        rc = check_each(server->server_names, is_host_name, "server-name",
                        "a host name alone, as in example.org", err);
    return rc < 0 ? rc : check_proxies(server, err);
}

static int check(const struct sc_config *config, struct sc_err *err)
{
    if (config->command == SC_COMMAND_DEMO && config->n_sources > 0)
        return sc_err_set(err, -EINVAL,
                          "the demo brings its own sources; leave 'demo' or '%.100s' out",
                          config->sources[0]);
    if (config->server.store_max_bytes < config->server.frame_max_bytes)
        return sc_err_set(err, -EINVAL,
                          "--max-store is less than --max-frame: not one such picture would fit");
    return check_names(&config->server, err);
}

int sc_config_parse(struct sc_config *config, int argc, char **argv, struct sc_err *err)
{
    struct line line = {.words = argv + (argc > 0), .config = config, .err = err};
    config->sources = calloc((size_t)argc + 1, sizeof *config->sources);
    if (!config->sources)
        return sc_err_set(err, -ENOMEM, "out of memory");
    int status = take_all(&line);
    return status < 0 ? status : check(config, err);
}
