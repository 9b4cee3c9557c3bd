/* SPDX-License-Identifier: MIT */
#include "stillcast/embed.h"

#include <errno.h>
#include <string.h>

#include "app/config.h"
#include "app/lineup.h"
#include "base/own.h"
#include "embed/inside.h"

struct sc_embed {
    char **words; /* as main's: a name first, NULL behind the last one */
    struct sc_config config;
    struct sc_server *server;
    struct sc_lineup *lineup;
};

static int copy_words(struct sc_embed *embed, size_t n, const char *const *words)
{
    static const char name[] = "stillcast";
    embed->words = calloc(n + 2, sizeof *embed->words);
    if (!embed->words || !(embed->words[0] = strdup(name)))
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        if (!(embed->words[i + 1] = strdup(words[i])))
            return -ENOMEM;
    return 0;
}

static bool is_stdin(const char *source)
{
    const char *equals = strchr(source, '=');
    const char *where = equals ? equals + 1 : source;
    return where[0] == '-' && (where[1] == '\0' || where[1] == '#');
}

static int check(const struct sc_config *config, struct sc_err *err)
{
    if (config->command != SC_COMMAND_SERVE)
        return sc_err_set(err, -EINVAL, "commands and --help are for the command line only");
    if (config->user || config->is_self_signed)
        return sc_err_set(err, -EINVAL, "--%s is for the daemon only",
                          config->user ? "user" : "tls-self-signed");
    for (size_t i = 0; i < config->n_sources; i++)
        if (is_stdin(config->sources[i]))
            return sc_err_set(err, -EINVAL, "standard input ('%.100s') is the program's own",
                              config->sources[i]);
    return 0;
}

static void go_on(void *self)
{
    (void)self; /* a source has ended; the program has not */
}

static int start(struct sc_embed *embed, struct sc_err *err)
{
    const struct sc_lineup_config wanted = {
        .sources = embed->config.sources,
        .n_sources = embed->config.n_sources,
        .linger_ns = embed->config.linger_ns,
        .ended = go_on,
    };
    int rc = sc_server_create(&embed->config.server, &embed->server, err);
    if (rc == 0)
        rc = sc_lineup_create(&wanted, embed->server, &embed->lineup, err);
    if (rc < 0)
        return rc;
    rc = sc_server_start(embed->server);
    if (rc < 0)
        return sc_err_set(err, rc, "no thread for the network: %s", strerror(-rc));
    return sc_lineup_start(embed->lineup, err);
}

int sc_embed_create(size_t n_words, const char *const *words, struct sc_embed **out_embed,
                    struct sc_err *err)
{
    SC_AUTO(sc_embed_destroy) struct sc_embed *embed = calloc(1, sizeof *embed);
    if (!embed)
        return sc_err_set(err, -ENOMEM, "out of memory");
    sc_config_init(&embed->config);
    int rc = copy_words(embed, n_words, words);
    if (rc < 0)
        return sc_err_set(err, rc, "out of memory");
    rc = sc_config_parse(&embed->config, (int)n_words + 1, embed->words, err);
    if (rc == 0)
        rc = check(&embed->config, err);
    if (rc == 0)
        rc = start(embed, err);
    if (rc == 0)
        *out_embed = sc_steal(embed);
    return rc;
}

void sc_embed_destroy(struct sc_embed **embed)
{
    struct sc_embed *e = *embed;
    *embed = NULL;
    if (!e)
        return;
    sc_lineup_destroy(&e->lineup);
    sc_server_destroy(&e->server);
    sc_config_fini(&e->config);
    for (char **word = e->words; word && *word; word++)
        free(*word);
    free(e->words);
    free(e);
}

struct sc_server *sc_embed_server(struct sc_embed *embed)
{
    return embed->server;
}

int sc_embed_publish(struct sc_embed *embed, const char *name, const void *data, size_t len_bytes,
                     struct sc_err *err)
{
    return sc_inside_publish(embed->server, name, data, len_bytes, err);
}

int sc_embed_n_viewers(struct sc_embed *embed, const char *name)
{
    return sc_inside_n_viewers(embed->server, name);
}
